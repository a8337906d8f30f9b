"""A deployment's schedule: what may be asked for, and what is computed from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from . import cron
from .ids import parsed, spelled
from .shapes import obj, one_of, refused, text

MAX_UPCOMING = 5

_PARTS = obj({"type": one_of("cron"), "expression": text(1), "timezone": text(1)})


def schedule_shape(value: Any, path: str) -> Any:
    """Both parts are required and checked (SDK)."""
    sent = _PARTS(value, path)
    for key, check in (("expression", cron.parse), ("timezone", cron.zone)):
        try:
            check(sent[key])
        except cron.CronError as error:
            raise refused(f"{path}.{key}", str(error)) from None
    return sent


def shown_schedule(deployment: Mapping[str, Any], now: str) -> dict[str, Any] | None:
    """With the next occurrences; none of them once the deployment is archived (SDK). `since`,
    from where due runs are looked for, is not for others."""
    schedule = deployment["schedule"]
    if schedule is None:
        return None
    upcoming: list[str] = []
    if deployment["archived_at"] is None:
        upcoming = [spelled(m) for m in islice(_after(schedule, _moment(now)), MAX_UPCOMING)]
    visible = {key: value for key, value in schedule.items() if key != "since"}
    return {**visible, "upcoming_runs_at": upcoming}


def due(schedule: Mapping[str, Any], since: str, now: str) -> Iterator[str]:
    """The occurrences later than one moment, up to another."""
    end = _moment(now)
    for moment in _after(schedule, _moment(since)):
        if moment > end:
            return
        yield spelled(moment)


def _after(schedule: Mapping[str, Any], moment: datetime) -> Iterator[datetime]:
    return cron.occurrences(schedule["expression"], schedule["timezone"], moment)


def _moment(spelled_out: str) -> datetime:
    moment = parsed(spelled_out)
    assert moment is not None
    return moment

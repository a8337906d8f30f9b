"""Five-field cron, by the wall clock of a time zone."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# Name, lowest, highest, names in place of numbers (POSIX; 7 is Sunday too: SDK).
FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of week", 0, 7, DAYS),
)
ITEM = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d+))?")
# 29 February comes back within eight years, on a given weekday within forty.
HORIZON = 41 * 366


class CronError(ValueError):
    """Why an expression or a time zone is none."""


@dataclass(frozen=True)
class Cron:
    """Which minutes match; both days restricted means that either is enough (POSIX)."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_month or by_week if self.either_day else by_month and by_week


@functools.lru_cache(maxsize=1024)
def parse(expression: str) -> Cron:
    """The expression, read; one that can never match is refused as well."""
    fields = expression.split()
    if len(fields) != len(FIELDS):
        raise CronError("must have 5 fields: minute hour day-of-month month day-of-week")
    minutes, hours, days, months, weekdays = (
        frozenset(_values(text, *field)) for text, field in zip(fields, FIELDS, strict=True)
    )
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    sundays = frozenset(day % 7 for day in weekdays)
    cron = Cron(minutes, hours, days, months, sundays, either)
    leap_year = (date(2024, 1, 1) + timedelta(days=n) for n in range(366))
    if not either and not any(d.day in days and d.month in months for d in leap_year):
        raise CronError("never matches a day")
    return cron


def _values(text: str, name: str, least: int, most: int, names: tuple[str, ...]) -> Iterator[int]:
    for item in text.split(","):
        match = ITEM.fullmatch(item)
        if match is None or (match["first"] == "*" and match["last"]):
            raise CronError(f"{name}: {item!r} is not supported")
        if match["first"] == "*":
            first, last = least, most
        else:
            first = _number(match["first"], name, least, most, names)
            last = _number(match["last"], name, least, most, names) if match["last"] else first
            if match["step"] and not match["last"]:
                raise CronError(f"{name}: {item!r} is not supported")
        step = int(match["step"] or 1)
        if step < 1 or first > last:
            raise CronError(f"{name}: {item!r} is not a range")
        yield from range(first, last + 1, step)


def _number(text: str, name: str, least: int, most: int, names: tuple[str, ...]) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + least
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise CronError(f"{name}: {text!r} is not from {least} to {most}")
    return int(text)


def zone(name: str) -> ZoneInfo:
    """An IANA time zone, by its exact name."""
    try:
        if name not in _zones():
            raise CronError(f"{name!r} is not an IANA time zone")
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CronError(f"{name!r} is not an IANA time zone") from error


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def occurrences(expression: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """Moments in UTC later than `after`. A wall-clock time that a day skips does not occur, one
    that it repeats occurs twice (documentation)."""
    cron, place = parse(expression), zone(timezone)
    # A day early: no zone is further than that from another, and days may be repeated.
    start = min(after.astimezone(place).date(), date(9990, 1, 1)) - timedelta(days=1)
    for offset in range(HORIZON):
        day = start + timedelta(days=offset)
        if cron.on(day):
            moments = {moment for moment in _on_day(cron, day, place) if moment > after}
            yield from sorted(moments)


def _on_day(cron: Cron, day: date, place: ZoneInfo) -> Iterator[datetime]:
    for hour in sorted(cron.hours):
        for minute in sorted(cron.minutes):
            for fold in (0, 1):
                wall = datetime.combine(day, time(hour, minute, fold=fold), place)
                moment = wall.astimezone(UTC)
                if moment.astimezone(place).replace(tzinfo=None) == wall.replace(tzinfo=None):
                    yield moment

"""Runs of deployments: each one a session that started, or why none did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .deployments import archived, found, paused
from .errors import ApiError, invalid, not_found
from .ids import new_id
from .paging import choice, flag, forward_only, time_range, whole_number, window
from .schedules import due
from .session_agent import run_error_of
from .sessions import open_session
from .store import Records

MAX_LIMIT = 1000
TRIGGERS = ("schedule", "manual")
# Runs that may succeed the next time, so the schedule goes on (documentation).
PASSING = ("session_rate_limited_error", "session_creation_rejected_error")
# How many occurrences one look at the schedules makes up for.
MOST_AT_ONCE = 1000


def run_now(call: Call) -> dict[str, Any]:
    """`POST /v1/deployments/{id}/run`: paused or not (documentation); the answer is the run."""
    deployment = found(call.records, call.path["deployment_id"])
    if deployment["archived_at"] is not None:
        raise invalid("Deployment is archived.")
    return _run(call.records, deployment, {"type": "manual"}, call.now)


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/deployment_runs/{id}`."""
    run = call.records.get("deployment_run", call.path["run_id"])
    if run is None:
        raise not_found("Deployment run not found.")
    return run


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/deployment_runs`: of one deployment, which need not exist, or of all (SDK)."""
    limit = whole_number(call, "limit", default=20, most=MAX_LIMIT)
    within, trigger = time_range(call), choice(call, "trigger_type", *TRIGGERS)
    failed = flag(call, "has_error") if call.query.get("has_error") is not None else None
    rows = [
        (seq, run)
        for seq, run in call.records.page("deployment_run", label=call.query.get("deployment_id"))
        if within(run["created_at"])
        and trigger in (None, run["trigger_context"]["type"])
        and failed in (None, run["error"] is not None)
    ]
    return forward_only(window(call, "deployment_runs", rows, limit))


def run_due(records: Records, now: str) -> list[dict[str, Any]]:
    """Every scheduled run that time has brought since it was last asked; oldest first."""
    runs: list[dict[str, Any]] = []
    for deployment in reversed(records.children("deployment", live=True)):
        if deployment["schedule"] is not None:
            runs += _run_schedule(records, deployment, now)
    return runs


def _run_schedule(records: Records, deployment: dict[str, Any], now: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    for moment in due(deployment["schedule"], deployment["schedule"]["since"], now):
        current = found(records, deployment["id"])
        stopped = current["status"] == "paused" or current["archived_at"] is not None
        if stopped or len(runs) >= MOST_AT_ONCE:
            break
        runs.append(_run_on_time(records, current, moment, now))
    current = found(records, deployment["id"])
    current["schedule"]["since"] = max(now, current["schedule"]["since"])
    records.replace("deployment", current)
    return runs


def _run_on_time(
    records: Records, deployment: dict[str, Any], moment: str, now: str
) -> dict[str, Any]:
    """A failure that will come again pauses the deployment (documentation; SDK)."""
    context = {"type": "schedule", "scheduled_at": moment}
    run = _run(records, deployment, context, now)
    schedule = {**deployment["schedule"], "last_run_at": now}
    changed = {**deployment, "schedule": schedule}
    error = run["error"]
    if error is not None and error["type"] == "agent_archived_error":
        changed = archived(changed, now)
    elif error is not None and error["type"] not in PASSING:
        reason = {"type": "error", "error": {"type": error["type"]}}
        changed = paused(changed, reason, now)
    records.replace("deployment", changed)
    return run


def _run(
    records: Records, deployment: Mapping[str, Any], context: Mapping[str, Any], now: str
) -> dict[str, Any]:
    session_id, error = _session(records, deployment, now)
    run = {
        "id": new_id("drun"),
        "type": "deployment_run",
        "deployment_id": deployment["id"],
        "agent": deployment["agent"],
        "trigger_context": context,
        "session_id": session_id,
        "error": error,
        "created_at": now,
    }
    records.insert("deployment_run", run, label=deployment["id"])
    return run


def _session(
    records: Records, deployment: Mapping[str, Any], now: str
) -> tuple[str | None, dict[str, Any] | None]:
    """The session, or the run's error; what a failed start has written is taken back."""
    copied = ("agent", "environment_id", "initial_events", "resources", "vault_ids")
    sent = {key: deployment[key] for key in copied}
    sent["budget"] = deployment["budget"]
    with records.attempt() as undo:
        try:
            return open_session(records, sent, now, deployment["id"])["id"], None
        except ApiError as error:
            undo()
            return None, {"type": run_error_of(error), "message": error.message}

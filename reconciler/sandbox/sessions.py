"""Sessions: an agent's snapshot at work in an environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .agent_shapes import LISTS
from .budget import BUDGET, check_budget, reason
from .call import Call
from .errors import invalid
from .event_shapes import SESSION_EVENTS, check_events
from .ids import new_id, parsed
from .paging import choice, choices, flag, time_range, whole_number, window
from .resources import RESOURCES, Refusal, attached, check_resources
from .session_agent import (
    RUNNABLE,
    check_runnable,
    check_vaults,
    every_agent,
    found_environment,
    overridden_agent,
    resolved,
)
from .session_events import deliver, forget, found_session
from .session_runs import NO_USAGE, new_work, run_of, saved
from .shapes import list_of, merged_pairs, nullable, obj, pairs, text
from .store import Records

MAX_VAULTS = 50
STATUSES = ("rescheduling", "running", "idle", "terminated")
VAULT_IDS = list_of(text(1), most=MAX_VAULTS)

CREATE = obj(
    {"agent": RUNNABLE, "environment_id": text(1)},
    {
        "budget": BUDGET,
        "initial_events": SESSION_EVENTS,
        "metadata": pairs(nulls=False),
        "resources": RESOURCES,
        "title": nullable(text()),
        "vault_ids": VAULT_IDS,
    },
)
UPDATE = obj(
    optional={
        "agent": obj(optional={key: LISTS[key] for key in ("tools", "mcp_servers")}),
        "budget": nullable(BUDGET),
        "metadata": nullable(pairs(nulls=True)),
        "title": nullable(text()),
        "vault_ids": VAULT_IDS,
    }
)


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/sessions`: idle, unless it is given something to do at once (recorded; SDK)."""
    sent = CREATE(call.body, "")
    check_events(call.records, sent.get("initial_events", []), "initial_events")
    return shown(open_session(call.records, sent, call.now), call.now)


def open_session(
    records: Records, sent: Mapping[str, Any], now: str, deployment_id: str | None = None
) -> dict[str, Any]:
    """The one way a session comes to be: by request, or by a deployment's run."""
    agent = resolved(records, sent["agent"])
    environment = found_environment(records, sent["environment_id"])
    resources = sent.get("resources", [])
    check_vaults(records, sent.get("vault_ids", []))
    check_resources(records, resources, now)
    if resources and environment["config"]["type"] == "self_hosted":
        raise Refusal(
            400,
            "resources: a self-hosted environment cannot mount them",
            "self_hosted_resources_unsupported_error",
        )
    check_runnable(records, agent, environment)
    check_budget(sent.get("budget"), every_agent(agent))
    session_id = new_id("sesn")
    session = {
        "id": session_id,
        "type": "session",
        "status": "idle",
        "title": sent.get("title"),
        "agent": agent,
        "environment_id": environment["id"],
        "vault_ids": sent.get("vault_ids", []),
        "resources": [attached(records, resource, session_id, now) for resource in resources],
        "metadata": merged_pairs({}, sent.get("metadata")),
        "budget": sent.get("budget"),
        "outcome_evaluations": [],
        "usage": NO_USAGE,
        "deployment_id": deployment_id,
        "created_at": now,
        "updated_at": now,
        "archived_at": None,
    }
    records.insert("session", session)
    new_work(records, session, now)
    run = run_of(records, session, now)
    deliver(run, sent.get("initial_events", []))
    return saved(run)


def shown(session: Mapping[str, Any], now: str) -> dict[str, Any]:
    """With its statistics: a canned run takes no time."""
    frozen = session["updated_at"] if session["status"] == "terminated" else now
    begun, ended = parsed(session["created_at"]), parsed(frozen)
    assert begun is not None and ended is not None
    lasted = max(0.0, (ended - begun).total_seconds())
    return {**session, "stats": {"active_seconds": 0.0, "duration_seconds": lasted}}


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions/{id}`."""
    return shown(found_session(call), call.now)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions`: pages in both directions (recorded); filters (SDK)."""
    limit = whole_number(call, "limit", default=20, most=100)
    archived = flag(call, "include_archived")
    within, matches = time_range(call), _filter(call)
    rows = [
        (seq, shown(session, call.now))
        for seq, session in call.records.page("session", live=not archived)
        if within(session["created_at"]) and matches(session)
    ]
    descending = choice(call, "order", "asc", "desc") != "asc"
    return window(
        call, "sessions", rows if descending else rows[::-1], limit, descending=descending
    )


def _filter(call: Call) -> Any:
    statuses = choices(call, "statuses", *STATUSES)
    agent_id = call.query.get("agent_id")
    version = whole_number(call, "agent_version", default=0, most=2**31)
    deployment_id, store_id = call.query.get("deployment_id"), call.query.get("memory_store_id")

    def matches(session: Mapping[str, Any]) -> bool:
        agent = session["agent"]
        stores = [r.get("memory_store_id") for r in session["resources"]]
        return (
            (not statuses or session["status"] in statuses)
            and (agent_id is None or agent["id"] == agent_id)
            # "Only applies when agent_id is also set" (SDK).
            and (agent_id is None or not version or agent["version"] == version)
            and (deployment_id is None or session["deployment_id"] == deployment_id)
            and (store_id is None or store_id in stores)
        )

    return matches


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/sessions/{id}`: tools and servers, budget, metadata, title (SDK)."""
    sent = UPDATE(call.body, "")
    stored = found_session(call)
    if stored["archived_at"] is not None:
        raise invalid("Session is archived.")
    if "vault_ids" in sent:
        raise invalid("vault_ids: cannot be updated")
    changes = _changes(call.records, sent, stored)
    if not changes:
        return shown(stored, call.now)
    run = run_of(call.records, {**stored, **changes}, call.now)
    run.emit("session.updated", **changes)
    return shown(saved(run), call.now)


def _changes(
    records: Records, sent: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if "agent" in sent:
        if stored["status"] == "running":
            raise invalid("agent: cannot be updated while the session is running")
        agent = overridden_agent(records, stored["agent"], sent["agent"])
        changed["agent"] = {key: agent[key] for key in stored["agent"]}
    if "budget" in sent:
        changed["budget"] = _budget(sent["budget"], stored)
    if "title" in sent:
        changed["title"] = sent["title"]
    changed["metadata"] = merged_pairs(stored["metadata"], sent.get("metadata"))
    return {key: value for key, value in changed.items() if stored[key] != value}


def _budget(budget: Any, stored: Mapping[str, Any]) -> Any:
    """Replaced or removed, never added (SDK). A canned session has consumed nothing."""
    if stored["status"] == "terminated":
        raise invalid("budget: the session is terminated")
    if budget is not None and stored["budget"] is None:
        raise reason("budget: can only be set when a session is created", "budget_create_only")
    check_budget(budget, every_agent(stored["agent"]))
    return budget


def archive(call: Call) -> dict[str, Any]:
    """`POST /v1/sessions/{id}/archive`: keeps its history, takes no more events; not while it
    runs (documentation)."""
    session = found_session(call)
    _refuse_running(session, "archived")
    if session["archived_at"] is None:
        session = {**session, "archived_at": call.now, "updated_at": call.now}
        call.records.replace("session", session)
    return shown(session, call.now)


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/sessions/{id}`: with its events, not while it runs; its files stay
    (documentation)."""
    session = found_session(call)
    _refuse_running(session, "deleted")
    forget(call.records, session["id"])
    call.records.delete("session", session["id"])
    return {"id": session["id"], "type": "session_deleted"}


def _refuse_running(session: Mapping[str, Any], what: str) -> None:
    if session["status"] == "running":
        raise invalid(f"A running session cannot be {what}; interrupt it first.")

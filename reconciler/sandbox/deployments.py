"""Deployments: an agent bound to what it needs to run on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .budget import BUDGET, check_budget
from .call import Call
from .errors import invalid, not_found
from .event_shapes import DEPLOYMENT_EVENTS, check_events
from .ids import new_id
from .paging import choice, flag, forward_only, time_range, whole_number, window
from .resources import RESOURCES, check_resources, without_secrets
from .schedules import schedule_shape, shown_schedule
from .session_agent import PINNABLE, check_vaults, found_environment, pinned
from .sessions import VAULT_IDS
from .shapes import Shape, merged_pairs, nullable, obj, pairs, text
from .store import Records

# Documentation: per organization; counted per workspace here.
MAX_SCHEDULED = 1000
STATUSES = ("active", "paused")

NAMED: Mapping[str, Shape] = {
    "agent": PINNABLE,
    "environment_id": text(1),
    "initial_events": DEPLOYMENT_EVENTS,
    "name": text(1),
}
LISTS: Mapping[str, Shape] = {"resources": RESOURCES, "vault_ids": VAULT_IDS}
NULLABLE: Mapping[str, Shape] = {
    "budget": nullable(BUDGET),
    "description": nullable(text()),
    "schedule": nullable(schedule_shape),
}
# SDK: on create the lists and the metadata are not nullable; on update they are.
CREATE = obj(NAMED, {**NULLABLE, **LISTS, "metadata": pairs(nulls=False)})
UPDATE = obj(
    optional={
        **NAMED,
        **NULLABLE,
        **{key: nullable(shape) for key, shape in LISTS.items()},
        "metadata": nullable(pairs(nulls=True)),
    }
)
BLANK: Mapping[str, Any] = {
    "description": None,
    "budget": None,
    "schedule": None,
    "resources": [],
    "vault_ids": [],
    "metadata": {},
}
RESOURCE_SECRET = "resource_{}"


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/deployments`: pins the agent's newest version, or the one named (SDK)."""
    sent = CREATE(call.body, "")
    deployment = {
        "id": new_id("depl"),
        "type": "deployment",
        **BLANK,
        "status": "active",
        "paused_reason": None,
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    deployment |= _settled(call, sent, deployment)
    call.records.insert("deployment", deployment, label=deployment["agent"]["id"])
    _keep_tokens(call.records, deployment["id"], sent)
    return shown(deployment, call.now)


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/deployments/{id}`."""
    return shown(found(call.records, call.path["deployment_id"]), call.now)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/deployments`, by agent; `status` excludes `include_archived` (SDK)."""
    status, archived = choice(call, "status", *STATUSES), flag(call, "include_archived")
    if status is not None and archived:
        raise invalid("status and include_archived cannot be combined")
    limit = whole_number(call, "limit", default=20, most=100)
    within, agent_id = time_range(call), call.query.get("agent_id")
    rows = [
        (seq, shown(deployment, call.now))
        for seq, deployment in call.records.page("deployment", live=not archived)
        if within(deployment["created_at"])
        and agent_id in (None, deployment["agent"]["id"])
        and status in (None, deployment["status"])
    ]
    return forward_only(window(call, "deployments", rows, limit))


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/deployments/{id}`: omitted fields stay; lists, schedule and budget are replaced
    as a whole, null clears them; the agent as a string is pinned anew (SDK)."""
    sent = UPDATE(call.body, "")
    stored = found(call.records, call.path["deployment_id"])
    _refuse_archived(stored)
    changed = {**stored, **_settled(call, sent, stored)}
    if changed != stored:
        changed["updated_at"] = call.now
    _replace(call.records, stored, changed)
    _keep_tokens(call.records, stored["id"], sent)
    return shown(changed, call.now)


def archive(call: Call) -> dict[str, Any]:
    """`POST …/archive`: for ever; reported as active, with `archived_at` (SDK)."""
    stored = found(call.records, call.path["deployment_id"])
    if stored["archived_at"] is None:
        stored = archived(stored, call.now)
        call.records.replace("deployment", stored)
    return shown(stored, call.now)


def pause(call: Call) -> dict[str, Any]:
    """`POST …/pause`; a paused one keeps its reason."""
    stored = found(call.records, call.path["deployment_id"])
    _refuse_archived(stored)
    if stored["status"] == "active":
        stored = paused(stored, {"type": "manual"}, call.now)
        call.records.replace("deployment", stored)
    return shown(stored, call.now)


def unpause(call: Call) -> dict[str, Any]:
    """`POST …/unpause`: what was missed is not made up for (documentation)."""
    stored = found(call.records, call.path["deployment_id"])
    _refuse_archived(stored)
    if stored["status"] == "paused":
        stored = {**stored, "status": "active", "paused_reason": None, "updated_at": call.now}
        if stored["schedule"] is not None:
            stored["schedule"] = {**stored["schedule"], "since": call.now}
        call.records.replace("deployment", stored)
    return shown(stored, call.now)


def archive_deployments_of(records: Records, agent_id: str, now: str) -> None:
    """Archiving an agent archives its deployments in the same operation (documentation)."""
    for deployment in records.children("deployment", label=agent_id, live=True):
        records.replace("deployment", archived(deployment, now))


def archived(deployment: Mapping[str, Any], now: str) -> dict[str, Any]:
    """The same, archived: no longer paused."""
    return {
        **deployment,
        "status": "active",
        "paused_reason": None,
        "archived_at": now,
        "updated_at": now,
    }


def paused(deployment: Mapping[str, Any], reason: Mapping[str, Any], now: str) -> dict[str, Any]:
    """The same, paused."""
    return {**deployment, "status": "paused", "paused_reason": reason, "updated_at": now}


def shown(deployment: Mapping[str, Any], now: str) -> dict[str, Any]:
    """As it is answered: the schedule computed, no budget when there is none (SDK)."""
    visible = {**deployment, "schedule": shown_schedule(deployment, now)}
    if visible["budget"] is None:
        del visible["budget"]
    return visible


def found(records: Records, id: str) -> dict[str, Any]:
    """The deployment, archived or not."""
    deployment = records.get("deployment", id)
    if deployment is None:
        raise not_found("Deployment not found.")
    return deployment


def _refuse_archived(deployment: Mapping[str, Any]) -> None:
    if deployment["archived_at"] is not None:
        raise invalid("Cannot modify archived deployment")


def _settled(call: Call, sent: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were sent, checked and as they are kept."""
    records = call.records
    fields = {key: sent[key] for key in ("name", "environment_id", "initial_events") if key in sent}
    if "agent" in sent:
        snapshot = pinned(records, sent["agent"])
        fields["agent"] = {"type": "agent", "id": snapshot["id"], "version": snapshot["version"]}
    if "environment_id" in sent:
        found_environment(records, sent["environment_id"])
    if "initial_events" in sent:
        check_events(records, sent["initial_events"], "initial_events")
    if "vault_ids" in sent:
        fields["vault_ids"] = sent["vault_ids"] or []
        check_vaults(records, fields["vault_ids"])
    if "resources" in sent:
        check_resources(records, sent["resources"] or [], call.now)
        fields["resources"] = [without_secrets(r) for r in sent["resources"] or []]
    if "description" in sent:
        fields["description"] = sent["description"] or None
    if "schedule" in sent:
        fields["schedule"] = _schedule(call, sent["schedule"], stored)
    if "budget" in sent:
        fields["budget"] = sent["budget"]
    fields["metadata"] = merged_pairs(stored["metadata"], sent.get("metadata"))
    _check_budget(records, {**stored, **fields})
    return fields


def _schedule(call: Call, sent: Any, stored: Mapping[str, Any]) -> Any:
    """A changed schedule counts from now on."""
    old = stored["schedule"]
    if sent is None:
        return None
    if old is not None and all(old[key] == value for key, value in sent.items()):
        return old
    scheduled = [d for d in call.records.children("deployment", live=True) if d["schedule"]]
    if old is None and len(scheduled) >= MAX_SCHEDULED:
        raise invalid(f"schedule: at most {MAX_SCHEDULED} scheduled deployments are allowed")
    last = old["last_run_at"] if old else None
    return {**sent, "last_run_at": last, "since": call.now}


def _check_budget(records: Records, deployment: Mapping[str, Any]) -> None:
    """The agent's own model; a roster is looked at when a session starts (SDK)."""
    agent = deployment["agent"]
    snapshot = records.get("agent_version", f"{agent['id']}@{agent['version']}")
    check_budget(deployment["budget"], [snapshot] if snapshot else [])


def _replace(records: Records, stored: Mapping[str, Any], changed: dict[str, Any]) -> None:
    """With another agent it is listed under another name, in its old place."""
    records.replace("deployment", changed)
    if changed["agent"]["id"] != stored["agent"]["id"]:
        records.relabel("deployment", changed["id"], changed["agent"]["id"])


def _keep_tokens(records: Records, id: str, sent: Mapping[str, Any]) -> None:
    """Digests only, replaced along with the resources they belong to."""
    if "resources" not in sent:
        return
    records.drop_secrets(id)
    for index, resource in enumerate(sent["resources"] or []):
        if "authorization_token" in resource:
            name = RESOURCE_SECRET.format(index)
            records.keep_secret(id, name, resource["authorization_token"])

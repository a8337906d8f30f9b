"""The models the server lists: the ids the SDK names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .call import Call
from .errors import invalid, not_found
from .models import EFFORTS
from .paging import choices, whole_number

MAX_LIMIT = 1000
STAGES = ("active", "deprecated", "retired")
# "May be set to an epoch value if the release date is unknown" (SDK).
EPOCH = "1970-01-01T00:00:00Z"
DATED = re.compile(r"(?P<alias>.+)-(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)")


@dataclass(frozen=True)
class Model:
    """What tells one model from another; an id with a date has its alias without it."""

    id: str
    lifecycle: str = "active"
    retires_at: str | None = None

    @property
    def alias(self) -> str:
        dated = DATED.fullmatch(self.id)
        return dated["alias"] if dated else self.id


# The order of the SDK's list: more recent ones first. Lifecycles are its table of retirements.
MODELS = (
    Model("claude-fable-5-2"),
    Model("claude-mythos-5-2"),
    Model("claude-haiku-5-5"),
    Model("claude-sonnet-5-5"),
    Model("claude-fable-5-1"),
    Model("claude-opus-5-5"),
    Model("claude-mythos-5-1"),
    Model("claude-sonnet-5"),
    Model("claude-fable-5"),
    Model("claude-mythos-5"),
    Model("claude-opus-5"),
    Model("claude-opus-4-8"),
    Model("claude-opus-4-7"),
    Model("claude-mythos-preview", "retired", "2026-06-30T00:00:00Z"),
    Model("claude-opus-4-6"),
    Model("claude-sonnet-4-6"),
    Model("claude-opus-4-5-20251101"),
    Model("claude-haiku-4-5-20251001"),
    Model("claude-sonnet-4-5-20250929", "deprecated", "2026-11-30T00:00:00Z"),
)
BY_NAME = {name: model for model in MODELS for name in (model.alias, model.id)}


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/models/{id}`: by id or alias (SDK)."""
    model = BY_NAME.get(call.path["model_id"])
    if model is None:
        raise not_found(f"model: {call.path['model_id']}")
    return _shown(model)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/models`: an id is the cursor; retired ones only on request (SDK)."""
    stages = choices(call, "lifecycle", *STAGES) or ["active", "deprecated"]
    limit = whole_number(call, "limit", default=20, most=MAX_LIMIT)
    listed = [model for model in MODELS if model.lifecycle in stages]
    start, end = _between(call, [model.id for model in listed], limit)
    page = listed[start:end]
    backwards = call.query.get("before_id") is not None
    return {
        "data": [_shown(model) for model in page],
        "has_more": start > 0 if backwards else end < len(listed),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def _between(call: Call, ids: list[str], limit: int) -> tuple[int, int]:
    """The page right after one id or right before another."""
    after, before = call.query.get("after_id"), call.query.get("before_id")
    if after is not None and before is not None:
        raise invalid("after_id and before_id cannot be combined")
    for name, id in (("after_id", after), ("before_id", before)):
        if id is not None and id not in ids:
            raise invalid(f'{name}: "{id}" is not in the list')
    if before is not None:
        end = ids.index(before)
        return max(0, end - limit), end
    start = ids.index(after) + 1 if after is not None else 0
    return start, min(start + limit, len(ids))


def _shown(model: Model) -> dict[str, Any]:
    dated = DATED.fullmatch(model.id)
    family, _, number = model.alias.removeprefix("claude-").partition("-")
    return {
        "id": model.id,
        "type": "model",
        "display_name": f"Claude {family.title()} {number.replace('-', '.').title()}",
        "created_at": "{year}-{month}-{day}T00:00:00Z".format(**dated.groupdict())
        if dated
        else EPOCH,
        "lifecycle": model.lifecycle,
        "deprecated_at": None,
        "retires_at": model.retires_at,
        "line": family,
        "max_input_tokens": None,
        "max_tokens": None,
        "allowed_fallback_models": [],
        "capabilities": _capabilities(),
    }


def _capabilities() -> dict[str, Any]:
    """The same for all, in accord with what saving an agent accepts here."""
    yes, no = {"supported": True}, {"supported": False}
    thinking = {"adaptive": yes, "between_tools": no, "disabled": yes, "enabled": yes}
    return {
        "batch": yes,
        "citations": yes,
        "code_execution": yes,
        "compaction": None,
        "context_management": {"supported": False},
        "effort": {"supported": True, **dict.fromkeys(EFFORTS, yes)},
        "image_input": yes,
        "pdf_input": yes,
        "server_tools": {"supported": True, "code_execution": yes, "web_search": yes},
        "structured_outputs": yes,
        "thinking": {"supported": True, "types": thinking},
    }

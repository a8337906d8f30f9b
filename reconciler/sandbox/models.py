"""Model settings of an agent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import invalid
from .shapes import nullable, obj, one_of, string_or, tagged, text

EFFORTS = ("low", "medium", "high", "xhigh", "max")
# Documentation: `high` for most models; which ones differ is unknown.
DEFAULT_EFFORT = {"type": "high"}
# Documentation, "Fast mode".
FAST = ("claude-opus-4-8", "claude-opus-5", "claude-opus-5-5")
# Ids older than the 4.5 family put the number first or carry no minor number.
TOO_OLD = re.compile(r"claude-(\d|instant|(opus|sonnet)-4(-\d{8}|-[01](-\d{8})?)?$)")

EFFORT = nullable(
    string_or(tagged(dict.fromkeys(EFFORTS, obj({"type": one_of(*EFFORTS)}))), one_of(*EFFORTS))
)
MODEL = string_or(
    obj(
        {"id": text(1)},
        {
            "effort": EFFORT,
            "speed": nullable(one_of("standard", "fast")),
            "inference_geo": nullable(text(1)),
        },
    )
)


def settled_model(sent: Any, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """The whole object is replaced, but an omitted effort stays while the id does (SDK)."""
    given = {"id": sent} if isinstance(sent, str) else sent
    kept = stored["effort"] if stored and stored["id"] == given["id"] else DEFAULT_EFFORT
    effort = given.get("effort") or kept
    model = {
        "id": given["id"],
        "effort": {"type": effort} if isinstance(effort, str) else effort,
        "speed": given.get("speed") or "standard",
    }
    if given.get("inference_geo"):
        model["inference_geo"] = given["inference_geo"]
    return model


def check_model(model: Mapping[str, Any]) -> None:
    """The 4.5 family and newer run agents; `fast` is for some of them (documentation)."""
    check_model_id(model["id"], "model")
    if model["speed"] == "fast" and model["id"] not in FAST:
        raise invalid(f'model.speed: "fast" is not available for {model["id"]}')


def check_model_id(written: str, path: str) -> None:
    """A Claude model that is not too old; no list of ids is kept, new ones appear often."""
    if not written.startswith("claude-") or TOO_OLD.match(written):
        raise invalid(f'{path}: "{written}" is not a model that managed agents support')

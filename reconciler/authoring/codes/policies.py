"""Pages about what a change does to the rules it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import WARNING, Code

_AFTER = "A change is judged by the rules of the branch it goes to, or it could lift them itself."

CODES: Final[Mapping[str, Code]] = {
    "policy.changed": Code(
        "a change alters the project's rules",
        _AFTER,
        "Review the new rules; they count once the change is merged.",
        severities=WARNING,
    ),
    "policy.override_changed": Code(
        "a change alters what a target overrides",
        "An override changes an agent in one target, and does not show in the agent's folder.",
        "Read the override as part of the agent.",
        severities=WARNING,
    ),
    "policy.target_changed": Code(
        "a change alters a target",
        "Variables, tenants and expectations of a target reach every agent in it.",
        "See which agents it affects.",
        severities=WARNING,
    ),
    "policy.unreadable": Code(
        "the file given with --policy holds no rules that can be read",
        "Going on without rules would look like keeping them.",
        "Give the reconcile.yaml of the branch that the change goes to.",
        "git show origin/main:reconcile.yaml > base.yaml; reconcile plan --policy base.yaml",
    ),
}

"""Skills that may change without a change in git, and skills that are there twice."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.authoring.lints.given import Given, remark
from reconciler.engine.diagnostics import Diagnostic, warning
from reconciler.engine.values import Ref


def unpinned(given: Given) -> Iterator[Diagnostic]:
    """A skill without a version: the newest one counts, whenever a session starts."""
    for agent in given.agents:
        for index, skill in enumerate(agent.resource.body.get("skills") or ()):
            if skill.get("version", "latest") != "latest":
                continue
            identity = skill["skill_id"]
            name = identity.address.name if isinstance(identity, Ref) else identity
            hint = f"write anthropic/{name}@VERSION"
            if isinstance(identity, Ref):
                hint = "leave `version: latest` out: it is then pinned to the folder's content"
            elif skill["type"] == "custom":
                hint = "write `version:`"
            message = f"{name} is used in its newest version, which can change without a plan"
            yield remark(agent, "skill.unpinned", message, ("skills", index), hint)


def same_content(given: Given) -> Iterator[Diagnostic]:
    """One content under two names: the model is offered it twice, and edits will miss one."""
    first: dict[str, str] = {}
    for skill in given.skills:
        other = first.setdefault(skill.likeness, skill.slug)
        if other != skill.slug:
            message = f"{skill.slug} has the same content as {other}, apart from its name"
            yield warning(
                "skill.same_content",
                message,
                f"keep one of them, as shared/{other}",
                span=skill.content.span,
                address=f"skill/{skill.slug}",
            )

"""Planning of skills: one live skill per slug, one version per content, nothing uploaded twice."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.desired import Resource, SkillContent
from reconciler.engine.live import skill_label
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, FieldChange
from reconciler.engine.plan_fields import left_behind, missing_message
from reconciler.engine.world import Draft, World


def plan_skill(resource: Resource, world: World, draft: Draft) -> None:
    """Decide one skill: upload the contents that no live version has."""
    address = resource.address
    item = world.found(address)
    known = dict(item.contents) if item else {}
    upload = [content for content in resource.contents if content.digest not in known]
    protect = resource.lifecycle.protect
    entry = LockEntry(id=item.id if item else "", versions=known, protect=protect)
    if item and not upload:
        draft.keep(world, address, entry)
        return
    label = skill_label(address.name, world.desired.project, world.desired.target.name)
    payload = {
        "display_name": label,
        "slug": address.name,
        "upload": [content.digest for content in upload],
    }
    action = Action(
        address=address,
        verb="update" if item else "create",
        reason="new version" if item else "new",
        payload=payload,
        fields=tuple(_change(content) for content in upload),
        expected=Expected(item.id) if item else None,
        notes=tuple(_size(content) for content in upload),
        span=resource.span,
        lock=entry,
    )
    if address not in world.matched.missing:
        draft.act(action)
    elif address in world.options.recreate:
        draft.act(replace(action, reason="made again", notes=left_behind(address, world)))
    else:
        draft.hold(action, "refused", missing_message(address, world))


def _change(content: SkillContent) -> FieldChange:
    files = {file.path: f"{file.size} bytes" for file in content.files}
    return FieldChange("content", "change", desired=files, span=content.span)


def _size(content: SkillContent) -> str:
    total = sum(file.size for file in content.files)
    short = content.digest.removeprefix("sha256:")[:12]
    return f"upload {len(content.files)} files, {total} bytes, content {short}"

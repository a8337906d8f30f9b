"""Planning of skills: one live skill per slug, one version per content, nothing uploaded twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from reconciler.engine.desired import Resource, SkillContent, SkillFile
from reconciler.engine.live import LiveObject, skill_label
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, FieldChange
from reconciler.engine.plan_fields import left_behind, missing_message
from reconciler.engine.skill_diff import FileDiff, file_diffs
from reconciler.engine.values import ABSENT
from reconciler.engine.world import Draft, World


def plan_skill(resource: Resource, world: World, draft: Draft) -> None:
    """Decide one skill: upload the contents that no live version has."""
    address = resource.address
    item = world.found(address)
    known = dict(item.contents) if item else {}
    upload = [content for content in resource.contents if content.digest not in known]
    protect = resource.lifecycle.protect
    entry = LockEntry(id=item.id if item else "", versions=known, protect=protect)
    before = world.lock.entry(address)
    if item and before:  # a label is for life, so that another owner's stays on it
        entry = replace(entry, taken_over=before.taken_over)
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
        fields=tuple(_change(content, item.files if item else ()) for content in upload),
        expected=Expected(item.id) if item else None,
        notes=tuple(_notes(upload, item, world)),
        files=_files(upload, item),
        span=resource.span,
        lock=entry,
    )
    if address not in world.matched.missing:
        draft.act(action)
    elif address in world.options.recreate:
        draft.act(replace(action, reason="made again", notes=left_behind(address, world)))
    else:
        draft.hold(action, "refused", missing_message(address, world))


def _change(content: SkillContent, before: Sequence[SkillFile]) -> FieldChange:
    """The files, next to those of the newest version if they are known."""
    said = partial(_said, exactly=bool(before))
    return FieldChange(
        "content",
        "change",
        desired={file.path: said(file) for file in content.files},
        live={file.path: said(file) for file in before} if before else ABSENT,
        span=content.span,
    )


def _files(upload: Sequence[SkillContent], item: LiveObject | None) -> tuple[FileDiff, ...]:
    if item is None:
        return file_diffs(upload, (), {})
    return file_diffs(upload, item.files, item.texts) if item.files else ()


def _said(file: SkillFile, *, exactly: bool) -> str:
    return f"{file.size} bytes, {_short(file.digest)}" if exactly else f"{file.size} bytes"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _notes(upload: Sequence[SkillContent], item: LiveObject | None, world: World) -> Iterator[str]:
    for content in upload:
        total = sum(file.size for file in content.files)
        short = _short(content.digest)
        yield f"upload {len(content.files)} files, {total} bytes, content {short}"
    gone = [] if item else _left(world)
    if gone:
        others = ", ".join(gone)
        yield f"a skill's name can't change: if this was {others}, it is a new skill all the same"


def _left(world: World) -> list[str]:
    """The skills that the lock knows and the folders no longer name."""
    named = {resource.address for resource in world.desired.resources}
    left = [str(one) for one in world.lock.objects if one.kind == "skill" and one not in named]
    return sorted(left)

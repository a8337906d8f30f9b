"""`skills` of an agent into the API's form, and the skills themselves into resources."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from reconciler.authoring.agent_form import AnthropicSkill, CustomSkill, SkillPath
from reconciler.authoring.agentlift_files import SHARED
from reconciler.authoring.ant_skills import note_differences
from reconciler.authoring.discovery import Definition
from reconciler.authoring.documents import Scope
from reconciler.authoring.files import Refused, inside
from reconciler.authoring.run import Run
from reconciler.authoring.skills import Skill, read_skill
from reconciler.authoring.variables import fill
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address
from reconciler.engine.desired import Resource, SkillContent
from reconciler.engine.diagnostics import Span, note
from reconciler.engine.values import Ref

LATEST = "latest"
_ANTHROPIC = re.compile(r"anthropic/([^@\s/]+)(?:@(\S+))?\Z")


@dataclass(slots=True)
class SkillShelf:
    """The skill folders read so far in this run, by path: each is read and hashed once. A skill in
    a folder of `named` goes by the name that its SKILL.md says, not by the folder's."""

    named: frozenset[str] = frozenset()
    read: dict[str, Skill | None] = field(default_factory=dict)

    def get(self, folder: str, run: Run) -> Skill | None:
        if folder not in self.read:
            address = f"skill/{folder.rpartition('/')[2]}"
            named = folder in self.named
            skill = read_skill(run.files, folder, address, run.findings, named=named)
            if named and skill is not None:
                note_differences(skill.content, folder, run)
            self.read[folder] = skill
        return self.read[folder]


def project_skills(definitions: list[Definition], shelf: SkillShelf, run: Run) -> None:
    """Read every skill of the project, used or not: what is in `skills/` is what is live."""
    for definition in definitions:
        shelf.get(definition.folder, run)


def unused_skills(agents: list[Definition], shelf: SkillShelf, run: Run) -> None:
    """A note for each skill folder inside an agent's folder, or in agentlift's shared one, that
    nobody names."""
    words = {f"{agent.folder}/skills": "./skills/" for agent in agents if agent.alone}
    for agent in agents:
        if agent.dialect == "agentlift":
            words |= {f"{agent.folder}/skills": "", f"{SHARED}/skills": "shared/"}
    for folder, word in words.items():
        try:
            for entry in run.files.entries(folder):
                manifest = f"{entry.path}/SKILL.md"
                if entry.is_folder and entry.path not in shelf.read and run.files.is_file(manifest):
                    hint = f"name it in `skills:` of an agent ({word}{entry.name})"
                    message = "no agent names this skill, so it is not uploaded"
                    run.findings.append(note("skill.unused", message, hint, span=Span(manifest)))
        except Refused as refused:
            run.findings.append(refused.at(Span(folder)))


def skill_resources(shelf: SkillShelf, run: Run) -> list[Resource]:
    """One resource per slug, with each distinct content of it; its place is the project's copy
    of the skill if there is one."""
    contents: dict[str, dict[str, SkillContent]] = {}
    folders: dict[str, list[str]] = {}
    shared = f"{run.paths.skills}/"
    for folder, skill in sorted(shelf.read.items(), key=lambda item: _first(item[0], shared)):
        if skill is not None:
            folders.setdefault(skill.slug, []).append(f"{folder}/")
            contents.setdefault(skill.slug, {}).setdefault(skill.content.digest, skill.content)
    return [
        Resource(
            address=Address("skill", slug),
            body={},
            span=next(iter(known.values())).span,
            contents=tuple(known[digest] for digest in sorted(known)),
            files=tuple(sorted(folders[slug])),
        )
        for slug, known in sorted(contents.items())
    ]


def _first(folder: str, shared: str) -> tuple[bool, str]:
    return not folder.startswith(shared), folder


def compile_skills(
    skills: list[Any] | None, folder: str, shelf: SkillShelf, run: Run, scope: Scope
) -> list[dict[str, Any]]:
    """The API's `skills`: folders as references pinned to their content, the rest as written."""
    bodies: list[dict[str, Any]] = []
    seen: set[Any] = set()
    for index, entry in enumerate(skills or ()):
        place: KeyPath = ("skills", index)
        body = _one(entry, folder, place, shelf, run, scope)
        if body is None:
            continue
        if body["skill_id"] in seen:
            name = body["skill_id"]
            shown = name.address.name if isinstance(name, Ref) else name
            scope.error("skill.duplicate", f"the skill {shown} is here twice", place, "keep one")
        seen.add(body["skill_id"])
        bodies.append(body)
    return bodies


def _one(
    entry: Any, folder: str, place: KeyPath, shelf: SkillShelf, run: Run, scope: Scope
) -> dict[str, Any] | None:
    if isinstance(entry, AnthropicSkill | CustomSkill):
        return _typed(entry, place, run, scope)
    pinned = not (isinstance(entry, SkillPath) and entry.version == LATEST)
    text = entry.path if isinstance(entry, SkillPath) else entry
    if text.startswith("anthropic/"):
        filled = fill(text, place, run.variables, scope)
        return None if filled is None else _anthropic(filled, place, pinned, scope)
    path = _folder(text, folder, place, run, scope)
    skill = None if path is None else shelf.get(path, run)
    if skill is None:
        return None
    address = Address("skill", skill.slug)
    version = Ref(address, "version", skill.content.digest) if pinned else LATEST
    return {"type": "custom", "skill_id": Ref(address, "id"), "version": version}


def _typed(
    entry: AnthropicSkill | CustomSkill, place: KeyPath, run: Run, scope: Scope
) -> dict[str, Any] | None:
    skill_id = fill(entry.skill_id, (*place, "skill_id"), run.variables, scope)
    version = fill(entry.version or LATEST, (*place, "version"), run.variables, scope)
    if skill_id is None or version is None:
        return None
    body: dict[str, Any] = {"type": entry.type, "skill_id": skill_id}
    if entry.version is not None or entry.type == "anthropic":
        body["version"] = version
    return body


def _anthropic(text: str, place: KeyPath, pinned: bool, scope: Scope) -> dict[str, Any] | None:
    match = _ANTHROPIC.match(text)
    if match is None:
        scope.error("skill.reference", f"{text} names no skill", place, "anthropic/docx@20251013")
        return None
    version = (match[2] if pinned else None) or LATEST
    return {"type": "anthropic", "skill_id": match[1], "version": version}


def _folder(text: str, folder: str, place: KeyPath, run: Run, scope: Scope) -> str | None:
    """The skill folder that `./path` or `shared/NAME` means, if it is there."""
    try:
        if text.startswith("shared/"):
            path = inside(run.paths.skills, text.removeprefix("shared/"))
        elif text.startswith(("./", "../", "/", "~")):
            path = inside(folder, text)
        else:
            hint = f"shared/{text} is a skill of the project, ./{text} a folder beside this file"
            scope.error("skill.reference", f"{text} is neither a path nor shared/…", place, hint)
            return None
        if path.endswith("/SKILL.md"):
            path = path.removesuffix("/SKILL.md")
        _refuse_links(path, run)
        if not run.files.is_folder(path) or path == "":
            known = [entry.name for entry in run.files.entries(run.paths.skills) if entry.is_folder]
            hint = f"skills of the project: {', '.join(known)}" if known else ""
            hint = hint or "make the folder with a SKILL.md in it, or mind the path"
            message = f"there is no skill folder {path}"
            if run.files.entry(path) is not None:
                message = f"{path} is a file, and a skill is a folder with a SKILL.md"
            scope.error("skill.missing", message, place, hint)
            return None
    except Refused as refused:
        scope.error(refused.code, str(refused), place, refused.hint)
        return None
    return path


def _refuse_links(path: str, run: Run) -> None:
    """Raise Refused if the folder itself is a symlink (its parents are checked when read)."""
    entry = run.files.entry(path)
    if entry is not None and entry.is_symlink:
        hint = "put the folder itself there"
        raise Refused("path.symlink", f"{path} is a symbolic link, which is never followed", hint)

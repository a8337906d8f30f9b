"""Skills as `ant apply` has them: paths, patterns and ids in one list, and folders that are
uploaded under the name in their SKILL.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from posixpath import relpath
from typing import Any

from reconciler.authoring.discovery import Definition
from reconciler.authoring.documents import Document, Item, Scope
from reconciler.authoring.files import Refused, inside
from reconciler.authoring.globs import is_glob, matching
from reconciler.authoring.markdown import parse_markdown
from reconciler.authoring.run import Defined, Run
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.desired import SkillContent
from reconciler.engine.diagnostics import note

LATEST = "latest"
_ID = re.compile(r"skill_(?:[a-z]+_)?[A-Za-z0-9]{24}\Z")
_REMOTE = re.compile(r"(?:https?://|git@|github\.com/)")
_TITLES = ("display_name", "display_title", "title")
#: What that tool leaves out of a skill, besides what is left out here.
_LEFT_OUT = ("build", "dist", "vendor", "venv")


def skills_in_own_words(
    document: Document, definition: Definition, scope: Scope, run: Run
) -> Document:
    """The document with a path for each folder that an entry of `skills` stands for."""
    items = document.items(("skills",))
    kept = [
        entry for at, item in enumerate(items) for entry in _entry(item, at, definition, scope, run)
    ]
    same = len(kept) == len(items) and all(new is old for new, old in zip(kept, items, strict=True))
    return document if same else document.with_items(("skills",), kept)


def _entry(item: Item, at: int, definition: Definition, scope: Scope, run: Run) -> Iterator[Item]:
    value, place = item.value, ("skills", at)
    key, written = _path_of(value, definition, run)
    if not written:
        if isinstance(value, str) and _ID.match(value):
            yield Item({"type": "custom", "skill_id": value}, item.home)
        else:
            yield item
        return
    spot: KeyPath = (*place, key) if key else place
    if _REMOTE.match(written):
        message = "a skill of another repository is not read"
        hint = f"copy its folder to {run.paths.skills}/NAME, and write shared/NAME"
        scope.error("skill.remote", message, spot, hint)
    elif key == "path" and not is_glob(written) and not {"type", "skill_id"} & value.keys():
        yield item
    elif key and not _is_bare(value, key, place, scope):
        return
    elif is_glob(written):
        for path in _matching(written, definition.folder, spot, scope, run):
            yield _placed(path, value, key, item, scope.document, spot)
    elif written == value:
        yield item
    else:
        yield _placed(written, value, key, item, scope.document, spot)


def _path_of(value: Any, definition: Definition, run: Run) -> tuple[str, str]:
    """The key under which an entry names a folder ("" for the entry itself), and the path as one
    that begins with a dot; "" if it names none, or only in this project's own way."""
    if isinstance(value, str):
        return "", _as_path(value, definition, run)
    for key in ("path", "skill_id") if isinstance(value, dict) else ():
        written = value.get(key)
        if isinstance(written, str):
            path = _as_path(written, definition, run)
            return key, path or (written if key == "path" else "")
    return "", ""


def _as_path(written: str, definition: Definition, run: Run) -> str:
    if written.startswith(("./", "../")) or _REMOTE.match(written):
        return written
    if definition.dialect != "ant" or _ID.match(written) or not written:
        return ""
    if is_glob(written):
        return f"./{written}"
    try:
        there = run.files.is_folder(inside(definition.folder, written))
    except Refused:
        return ""
    return f"./{written}" if there else ""


def _is_bare(value: dict[str, Any], key: str, place: KeyPath, scope: Scope) -> bool:
    """Whether the path stands with nothing that would override what it refers to."""
    allowed = {key, "version", *(("type",) if key == "skill_id" else ())}
    extra = [other for other in value if other not in allowed]
    for other in extra:
        message = f"`{other}` can't stand beside the path of a folder"
        scope.key_error("field.unknown", message, (*place, other), "take it out")
    version = value.get("version", LATEST)
    if version != LATEST:
        hint = "leave it out to pin what the folder holds, or write latest"
        message = f"a folder's version is latest, not {version}"
        scope.error("field.value", message, (*place, "version"), hint)
    if key == "skill_id" and value.get("type") != "custom":
        message = "a folder is a skill of the type custom"
        scope.error("skill.reference", message, (*place, key), "write the path alone")
        return False
    return not extra and version == LATEST


def _matching(written: str, folder: str, place: KeyPath, scope: Scope, run: Run) -> Iterator[str]:
    """The folders that a pattern matches, links too, for the reader of skills to refuse."""
    try:
        entries = matching(written, folder, run)
    except Refused as refused:
        scope.error(refused.code, str(refused), place, refused.hint)
        return
    found = [entry.path for entry in entries if entry.is_folder or entry.is_symlink]
    if not found:
        hint = "mind the folder it starts in, or take the entry out"
        scope.error("skill.missing", f"no folder matches {written}", place, hint)
    for path in found:
        relative = relpath(path, folder or ".")
        yield relative if relative.startswith("../") else f"./{relative}"


def _placed(path: str, value: Any, key: str, item: Item, document: Document, spot: KeyPath) -> Item:
    """The entry for one folder, where what stands for it was written."""
    if isinstance(value, dict) and value.get("version") == LATEST:
        parts: dict[KeyPath, KeyPath] = {("path",): (key,)}
        return Item({"path": path, "version": LATEST}, item.home, parts)
    return Item(path, document.home(spot))


def named_skills(agents: Iterable[Defined], listed: Set[str]) -> frozenset[str]:
    """The skill folders that go by the name in their SKILL.md: those that the agents of this
    dialect name, and those `listed`."""
    found = set(listed)
    for agent in agents:
        if agent.definition.dialect != "ant":
            continue
        for item in agent.document.items(("skills",)):
            entry = item.value
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str) and path.startswith(("./", "../")):
                try:
                    found.add(inside(agent.definition.folder, path).removesuffix("/SKILL.md"))
                except Refused:  # which is an error where it is read
                    continue
    return frozenset(found)


def note_differences(content: SkillContent, folder: str, run: Run) -> None:
    """Note what that tool does otherwise with such a folder: its name, its title, its files."""
    file = content.span.file
    try:
        source, _ = parse_markdown(file, run.files.read(file, keep=False))
    except Refused:
        return
    if source is None or not isinstance(source.value, dict):
        return
    address = f"skill/{folder.rpartition('/')[2]}"

    def say(code: str, message: str, hint: str, path: KeyPath = ()) -> None:
        run.findings.append(note(code, message, hint, span=source.key_span(path), address=address))

    base, name = folder.rpartition("/")[2], source.value.get("name")
    if isinstance(name, str) and name.strip() != base:
        message = f"the folder {base} is uploaded as {name.strip()}, as ant apply does"
        say("converted.skill_name", message, "rename one of them", ("name",))
    for key in _TITLES:
        if key in source.value:
            message = f"`{key}` is not the live skill's title, which names the project and target"
            say("converted.skill_title", message, "nothing has to be done", (key,))
    kept = sorted({part for one in content.files if (part := _left_out(one.path))})
    if kept:
        message = f"uploaded here, and left out by ant apply: {', '.join(kept)}"
        say("converted.skill_files", message, "move out of the skill what it does not need")


def _left_out(name: str) -> str:
    """The first part of a file's path for which that tool leaves it out, or ""."""
    *folders, file = name.split("/")
    for at, part in enumerate(folders):
        if part in _LEFT_OUT or part.startswith("."):
            return "/".join((*folders[: at + 1], ""))
    return name if file.startswith(".") else ""

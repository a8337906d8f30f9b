"""Skill folders: what is uploaded, its digest, and the rules of SKILL.md.

Rules from the API reference (§4.4): under 30 MB; `name` at most 64 of a-z, 0-9 and `-`, without
the reserved words; `description` 1-1,024 characters without XML tags; one SKILL.md at the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.files import Entry, Files, Refused
from reconciler.authoring.secrets import in_files
from reconciler.authoring.yaml_source import decode, parse_text
from reconciler.engine.desired import SkillContent, SkillFile
from reconciler.engine.diagnostics import Diagnostic, Span, error, note, warning
from reconciler.engine.values import bytes_digest, content_digest

MAX_BYTES = 30 * 1024 * 1024
MAX_DESCRIPTION = 1024
JUNK = (
    ".DS_Store", "Thumbs.db", "desktop.ini", "._*", "*.pyc", "*.pyo", "*.swp", "*~",
    "__pycache__", ".git", ".hg", ".svn", ".idea", ".vscode", ".venv", "node_modules",
    ".mypy_cache", ".pytest_cache", ".ruff_cache",
)  # fmt: skip
_NAME = re.compile(r"[a-z0-9-]{1,64}\Z")
_NAME_LINE = re.compile(rb"^name:.*\n", re.MULTILINE)
_RESERVED = ("anthropic", "claude")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_FRONTMATTER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill folder that was read: its slug, and its content."""

    slug: str
    content: SkillContent
    likeness: str  # the digest of everything but the name


def read_skill(
    files: Files, folder: str, address: str, findings: list[Diagnostic], *, named: bool = False
) -> Skill | None:
    """Read and check the skill in `folder`. None, with findings, if it can't be uploaded.

    Its name must be the folder's, unless `named` says that SKILL.md alone decides.
    """
    place = Span(f"{folder}/SKILL.md")
    before = len(findings)
    try:
        kept, left_out = _collect(files, folder, address, findings)
        names = {entry.path.removeprefix(f"{folder}/"): entry for entry in kept}
        if not _has_manifest(names, folder, address, findings):
            return None
        data = _contents(files, names)
    except Refused as refused:
        findings.append(refused.at(place, address))
        return None
    if left_out:
        listed = ", ".join(left_out[:8]) + (" …" if len(left_out) > 8 else "")
        findings.append(note("skill.left_out", f"not uploaded: {listed}", span=place))
    findings.extend(in_files({names[name].path: held for name, held in data.items()}, address))
    wanted = None if named else folder.rpartition("/")[2]
    slug = _manifest(place.file, data["SKILL.md"], wanted, address, findings)
    if slug is None or any(item.severity == "error" for item in findings[before:]):
        return None
    listing = tuple(
        SkillFile(name, len(content), files.absolute(names[name].path), bytes_digest(content))
        for name, content in data.items()
    )
    content = SkillContent(content_digest(data), listing, place)
    return Skill(slug, content, _likeness(data))


def is_junk(name: str) -> bool:
    """Whether a file or folder of this name is never part of a skill."""
    return any(fnmatchcase(name, pattern) for pattern in JUNK)


def declared_name(manifest: bytes) -> str | None:
    """The name that a SKILL.md says it has; None if it says none. No rule is checked."""
    text, problem = decode("SKILL.md", manifest)
    match = _FRONTMATTER.match(text) if problem is None else None
    source = parse_text("SKILL.md", match[1], first_line=2)[0] if match else None
    name = source.value.get("name") if source and isinstance(source.value, dict) else None
    return name.strip() if isinstance(name, str) else None


def _likeness(data: dict[str, bytes]) -> str:
    """The digest without the line of SKILL.md that names the skill."""
    manifest = _NAME_LINE.sub(b"", data["SKILL.md"], count=1)
    return content_digest({**data, "SKILL.md": manifest})


def _contents(files: Files, names: dict[str, Entry]) -> dict[str, bytes]:
    """The bytes by name. Raises Refused (`skill.too_large`) before more than the limit is read."""
    data: dict[str, bytes] = {}
    total = 0
    for name, entry in sorted(names.items()):
        try:
            data[name] = files.read(entry.path, limit=MAX_BYTES - total, keep=False)
        except Refused as refused:
            if refused.code != "path.too_large":
                raise
            message = f"the skill has more than 30 MB, counting up to {name}"
            raise Refused("skill.too_large", message, "leave large files out") from None
        total += len(data[name])
    return data


def _collect(
    files: Files, folder: str, address: str, findings: list[Diagnostic]
) -> tuple[list[Entry], list[str]]:
    """The files to upload, and the names left out; what must not be uploaded is a finding."""
    kept: list[Entry] = []
    left_out: list[str] = []

    def refuse(code: str, message: str, entry: Entry, hint: str = "") -> None:
        findings.append(error(code, message, hint, span=Span(entry.path), address=address))

    for entry in _walk(files, folder, left_out):
        if entry.is_symlink:
            hint = "put the file itself there"
            refuse("skill.symlink", f"{entry.path} is a symbolic link", entry, hint)
        elif entry.name.startswith(".env"):
            hint = "move it out of the skill; secrets don't belong in one"
            refuse("path.forbidden", f"{entry.path} would be uploaded", entry, hint)
        elif entry.is_folder:
            refuse("path.not_a_file", f"{entry.path} is a folder", entry, "make it a file")
        elif not entry.is_file:
            hint = "take it out of the skill"
            refuse("skill.file", f"{entry.path} is no regular file", entry, hint)
        elif not entry.path.isprintable():
            message = "a file name has characters that can't be sent"
            refuse("skill.file", message, entry, "rename the file")
        else:
            kept.append(entry)
    return kept, left_out


def _walk(files: Files, folder: str, left_out: list[str], below: str = "") -> Iterator[Entry]:
    for entry in files.entries(folder):
        if is_junk(entry.name):
            left_out.append(below + entry.name + ("/" if entry.is_folder else ""))
        elif entry.is_folder and not (below == "" and entry.name == "SKILL.md"):
            yield from _walk(files, entry.path, left_out, f"{below}{entry.name}/")
        else:
            yield entry


def _has_manifest(
    names: dict[str, Entry], folder: str, address: str, findings: list[Diagnostic]
) -> bool:
    """Whether there is exactly one SKILL.md, at the root and in exact case."""
    manifests = [name for name in names if name.rpartition("/")[2].lower() == "skill.md"]
    for name in manifests:
        place = Span(names[name].path)
        if name == "SKILL.md":
            continue
        if "/" in name:
            message = f"{name} is a second SKILL.md; a skill has one, at its root"
            hint = "make it a skill of its own, or rename it"
            findings.append(error("skill.nested", message, hint, span=place, address=address))
        else:
            message = f"{name} must be called SKILL.md, in exactly this case"
            hint = "rename it, or delete it if there is a SKILL.md"
            findings.append(error("skill.case", message, hint, span=place, address=address))
    if "SKILL.md" in names:
        return True
    if any(item.span == Span(f"{folder}/SKILL.md") for item in findings):
        return False  # it is there, and can't be one
    if not manifests:
        message = f"{folder} holds no SKILL.md, so it is no skill"
        hint = "add SKILL.md with `name` and `description`"
        findings.append(
            error("skill.no_manifest", message, hint, span=Span(folder), address=address)
        )
    return False


def _manifest(
    file: str, data: bytes, wanted: str | None, address: str, findings: list[Diagnostic]
) -> str | None:
    """The slug that SKILL.md's frontmatter names, every rule about the frontmatter checked;
    `wanted` is what it must be, None if it may be anything."""
    text, problem = decode(file, data)
    if problem is not None:
        findings.append(problem)
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        message = "SKILL.md begins with a byte order mark, which may hide its frontmatter"
        hint = "save it without one"
        findings.append(warning("skill.bom", message, hint, span=Span(file), address=address))
    match = _FRONTMATTER.match(text)
    if match is None:
        message = "SKILL.md must begin with frontmatter between two lines ---"
        hint = "begin it with the lines `---`, `name: …`, `description: …`, `---`"
        findings.append(
            error("skill.no_frontmatter", message, hint, span=Span(file), address=address)
        )
        return None
    source, problems = parse_text(file, match[1], first_line=2)
    findings.extend(problems)
    if source is None:
        return None
    scope = Scope(Document(source, source.value), address, findings)
    if not isinstance(source.value, dict):
        hint = "write `name: …` and `description: …`, a line for each"
        scope.error("skill.no_frontmatter", "the frontmatter holds no mapping", (), hint)
        return None
    _description(source.value.get("description"), scope)
    return _slug(source.value.get("name"), wanted, scope)


def _slug(name: object, folder: str | None, scope: Scope) -> str | None:
    if not isinstance(name, str):
        hint = f'name: "{folder}"' if folder else "name: …"
        message = "the frontmatter needs a `name`, and it must be text"
        scope.error("skill.name", message, ("name",), hint)
        return None
    name = name.strip()
    if not _NAME.match(name):
        message = f"`name`: {name[:80]!r} is not a skill's name"
        scope.error("skill.name", message, ("name",), "at most 64 of a-z, 0-9 and -")
        return None
    for word in _RESERVED:
        if word in name:
            message = f"`name`: the word {word} is reserved"
            scope.error("skill.reserved_name", message, ("name",), "choose another name")
    if folder is not None and name != folder:
        message = f"`name` is {name}, but the folder is {folder}; the platform wants them equal"
        hint = "rename one of them; under another name it is a new skill, since a name can't change"
        scope.error("skill.name_mismatch", message, ("name",), hint)
    return name


def _description(text: object, scope: Scope) -> None:
    place = ("description",)
    if not isinstance(text, str) or not text.strip():
        message = "the frontmatter needs a `description`, and it must be text"
        scope.error("skill.description", message, place, "say what the skill is for, and when")
        return
    if len(text) > MAX_DESCRIPTION:
        message = f"the description has {len(text):,} characters; the limit is 1,024"
        scope.error("skill.description_too_long", message, place, "move detail into the body")
    match = _TAG.search(text)
    if match is not None:
        message = f"the description holds the tag {match[0][:40]}, which the platform refuses"
        scope.error("skill.xml_in_description", message, place, "write it without < and >")

"""The system prompt: text, file and appendix, and the reference material behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconciler.authoring.agent_form import AgentForm, Prompt
from reconciler.authoring.documents import Scope
from reconciler.authoring.files import Entry, Refused, inside
from reconciler.authoring.run import Defined, Run, lf, read_beside, read_text
from reconciler.authoring.yaml_source import KeyPath, parse_text
from reconciler.engine.diagnostics import Span, error, note

DEFAULT_FILE = "system-prompt.md"
KNOWLEDGE = "knowledge"
_HEADING = "# Reference material"
_AT_FILE = re.compile(r"@\S+\Z")
_FRONTMATTER = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)
_SKIPPED = (".DS_Store", "Thumbs.db")


@dataclass(frozen=True, slots=True)
class Part:
    """One text that a prompt is made of: the key that brings it in, and where it begins."""

    key: str
    text: str
    place: Span


def system_of(
    form: AgentForm, defined: Defined, run: Run, scope: Scope
) -> tuple[str | None, Span | None, tuple[Part, ...]]:
    """The whole prompt, where it comes from, and its parts; None twice if the agent declares none.

    Parts are joined by one blank line; a final newline is kept. A declared `system` without
    `file` and `text` (`{append: …}`) continues the default: the prose below the frontmatter, or
    system-prompt.md.
    """
    parts: list[Part] = []
    place: Span | None = None
    system = form.system
    _one_prompt(defined, scope)
    if isinstance(system, str):
        place = scope.document.span(("system",))
        if _AT_FILE.match(system):
            hint = f"write `system: {{file: {system[1:]}}}`"
            message = "a prompt of one word that begins with @"
            scope.error("system.at_file", message, ("system",), hint)
        parts.append(Part("system", lf(system), place))
    elif isinstance(system, Prompt):
        place = scope.document.span(("system",))
        parts += _parts(system, defined, run, scope)
    elif "system" not in form.model_fields_set:
        default = _default(defined, run, scope)
        if default is not None:
            parts.append(default)
            place = default.place
    if form.system is not None or _prose(defined) is not None:
        _unused_default(system, defined, run, scope)
    material = _reference_material(form, defined, run, scope)
    if material:
        place = place or scope.document.span(("knowledge",))
    whole = (*parts, *material)
    return ("".join(text for _, text in segments(whole)) if whole else None), place, whole


def segments(parts: Sequence[Part]) -> list[tuple[Part | None, str]]:
    """What the prompt is put together from, in order: the parts, the last with all its line ends,
    and what stands between them."""
    texts = [part for part in parts if part.key == "system"]
    material = [part for part in parts if part.key != "system"]
    found: list[tuple[Part | None, str]] = []
    for part in texts:
        found += [(part, part.text.rstrip("\n")), (None, "\n\n")]
    if not material:
        return [*found[:-2], (texts[-1], texts[-1].text)] if texts else []
    found.append((None, f"{_HEADING}\n\n"))
    for part in material:
        title = f"## {part.place.file.rpartition('/')[2]}\n\n"
        found += [(None, title), (part, part.text.strip()), (None, "\n"), (None, "\n")]
    return found[:-1]


def _parts(prompt: Prompt, defined: Defined, run: Run, scope: Scope) -> Iterator[Part]:
    if prompt.file is None and prompt.text is None and prompt.append is None:
        scope.error("field.missing", "`system`: an empty mapping", ("system",), "add text or file")
    if prompt.text is not None:
        yield Part("system", lf(prompt.text), scope.document.span(("system", "text")))
    if prompt.file is not None:
        place = ("system", "file")
        read = read_beside(run, defined.definition.folder, prompt.file, place, scope)
        if read is not None:
            yield _file_part(*read, place, scope)
    if prompt.append is not None:
        if prompt.text is None and prompt.file is None:
            default = _default(defined, run, scope)
            if default is not None:
                yield default
            else:
                scope.error(
                    "system.nothing_to_append",
                    f"there is no {DEFAULT_FILE} to append to",
                    ("system", "append"),
                    "add `file:` or `text:`",
                )
        yield Part("system", lf(prompt.append), scope.document.span(("system", "append")))


def _prose(defined: Defined) -> str | None:
    """What stands below the frontmatter, to the byte; None if that is nothing but blanks."""
    prose = defined.document.source.prose
    return prose if prose is not None and prose.strip() else None


def _one_prompt(defined: Defined, scope: Scope) -> None:
    """`system` in the frontmatter is a second prompt; in an override it is another target's."""
    source = defined.document.source
    if _prose(defined) is not None and "system" in source.value:
        message = "`system` stands beside a prompt: the text below the frontmatter"
        hint = "keep one of them"
        place = source.key_span(("system",))
        scope.findings.append(
            error("system.two_prompts", message, hint, span=place, address=scope.address)
        )


def _default(defined: Defined, run: Run, scope: Scope) -> Part | None:
    """The prose, or system-prompt.md in the agent's own folder, if it is there."""
    prose = _prose(defined)
    if prose is not None:
        source = defined.document.source
        return Part("system", prose, Span(source.file, source.prose_line))
    path = _default_path(defined, run)
    if path is None:
        return None
    try:
        return _file_part(path, read_text(run, path), ("system",), scope)
    except Refused as refused:
        run.findings.append(refused.at(Span(path), scope.address))
        return None


def _default_path(defined: Defined, run: Run) -> str | None:
    if not defined.definition.alone:
        return None
    path = f"{defined.definition.folder}/{DEFAULT_FILE}"
    entries = run.files.entries(defined.definition.folder)
    return path if any(entry.name == DEFAULT_FILE for entry in entries) else None


def _unused_default(system: object, defined: Defined, run: Run, scope: Scope) -> None:
    path = _default_path(defined, run)
    if path is None:
        return
    if isinstance(system, Prompt):
        if system.file is None and system.text is None and _prose(defined) is None:
            return
        try:
            if system.file is not None and inside(defined.definition.folder, system.file) == path:
                return
        except Refused:
            return
    if system is None:
        message = f"{path} is not read, because the prompt is below the frontmatter"
        hint = "delete one of the two"
        found = note("system.file_unused", message, hint, span=Span(path), address=scope.address)
        scope.findings.append(found)
        return
    scope.note(
        "system.file_unused",
        f"{path} is not read, because `system` is declared",
        ("system",),
        f"write `system: {{file: {DEFAULT_FILE}}}`, or delete one of the two",
    )


def _file_part(path: str, text: str, place: KeyPath, scope: Scope) -> Part:
    kept = _without_frontmatter(path, text, place, scope)
    before = text[: len(text) - len(kept)]
    return Part("system", kept, Span(path, before.count("\n") + 1))


def _without_frontmatter(path: str, text: str, place: KeyPath, scope: Scope) -> str:
    """The text without a Claude Code agent's frontmatter, which is no part of the prompt."""
    match = _FRONTMATTER.match(text)
    if match is None:
        return text
    source, problems = parse_text(path, match[1], first_line=2)
    if source is None or problems or not isinstance(source.value, dict):
        return text
    if not {"name", "description"} <= source.value.keys():
        return text
    scope.note(
        "system.frontmatter",
        f"the frontmatter of {path} is not sent; its name, model and tools have no effect here",
        place,
    )
    return text[match.end() :].lstrip("\n")


def _reference_material(form: AgentForm, defined: Defined, run: Run, scope: Scope) -> list[Part]:
    """The files of `knowledge`, in path order."""
    paths: list[str] = []
    folder = defined.definition.folder
    if "knowledge" in form.model_fields_set:
        for index, pattern in enumerate(form.knowledge or ()):
            paths += _matching(pattern, folder, ("knowledge", index), run, scope)
    elif defined.definition.alone:
        try:
            if run.files.is_folder(f"{folder}/{KNOWLEDGE}"):
                paths = [entry.path for entry in _below(run, f"{folder}/{KNOWLEDGE}")]
        except Refused as refused:
            run.findings.append(refused.at(Span(f"{folder}/{KNOWLEDGE}"), scope.address))
    found = []
    for path in sorted(dict.fromkeys(paths)):
        try:
            text = read_text(run, path)
        except Refused as refused:
            run.findings.append(refused.at(Span(path), scope.address))
            continue
        found.append(Part("knowledge", text, Span(path)))
    return found


def _matching(pattern: str, folder: str, place: KeyPath, run: Run, scope: Scope) -> list[str]:
    """Files that a glob relative to the agent's folder names; none is an error."""
    try:
        whole = inside(folder, pattern)
        parts = whole.split("/")
        fixed = 0
        while fixed < len(parts) - 1 and not any(mark in parts[fixed] for mark in "*?["):
            fixed += 1
        start = "/".join(parts[:fixed])
        found = [
            entry.path
            for entry in _below(run, start)
            if _fits(entry.path.split("/")[fixed:], parts[fixed:])
        ]
    except Refused as refused:
        scope.error(refused.code, str(refused), place, refused.hint)
        return []
    if not found:
        scope.error(
            "knowledge.no_match",
            f"no file matches {pattern}",
            place,
            "mind the folder it starts in",
        )
    return found


def _fits(path: list[str], pattern: list[str]) -> bool:
    """Whether path parts match pattern parts; `**` stands for any number of folders."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return _fits(path, pattern[1:]) or (bool(path) and _fits(path[1:], pattern))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _fits(path[1:], pattern[1:])


def _below(run: Run, folder: str) -> Iterator[Entry]:
    """Every file in and below the folder, hidden ones left out. Raises Refused on a symlink."""
    for entry in run.files.entries(folder):
        if entry.is_symlink:
            hint = "put the file itself there"
            raise Refused("path.symlink", f"{entry.path} is a symbolic link", hint)
        if entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        if entry.is_folder:
            yield from _below(run, entry.path)
        else:
            yield entry

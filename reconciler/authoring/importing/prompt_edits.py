"""Where a live prompt goes: into the one text it is made of, or the one of several that was edited.

The rest of a prompt made of several texts (an appendix, reference material) must be found again in
the live one, to the letter; else nobody can say to which text an edit belongs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.authoring.files import Files
from reconciler.authoring.importing.agent_document import PROMPT_FILE
from reconciler.authoring.importing.drift_places import NotTaken, Site
from reconciler.authoring.importing.places import Change, Prose, Put, Take, Text
from reconciler.authoring.prompt import Part, segments
from reconciler.authoring.run import lf
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.diagnostics import Span


@dataclass(frozen=True, slots=True)
class _Piece:
    """One text of a prompt: what the prompt has before it and behind it, and the blanks around the
    text that the prompt does not have."""

    part: Part
    before: str
    behind: str
    lead: str
    trail: str

    def fits(self, prompt: str) -> bool:
        """Whether the prompt differs in this text alone."""
        around = len(self.before) + len(self.behind)
        long_enough = len(prompt) >= around
        return long_enough and prompt.startswith(self.before) and prompt.endswith(self.behind)

    def text(self, prompt: str) -> str:
        inside = prompt[len(self.before) : len(prompt) - len(self.behind)]
        return f"{self.lead}{inside}{self.trail}"


def prompt_changes(
    site: Site, parts: Sequence[Part], live: str | None, files: Files, folder: str
) -> list[Change]:
    """The changes that make the prompt the live one. `folder` is the agent's if it has one of its
    own. Raises NotTaken, and Refused for a file that must not be reached."""
    text = lf(live or "")
    if not parts:
        return [_added(site, text, folder)]
    pieces = [piece for piece in _pieces(parts) if piece.fits(text)]
    if len(pieces) != 1:
        raise _not_told(parts, len(pieces))
    return [_edit(site, pieces[0].part, pieces[0].text(text), files)]


def _pieces(parts: Sequence[Part]) -> Iterator[_Piece]:
    whole = segments(parts)
    for place, (part, inside) in enumerate(whole):
        if part is not None:
            before = "".join(text for _, text in whole[:place])
            behind = "".join(text for _, text in whole[place + 1 :])
            lead, _, trail = part.text.partition(inside) if inside else ("", "", part.text)
            yield _Piece(part, before, behind, lead, trail)


def _not_told(parts: Sequence[Part], found: int) -> NotTaken:
    where = ", ".join(str(part.place) for part in parts)
    told = "it could belong to several of them" if found else "none of them alone explains it"
    return NotTaken(
        "import.drift_prompt",
        f"the prompt is made of {len(parts)} texts ({where}), and the edit can't be told apart: "
        f"{told}",
        "take it over by hand: `reconcile drift` shows it",
        parts[0].place,
    )


def _added(site: Site, text: str, folder: str) -> Change:
    """A prompt where there was none."""
    document = site.document
    if folder and text and not document.file.endswith(".md"):
        return Text(f"{folder}/{PROMPT_FILE}", text)
    return Put(document.file, ("system",), text)


def _edit(site: Site, part: Part, text: str, files: Files) -> Change:
    key = _key(site, part.place)
    if key is not None:
        source, place = site.home(key)
        return Put(source.file, place, text) if text else Take(source.file, place)
    site.alone(part.place.file, part.place)
    source = site.document.source
    if part.place.file == source.file and source.prose is not None:
        return Prose(source.file, text)
    before = lf(files.read(part.place.file).decode("utf-8-sig"))
    head = before.removesuffix(part.text)
    return Text(part.place.file, head + text)


def _key(site: Site, place: Span) -> KeyPath | None:
    """The key whose value the text is; None for one in a file, or below a frontmatter."""
    document = site.document
    system = document.value.get("system")
    keys: list[KeyPath] = [("system", "text"), ("system", "append")]
    if isinstance(system, str):
        keys = [("system",)]
    for key in keys:
        there = isinstance(system, str) or (isinstance(system, dict) and key[1] in system)
        if there and document.span(key) == place:
            return key
    return None

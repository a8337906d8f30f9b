"""Edits between brackets: `[read, "bash:ask"]`, on one line or on many, comments kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from reconciler.authoring.importing.alignment import aligned
from reconciler.authoring.importing.pages import NotEdited, Page
from reconciler.authoring.importing.scalars import flow_text, is_plain, scalar_text
from reconciler.engine.compare import same

_COMMA = re.compile(r"[ \t\n]*,")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: what stands before it, its text, and the comment behind it."""

    lead: str
    text: str
    note: str = ""


def flow_edited(page: Page, node: yaml.CollectionNode, old: Any, new: Any) -> str:
    """The new text of a flow collection, whose value goes from `old` to `new`."""
    opening = page.text[page.start(node)]
    if opening not in "[{":
        raise NotEdited("a list or mapping has an anchor or a tag")
    spans = _spans(page, node)
    if not spans:
        return flow_text(new, as_json=page.as_json)
    leads, notes, trailing, closing = _gaps(page, node, spans)
    broken = next((lead for lead in leads[1:] if "\n" in lead), leads[0])
    between = broken[broken.rfind("\n") :] if "\n" in broken else " "
    entries: list[_Entry] = []
    carried, done = "", 0
    for place, text in _entries(page, node, old, new):
        if place is None:
            entries.append(_Entry(between if entries else leads[0], text))
            continue
        carried = "".join(_comments(leads[one]) for one in range(done, place))
        done = place + 1
        lead = leads[place] if entries or "\n" in leads[place] else leads[0]
        entries.append(_Entry(carried + lead, text, notes[place]))
    closing = "".join(_comments(leads[one]) for one in range(done, len(spans))) + closing
    if not page.as_json and "\n" in closing and done < len(spans):
        trailing = True  # the line of the entry that is the last one now stays as it is
    return opening + _put_together(entries, trailing, closing, node) + page.text[page.end(node) - 1]


def _put_together(entries: list[_Entry], trailing: bool, closing: str, node: yaml.Node) -> str:
    text = ""
    for place, entry in enumerate(entries):
        is_last = place == len(entries) - 1
        lead = entry.lead
        if text.rpartition("\n")[2].lstrip().startswith("#") or (
            place and entries[place - 1].note and "\n" not in lead
        ):
            lead = "\n" + " " * (node.start_mark.column + 1) + lead.lstrip()
        text += lead + entry.text + ("" if is_last and not trailing else ",") + entry.note
    if entries[-1].note and not closing.startswith("\n"):
        closing = "\n" + " " * node.start_mark.column + closing.lstrip()
    return text + closing


def _entries(
    page: Page, node: yaml.CollectionNode, old: Any, new: Any
) -> list[tuple[int | None, str]]:
    """Each entry of the new value: the place of the one that it continues, and its text."""
    if isinstance(node, yaml.MappingNode):
        return list(_pairs(page, node, old, new))
    found: list[tuple[int | None, str]] = []
    quote = _usual_quote(node)
    for item, place in zip(new, aligned(old, new), strict=True):
        if place is None:
            needed = quote if isinstance(item, str) and not is_plain(item, flow=True) else ""
            found.append((None, flow_text(item, as_json=page.as_json, quote=needed)))
        else:
            found.append((place, _value(page, node.value[place], old[place], item)))
    return found


def _pairs(page: Page, node: yaml.MappingNode, old: Any, new: Any) -> list[tuple[int | None, str]]:
    own = {page.name(key): place for place, (key, _) in enumerate(node.value)}
    if any(name not in new and name not in own for name in old):
        raise NotEdited("a key comes from an anchor")
    found: list[tuple[int | None, str]] = []
    for name, place in own.items():
        key, item = node.value[place]
        if name in new and name in old:
            head = page.text[page.start(key) : page.start(item)]
            found.append((place, head + _value(page, item, old[name], new[name])))
        elif name not in old:  # `<<`
            found.append((place, page.text[page.start(key) : page.end(item)]))
    kept = {place for place, _ in found}
    before = None
    for name in new:
        if name in own:
            before = own[name]
        elif name not in old or not same(old[name], new[name]):
            pair = flow_text({name: new[name]}, as_json=page.as_json)[1:-1]
            at = next((i + 1 for i, one in enumerate(found) if one[0] == before), 0)
            while before in kept and at < len(found) and found[at][0] is None:
                at += 1
            found.insert(at, (None, pair))
    return found


def _value(page: Page, node: yaml.Node, old: Any, new: Any) -> str:
    if same(old, new):
        return page.text[page.start(node) : page.end(node)]
    if page.is_shared(node):
        raise NotEdited("it stands at an anchor that is used twice")
    goes_in = (isinstance(node, yaml.MappingNode) and isinstance(new, dict)) or (
        isinstance(node, yaml.SequenceNode) and isinstance(new, list)
    )
    if goes_in and new:
        assert isinstance(node, yaml.CollectionNode)
        return flow_edited(page, node, old, new)
    if isinstance(new, dict | list) or not isinstance(node, yaml.ScalarNode):
        return flow_text(new, as_json=page.as_json)
    chosen = node.style in ('"', "'") and is_plain(node.value, flow=True)
    quote = str(node.style) if chosen else ""
    return scalar_text(new, flow=True, as_json=page.as_json, quote=quote)


def _usual_quote(node: yaml.Node) -> str:
    """The mark that the entries of a list are quoted with, where they need one."""
    styles = (item.style for item in node.value if isinstance(item, yaml.ScalarNode))
    return next((style for style in styles if style in ('"', "'")), "")


def _spans(page: Page, node: yaml.CollectionNode) -> list[tuple[int, int]]:
    if isinstance(node, yaml.MappingNode):
        return [(page.start(key), page.end(item)) for key, item in node.value]
    return [(page.start(item), page.end(item)) for item in node.value]


def _gaps(
    page: Page, node: yaml.CollectionNode, spans: list[tuple[int, int]]
) -> tuple[list[str], list[str], bool, str]:
    """What stands before each entry, the comment behind each, whether a comma ends the last, and
    what stands before the closing bracket."""
    text = page.text
    leads, notes = [text[page.start(node) + 1 : spans[0][0]]], []
    for (_, end), (start, _) in pairwise(spans):
        comma = _COMMA.match(text, end, start)
        if comma is None:
            raise NotEdited("a comment stands before a comma")
        note, lead = _apart(text[comma.end() : start])
        notes.append(note)
        leads.append(lead)
    last, close = spans[-1][1], page.end(node) - 1
    comma = _COMMA.match(text, last, close)
    note, closing = _apart(text[comma.end() if comma else last : close])
    return leads, [*notes, note], comma is not None, closing


def _apart(gap: str) -> tuple[str, str]:
    """The comment that ends the line, and the rest."""
    line, newline, rest = gap.partition("\n")
    return (line.rstrip(), newline + rest) if newline else ("", gap)


def _comments(lead: str) -> str:
    """The whole lines before an entry, if a comment is among them."""
    lines = lead[: lead.rfind("\n")] if "\n" in lead else ""
    return lines if "#" in lines else ""

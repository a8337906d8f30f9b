"""A YAML or JSON text with another value in it: only the lines of what differs are changed.

Comments, order, quoting and blank lines of all the rest stay. The result is read back before it is
handed out: it says the wanted value, or it is not made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import yaml

from reconciler.authoring.importing.alignment import aligned
from reconciler.authoring.importing.flow_edits import flow_edited
from reconciler.authoring.importing.pages import NotEdited, Page, is_flow, page_of, style_of
from reconciler.authoring.importing.scalars import block_text, flow_text, is_plain, scalar_text
from reconciler.authoring.importing.yaml_text import NotYaml, yaml_text
from reconciler.authoring.yaml_source import parse_text
from reconciler.engine.compare import same

_INDENT = 2
_QUOTES = ('"', "'")


def edited(text: str, value: Any, *, as_json: bool = False) -> str:
    """The text (LF line ends) with its value replaced. Raises NotEdited."""
    before, problems = parse_text("", text)
    if before is not None and not problems and same(before.value, value):
        return text
    if before is None and not text.strip(" \n"):
        return text + _dumped(value)
    if before is None or problems:
        raise NotEdited("the file has errors")
    for blocks in (True, False):
        made = _with_value(page_of(text, as_json=as_json, blocks=blocks), before.value, value)
        for candidate in _endings(text, made):
            after, problems = parse_text("", candidate)
            if after is not None and not problems and same(after.value, value):
                return candidate
    raise NotEdited("the change does not fit into its lines")


def _endings(before: str, made: str) -> Iterator[str]:
    """The text with its end as it was before, then as it came out."""
    ends = before[len(before.rstrip("\n")) :]
    yield made.rstrip("\n") + ends
    yield made if made.endswith("\n") else made + "\n"


def _with_value(page: Page, old: Any, new: Any) -> str:
    if not _goes_into(page.root, old, new):
        raise NotEdited("its whole content is another")
    first, last = page.start(page.root), page.end(page.root)
    return page.text[:first] + _collection(page, page.root, old, new) + page.text[last:]


def _goes_into(node: yaml.Node, old: Any, new: Any) -> bool:
    """Whether the difference can be made inside the node."""
    if isinstance(node, yaml.MappingNode):
        inside = isinstance(new, dict) and bool(new)
    else:
        inside = isinstance(node, yaml.SequenceNode) and isinstance(new, list) and bool(new)
    return inside and (bool(old) or is_flow(node))


def _collection(page: Page, node: yaml.CollectionNode, old: Any, new: Any) -> str:
    """The new text of a mapping or list that the difference goes into."""
    if same(old, new):
        return page.text[page.start(node) : page.end(node)]
    if page.is_shared(node):
        raise NotEdited("it stands at an anchor that is used twice")
    if node.flow_style:
        return flow_edited(page, node, old, new)
    if isinstance(node, yaml.MappingNode):
        return _mapping(page, node, old, new)
    assert isinstance(node, yaml.SequenceNode)
    return _sequence(page, node, old, new)


def _mapping(page: Page, node: yaml.MappingNode, old: Mapping[str, Any], new: Any) -> str:
    own = {page.name(key): place for place, (key, _) in enumerate(node.value)}
    column = node.start_mark.column
    gone = [name for name in old if name not in new and name not in own]
    if gone:
        raise NotEdited(f"`{gone[0]}` comes from an anchor")
    entries: list[tuple[int | None, str]] = []
    order = [name for name in own if name in new or name not in old]
    before = None
    for name in new:
        if name not in own and not (name in old and same(old[name], new[name])):
            order.insert(0 if before is None else order.index(before) + 1, name)
        before = name if name in order else before
    for name in order:
        if name not in own:
            entries.append((None, _fresh(page, {name: new[name]}, column)))
            continue
        key, item = node.value[own[name]]
        if name in old and name in new and not same(old[name], new[name]):
            text = _pair(page, name, key, item, old[name], new[name])
        else:
            text = page.text[page.start(key) : page.end(item)]
        entries.append((own[name], text))
    spans = [(page.start(key), page.end(item)) for key, item in node.value]
    return _assembled(page, spans, page.end(node), entries, column)


def _sequence(page: Page, node: yaml.SequenceNode, old: list[Any], new: Any) -> str:
    column = node.start_mark.column
    dashes = list(page.dashes(node))
    entries: list[tuple[int | None, str]] = []
    for item, place in zip(new, aligned(old, new), strict=True):
        if place is None:
            entries.append((None, _item(page, node, item, column)))
            continue
        there = node.value[place]
        head = page.text[dashes[place] : page.start(there)]
        text = _value(page, there, old[place], item, column)
        if text is None:
            entries.append((place, _fresh(page, [item], column)))
        else:
            entries.append((place, head + text))
    spans = [(dash, page.end(item)) for dash, item in zip(dashes, node.value, strict=True)]
    return _assembled(page, spans, page.end(node), entries, column)


def _pair(page: Page, name: str, key: yaml.Node, item: yaml.Node, old: Any, new: Any) -> str:
    """`key: value` with another value."""
    column = key.start_mark.column
    head = page.text[page.start(key) : page.start(item)]
    text = _value(page, item, old, new, column)
    if text is not None:
        return head if head[-1:].isspace() and not text else _joined(head, text)
    comment = page.comment_in(head)
    fresh = _fresh(page, {name: new}, column)
    if not comment:
        return fresh
    first, newline, rest = fresh.partition("\n")
    return f"{first} {comment}{newline}{rest}"


def _joined(head: str, text: str) -> str:
    return head + text if head[-1:].isspace() else f"{head} {text}"


def _value(page: Page, node: yaml.Node, old: Any, new: Any, column: int) -> str | None:
    """The new text from where the value begins; None if the entry is to be written anew."""
    if same(old, new):
        return page.text[page.start(node) : page.end(node)]
    if page.is_shared(node):
        raise NotEdited("it stands at an anchor that is used twice")
    if _goes_into(node, old, new) and isinstance(node, yaml.CollectionNode):
        return _collection(page, node, old, new)
    if isinstance(new, dict | list) or not isinstance(node, yaml.ScalarNode):
        return None
    return scalar(page, node, new, column)


def scalar(page: Page, node: yaml.ScalarNode, new: Any, column: int) -> str:
    """A scalar in a block, in the style of the one before; `column` is its key's, or its dash's."""
    content, behind = column + _INDENT, ""
    if node.style in ("|", ">"):
        content, behind = page.inside_block(node, content)
    if isinstance(new, str) and page.blocks and "\n" in new and not page.is_commented(node):
        text = block_text(new, column, content, behind)
        if text is not None:
            return text
    quote = kept_quote(node, flow=False)
    return scalar_text(new, flow=False, as_json=page.as_json, quote=quote) + behind.rstrip()


def kept_quote(node: yaml.Node, *, flow: bool) -> str:
    """The quotation mark that an author chose without need, which goes on; "" if there is none."""
    style = style_of(node)
    return style if style in _QUOTES and is_plain(str(node.value), flow=flow) else ""


def _fresh(page: Page, value: Any, column: int) -> str:
    """`key: value` or `- value` as this project writes it, from the given column on."""
    if not page.blocks:
        text = flow_text(value, quote='"')[1:-1]
        return f"- {text}" if isinstance(value, list) else text
    if isinstance(value, dict):
        return _shifted(_dumped(value), column)
    item = value[0]
    if isinstance(item, dict):
        return "- " + _shifted(_dumped(item), column + _INDENT)
    if isinstance(item, str) and "\n" in item:
        block = block_text(item, column, column + _INDENT)
        return f"- {block or scalar_text(item, flow=False)}"
    return f"- {flow_text(item) if isinstance(item, list) else scalar_text(item, flow=False)}"


def _item(page: Page, node: yaml.SequenceNode, item: Any, column: int) -> str:
    """A new entry; a mapping in brackets, if those that are there are written so."""
    in_brackets = all(isinstance(one, yaml.MappingNode) and is_flow(one) for one in node.value)
    if isinstance(item, dict) and in_brackets:
        return f"- {flow_text(item)}"
    return _fresh(page, [item], column)


def _dumped(value: Any) -> str:
    try:
        return yaml_text(value)
    except (NotYaml, UnicodeEncodeError):
        raise NotEdited("a value has no form in YAML") from None


def _shifted(text: str, column: int) -> str:
    lines = text.removesuffix("\n").split("\n")
    return "\n".join([lines[0], *(f"{' ' * column}{line}" if line else "" for line in lines[1:])])


def _assembled(
    page: Page,
    spans: list[tuple[int, int]],
    last: int,
    entries: Iterable[tuple[int | None, str]],
    column: int,
) -> str:
    """Entries of a block, which ends at `last`, under each other, each with the comments before it
    and behind it. What stands before an entry that goes stays."""
    leads, notes = [""], []
    for (_, end), (start, _) in pairwise(spans):
        note, newline, lead = page.text[end:start].partition("\n")
        if not newline:
            raise NotEdited("two entries share a line")
        notes.append(note)
        leads.append(lead)
    notes.append(page.text[spans[-1][1] : last])
    pieces, done = [], 0
    for place, text in entries:
        if place is None:
            pieces.append(" " * column + text)
            continue
        carried = "".join(_comments(leads[one]) for one in range(done, place))
        pieces.append(carried + (leads[place] or " " * column) + text + notes[place])
        done = place + 1
    left = "".join(_comments(leads[one]) for one in range(done, len(spans)))
    pieces += [left.removesuffix("\n")] if left else []
    return "\n".join(pieces).lstrip(" \n")


def _comments(lead: str) -> str:
    """The whole lines before an entry, if a comment is among them."""
    lines = lead[: lead.rfind("\n") + 1]
    return lines if "#" in lines else ""

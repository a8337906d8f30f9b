"""A YAML text with its nodes: where each begins and really ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from reconciler.authoring.yaml_build import hide_breaks

_PARTS = (yaml.NodeEvent, yaml.CollectionEndEvent)
_HEADER = re.compile(r"[|>]([1-9]?)[+-]?([1-9]?)([^\n]*)")


class NotEdited(Exception):
    """The text can't be edited in its lines; the message says why."""


@dataclass(frozen=True, slots=True)
class Page:
    """`shared` are aliases and the nodes that they name, by id. With `blocks`, texts of several
    lines are written as blocks, else in quotes."""

    text: str
    root: yaml.CollectionNode
    shared: frozenset[int]
    as_json: bool
    blocks: bool

    def is_shared(self, node: yaml.Node) -> bool:
        return id(node) in self.shared

    def name(self, key: yaml.Node) -> str:
        return str(key.value)

    def start(self, node: yaml.Node) -> int:
        """Where the node begins, its anchor and tag included."""
        return int(node.start_mark.index)

    def end(self, node: yaml.Node) -> int:
        """Behind the node's last character; for a block behind the last line with its comment,
        but not its line end."""
        first, last = self.start(node), int(node.end_mark.index)
        if isinstance(node, yaml.ScalarNode):
            return self._block_end(first, last) if node.style in ("|", ">") else last
        if is_flow(node):
            return last
        children = node.value[-1] if isinstance(node, yaml.MappingNode) else node.value[-1:]
        last = self.end(children[-1])
        line_end = self.text.find("\n", last)
        line_end = len(self.text) if line_end < 0 else line_end
        rest = self.text[last:line_end].strip()
        if rest and not rest.startswith("#"):
            raise NotEdited("more than one value stands on a line")
        return line_end

    def _block_end(self, first: int, last: int) -> int:
        text = self.text[first:last]
        header = _HEADER.match(text)
        if header is None:
            raise NotEdited("a block has an anchor or a tag")
        if "+" in header[0].partition("#")[0]:
            return last - 1 if text.endswith("\n") else last
        lines = text.split("\n")
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
        return first + len("\n".join(lines))

    def inside_block(self, node: yaml.Node, default: int) -> tuple[int, str]:
        """The column of a block's lines, and what stands behind its header."""
        text = self.text[self.start(node) : self.end(node)]
        header = _HEADER.match(text)
        if header is None:
            raise NotEdited("a block has an anchor or a tag")
        columns = [len(line) - len(line.lstrip(" ")) for line in text.split("\n")[1:] if line]
        size = header[1] or header[2]
        return (default if size or not columns else min(columns)), header[3]

    def dashes(self, node: yaml.SequenceNode) -> Iterator[int]:
        """Where the dash of each entry of a block list is."""
        for item in node.value:
            start = self.start(item)
            dash = self.text.rfind("-", 0, start)
            if dash < 0 or self.text[dash + 1 : start].strip():
                raise NotEdited("a comment stands between a dash and its entry")
            yield dash

    def is_commented(self, node: yaml.Node) -> bool:
        """Whether a comment follows the node on its last line."""
        return self.text[self.end(node) :].partition("\n")[0].lstrip().startswith("#")

    @staticmethod
    def comment_in(head: str) -> str:
        """The comment between a key and its value, on the key's line."""
        found = re.search(r":[ \t]+(#[^\n]*)", head)
        return found[1].rstrip() if found else ""


def is_flow(node: yaml.Node) -> bool:
    """Whether the node is a list or mapping in brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def style_of(node: yaml.Node) -> str:
    """How a scalar is written: `"`, `'`, `|`, `>`, "" for plain."""
    return str(node.style or "") if isinstance(node, yaml.ScalarNode) else ""


def page_of(text: str, *, as_json: bool, blocks: bool) -> Page:
    """The page of a text that is known to parse. Raises NotEdited for one scalar."""
    events = yaml.parse(hide_breaks(text)[0], Loader=yaml.CSafeLoader)
    nodes = (one for one in events if isinstance(one, _PARTS))
    anchors: dict[str, list[yaml.Node]] = {}
    root = _composed(next(nodes), nodes, anchors)
    if not isinstance(root, yaml.CollectionNode) or not (root.value or root.flow_style):
        raise NotEdited("the file holds no mapping and no list")
    shared = frozenset(id(node) for used in anchors.values() if len(used) > 1 for node in used)
    return Page(text, root, shared, as_json, blocks)


def _composed(
    event: yaml.Event, rest: Iterator[yaml.Event], anchors: dict[str, list[yaml.Node]]
) -> yaml.Node:
    """The node that an event begins. Other than with a loader an alias is a node of its own, at its
    own place; `anchors` gains each node that has an anchor, and its aliases."""
    first: Any = event.start_mark
    last: Any = event.end_mark
    node: yaml.Node
    if isinstance(event, yaml.CollectionStartEvent):
        children: list[yaml.Node] = []
        for one in rest:
            if isinstance(one, yaml.CollectionEndEvent):
                last = one.end_mark
                break
            children.append(_composed(one, rest, anchors))
        if isinstance(event, yaml.MappingStartEvent):
            pairs = list(zip(children[::2], children[1::2], strict=True))
            node = yaml.MappingNode("", pairs, first, last, event.flow_style)
        else:
            node = yaml.SequenceNode("", children, first, last, event.flow_style)
    elif isinstance(event, yaml.ScalarEvent):
        node = yaml.ScalarNode("", event.value, first, last, event.style)
    else:
        node = yaml.ScalarNode("", "", first, last)
    anchor = getattr(event, "anchor", None)
    if anchor is not None:
        anchors.setdefault(anchor, []).append(node)
    return node

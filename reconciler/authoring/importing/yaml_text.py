"""Plain data as YAML in this project's style: keys in their order, short lists on one line, texts
of several lines as blocks. What comes out is read back by the project's own loader to the same
data, whatever the texts hold."""

from __future__ import annotations

from typing import Any

import yaml

from reconciler.authoring.yaml_source import parse_text

_LINE = 88


class NotYaml(ValueError):
    """The data can't be written so that it reads back the same (a number of fifty digits)."""


def yaml_text(document: dict[str, Any]) -> str:
    """The document as YAML, ending with a newline. Raises NotYaml."""
    for style in (None, '"'):  # quoting everything is ugly and says every text
        text = yaml.dump(
            document,
            Dumper=_Dumper,
            default_style=style,
            sort_keys=False,
            allow_unicode=True,
            width=2**31,
        )
        source, problems = parse_text("", text)
        if source is not None and not problems and _same(source.value, document):
            return text
    raise NotYaml("a value has no form in YAML")


def _same(one: Any, other: Any) -> bool:
    """Equal, with true apart from 1 and the order of keys counted."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, and nothing is an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    short = all(isinstance(item, str) and "\n" not in item for item in items)
    fits = short and sum(len(item) + 4 for item in items) <= _LINE
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=fits)


def _mapping(dumper: yaml.SafeDumper, items: dict[str, Any]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", items.items(), flow_style=not items)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _mapping)

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.yaml_source import empty_values, parse
from reconciler.engine.diagnostics import Span


def findings(data: str | bytes) -> list[str]:
    source, problems = parse("f.yaml", data.encode() if isinstance(data, str) else data)
    more = list(empty_values(source)) if source else []
    return [
        f"{item.code} {item.span.line}:{item.span.column}"
        for item in [*problems, *more]
        if item.span
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: on a host: delegates\n", "yaml.colon 1:13"),
        ("a: 1\na: 2\n", "yaml.duplicate_key 2:1"),
        ("x:\n  a: 1\n  b: 2\n  'a': 3\n", "yaml.duplicate_key 4:3"),
        ("a:\n\t- b\n", "yaml.tab 2:1"),
        ("a: 1\n---\nb: 2\n", "yaml.several_documents 2:1"),
        ("", "yaml.empty_file 1:1"),
        ("# only a comment\n", "yaml.empty_file 1:1"),
        ("a: [1\n", "yaml.syntax 2:1"),
        ("a: 'x\n", "yaml.syntax 2:1"),
        ("a: *b\n", "yaml.syntax 1:4"),
        ("a: @x\n", "yaml.syntax 1:4"),
        ("a: `x`\n", "yaml.syntax 1:4"),
        ("é: 1\nb: \x01\n", "yaml.control_character 2:4"),
        ("a: 2025-10-13\n", "yaml.not_json 1:4"),
        ("a: .nan\n", "yaml.not_json 1:4"),
        ("a: -.inf\n", "yaml.not_json 1:4"),
        ("a: 12:30:00\n", "yaml.not_json 1:4"),
        ("a: 0o17\nb: 017\n", "yaml.not_json 2:4"),
        ("a: " + "1" * 5000, "yaml.not_json 1:4"),
        ("a: 1.0e+999\n", "yaml.not_json 1:4"),
        ("a: 0x1F\n", "yaml.not_json 1:4"),
        ("a: !!binary aGk=\n", "yaml.not_json 1:4"),
        ("a: !env X\n", "yaml.not_json 1:4"),
        ("a: !!set {x}\n", "yaml.not_json 1:4"),
        ("no: 1\n", "yaml.key_not_text 1:1"),
        ("2: 1\n", "yaml.key_not_text 1:1"),
        ("? [a]\n: 1\n", "yaml.key_not_text 1:3"),
        ("tools:\nmodel: x\n", "yaml.empty_value 1:1"),
        ("x:\n  - a\n  -\n", "yaml.empty_value 3:4"),
        ("a: &x\n  b: *x\n", "yaml.too_deep 1:4"),
        ("[" * 200 + "]" * 200, "yaml.too_deep 1:101"),
        ("[" * 50_000, "yaml.too_deep 1:101"),
        ("- " * 50_000 + "x", "yaml.too_deep 1:201"),
    ],
)
def test_what_yaml_would_do_silently_or_with_a_traceback(text: str, expected: str) -> None:
    found = findings(text)
    assert expected in found
    assert len(found) == 1 or expected.startswith("yaml.not_json") or "set" in text


def test_every_finding_of_a_file_comes_at_once() -> None:
    assert findings("a: 1\na: 2\nb: .inf\nc:\n") == [
        "yaml.duplicate_key 2:1",
        "yaml.not_json 3:4",
        "yaml.empty_value 4:1",
    ]


def test_aliases_that_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert [item.partition(" ")[0] for item in findings("\n".join(lines))] == [
        "yaml.too_many_nodes"
    ]


def test_many_nodes_are_counted_before_they_are_composed() -> None:
    text = "a: [" + "1, " * 200_000 + "1]"
    assert [item.partition(" ")[0] for item in findings(text)] == ["yaml.too_many_nodes"]


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"a: 1\nb: \xff\n", "2:4"), ("a: 1\n".encode("utf-16"), "1:1"), (b"\xe9", "1:1")],
)
def test_utf8_only(data: bytes, place: str) -> None:
    assert findings(data) == [f"text.encoding {place}"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    source, problems = parse("f.yaml", b"\xef\xbb\xbfname: x\n")
    assert source is not None and not problems
    assert source.value == {"name": "x"}
    assert source.span(("name",)) == Span("f.yaml", 1, 7)


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
def test_only_what_ends_a_line_in_an_editor_ends_one(mark: str) -> None:
    text = f"a: x  # see{mark}b: all\nc: |\n  one{mark}two\nd: 'x{mark}y'\ne: f{mark}\ng: .inf\n"
    source, problems = parse("f.yaml", text.encode())
    assert source is not None
    assert source.value["a"] == "x" and "b" not in source.value
    assert source.value["c"] == f"one{mark}two\n" and source.value["d"] == f"x{mark}y"
    assert [str(item.span) for item in problems] == ["f.yaml:6:4"]
    assert source.key_span(("d",)) == Span("f.yaml", 4, 1)


def test_anchors_and_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n"
    source, problems = parse("f.yaml", text.encode())
    assert source is not None and not problems
    assert source.value["use"] == {"x": 1, "y": 3}
    assert source.span(("use", "y")) == Span("f.yaml", 4, 6)
    assert source.span(("use", "x")) == Span("f.yaml", 1, 14)


def test_a_leading_document_marker_is_fine() -> None:
    assert findings("---\na: 1\n...\n") == []


def test_an_explicit_null_is_no_empty_value() -> None:
    assert findings("a: null\nb: ~\n") == []


def test_places_of_values_keys_and_what_does_not_exist() -> None:
    source, _ = parse("f.yaml", b"tools:\n  - type: custom\n    name: x\n")
    assert source is not None
    assert source.span(("tools", 0, "name")) == Span("f.yaml", 3, 11)
    assert source.key_span(("tools", 0, "name")) == Span("f.yaml", 3, 5)
    assert source.key_span(("tools", 0)) == Span("f.yaml", 2, 5)
    assert source.span(("tools", 0, "absent", "deeper")) == Span("f.yaml", 2, 5)
    assert source.span(("tools", 7)) == Span("f.yaml", 2, 3)
    assert source.written(("tools", 0, "name")) is None


def test_what_the_author_wrote() -> None:
    source, _ = parse("f.yaml", b"a: no\nb: [20251013, x]\n")
    assert source is not None
    assert source.value == {"a": False, "b": [20251013, "x"]}
    assert source.written(("a",)) == "no"
    assert source.written(("b", 0)) == "20251013"
    assert source.written(("b", 1)) is None


def test_merging_an_anchor_into_itself() -> None:
    assert findings("a: &a\n  <<: *a\n  x: 1\n") == ["yaml.too_deep 1:4"]


def test_a_chain_of_merges() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: [*b, {z: 3, x: 9}]\n"
    source, problems = parse("f.yaml", text.encode())
    assert source is not None and not problems
    assert source.value["c"] == {"x": 1, "y": 2, "z": 3}
    assert findings("a: {<<: 1}\n") == ["yaml.not_json 1:9"]


# JSON writes other characters as two escapes, which YAML does not put together.
_text = st.text(st.characters(max_codepoint=0xFFFD, exclude_categories=["Cs"]), max_size=50)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=20,
)


@given(_json)
def test_every_json_document_is_read_as_itself(value: object) -> None:
    text = json.dumps({"value": value})
    source, problems = parse("f.yaml", text.encode())
    assert source is not None and problems == []
    assert source.value == {"value": value}


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    parse("f.yaml", data)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@` \n\t#,?0.", max_size=60))
def test_no_text_makes_a_traceback(text: str) -> None:
    source, problems = parse("f.yaml", text.encode())
    assert source is not None or problems

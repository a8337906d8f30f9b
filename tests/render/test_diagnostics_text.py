from __future__ import annotations

from reconciler.engine.diagnostics import Span, error, note, warning
from reconciler.render.diagnostics_text import diagnostics_lines
from reconciler.render.lines import plain


def test_findings_are_sorted_counted_and_explained() -> None:
    findings = [
        warning("tools.many", "a lot", span=Span("b.yaml", 9, 1)),
        error("field.value", "wrong", "right it", span=Span("a.yaml", 3, 8)),
        note("agent.note", "hm", address="agent/x"),
        error("field.value", "wrong", "right it", span=Span("a.yaml", 3, 8)),
    ]
    source = {"a.yaml": "model: gpt\n"}
    shown = plain(diagnostics_lines(findings, lambda span: source.get(span.file)))
    assert shown == (
        "agent.note note agent/x hm\n"
        "field.value error a.yaml:3:8 wrong\n"
        "    | model: gpt\n"
        "    |        ^\n"
        "  hint: right it\n"
        "tools.many warning b.yaml:9:1 a lot\n"
        "1 error, 1 warning, 1 note.\n"
    )


def test_nothing_to_say() -> None:
    assert plain(diagnostics_lines([])) == "No findings.\n"


def test_a_long_line_is_cut_around_the_place() -> None:
    finding = error("a.b", "c", span=Span("x", 1, 501))
    _, code, caret, _ = plain(
        diagnostics_lines([finding], lambda _: "a" * 500 + "!" + "b" * 500)
    ).splitlines()
    assert len(code) < 140
    assert code[caret.index("^")] == "!"


def test_the_caret_stays_below_its_place_when_characters_are_written_out() -> None:
    finding = error("a.b", "c", span=Span("x", 1, 4))
    lines = plain(diagnostics_lines([finding], lambda _: "\x1b\u202ea!")).splitlines()
    assert lines[1][lines[2].index("^")] == "!"


def test_a_column_behind_the_line_is_its_end() -> None:
    finding = error("a.b", "two\nlines", span=Span("x", 1, 99))
    lines = plain(diagnostics_lines([finding], lambda _: "ab\r\n")).splitlines()
    assert lines[:4] == ["a.b error x:1:99 two", "  lines", "    | ab", "    |   ^"]

"""What a command adds to the summary of a GitHub job."""

from __future__ import annotations

from pathlib import Path

import cmarkgfm
import pytest

from reconciler.cli.job_summary import add_to_summary
from reconciler.render.lines import Line, line


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


def test_nothing_in_it_is_markdown(summary: Path) -> None:
    add_to_summary(lambda: [line("```` </details> @octocat #1"), line("\u202e **x**")])
    html = cmarkgfm.github_flavored_markdown_to_html(summary.read_text())
    assert html.startswith("<pre") and html.rstrip().endswith("</code></pre>")
    assert html.count("<") == 4


def test_a_long_text_is_cut_at_a_whole_line(summary: Path) -> None:
    add_to_summary(lambda: (line(f"{at} ü" + "x" * 90) for at in range(20_000)))
    text = summary.read_text()
    assert 900_000 < len(text.encode()) < 1_048_576
    *rest, last, cut, fence = text.strip().split("\n")
    assert fence == "```" and cut.startswith("… cut") and last.endswith("x" * 90) and rest


def test_without_a_summary_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> list[Line]:
        raise AssertionError("made")

    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    add_to_summary(made)

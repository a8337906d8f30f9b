"""schemas/README.md lists what others build on; a row that has drifted is worse than none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.cli import main

README = Path(__file__).parents[2] / "schemas" / "README.md"
COLUMNS = ["Interface", "Reach", "Owner", "Status", "Tests", "Schema"]
_LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)\)")


def table() -> list[dict[str, str]]:
    rows = []
    for text in README.read_text().splitlines():
        if not text.startswith("|") or set(text) <= set("|-"):
            continue
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        assert len(cells) == len(COLUMNS), text
        if cells != COLUMNS:
            rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return rows


ROWS = table()


def links(text: str) -> list[Path]:
    return [README.parent / link for link in _LINK.findall(text) if "://" not in link]


def test_every_link_leads_somewhere() -> None:
    found = links(README.read_text())
    assert [str(path) for path in found if not path.is_file()] == []
    assert len(found) > 2 * len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Interface"][:40])
def test_every_row_is_whole(row: dict[str, str]) -> None:
    assert row["Reach"]
    assert row["Status"] in ("stable", "evolving")
    assert all("reconciler" in path.parts for path in links(row["Owner"])) and links(row["Owner"])
    assert all("tests" in path.parts for path in links(row["Tests"])) and links(row["Tests"])


def test_every_schema_has_a_row() -> None:
    listed = {path.name for row in ROWS for path in links(row["Schema"])}
    assert listed == {path.name for path in README.parent.glob("*.schema.json")}


def test_every_command_has_a_row() -> None:
    rows = [row["Interface"] for row in ROWS if row["Interface"].startswith("`reconcile ")]
    named = [word for row in rows for word in re.findall(r"`(?:reconcile )?([a-z]+)[ `]", row)]
    assert sorted(named) == sorted(main.commands)


def test_every_command_is_in_the_first_readme() -> None:
    text = (README.parents[1] / "README.md").read_text()
    rows = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `reconcile ")]
    listed = {word for row in rows for word in re.findall(r"`(?:reconcile )?([a-z]+)", row)}
    assert listed == set(main.commands)

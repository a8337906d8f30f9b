"""Every code that any room can report has a page, and every page a code that is reported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import reconciler
from reconciler.authoring.codes import CODES as AUTHORING
from reconciler.cli.codes import CODES as CLI
from reconciler.cli.codes import REGENERATE, every_code
from reconciler.engine.codes import CODES as ENGINE
from reconciler.engine.codes import Code, near
from reconciler.platform.codes import CODES as PLATFORM
from reconciler.render.codes_text import markdown

ROOT = Path(reconciler.__file__).parent
TABLES: dict[str, Mapping[str, Code]] = {
    "authoring": AUTHORING, "engine": ENGINE, "platform": PLATFORM, "cli": CLI,
}  # fmt: skip
_CODE = re.compile(r"[a-z]+\.[a-z0-9_]+")
_NO_CODE = re.compile(
    r".*\.(ya?ml|md|json|com|local|internal|db|ini|toml|sqlite|lock|py)"
    r"|model\.(id|effort|speed|inference_geo)|config\.(type|networking)|metadata\.(team|owner)"
)
_MAKERS = {"error": "error", "key_error": "error", "warning": "warning", "note": "note"}


def constants(room: str) -> Iterator[tuple[str, ast.Call | None]]:
    """Every text of the room's sources that looks like a code, and the call it is first in."""
    for path in sorted((ROOT / room).rglob("*.py")):
        if path.name == "codes.py" or path.parent.name == "codes":
            continue
        tree = ast.parse(path.read_text())
        calls = {node.args[0]: node for node in ast.walk(tree)
                 if isinstance(node, ast.Call) and node.args}  # fmt: skip
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and _CODE.fullmatch(text) and not _NO_CODE.fullmatch(text):
                yield text, calls.get(node)


def test_every_code_is_in_a_table_and_every_page_is_of_a_code() -> None:
    reported = {room: {code for code, _ in constants(room)} for room in (*TABLES, "render")}
    everywhere = set().union(*reported.values())
    assert everywhere == set(every_code())
    for room in ("engine", "platform", "authoring"):
        assert set(TABLES[room]) <= reported[room]


def test_no_code_has_two_pages() -> None:
    assert sum(len(table) for table in TABLES.values()) == len(every_code())


def test_a_code_is_reported_with_the_severities_of_its_page() -> None:
    pages = every_code()
    for room in TABLES:
        for code, call in constants(room):
            name = getattr(call.func, "attr", getattr(call.func, "id", "")) if call else ""
            if name in _MAKERS:
                assert _MAKERS[name] in pages[code].severities, (code, name)


@pytest.mark.parametrize("code", every_code())
def test_a_page_says_what_why_and_what_to_do(code: str) -> None:
    page = every_code()[code]
    assert _CODE.fullmatch(code)
    assert page.summary and "\n" not in page.summary and not page.summary.endswith(".")
    assert len(page.summary) < 100
    for text in (page.why, page.fix):
        assert text.endswith(".") and "  " not in text and "\n" not in text
    assert len({page.summary, page.why, page.fix}) == 3
    assert page.severities and list(page.severities) == sorted(
        page.severities, key=("error", "warning", "note").index
    )


def test_the_documented_list_is_fresh() -> None:
    path = ROOT.parent / "schemas/codes.md"
    assert path.read_text(encoding="utf-8") == markdown(every_code(), REGENERATE), REGENERATE


def test_near_codes() -> None:
    codes = ["tools.unmapped", "tools.too_many", "skill.too_many", "yaml.tab"]
    assert near("tools.unmaped", codes)[0] == "tools.unmapped"
    assert "skill.too_many" in near("skills.too_many", codes)
    assert near("zzz", codes) == []

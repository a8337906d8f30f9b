"""Small projects made of texts, and what loading them finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.authoring import CODES, Loaded, load
from reconciler.engine.address import Address
from reconciler.engine.desired import Resource
from reconciler.engine.diagnostics import Diagnostic, Span
from reconciler.engine.values import encode

PROJECT = "version: 1\nproject: demo\n"
SKILL = "---\nname: {name}\ndescription: Says what {name} does.\n---\nBody.\n"
Files = Mapping[str, str | bytes]
_USUAL = ("description.missing", "description.equals_name", "skill.unpinned")


def write(root: Path, files: Files) -> Path:
    for name, content in {"reconcile.yaml": PROJECT, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def loaded(
    root: Path,
    files: Files,
    *,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    write(root, files)
    return load(root, target=target, variables=variables or {}, environ=environ or {})


def agent(root: Path, text: str, files: Files | None = None, **options: Any) -> Loaded:
    """A project with the one agent `a`; `model: m` is its first line."""
    text = f"model: m\n{text}"
    return loaded(root, {"agents/a/agent.yaml": text, **(files or {})}, **options)


def body(result: Loaded, address: str = "agent/a") -> Any:
    return encode(resource(result, address).body)


def resource(result: Loaded, address: str = "agent/a") -> Resource:
    assert result.desired is not None, places(result)
    return result.desired.by_address()[Address.parse(address)]


def places(result: Loaded, severity: str | None = None) -> list[str]:
    """`code file:line:column` of each finding."""
    return [
        f"{item.code} {item.span}"
        for item in relevant(result)
        if severity is None or item.severity == severity
    ]


def relevant(result: Loaded) -> list[Diagnostic]:
    """The findings, but for notes that most of these small agents would have."""
    return [item for item in result.findings if item.code not in _USUAL]


def codes(result: Loaded) -> list[str]:
    return [item.code for item in relevant(result)]


def placed(finding: Diagnostic) -> Span:
    """Assert that the finding is fit to be shown, and return its place."""
    assert finding.code in CODES
    assert finding.message and finding.message.isprintable() and finding.hint.isprintable()
    assert finding.hint or finding.severity != "error", finding
    place = finding.span
    assert place is not None and place.line >= 1 and place.column >= 1, finding
    return place


def refused(root: Path, text: str, code: str, files: Files | None = None, **options: Any) -> None:
    """Assert that the agent has one finding: `code`, where § stands in the text."""
    line, column = _mark(f"model: m\n{text}")
    result = agent(root, text.replace("§", ""), files, **options)
    assert places(result) == [f"{code} agents/a/agent.yaml:{line}:{column}"]


def _mark(text: str) -> tuple[int, int]:
    before = text.partition("§")[0]
    assert len(before) < len(text), "no § in the text"
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def only(result: Loaded) -> str:
    """The one finding, its file left out: `code line:column`."""
    assert len(places(result)) == 1, places(result)
    [finding] = relevant(result)
    assert finding.span is not None
    return f"{finding.code} {finding.span.line}:{finding.span.column}"

"""Findings as SARIF 2.1.0 (OASIS), which code scanning reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from reconciler.engine.codes import Code
from reconciler.engine.diagnostics import Diagnostic, Severity, Silenced, sorted_findings
from reconciler.render.printable import printable, redacted

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_Object: TypeAlias = dict[str, Any]


def sarif_document(
    findings: Iterable[Diagnostic],
    silenced: Iterable[Silenced],
    pages: Mapping[str, Code],
    version: str,
) -> _Object:
    """The findings, each with the page of its code; silenced ones as suppressed in the source.

    `version` is this program's. Places are relative to the repository's root.
    """
    ordered = sorted_findings(findings)
    suppressed = sorted(silenced, key=lambda item: item.finding.sort_key)
    everything = [*ordered, *(item.finding for item in suppressed)]
    codes = sorted({finding.code for finding in everything})
    index = {code: at for at, code in enumerate(codes)}
    results = [_result(finding, index) for finding in ordered]
    for item in suppressed:
        reason = _text(item.reason)
        state = {"kind": "inSource", "status": "accepted", "justification": reason}
        results.append({**_result(item.finding, index), "suppressions": [state]})
    driver = {
        "name": "reconcile",
        "semanticVersion": version,
        "rules": [_rule(code, pages.get(code), everything) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, page: Code | None, findings: Iterable[Diagnostic]) -> _Object:
    levels: list[Severity] = [one.severity for one in findings if one.code == code]
    title = page.summary if page else code
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": page.why if page else title},
        "help": {"text": page.fix if page else title},
        "defaultConfiguration": {"level": levels[0]},
    }


def _result(finding: Diagnostic, index: Mapping[str, int]) -> _Object:
    said = "\n".join(text for text in (finding.message, finding.hint) if text)
    result: _Object = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity,
        "message": {"text": _text(said)},
        "locations": [_location(finding)],
    }
    if finding.address:
        result["properties"] = {"address": _text(finding.address)}
    return result


def _location(finding: Diagnostic) -> _Object:
    """Code scanning wants a place for each result: without one it is the project's own file."""
    place = finding.span
    region = {
        "startLine": place.line if place else 1,
        "startColumn": place.column if place else 1,
    }
    file = quote(place.file if place else "reconcile.yaml", errors="surrogatepass")
    return {"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}


def _text(text: str) -> str:
    return "\n".join(printable(redacted(line)) for line in text.splitlines())

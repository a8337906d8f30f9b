"""What the JSON documents have in common: places, findings, values without secrets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, Silenced, Span, sorted_findings
from reconciler.engine.live import Origin
from reconciler.engine.values import Value, encode
from reconciler.render.documents import (
    DocumentOrigin,
    Finding,
    Place,
    SilencedFinding,
)
from reconciler.render.printable import redacted

FORMAT_VERSION: Final = 1


def silenced_findings(silenced: Iterable[Silenced]) -> list[SilencedFinding]:
    ordered = sorted(silenced, key=lambda one: one.finding.sort_key)
    return [
        {
            **finding_of(one.finding),
            "reason": redacted(one.reason),
            "silenced_at": place_of(one.span),
        }
        for one in ordered
    ]


def findings_of(findings: Iterable[Diagnostic]) -> list[Finding]:
    return [finding_of(finding) for finding in sorted_findings(findings)]


def finding_of(finding: Diagnostic) -> Finding:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": redacted(finding.message),
        "hint": redacted(finding.hint),
        "address": finding.address,
        **place_of(finding.span),
    }


def origin_of(origin: Origin | None) -> DocumentOrigin | None:
    if origin is None:
        return None
    return {
        "base_url": redacted(origin.base_url),
        "organization": origin.organization,
        "workspace": origin.workspace,
        "registry": redacted(origin.registry),
        "tenants": dict(sorted(origin.tenants.items())),
    }


def place_of(span: Span | None) -> Place:
    if span is None:
        return {"file": None, "line": None, "column": None}
    return {"file": span.file, "line": span.line, "column": span.column}


def addresses_of(addresses: Iterable[Address]) -> list[str]:
    return [str(address) for address in addresses]


def value_of(value: Value) -> Any:
    return _redacted(encode(value))


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: _redacted(item) for key, item in value.items()}
    return [_redacted(item) for item in value] if isinstance(value, list) else value

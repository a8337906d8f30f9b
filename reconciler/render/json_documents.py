"""What the commands say, as JSON documents for programs: plain data with stable keys.

Every document has `format_version` and `kind`. A value that only the apply can know is
`{"$ref": ADDRESS, "attr": …}`, a secret is `{"$secret": NAME}`; a field's side that has no value is
left out, which is not the same as null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, Span, sorted_findings
from reconciler.engine.live import Origin
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.outputs import AgentOutput
from reconciler.engine.plan import Action, FieldChange, Held, Plan
from reconciler.engine.values import ABSENT, Value, encode
from reconciler.render.printable import redacted

FORMAT_VERSION = 1

Document = dict[str, Any]


def plan_document(plan: Plan, origin: Origin | None = None) -> Document:
    """The plan: what would be done, what is held back, and everything a reviewer is told."""
    return _document("plan", {
        "project": plan.project,
        "target": plan.target,
        "origin": _origin(origin),
        "complete": plan.complete,
        "applicable": plan.applicable,
        "digest": plan.digest,
        "totals": plan.totals(),
        "actions": [action_document(action) for action in plan.actions],
        "held": [_held(held) for held in plan.held],
        "orphans": [
            {"address": str(orphan.address), "id": orphan.id, "message": orphan.message}
            for orphan in plan.orphans
        ],
        "released": [
            {"address": str(address), **_field(field)} for address, field in plan.released
        ],
        "records": _addresses(sorted(plan.records)),
        "unchanged": _addresses(plan.unchanged),
        "findings": [_finding(finding) for finding in sorted_findings(plan.findings)],
    })  # fmt: skip


def action_document(action: Action) -> Document:
    """One object's write."""
    return {
        "address": str(action.address),
        "verb": action.verb,
        "reason": action.reason,
        "because": _addresses(action.because),
        "needs": _addresses(action.needs),
        "fields": [_field(field) for field in action.fields],
        "payload": _value(action.payload),
        "expected": asdict(action.expected) if action.expected else None,
        "notes": [redacted(note) for note in action.notes],
        **_place(action.span),
        "digest": action.digest,
    }


def diagnostics_document(findings: Iterable[Diagnostic]) -> Document:
    """Findings sorted by place, and how many of each severity."""
    ordered = sorted_findings(findings)
    severities = [finding.severity for finding in ordered]
    return _document("diagnostics", {
        "totals": {f"{one}s": severities.count(one) for one in ("error", "warning", "note")},
        "diagnostics": [_finding(finding) for finding in ordered],
    })  # fmt: skip


def report_document(report: Report, plan: Plan) -> Document:
    """What became of a plan."""
    return _document("report", {
        "project": plan.project,
        "target": plan.target,
        "digest": plan.digest,
        "ok": report.ok,
        "interrupted": report.interrupted,
        "totals": {
            "applied": report.count("applied"),
            "failed": report.count("failed"),
            "skipped": report.count("skipped"),
        },
        "outcomes": [_outcome(outcome) for outcome in report.outcomes],
        "held": [_held(held) for held in plan.held],
        "findings": [_finding(finding) for finding in sorted_findings(plan.findings)],
        "next_step": report.next_step,
    })  # fmt: skip


def outputs_document(outputs: Sequence[AgentOutput]) -> Document:
    """Every agent with its ids."""
    return _document("outputs", {
        "agents": [asdict(output) | {"address": str(output.address)} for output in outputs],
    })  # fmt: skip


def doctor_document(checks: Sequence[Mapping[str, Any]]) -> Document:
    """The checks as they were found."""
    return _document("doctor", {
        "ok": all(check["ok"] for check in checks),
        "checks": [_value(dict(check)) for check in checks],
    })  # fmt: skip


def _document(kind: str, content: Document) -> Document:
    return {"format_version": FORMAT_VERSION, "kind": kind, **content}


def _held(held: Held) -> Document:
    return {
        "address": str(held.action.address),
        "reason": held.reason,
        "message": redacted(held.message),
        "action": action_document(held.action),
    }


def _field(field: FieldChange) -> Document:
    sides = {"base": field.base, "desired": field.desired, "live": field.live}
    return {
        "path": field.path,
        "status": field.status,
        **{side: _value(value) for side, value in sides.items() if value is not ABSENT},
        **_place(field.span),
    }


def _finding(finding: Diagnostic) -> Document:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": redacted(finding.message),
        "hint": redacted(finding.hint),
        "address": finding.address,
        **_place(finding.span),
    }


def _outcome(outcome: Outcome) -> Document:
    return {
        "address": str(outcome.address),
        "verb": outcome.verb,
        "result": outcome.result,
        "id": outcome.id,
        "version": outcome.version,
        "message": redacted(outcome.message),
        "because": str(outcome.because) if outcome.because else None,
        "moved": outcome.moved,
    }


def _origin(origin: Origin | None) -> Document | None:
    if origin is None:
        return None
    return {
        "base_url": redacted(origin.base_url),
        "organization": origin.organization,
        "workspace": origin.workspace,
        "registry": redacted(origin.registry),
        "tenants": dict(sorted(origin.tenants.items())),
    }


def _place(span: Span | None) -> Document:
    if span is None:
        return {"file": None, "line": None, "column": None}
    return {"file": span.file, "line": span.line, "column": span.column}


def _addresses(addresses: Iterable[Address]) -> list[str]:
    return [str(address) for address in addresses]


def _value(value: Value) -> Any:
    return _redacted(encode(value))


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: _redacted(item) for key, item in value.items()}
    return [_redacted(item) for item in value] if isinstance(value, list) else value

"""What the commands say, as JSON documents for programs: plain data with stable keys.

Every document has `format_version` and `kind`. A value that only the apply can know is
`{"$ref": ADDRESS, "attr": …}`, a secret is `{"$secret": NAME}`; a field's side that has no value is
left out, which is not the same as null. What each key means is said in `documents`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reconciler.engine.address import Address
from reconciler.engine.codes import Code
from reconciler.engine.diagnostics import Diagnostic, Silenced, Span, sorted_findings
from reconciler.engine.drift import Drifted
from reconciler.engine.live import Origin
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.outputs import AgentOutput
from reconciler.engine.plan import Action, Expected, FieldChange, Held, Plan, PlanOptions
from reconciler.engine.privileges import Raise
from reconciler.engine.values import ABSENT, Value, encode
from reconciler.render.documents import (
    ActionDocument,
    AgentDocument,
    Check,
    CodesDocument,
    DiagnosticsDocument,
    DoctorDocument,
    DocumentOrigin,
    DriftDocument,
    ExpectedState,
    Field,
    Finding,
    HeldDocument,
    InitDocument,
    LockChangeDocument,
    MadeFile,
    OptionsDocument,
    OutcomeDocument,
    OutputsDocument,
    Place,
    PlanDocument,
    PlanTotals,
    RaiseDocument,
    Released,
    ReportDocument,
    SandboxDocument,
    SchemasDocument,
    SilencedFinding,
)
from reconciler.render.printable import redacted

FORMAT_VERSION: Final = 1


def plan_document(
    plan: Plan,
    origin: Origin | None = None,
    options: PlanOptions | None = None,
    silenced: Iterable[Silenced] = (),
) -> PlanDocument:
    """The plan: what would be done, what is held back, and everything a reviewer is told.

    `apply FILE` reads it back (`engine/saved_plan.py`).
    """
    return {
        "format_version": FORMAT_VERSION,
        "kind": "plan",
        "project": plan.project,
        "target": plan.target,
        "origin": _origin(origin),
        "complete": plan.complete,
        "applicable": plan.applicable,
        "digest": plan.digest,
        "options": _options(options or PlanOptions()),
        "totals": _totals(plan),
        "actions": [action_document(action) for action in plan.actions],
        "held": [_held(held) for held in plan.held],
        "orphans": [
            {"address": str(orphan.address), "id": orphan.id, "message": orphan.message}
            for orphan in plan.orphans
        ],
        "released": [_released(where, field) for where, field in plan.released],
        "records": _addresses(sorted(plan.records)),
        "forgotten": _addresses(sorted(plan.forgotten)),
        "unchanged": _addresses(plan.unchanged),
        "findings": _findings(plan.findings),
        "silenced": _silenced(silenced),
    }


def action_document(action: Action) -> ActionDocument:
    """One object's write."""
    return {
        "address": str(action.address),
        "verb": action.verb,
        "reason": action.reason,
        "because": _addresses(action.because),
        "needs": _addresses(action.needs),
        "fields": [_field(field) for field in action.fields],
        "payload": _value(action.payload),
        "expected": _expected(action.expected),
        "notes": [redacted(note) for note in action.notes],
        "raises": [_raise(one) for one in action.raises],
        **_place(action.span),
        "digest": action.digest,
    }


def lock_change_document(
    messages: Iterable[str], addresses: Iterable[Address]
) -> LockChangeDocument:
    """What was done to the lock, to which addresses."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "lock_change",
        "addresses": _addresses(addresses),
        "messages": [redacted(message) for message in messages],
    }


def diagnostics_document(
    findings: Iterable[Diagnostic], silenced: Iterable[Silenced] = ()
) -> DiagnosticsDocument:
    """Findings sorted by place, and how many of each severity."""
    ordered = sorted_findings(findings)
    severities = [finding.severity for finding in ordered]
    return {
        "format_version": FORMAT_VERSION,
        "kind": "diagnostics",
        "totals": {
            "errors": severities.count("error"),
            "warnings": severities.count("warning"),
            "notes": severities.count("note"),
        },
        "diagnostics": _findings(ordered),
        "silenced": _silenced(silenced),
    }


def codes_document(pages: Mapping[str, Code]) -> CodesDocument:
    """Pages of diagnostic codes."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "codes",
        "codes": [
            {
                "code": code,
                "severities": list(page.severities),
                "summary": page.summary,
                "why": page.why,
                "fix": page.fix,
                "example": page.example,
            }
            for code, page in pages.items()
        ],
    }


def report_document(report: Report, plan: Plan) -> ReportDocument:
    """What became of a plan."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "report",
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
        "findings": _findings(plan.findings),
        "next_step": report.next_step,
    }


def outputs_document(outputs: Sequence[AgentOutput]) -> OutputsDocument:
    """Every agent with its ids."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "outputs",
        "agents": [_output(output) for output in outputs],
    }


def doctor_document(checks: Sequence[Mapping[str, Any]]) -> DoctorDocument:
    """The checks as they were found."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "doctor",
        "ok": all(check["ok"] for check in checks),
        "checks": [_check(check) for check in checks],
    }


def schemas_document(schemas: Mapping[str, Mapping[str, Any]]) -> SchemasDocument:
    """The published schemas, by name."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "schemas",
        "schemas": [
            {
                "name": name,
                "id": schema["$id"],
                "title": schema["title"],
                "description": schema["description"],
            }
            for name, schema in schemas.items()
        ],
    }


def init_document(
    project: str, address: Address, files: Sequence[MadeFile], next_step: str
) -> InitDocument:
    """What `init` made."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "init",
        "project": project,
        "address": str(address),
        "files": list(files),
        "next_step": next_step,
    }


def sandbox_document(environment: Mapping[str, str]) -> SandboxDocument:
    """The environment that clients of the embedded platform need."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "sandbox",
        "environment": dict(environment),
    }


def _check(check: Mapping[str, Any]) -> Check:
    detail = redacted(check["detail"])
    return {"name": redacted(check["name"]), "ok": check["ok"], "detail": detail}


def _output(output: AgentOutput) -> AgentDocument:
    return {
        "address": output.address,
        "agent_id": output.agent_id,
        "agent_version": output.agent_version,
        "registration_id": output.registration_id,
        "tenant": output.tenant,
        "environment_id": output.environment_id,
        "vault_id": output.vault_id,
        "mcp_server_url": output.mcp_server_url,
    }


def _held(held: Held) -> HeldDocument:
    return {
        "address": str(held.action.address),
        "reason": held.reason,
        "message": redacted(held.message),
        "raises": [_raise(one) for one in held.raises],
        "since": held.since,
        "action": action_document(held.action),
    }


def _raise(one: Raise) -> RaiseDocument:
    return {
        "path": one.path,
        "what": one.what,
        "before": redacted(one.before),
        "after": redacted(one.after),
    }


def _options(options: PlanOptions) -> OptionsDocument:
    return {
        "only": sorted(options.only),
        "overwrite_drift": sorted(options.overwrite_drift),
        "rotate_key": _addresses(sorted(options.rotate_key)),
        "recreate": _addresses(sorted(options.recreate)),
        "prune": options.prune,
        "prune_skills": options.prune_skills,
        "max_removals": options.max_removals,
    }


def drift_document(
    plan: Plan, drifted: Iterable[Drifted], origin: Origin | None = None
) -> DriftDocument:
    """What was edited outside, with what could not be read."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "drift",
        "project": plan.project,
        "target": plan.target,
        "origin": _origin(origin),
        "complete": plan.complete,
        "drifted": [
            {
                "address": str(one.address),
                "id": one.id,
                "fields": [_field(field) for field in one.fields],
                "raises": [_raise(more) for more in one.raises],
                "since": one.since,
                "message": redacted(one.message),
            }
            for one in drifted
        ],
        "findings": _findings(plan.findings),
    }


def _expected(expected: Expected | None) -> ExpectedState | None:
    if expected is None:
        return None
    return {"id": expected.id, "version": expected.version, "values": expected.values}


def _totals(plan: Plan) -> PlanTotals:
    totals = plan.totals()
    return {
        "create": totals["create"],
        "update": totals["update"],
        "replace": totals["replace"],
        "archive": totals["archive"],
        "delete": totals["delete"],
        "held": totals["held"],
        "orphaned": totals["orphaned"],
        "unchanged": totals["unchanged"],
    }


def _field(field: FieldChange) -> Field:
    place = _place(field.span)
    document: Field = {
        "path": field.path,
        "status": field.status,
        "file": place["file"],
        "line": place["line"],
        "column": place["column"],
    }
    _add_sides(document, field)
    return document


def _released(address: Address, field: FieldChange) -> Released:
    place = _place(field.span)
    document: Released = {
        "address": str(address),
        "path": field.path,
        "status": field.status,
        "file": place["file"],
        "line": place["line"],
        "column": place["column"],
    }
    _add_sides(document, field)
    return document


def _add_sides(document: Field, field: FieldChange) -> None:
    if field.base is not ABSENT:
        document["base"] = _value(field.base)
    if field.desired is not ABSENT:
        document["desired"] = _value(field.desired)
    if field.live is not ABSENT:
        document["live"] = _value(field.live)


def _silenced(silenced: Iterable[Silenced]) -> list[SilencedFinding]:
    ordered = sorted(silenced, key=lambda one: one.finding.sort_key)
    return [
        {**_finding(one.finding), "reason": redacted(one.reason), "silenced_at": _place(one.span)}
        for one in ordered
    ]


def _findings(findings: Iterable[Diagnostic]) -> list[Finding]:
    return [_finding(finding) for finding in sorted_findings(findings)]


def _finding(finding: Diagnostic) -> Finding:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": redacted(finding.message),
        "hint": redacted(finding.hint),
        "address": finding.address,
        **_place(finding.span),
    }


def _outcome(outcome: Outcome) -> OutcomeDocument:
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


def _origin(origin: Origin | None) -> DocumentOrigin | None:
    if origin is None:
        return None
    return {
        "base_url": redacted(origin.base_url),
        "organization": origin.organization,
        "workspace": origin.workspace,
        "registry": redacted(origin.registry),
        "tenants": dict(sorted(origin.tenants.items())),
    }


def _place(span: Span | None) -> Place:
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

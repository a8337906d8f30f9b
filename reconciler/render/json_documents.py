"""What the commands say, as JSON documents for programs: plain data with stable keys.

Every document has `format_version` and `kind`. A value that only the apply can know is
`{"$ref": ADDRESS, "attr": …}`, a secret is `{"$secret": NAME}`; a field's side that has no value is
left out, which is not the same as null. What each key means is said in `documents`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.codes import Code
from reconciler.engine.diagnostics import Diagnostic, Silenced, sorted_findings
from reconciler.engine.history import History
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.outputs import AgentOutput
from reconciler.engine.plan import Plan
from reconciler.render.documents import (
    AgentDocument,
    DiagnosticsDocument,
    LockChangeDocument,
    OutcomeDocument,
    OutputsDocument,
    ReportDocument,
)
from reconciler.render.json_parts import (
    FORMAT_VERSION,
    addresses_of,
    findings_of,
    silenced_findings,
)
from reconciler.render.plan_documents import held_document
from reconciler.render.printable import redacted
from reconciler.render.tool_documents import (
    Check,
    CodesDocument,
    DoctorDocument,
    InitDocument,
    MadeFile,
    SandboxDocument,
    SchemasDocument,
)


def lock_change_document(
    messages: Iterable[str], addresses: Iterable[Address]
) -> LockChangeDocument:
    """What was done to the lock, to which addresses."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "lock_change",
        "addresses": addresses_of(addresses),
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
        "diagnostics": findings_of(ordered),
        "silenced": silenced_findings(silenced),
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


def report_document(report: Report, plan: Plan, history: History | None = None) -> ReportDocument:
    """What became of a plan, and who changed last what is held back if a history is given."""
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
        "held": [held_document(held, history) for held in plan.held],
        "findings": findings_of(plan.findings),
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

"""The schemas of the lock and of the JSON documents, each with an example from its own codec."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.codes import Code
from reconciler.engine.diagnostics import Span, warning
from reconciler.engine.drift import Drifted
from reconciler.engine.live import Origin
from reconciler.engine.lock import Lock, LockEntry, dump_lock
from reconciler.engine.lock_document import LockDocument
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.outputs import AgentOutput
from reconciler.engine.plan import Action, FieldChange, Plan
from reconciler.engine.values import Ref, digest
from reconciler.render.documents import (
    DiagnosticsDocument,
    DriftDocument,
    LockChangeDocument,
    OutputsDocument,
    PlanDocument,
    ReportDocument,
)
from reconciler.render.drift_import_documents import (
    DriftImport,
    DriftImportDocument,
    drift_import_document,
)
from reconciler.render.import_documents import Import, ImportDocument, import_document
from reconciler.render.json_documents import (
    codes_document,
    diagnostics_document,
    doctor_document,
    init_document,
    lock_change_document,
    outputs_document,
    report_document,
    sandbox_document,
    schemas_document,
)
from reconciler.render.plan_documents import drift_document, plan_document
from reconciler.render.posted_documents import PostedDocument, posted_document
from reconciler.render.tool_documents import (
    CodesDocument,
    DoctorDocument,
    InitDocument,
    SandboxDocument,
    SchemasDocument,
)
from reconciler.render.typed_schema import Schema, schema_of

#: Name → the type that the document is held to, and the schema's title.
_FORMS: Mapping[str, tuple[type, str]] = {
    "lock": (LockDocument, "The lock"),
    "plan": (PlanDocument, "A plan"),
    "diagnostics": (DiagnosticsDocument, "Diagnostics"),
    "drift": (DriftDocument, "Drift"),
    "lock_change": (LockChangeDocument, "What was done to the lock"),
    "report": (ReportDocument, "The report of an apply"),
    "outputs": (OutputsDocument, "Outputs"),
    "codes": (CodesDocument, "Diagnostic codes"),
    "import": (ImportDocument, "What import read and wrote"),
    "drift_import": (DriftImportDocument, "Live edits taken into folders"),
    "doctor": (DoctorDocument, "What doctor found"),
    "init": (InitDocument, "What init made"),
    "posted": (PostedDocument, "What was put on GitHub"),
    "sandbox": (SandboxDocument, "The embedded platform's environment"),
    "schemas": (SchemasDocument, "The list of schemas"),
}
DOCUMENTS = tuple(_FORMS)

_ORIGIN = Origin("https://api.anthropic.com", "org_01", "wrkspc_01")
_AGENT = Address("agent", "audit-handover")
_SPAN = Span("agents/audit-handover/agent.yaml", 2, 1)
_DRIFTED = Drifted(
    _AGENT,
    "agent_01",
    (FieldChange("description", "drift", "Old.", "Old.", "By hand.", _SPAN),),
    since="version 4, 2026-11-20T10:00:00Z",
)
_WARNING = warning(
    "skill.needs_read",
    "skills are opened with the tool `read`, which is not enabled",
    "add `read` to `tools`",
    span=_SPAN,
    address=str(_AGENT),
)

_PAGE = Code(
    "a tool word's suffix is not :ask, :allow or :auto",
    "The suffix says whether a person is asked before each call.",
    "Write one of the three, or leave the suffix out.",
)

_ABOUT = {"title": "An agent", "description": "agent.yaml, or another file of an agent."}


def document_schema(name: str) -> Schema:
    """The schema of a document by name (one of DOCUMENTS), without `$schema` and `$id`."""
    form, title = _FORMS[name]
    return {**schema_of(form), "title": title, "examples": [_example(name)]}


def _example(name: str) -> Any:
    plan = Plan("fund-agents", "prod", (_action(),), findings=(_WARNING,))
    report = Report((Outcome(_AGENT, "update", "applied", "agent_01", 4),))
    output = AgentOutput(address=str(_AGENT), agent_id="agent_01", agent_version=4)
    made: dict[str, Callable[[], Any]] = {
        "lock": lambda: json.loads(dump_lock(_lock())),
        "plan": lambda: plan_document(plan, _ORIGIN),
        "diagnostics": lambda: diagnostics_document([_WARNING]),
        "lock_change": lambda: lock_change_document(["agent/x is forgotten"], [_AGENT]),
        "drift": lambda: drift_document(plan, [_DRIFTED], _ORIGIN),
        "report": lambda: report_document(report, plan),
        "outputs": lambda: outputs_document([output]),
        "codes": lambda: codes_document({"tools.suffix": _PAGE}),
        "import": lambda: import_document(_imported()),
        "drift_import": lambda: drift_import_document(_drift_import()),
        "doctor": lambda: doctor_document([{"name": "folders", "ok": True, "detail": "."}]),
        "init": lambda: init_document(
            "fund-agents",
            _AGENT,
            [{"path": "agents/audit-handover/agent.yaml", "change": "written"}],
            "reconcile apply --target sandbox",
        ),
        "posted": lambda: posted_document("comment", "created", "https://github.com/o/r/pull/1"),
        "sandbox": lambda: sandbox_document({"ANTHROPIC_BASE_URL": "http://127.0.0.1:8080"}),
        "schemas": lambda: schemas_document({"agent": {"$id": "urn:…", **_ABOUT}}),
    }
    return made[name]()


def _imported() -> Import:
    path = "agents/audit-handover/agent.yaml"
    return Import(
        project="fund-agents",
        target="prod",
        dry_run=False,
        objects=((str(_AGENT), "agent_01", 3),),
        files=((path, "written", b"", b"model: claude-sonnet-4-6\n"),),
    )


def _drift_import() -> DriftImport:
    path = "agents/audit-handover/agent.yaml"
    return DriftImport(
        project="fund-agents",
        target="prod",
        dry_run=False,
        objects=((str(_AGENT), "agent_01", 4, ("description",)),),
        files=((path, b"description: Old.\n", b"description: By hand.\n"),),
    )


def _lock() -> Lock:
    skill = LockEntry(id="skill_01", versions={digest("SKILL.md"): "1759178010641129"})
    agent = LockEntry(id="agent_01", version=3, fields={"system": digest("You write.\n")})
    objects = {_AGENT: agent, Address("skill", "cite-sources"): skill}
    return Lock("fund-agents", "prod", _ORIGIN, objects)


def _action() -> Action:
    skill = Ref(Address("skill", "cite-sources"), "id")
    payload = {"skills": [{"type": "custom", "skill_id": skill}], "version": 3}
    change = FieldChange("skills", "change", desired=payload["skills"], live=[], span=_SPAN)
    return Action(_AGENT, "update", "changed", payload, (change,), span=_SPAN)

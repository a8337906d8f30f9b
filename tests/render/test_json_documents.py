from __future__ import annotations

import json

from reconciler.engine.diagnostics import Span, error
from reconciler.engine.live import Origin
from reconciler.engine.lock import LockEntry
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.outputs import AgentOutput
from reconciler.engine.plan import Expected, Orphan
from reconciler.engine.values import Ref, SecretRef
from reconciler.render.json_documents import (
    diagnostics_document,
    doctor_document,
    outputs_document,
    report_document,
)
from reconciler.render.plan_documents import plan_document

from .builders import action, at, field, held, plan

FULL = plan(
    action(
        "agent/a",
        "update",
        "changed",
        field("system", None, "x"),
        field("mcp_servers", {"s": "https://u:p@host"}, {}),
        payload={"skills": [Ref(at("skill/s"), "id")], "token": SecretRef("T")},
        because=(at("skill/s"),),
        needs=(at("skill/s"),),
        expected=Expected("agent_1", 3),
        notes=("look",),
        span=Span("agents/a/agent.yaml", 2, 1),
    ),
    held=(held(action("agent/h", "update", "changed"), "drift", "edited"),),
    orphans=(Orphan(at("agent/o"), "agent_o"),),
    released=((at("agent/r"), field("model.effort", "high", status="released")),),
    records={at("agent/n"): LockEntry()},
    unchanged=(at("agent/u"),),
    findings=(error("a.b", "bad", span=Span("x", 1, 2)),),
)


def test_a_plan_holds_everything_a_program_needs() -> None:
    document = json.loads(json.dumps(plan_document(FULL, Origin("https://api.anthropic.com"))))
    assert (document["format_version"], document["kind"]) == (1, "plan")
    assert document["digest"] == FULL.digest
    assert document["totals"]["update"] == 1
    assert (document["complete"], document["applicable"]) == (True, False)
    (update,) = document["actions"]
    assert update["payload"] == {
        "skills": [{"$ref": "skill/s", "attr": "id"}],
        "token": {"$secret": "T"},
    }
    assert update["digest"] == FULL.actions[0].digest
    assert update["expected"] == {"id": "agent_1", "version": 3, "values": ""}
    assert (update["because"], update["needs"]) == (["skill/s"], ["skill/s"])
    assert (update["file"], update["line"]) == ("agents/a/agent.yaml", 2)
    assert update["fields"][0] == {
        "path": "system", "status": "change", "live": None, "desired": "x",
        "file": None, "line": None, "column": None,
    }  # fmt: skip
    assert update["fields"][1]["live"] == {"s": "https://***@host"}
    assert document["held"][0]["address"] == "agent/h"
    assert document["orphans"][0]["id"] == "agent_o"
    assert document["released"][0]["address"] == "agent/r"
    assert (document["records"], document["unchanged"]) == (["agent/n"], ["agent/u"])
    assert document["findings"][0]["line"] == 1


def test_the_keys_of_a_plan_do_not_depend_on_its_content() -> None:
    assert plan_document(plan()).keys() == plan_document(FULL).keys()


def test_a_report() -> None:
    report = Report(
        (
            Outcome(at("agent/a"), "create", "applied", id="agent_1", version=1),
            Outcome(at("agent/b"), "update", "skipped", because=at("agent/a")),
        ),
        next_step="again",
    )
    document = json.loads(json.dumps(report_document(report, FULL)))
    assert document["totals"] == {"applied": 1, "failed": 0, "skipped": 1}
    assert document["outcomes"][1]["because"] == "agent/a"
    assert (document["ok"], document["next_step"]) == (False, "again")
    assert document["held"][0]["reason"] == "drift"


def test_findings_outputs_and_checks() -> None:
    findings = diagnostics_document([error("a.b", "bad", address="agent/a")])
    assert findings["totals"] == {"errors": 1, "warnings": 0, "notes": 0}
    assert findings["diagnostics"][0]["file"] is None
    row = AgentOutput(address="agent/a", agent_id="agent_1", agent_version=2)
    assert outputs_document([row])["agents"][0]["agent_version"] == 2
    checks = doctor_document([{"name": "x", "ok": False, "detail": "d"}])
    assert checks["ok"] is False

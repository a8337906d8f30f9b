"""The commands from folders to the embedded platform and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.sandbox import serve

from .conftest import Run

RESEARCHER = "agents/researcher/agent.yaml"
PROMPT = "agents/researcher/system-prompt.md"


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_live(project: Path, name: str, **changes: str) -> None:
    """What somebody does in the console: an update of the live agent of this name."""
    import httpx2

    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "managed-agents-2026-04-01"}
    with (
        serve(project / ".reconcile" / "sandbox.sqlite") as server,
        httpx2.Client(
            base_url=server.url, headers={**headers, "x-api-key": server.api_key}, trust_env=False
        ) as client,
    ):
        agents = client.get("/v1/agents").json()["data"]
        (agent,) = (agent for agent in agents if agent["name"] == name)
        body = {"version": agent["version"], **changes}
        client.post(f"/v1/agents/{agent['id']}", json=body).raise_for_status()


def test_plan_apply_plan(run: Run, project: Path) -> None:
    first = run("plan", "--detailed-exitcode")
    assert first.exit_code == 2, first.output
    assert "+ agent/lead  new" in first.stdout
    assert "Plan: 3 to create, 0 to update, 0 to archive; 0 unchanged." in first.stdout
    assert not (project / ".reconcile" / "reconcile.sandbox.lock").exists()
    applied = run("apply", "--yes")
    assert applied.exit_code == 0, applied.output
    assert "3 objects: 3 applied, 0 failed, 0 skipped." in applied.stdout
    assert (project / ".reconcile" / "reconcile.sandbox.lock").exists()
    assert (project / ".reconcile" / ".gitignore").read_text() == "*\n"
    again = run("plan", "--detailed-exitcode")
    assert again.exit_code == 0
    assert "No changes. 3 objects are equal to the folders." in again.stdout
    assert run("apply", "--yes").exit_code == 0


def test_a_change_is_shown_in_place_and_re_pins_what_uses_it(run: Run, project: Path) -> None:
    run("apply", "--yes")
    edit(project, RESEARCHER, "bash:ask", "bash:allow")
    edit(project, PROMPT, "Be brief.", "Be exact.")
    shown = run("plan").stdout
    assert "~ agent/researcher  changed: system, tools" in shown
    assert "- Be brief." in shown and "+ Be exact." in shown
    path = "tools.agent_toolset_20260401.configs.bash.policy"
    assert f"{path}: always_ask → always_allow" in shown
    assert "~ agent/lead  re-pinned: agent/researcher v1 → v2" in shown
    assert "0 to create, 2 to update, 0 to archive; 1 unchanged." in shown


def test_an_edit_outside_is_held_back_until_told_otherwise(run: Run, project: Path) -> None:
    run("apply", "--yes")
    edit_live(project, "Lead", system="Evil \x1b[2J\u202eprompt.")
    held = run("plan", "--detailed-exitcode")
    assert held.exit_code == 5
    assert "! agent/lead  held back (drift)" in held.stdout
    assert "␛[2J\\u202e" in held.stdout and "\x1b" not in held.stdout
    assert run("apply", "--yes").exit_code == 5
    assert run("apply", "--yes", "--overwrite-drift", "agent/l*").exit_code == 0
    assert run("plan").exit_code == 0


def test_apply_what_was_expected_and_nothing_else(run: Run, project: Path) -> None:
    digest = json.loads(run("plan", "--format", "json").stdout)["digest"]
    edit(project, PROMPT, "Be brief.", "Be exact.")
    stale = run("apply", "--expect", digest)
    assert stale.exit_code == 4
    assert "plan.stale error" in stale.stderr
    assert not (project / ".reconcile" / "reconcile.sandbox.lock").exists()
    edit(project, PROMPT, "Be exact.", "Be brief.")
    assert run("apply", "--expect", digest).exit_code == 0


def test_json_on_stdout_is_one_document(run: Run) -> None:
    plan = json.loads(run("plan", "--format", "json").stdout)
    assert [one["verb"] for one in plan["actions"]] == ["create"] * 3
    report = json.loads(run("apply", "--yes", "--format", "json").stdout)
    assert report["totals"]["applied"] == 3
    outputs = json.loads(run("outputs", "--format", "json").stdout)
    assert [one["address"] for one in outputs["agents"]] == ["agent/lead", "agent/researcher"]
    doctor = json.loads(run("doctor", "--format", "json").stdout)
    assert doctor["ok"] is True
    destroyed = json.loads(
        run("destroy", "--yes", "--max-removals", "9", "--format", "json").stdout
    )
    assert destroyed["totals"] == {"applied": 3, "failed": 0, "skipped": 0}
    findings = json.loads(run("validate", "--format", "json").stdout)
    assert findings["totals"]["errors"] == 0


def test_only_some_addresses(run: Run) -> None:
    assert "agent/lead" not in run("plan", "agent/researcher").stdout
    typo = run("plan", "agent/reseacher")
    assert typo.exit_code == 1
    assert "hint: near: agent/researcher" in typo.stderr


@pytest.mark.parametrize(
    ("text", "line"), [("{\n<<<<<<< HEAD\n", 2), ("{}", 1), ('{\n "version": 1,\n "x": 2}', 3)]
)
def test_a_broken_lock_is_never_taken_for_an_empty_one(
    run: Run, project: Path, text: str, line: int
) -> None:
    folder = project / ".reconcile"
    folder.mkdir()
    (folder / "reconcile.sandbox.lock").write_text(text, encoding="utf-8")
    for command in (["plan"], ["apply", "--yes"], ["outputs"]):
        result = run(*command)
        assert result.exit_code == 1
        assert f"lock.unreadable error reconcile.sandbox.lock:{line}:" in result.stderr


def test_show_prints_the_body_and_nothing_else(run: Run, project: Path) -> None:
    result = run("show", "agent/researcher", "--format", "json")
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert body["name"] == "Researcher"
    assert body["metadata"]["reconciler"] == "demo/sandbox/agent/researcher@1"
    assert body["skills"][0]["skill_id"] == {"$ref": "skill/cite", "attr": "id"}
    assert result.stderr == ""
    text = run("show", "agent/researcher")
    assert json.loads(text.stdout) == body
    assert "agents/researcher/agent.yaml:1:1" in text.stderr
    assert not (project / ".reconcile").exists()


def test_errors_in_the_folders_are_found_at_their_place(run: Run, project: Path) -> None:
    edit(project, RESEARCHER, "bash:ask", "bahs:ask")
    result = run("validate")
    assert result.exit_code == 1
    assert f" error {RESEARCHER}:4:" in result.stdout
    assert "^" in result.stdout
    for command in (["plan"], ["apply", "--yes"], ["show", "agent/lead"], ["outputs"]):
        refused = run(*command)
        assert refused.exit_code == 1
        assert refused.stdout == ""
        assert f" error {RESEARCHER}:4:" in refused.stderr
    assert not (project / ".reconcile").exists()


def test_validate_only_what_is_named(run: Run, project: Path) -> None:
    edit(project, RESEARCHER, "bash:ask", "bahs:ask")
    assert run("validate", str(project / RESEARCHER)).exit_code == 1
    assert run("validate", str(project / "agents" / "lead")).exit_code == 0
    assert run("validate", str(project)).exit_code == 1


def test_destroy_takes_everything_away(run: Run) -> None:
    run("apply", "--yes")
    result = run("destroy", "--yes", "--max-removals", "9")
    assert result.exit_code == 0, result.output
    assert "- agent/lead  archive: destroy" in result.stdout
    assert "Plan: 3 to create" in run("plan").stdout


def test_one_apply_at_a_time(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.platform.lockfile import hold

    run("apply", "--yes")
    lock = json.loads((project / ".reconcile" / "reconcile.sandbox.lock").read_text())
    folder = project.parent / "state" / "agent-reconciler"
    with hold(lock["origin"]["base_url"], "demo", "sandbox", folder):
        result = run("apply", "--yes")
    assert result.exit_code == 1
    assert "lock.held error" in result.stderr

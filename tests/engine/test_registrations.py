from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Intent, Lock, LockEntry
from reconciler.engine.outputs import AgentOutput, OutputsConflict, collect, worker_env
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.values import Ref
from tests.engine.builders import (
    ORIGIN,
    after,
    agent,
    at,
    desired,
    environment,
    live,
    live_agent,
    live_other,
    live_skill,
    lock,
    plan,
    registered,
    row,
    skill,
    skill_ref,
    stored_key,
)

ROW = "registration/byng/a"
WANTED = desired(agent("a"), *registered("a"))
VAULT = live_other("vault", "vlt_a", "vault/byng/a", display_name="byng/a")


def world(*more: LiveObject) -> Live:
    return live(live_agent("a"), VAULT, *more)


def whole(row_id: str = "uuid-1") -> Live:
    return world(row(row_id, "a"), stored_key("vcrd_1", row_id, "a"))


def told(made: Plan) -> list[tuple[str, str, str]]:
    return [(str(one.address), one.verb, one.reason) for one in made.actions]


def test_vault_then_row_then_key() -> None:
    made = plan(WANTED, live())
    assert [str(one.address) for one in made.actions] == [
        "vault/byng/a",
        "agent/a",
        ROW,
        "credential/byng/a",
    ]
    registration, credential = made.actions[2:]
    assert registration.needs == (at("agent/a"), at("vault/byng/a"))
    assert registration.payload["row"]["externalRef"] == Ref(at("agent/a"), "external_ref")
    assert credential.payload["auth"]["token"] == Ref(at(ROW), "api_key")
    assert at(ROW) in credential.needs


def test_a_second_run_registers_nothing() -> None:
    last = after(WANTED, whole())
    assert last.objects[at(ROW)].id == "uuid-1"
    made = plan(WANTED, whole(), last)
    assert not made.actions and not made.records


def test_a_prompt_edit_touches_the_agent_alone() -> None:
    last = after(WANTED, whole())
    edited = desired(agent("a", system="new"), *registered("a"))
    assert told(plan(edited, whole(), last)) == [("agent/a", "update", "changed")]


def test_a_row_that_our_intent_explains_is_made_afresh() -> None:
    intent = Intent("anthropic://agents/agent_a", ())
    last = lock({ROW: LockEntry(intent=intent), "agent/a": LockEntry(id="agent_a", version=1)})
    made = plan(WANTED, world(row("uuid-1", "a")), last)
    assert told(made)[0] == (ROW, "replace", "registered afresh")
    assert made.actions[0].payload["delete"] == ["uuid-1"]


def test_a_row_that_was_there_before_the_intent_is_somebodys() -> None:
    intent = Intent("anthropic://agents/agent_a", ("uuid-1",))
    made = plan(WANTED, world(row("uuid-1", "a")), lock({ROW: LockEntry(intent=intent)}))
    assert not made.actions
    assert {one.reason for one in made.held} == {"refused", "depends"}


def test_a_row_whose_key_is_stored_is_found_again_without_a_lock() -> None:
    made = plan(WANTED, whole())
    assert not made.actions and made.records[at(ROW)].id == "uuid-1"


@pytest.mark.parametrize("rows", [("uuid-1", "uuid-2"), ("uuid-2", "uuid-1")])
def test_two_rows_of_one_agent_are_told_until_one_is_chosen(rows: tuple[str, str]) -> None:
    first, second = rows
    keys = stored_key("vcrd_1", first, "a"), stored_key("vcrd_2", second, "a")
    now = world(row(first, "a"), row(second, "a"), *keys)
    last = after(WANTED, world(row(first, "a"), stored_key("vcrd_1", first, "a")))
    (held,) = [one for one in plan(WANTED, now, last).held if one.action.address == at(ROW)]
    assert f"registry row {second} already names this agent" in held.message
    rotating = PlanOptions(rotate_key=frozenset({at(ROW)}))
    action = next(
        one for one in plan(WANTED, now, last, rotating).actions if one.address == at(ROW)
    )
    assert action.payload["delete"] == ["uuid-1", "uuid-2"]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (world(), "deleted outside"),
        (world(row("uuid-1", "a")), "no stored key"),
        (world(row("uuid-1", "renamed", externalRef="anthropic://agents/agent_a"),
               stored_key("vcrd_1", "uuid-1", "a")), "can't be changed"),
        (world(row("uuid-1", "a"), stored_key("vcrd_1", "uuid-1", "a", "https://old.ntropii.com")),
         "URL changed"),
    ],
)  # fmt: skip
def test_what_needs_to_be_told_is_refused_until_it_is(now: Live, words: str) -> None:
    last = after(WANTED, whole())
    made = plan(WANTED, now, last)
    assert not made.actions
    refused = next(one for one in made.held if one.reason == "refused")
    assert words in refused.message and f"--rotate-key {ROW}" in refused.message
    rotated = plan(WANTED, now, last, PlanOptions(rotate_key=frozenset({at(ROW)})))
    assert [one[0] for one in told(rotated)] == [ROW, "credential/byng/a"]


def test_an_agent_that_is_made_again_is_registered_again() -> None:
    last = after(WANTED, whole())
    gone = live(
        VAULT, row("uuid-1", "a"), stored_key("vcrd_1", "uuid-1", "a"), gone=frozenset({"agent_a"})
    )
    options = PlanOptions(recreate=frozenset({at("agent/a")}))
    made = plan(WANTED, gone, last, options)
    assert told(made) == [
        ("agent/a", "create", "made again"),
        (ROW, "replace", "registered afresh"),
        ("credential/byng/a", "replace", "new key"),
    ]
    assert any("uuid-1" in note for note in made.actions[1].notes)


def test_rotating_says_that_the_uuid_changes() -> None:
    options = PlanOptions(rotate_key=frozenset({at(ROW)}))
    registration, credential = plan(WANTED, whole(), after(WANTED, whole()), options).actions
    assert any("UUID" in note for note in registration.notes)
    assert credential.verb == "replace" and credential.expected
    assert credential.expected.id == "vcrd_1"


def test_an_unknown_tenant_and_environment_are_errors_before_any_write() -> None:
    nowhere = replace(live(), origin=replace(ORIGIN, tenants={}))
    assert [one.code for one in plan(WANTED, nowhere).findings] == ["registration.tenant_unknown"]
    wanted = desired(agent("a"), *registered("a", environment="fund-ops"))
    assert [one.code for one in plan(wanted, live()).findings] == [
        "registration.environment_unknown"
    ]
    there = live(live_other("environment", "env_1", name="fund-ops"))
    assert not plan(wanted, there).findings


def test_somebody_elses_key_for_the_url_is_an_error() -> None:
    foreign = replace(stored_key("vcrd_9", "other-row", "a"), marker=None)
    made = plan(WANTED, world(foreign))
    assert [one.code for one in made.findings] == ["registration.vault_holds_key"]


def test_versions_are_recorded_once() -> None:
    wanted = desired(agent("a"), *registered("a", versions=True))
    made = plan(wanted, whole(), after(desired(agent("a"), *registered("a")), whole()))
    assert told(made) == [(ROW, "update", "record version")]
    assert made.actions[0].payload == {"record": {"version": 1}}
    done = {"changelog": "agent version 1 (commit abc)"}
    recorded = world(row("uuid-1", "a", versions=[done]), stored_key("vcrd_1", "uuid-1", "a"))
    assert not plan(wanted, recorded).actions


def test_a_dropped_registration_is_an_orphan() -> None:
    made = plan(desired(agent("a")), whole(), after(WANTED, whole()))
    assert not made.actions
    assert [str(one.address) for one in made.orphans] == [
        "credential/byng/a",
        ROW,
        "vault/byng/a",
    ]


def test_destroy_takes_dependents_first_and_keeps_vaults() -> None:
    last = after(WANTED, whole())
    made = plan(WANTED, whole(), last, PlanOptions(destroy=True, max_removals=9))
    assert [(str(one.address), one.verb) for one in made.actions] == [
        (ROW, "delete"),
        ("agent/a", "archive"),
        ("credential/byng/a", "archive"),
    ]
    assert [one.code for one in made.findings] == ["vault.protected"]


def test_destroy_leaves_what_others_use_and_what_is_protected() -> None:
    used = [{"type": "custom", "skill_id": "skill_s", "version": "v1"}]
    now = live(
        live_skill("s", {"d": "v1"}),
        live_agent("a"),
        live_agent("theirs", marked=None, skills=used),
    )
    last = lock({"agent/a": LockEntry(id="agent_a", version=1, protect=True)})
    wanted = desired(agent("a", skills=[skill_ref("s", "d")]), skill("s", "d"))
    made = plan(wanted, now, last, PlanOptions(destroy=True, max_removals=9))
    assert {str(one.action.address) for one in made.held} == {"agent/a", "skill/s"}


def _output(name: str, **more: str) -> AgentOutput:
    values = {"registration_id": f"uuid-{name}", "environment_id": "env_1", "vault_id": f"vlt_{name}",
              "mcp_server_url": f"https://{name}.ntropii.com"}  # fmt: skip
    return AgentOutput(address=f"agent/{name}", agent_id=name, agent_version=1, **values | more)


def test_one_worker_has_one_environment_and_one_key_per_url() -> None:
    worker = worker_env([_output("a"), _output("b")])
    assert (worker.environment_id, worker.vault_ids) == ("env_1", ("vlt_a", "vlt_b"))
    for clash in (
        [_output("a"), _output("b", environment_id="env_2")],
        [_output("a"), _output("b", mcp_server_url="https://a.ntropii.com")],
        [_output(f"n{number}") for number in range(51)],
        [_output("a", environment_id="")],
        [],
    ):
        with pytest.raises(OutputsConflict):
            worker_env(clash)


def test_outputs_come_from_the_lock() -> None:
    wanted = desired(agent("a"), agent("b"), environment("e"), *registered("a", environment=at("environment/e")))  # fmt: skip
    entries = {
        "agent/a": LockEntry(id="agent_a", version=2),
        "agent/b": LockEntry(id="agent_b", version=1),
        "environment/e": LockEntry(id="env_1"),
        ROW: LockEntry(id="uuid-1", fields={"vault": "vlt_a"}),
    }
    a, b = collect(wanted, lock(entries))
    assert (a.registration_id, a.environment_id, a.vault_id) == ("uuid-1", "env_1", "vlt_a")
    assert (b.agent_id, b.registration_id) == ("agent_b", "")
    assert collect(wanted, lock(entries), ["registration/byng/*"]) == (a,)
    assert collect(wanted, Lock("p", "t")) == ()

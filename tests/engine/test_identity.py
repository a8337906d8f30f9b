from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.diagnostics import Diagnostic
from reconciler.engine.identity import adopt, rebuild
from reconciler.engine.lock import Lock, LockEntry
from tests.engine.builders import (
    ORIGIN,
    URL,
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
    marker,
    plan,
    registered,
    row,
    skill,
    skill_ref,
    stored_key,
)

ROW = "registration/byng/a"
EMPTY = Lock("fund-agents", "test", ORIGIN)


def test_an_unmarked_agent_is_taken_over_without_a_new_id() -> None:
    wanted, now = desired(agent("a", system="new")), live(live_agent("a", marked=None))
    taken = adopt(wanted, lock(), now, at("agent/a"), "agent_a")
    assert isinstance(taken, Lock)
    (action,) = plan(wanted, now, taken).actions
    assert action.verb == "update" and action.expected and action.expected.id == "agent_a"
    assert action.payload["metadata"]["reconciler"].endswith("agent/a@2")


@pytest.mark.parametrize(
    ("address", "identity", "words"),
    [
        ("agent/zzz", "agent_a", "declare no"),
        ("agent/a", "agent_none", "no live agent"),
        ("agent/a", "agent_old", "for ever"),
        ("agent/a", "agent_theirs", "marked as"),
        ("agent/b", "agent_a", "is agent/a in the lock"),
        ("agent/a", "agent_b", "binds it to agent_a"),
        ("environment/e", "agent_a", "is agent/a in the lock"),
    ],
)
def test_what_can_not_be_taken_over(address: str, identity: str, words: str) -> None:
    wanted = desired(agent("a"), agent("b"), environment("e"))
    theirs = replace(live_agent("theirs"), marker=replace(marker("agent/x", 1), project="other"))
    now = live(
        live_agent("a"),
        live_agent("b", marked=None),
        replace(live_agent("old"), archived=True),
        theirs,
    )
    last = lock({"agent/a": LockEntry(id="agent_a")}) if words[0] in "ib" else lock()
    refused = adopt(wanted, last, now, at(address), identity)
    assert isinstance(refused, Diagnostic) and words in refused.message


def test_a_row_is_taken_over_with_its_key() -> None:
    wanted = desired(agent("a"), *registered("a"))
    auth = {"type": "static_bearer", "mcp_server_url": URL}
    key = replace(live_other("credential", "vcrd_1", auth=auth, metadata={}), parent="vlt_9")
    vault = live_other("vault", "vlt_9", display_name="by hand")
    now = live(live_agent("a"), vault, row("uuid-1", "a"), key)
    last = lock({"agent/a": LockEntry(id="agent_a", version=1)})
    for vault_id, words in (("", "--vault"), ("vlt_8", "--rotate-key")):
        refused = adopt(wanted, last, now, at(ROW), "uuid-1", vault_id)
        assert isinstance(refused, Diagnostic) and words in refused.hint
    taken = adopt(wanted, last, now, at(ROW), "uuid-1", "vlt_9")
    assert isinstance(taken, Lock)
    made = plan(wanted, now, taken)
    assert not made.held
    assert ROW not in [str(one.address) for one in made.actions]
    assert made.records[at(ROW)].id == "uuid-1"


def test_a_row_of_another_agent_is_refused() -> None:
    wanted = desired(agent("a"), *registered("a"))
    now = live(live_agent("a"), row("uuid-1", "b"))
    refused = adopt(wanted, lock(), now, at(ROW), "uuid-1", "vlt_9")
    assert isinstance(refused, Diagnostic)


def test_a_lost_lock_is_made_anew() -> None:
    user = agent("a", system="x", skills=[skill_ref("s", "d")])
    wanted = desired(user, skill("s", "d"), environment("e"), *registered("a"))
    pinned = [{"type": "custom", "skill_id": "skill_s", "version": "v1"}]
    now = live(
        live_agent("a", system="x", skills=pinned),
        live_skill("s", {"d": "v1"}),
        live_other("environment", "env_1", "environment/e", name="e"),
        live_other("vault", "vlt_a", "vault/byng/a", display_name="byng/a"),
        row("uuid-1", "a"),
        stored_key("vcrd_1", "uuid-1", "a"),
    )
    last = after(wanted, now, EMPTY)
    made, notes = rebuild(wanted, now, EMPTY)
    assert made == last
    assert [note.partition(":")[0] for note in notes] == ["environment/e", "vault/byng/a"]


def test_an_edit_by_hand_still_shows_after_a_rebuild() -> None:
    wanted = desired(agent("a", system="x"))
    edited = live(
        live_agent("a", 3, 2, system="by hand"),
        history={"agent_a": (live_agent("a", 2, 2, system="x").body,)},
    )
    made, _ = rebuild(wanted, edited, EMPTY)
    assert made.objects[at("agent/a")].version == 2
    assert [one.reason for one in plan(wanted, edited, made).held] == ["drift"]

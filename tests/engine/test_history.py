from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Resource, Target
from reconciler.engine.history import Change, History, Owners, touched
from tests.engine.builders import agent, at, environment, member, skill, skill_ref

A, B = Address("agent", "a"), Address("agent", "b")


def made_of(resource: Resource, *files: str) -> Resource:
    return replace(resource, files=files)


WORLD = Desired(
    "fund-agents",
    Target("test"),
    (
        made_of(agent("lead", multiagent=member("worker")), "agents/lead/", "shared/tools.yaml"),
        made_of(agent("worker", skills=[skill_ref("cite", "d1")]), "agents/worker.agent.yaml"),
        made_of(agent("alone"), "agents/alone/"),
        made_of(skill("cite", "d1"), "skills/cite/", "agents/alone/skills/cite/"),
        made_of(environment("room"), "environments/room.yaml"),
    ),
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["agents/alone/system-prompt.md"], "agent/alone"),
        (
            ["agents/alone-not/agent.yaml", "agents/alone", "agents/al"],
            "agent/alone agent/lead agent/worker skill/cite",
        ),
        (["shared/tools.yaml"], "agent/lead"),
        (["agents/worker.agent.yaml"], "agent/lead agent/worker"),
        (["skills/cite/deep/er/file"], "agent/lead agent/worker skill/cite"),
        (["environments/room.yaml"], "environment/room"),
        (["skills"], "agent/lead agent/worker skill/cite"),  # git names a submodule so
        (["skills/"], "agent/lead agent/worker skill/cite"),
        (["README.md", "reconcile.prod.lock", "environments/room.yaml/x", ""], ""),
        (["reconcile.yaml"], " ".join(sorted(str(one.address) for one in WORLD.resources))),
    ],
)
def test_what_a_change_reaches(changed: list[str], expected: str) -> None:
    assert sorted(str(one) for one in touched(WORLD, changed)) == expected.split()


paths = st.lists(
    st.sampled_from(
        ["agents/lead/x", "agents/worker.agent.yaml", "agents/alone/skills/cite/y", "README.md",
         "environments/room.yaml", "skills/cite/SKILL.md", "shared/tools.yaml"]
    )
)  # fmt: skip


@given(paths, paths)
def test_more_changes_reach_no_less_and_nothing_but_theirs(
    one: list[str], other: list[str]
) -> None:
    assert touched(WORLD, one + other) == touched(WORLD, one) | touched(WORLD, other)


def test_two_objects_of_one_file() -> None:
    owners = Owners({A: ("agents/", "shared/x"), B: ("shared/x",)})
    assert set(owners.of("shared/x")) == {A, B}
    assert set(owners.of("agents/a/b")) == {A}
    assert set(owners.of("shared/y")) == set()


def test_a_history_in_one_line() -> None:
    changes = {A: Change("1a", "Ann", "s" * 300), B: Change("", "", "not committed yet")}
    known = History("9f", changes)
    assert known.said(A) == f"commit 9f; last changed in 1a by Ann: {'s' * 200}"
    assert known.said(B) == "commit 9f; last changed not committed yet"
    assert known.said(at("agent/other")) == "commit 9f"
    assert History().said(A) == "no commit"

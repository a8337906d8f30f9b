from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.diagnostics import Span, error, warning
from reconciler.engine.live import Origin
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, Orphan, Plan
from reconciler.engine.values import ABSENT, Ref
from reconciler.render.lines import plain
from reconciler.render.plan_text import plan_lines, reason_text, totals_lines

from .builders import action, at, field, held, plan


def text(shown: Plan, origin: Origin | None = None) -> str:
    return plain(plan_lines(shown, origin))


def test_a_whole_plan_reads_at_a_glance() -> None:
    new_version = Ref(at("agent/researcher"), "version")
    shown = plan(
        action(
            "agent/fresh",
            "create",
            "new",
            payload={
                "name": "fresh",
                "system": "You are fresh.\nBe brief.\n",
                "skills": [{"type": "custom", "skill_id": Ref(at("skill/cite"), "id")}],
                "metadata": {"reconciler": "fund-agents/test/agent/fresh@1"},
            },
        ),
        action(
            "agent/researcher",
            "update",
            "changed",
            field("system", "a\nb\n", "a\nc\n"),
            field(
                "tools",
                {"mcp:ntropii": {"default": {"enabled": True, "policy": "always_ask"}}},
                {"mcp:ntropii": {"default": {"enabled": True, "policy": "always_allow"}}},
            ),
            field("model.effort", "high", status="released"),
            expected=Expected("agent_researcher", 3),
        ),
        action(
            "agent/lead",
            "update",
            "re-pinned",
            field(
                "multiagent",
                {"type": "coordinator", "agents": {"agent/researcher": 3}},
                {"type": "coordinator", "agents": {"agent/researcher": new_version}},
            ),
            because=(at("agent/researcher"),),
            notes=("the deployment depl_1 keeps v7",),
        ),
        unchanged=(at("agent/same"),),
        orphans=(Orphan(at("agent/old"), "agent_old"),),
    )
    origin = Origin("https://api.anthropic.com", workspace="wrkspc_1")
    assert text(shown, origin) == (
        "fund-agents → test   https://api.anthropic.com, workspace wrkspc_1\n"
        "\n"
        "+ agent/fresh  new\n"
        "    name: fresh\n"
        "    system: 2 lines, 25 characters\n"
        "    skills: [{type: custom, skill_id: skill/cite (id known after apply)}]\n"
        "~ agent/researcher  changed: system, tools (v3 → v4)\n"
        "    system:\n"
        "      1 line added, 1 removed\n"
        "      @@ lines 1 to 2 @@\n"
        "        a\n"
        "      - b\n"
        "      + c\n"
        "    tools.mcp:ntropii.default.policy: always_ask → always_allow\n"
        "    model.effort: released, stays high\n"
        "~ agent/lead  re-pinned: agent/researcher v3 → v4\n"
        "    multiagent.agents.agent/researcher: 3 → "
        "agent/researcher (version known after apply)\n"
        "    note: the deployment depl_1 keeps v7\n"
        "\n"
        "No longer in the folders, left untouched:\n"
        "  ? agent/old  agent_old\n"
        "\n"
        "Plan: 1 to create, 2 to update, 0 to archive; 1 unchanged, 1 orphaned. "
        f"Digest {shown.digest}\n"
    )


def test_equal_worlds_say_so_in_one_sentence() -> None:
    same = tuple(at(f"agent/a{number}") for number in range(14))
    assert text(plan(unchanged=same)).endswith("No changes. 14 objects are equal to the folders.\n")
    assert "1 object is equal" in text(plan(unchanged=same[:1]))


def test_a_held_object_shows_the_outside_edit_and_what_to_do() -> None:
    edited = field("model.effort", "low", "high", base="high", status="drift")
    both = field("description", "theirs", "ours", base="was", status="conflict")
    inner = action("agent/x", "update", "changed", edited, both)
    shown = text(plan(held=(held(inner, "drift", "edited since the last apply"),)))
    assert "! agent/x  held back (drift): edited since the last apply\n" in shown
    assert "    edited outside:\n      model.effort: high → low\n" in shown
    assert "    edited outside, and in the folders too:\n      description: was → theirs\n" in shown
    assert "    the folders want:\n      description: theirs → ours\n" in shown
    assert "Nothing to apply: 0 unchanged, 1 held back." in shown


def test_drift_whose_base_is_only_a_digest_is_held_against_the_folders() -> None:
    edited = field("system", "theirs", "ours", status="drift")
    inner = action("agent/x", "update", "changed", edited)
    shown = text(plan(held=(held(inner, "drift", "edited"),)))
    assert "- ours" in shown and "+ theirs" in shown


def test_an_overwritten_edit_is_said() -> None:
    edited = field("description", "theirs", "ours", base="ours", status="drift")
    shown = text(plan(action("agent/x", "update", "changed", edited)))
    assert "description: theirs → ours" in shown
    assert "description was edited outside; this write replaces the edit" in shown


def test_what_is_removed_is_removed_by_its_own_sign() -> None:
    shown = text(
        plan(
            action("agent/a", "archive", "removed", notes=("archiving is for ever",)),
            action(
                "registration/byng/b", "replace", "registered afresh", field("name", desired="b")
            ),
            action("agent/c", "update", "changed", field("metadata.owner", "x", status="cleared")),
        )
    )
    assert "- agent/a  archive: removed\n    note: archiving is for ever\n" in shown
    assert "± registration/byng/b  replace: registered afresh\n    name: b\n" in shown
    assert "metadata.owner: x → (none)" in shown
    assert "1 to update, 1 to replace, 1 to archive; 0 unchanged." in shown


def test_released_fields_of_untouched_objects_are_said_once() -> None:
    released = field("model.effort", "high", status="released")
    shown = text(plan(released=((at("agent/x"), released),)))
    assert shown.count("released") == 1
    assert "agent/x: model.effort: released, stays high" in shown
    told = plan(
        action("agent/x", "update", "changed", released), released=((at("agent/x"), released),)
    )
    assert text(told).count("released") == 1


def test_warnings_and_what_forbids_an_apply_are_said() -> None:
    findings = (
        warning("plan.x", "look", "do", span=Span("agents/x/agent.yaml", 3, 2)),
        error("plan.y", "stop"),
    )
    shown = text(plan(findings=findings, complete=True))
    assert "plan.x warning agents/x/agent.yaml:3:2 look\n  hint: do\n" in shown
    assert "Nothing can be applied while there are errors." in shown
    assert "The plan is incomplete" in text(plan(complete=False))
    assert "No changes" not in text(plan(complete=False))


def test_what_only_the_lock_learns_is_said() -> None:
    shown = text(plan(records={at("agent/x"): LockEntry()}))
    assert "Only the lock takes note of: agent/x" in shown


def test_text_of_users_can_not_act_on_the_terminal() -> None:
    bad = "\x1b[2K\u202eevil\r"
    one = action(
        "agent/x", "update", "changed", field("description", "a", bad), field("system", "a", bad)
    )
    shown = text(plan(replace(one, notes=(bad,)), findings=(error("x", bad, bad),)))
    assert not {"\x1b", "\u202e", "\r"} & set(shown)


def test_a_whole_object_that_appears_in_a_field_is_taken_apart() -> None:
    long = {f"server_{number}": f"https://host-{number}.example/mcp" for number in range(4)}
    shown = text(plan(action("agent/x", "update", "changed", field("mcp_servers", ABSENT, long))))
    assert "mcp_servers.server_3: (none) → https://host-3.example/mcp" in shown


def test_a_reason_without_fields_stays_a_word() -> None:
    assert reason_text(action("skill/x", "update", "changed")) == "changed"
    moved = action("skill/x", "update", "new content", because=(at("agent/a"), at("agent/b")))
    assert reason_text(moved) == "new content: agent/a, agent/b"


VERBS = st.sampled_from(["create", "update", "replace", "archive", "delete"])


@given(st.lists(VERBS), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_totals_name_every_count(verbs: list, unchanged: int, held_back: int, gone: int) -> None:
    inner: Action = action("agent/h", "update", "changed")
    shown = plan(
        *(action(f"agent/a{at_}", verb, "r") for at_, verb in enumerate(verbs)),
        unchanged=tuple(at(f"agent/u{number}") for number in range(unchanged)),
        held=(held(inner, "drift", "m"),) * held_back,
        orphans=tuple(Orphan(at(f"agent/o{number}"), "id") for number in range(gone)),
    )
    (last,) = totals_lines(shown)
    said = plain([last])
    for verb in set(verbs):
        assert f"{verbs.count(verb)} to {verb}" in said
    assert (shown.digest in said) == bool(verbs)
    assert (f"{held_back} held back" in said) == bool(held_back)
    assert (f"{gone} orphaned" in said) == bool(gone)
    assert said.startswith("No changes.") == (not verbs and not held_back)

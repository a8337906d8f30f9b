"""What tools of this kind get wrong, by number: the outcome wanted, and the tests that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_E2E = "tests/e2e"
_HERE = "tests/scenarios"


class Scenario(NamedTuple):
    """`tests`: one `tests/…/test_x.py::test_y` or more, each over HTTP or beside one that is."""

    outcome: str
    tests: tuple[str, ...]


SCENARIOS: Mapping[int, Scenario] = {
    1: Scenario(
        "An edit between plan and apply stops that object alone, and is shown",
        (
            f"{_HERE}/test_drift.py::test_an_edit_between_plan_and_apply_is_not_overwritten",
            f"{_HERE}/test_drift.py::test_an_edit_during_the_apply_stops_that_object_alone",
        ),
    ),
    2: Scenario(
        "An edit long before the plan is drift: refused until it is overwritten or in git",
        (
            f"{_HERE}/test_drift.py::test_an_edit_long_before_is_drift_until_it_is_overwritten_or_taken_into_git",
        ),
    ),
    3: Scenario(
        "The same edit outside and in the file is no write; the lock follows",
        (f"{_HERE}/test_drift.py::test_the_same_edit_on_both_sides_only_moves_the_lock",),
    ),
    4: Scenario(
        "A permission flipped outside is always shown, and as one that lets the agent do more",
        (
            f"{_HERE}/test_drift.py::test_a_permission_flipped_by_hand_is_shown_as_letting_it_do_more",
        ),
    ),
    5: Scenario(
        "Tools in another order in the file are no change",
        (f"{_E2E}/test_main_job.py::test_what_means_the_same_is_no_change",),
    ),
    6: Scenario("Tools in another order in an answer are no change", ()),
    7: Scenario("A renamed file of a skill is one new version, and is called renamed", ()),
    8: Scenario("A changed name in SKILL.md is a new skill, and is called one", ()),
    9: Scenario("A skill back at older content is pinned again, not uploaded", ()),
    10: Scenario("Litter in a skill is left out, and what was left out is said", ()),
    11: Scenario("A symbolic link in a skill is an error", ()),
    12: Scenario("A new subagent and its coordinator are one plan; the coordinator's id stays", ()),
    13: Scenario("An edited subagent re-pins its coordinator, and the plan says why", ()),
    14: Scenario("A roster entry without a definition is an error before any request", ()),
    15: Scenario(
        "Circles, self, depth, size and repetition in rosters have codes of their own", ()
    ),
    16: Scenario("An archived agent of the name is passed over, and named", ()),
    17: Scenario(
        "Two live agents of the name are refused; both are named with the way to adopt", ()
    ),
    18: Scenario("An agent archived outside is made again only when told, with what holds it", ()),
    19: Scenario("A crash after a create and before the lock leaves one object, found again", ()),
    20: Scenario("A create whose answer was lost is found, and never sent twice", ()),
    21: Scenario("A kill while the lock is written leaves a whole lock; a bad one is an error", ()),
    22: Scenario("Two changes applied at once end as one world; git merges their locks", ()),
    23: Scenario("Merge markers or bad JSON in the lock are refused with the line", ()),
    24: Scenario("A lock of another workspace is refused before any write", ()),
    25: Scenario("Where every id is unknown, the credentials are doubted, and nothing is made", ()),
    26: Scenario("What can't be read is not absent: the plan is incomplete, with another code", ()),
    27: Scenario("A renamed folder keeps its id by a move that the plan suggests", ()),
    28: Scenario("A changed name is an update in place", ()),
    29: Scenario("A removed folder is an orphan, archived only when told and unchanged", ()),
    30: Scenario("Pruning together with chosen addresses is refused", ()),
    31: Scenario("A field removed from the file is cleared, and the next plan is empty", ()),
    32: Scenario("The same within multiagent_20261001, where null would enable", ()),
    33: Scenario("A model by name and in full are the same; unmanaged settings are kept", ()),
    34: Scenario("A field nobody has heard of is no drift", ()),
    41: Scenario("A token in a server's URL is an error, and is printed nowhere", ()),
    42: Scenario("Line ends are no change; whitespace is shown and marked", ()),
    43: Scenario("Among hundreds of agents the few managed ones are found, on every page", ()),
    44: Scenario("What reads as it was before a write is read again, so often and no more", ()),
    45: Scenario("A plan of one commit is not carried out on another", ()),
    46: Scenario("A registry that fails leaves the agent and resumes with one key", ()),
    47: Scenario("A recreated agent is registered again, and what depended on it is named", ()),
    49: Scenario("Deploying again writes nothing, and the version stays", ()),
}

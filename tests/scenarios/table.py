"""What tools of this kind get wrong, by number: the outcome wanted, and the tests that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_E2E = "tests/e2e"
_HERE = "tests/scenarios"
_CAMPAIGNS = "tests/campaigns"


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
        (
            f"{_HERE}/test_order.py::test_another_order_in_the_file_is_no_change",
            f"{_E2E}/test_main_job.py::test_what_means_the_same_is_no_change",
        ),
    ),
    6: Scenario(
        "Tools in another order in an answer are no change",
        (
            f"{_HERE}/test_order.py::test_another_order_in_answers_is_no_change",
            f"{_HERE}/test_order.py::test_an_edit_is_told_of_its_tool_alone_whatever_the_order",
        ),
    ),
    7: Scenario(
        "A renamed file of a skill is one new version, and is called renamed",
        (
            f"{_HERE}/test_skills.py::test_a_renamed_file_is_one_new_version_and_is_called_renamed",
            f"{_HERE}/test_skills.py::test_files_are_told_one_by_one",
        ),
    ),
    8: Scenario(
        "A changed name in SKILL.md is a new skill, and is called one",
        (
            f"{_HERE}/test_skills.py::test_a_name_that_differs_from_the_folder_is_an_error_before_any_request",
            f"{_HERE}/test_skills.py::test_a_skill_under_another_name_is_a_new_one_and_the_old_one_stays",
        ),
    ),
    9: Scenario(
        "A skill back at older content is pinned again, not uploaded",
        (
            f"{_HERE}/test_skills.py::test_older_content_is_pinned_again_and_not_uploaded",
            f"{_E2E}/test_main_job.py::test_private_copies_are_versions_of_one_skill",
        ),
    ),
    10: Scenario(
        "Litter in a skill is left out, and what was left out is said",
        (f"{_HERE}/test_skills.py::test_litter_is_left_out_and_named",),
    ),
    11: Scenario(
        "A symbolic link in a skill is an error",
        (
            f"{_HERE}/test_skills.py::test_a_link_is_an_error_and_what_it_leads_to_is_not_shown",
            f"{_HERE}/test_skills.py::test_the_folder_itself_is_no_link",
            f"{_HERE}/test_skills.py::test_an_env_file_is_an_error_and_is_not_quoted",
        ),
    ),
    12: Scenario(
        "A new subagent and its coordinator are one plan; the coordinator's id stays",
        (
            f"{_HERE}/test_rosters.py::test_a_new_subagent_is_made_first_and_its_coordinator_keeps_its_id",
        ),
    ),
    13: Scenario(
        "An edited subagent re-pins its coordinator, and the plan says why",
        (
            f"{_HERE}/test_rosters.py::test_an_edited_subagent_re_pins_its_coordinator_and_the_plan_says_why",
        ),
    ),
    14: Scenario(
        "A roster entry without a definition is an error before any request",
        (
            f"{_HERE}/test_rosters.py::test_a_subagent_that_is_gone_from_the_folders_is_an_error_before_any_request",
        ),
    ),
    15: Scenario(
        "Circles, self, depth, size and repetition in rosters have codes of their own",
        (
            f"{_HERE}/test_rosters.py::test_what_a_roster_can_not_be_has_codes_of_its_own",
            f"{_HERE}/test_rosters.py::test_self_and_a_full_roster_are_fine",
        ),
    ),
    16: Scenario(
        "An archived agent of the name is passed over, and named",
        (
            f"{_HERE}/test_namesakes.py::test_an_archived_namesake_is_passed_over_and_named",
            f"{_E2E}/test_identity.py::test_what_can_not_be_taken_over_is_refused",
        ),
    ),
    17: Scenario(
        "Two live agents of the name are refused; both are named with the way to adopt",
        (f"{_HERE}/test_namesakes.py::test_two_live_namesakes_are_refused_until_one_is_adopted",),
    ),
    18: Scenario(
        "An agent archived outside is made again only when told, with what holds it",
        (
            f"{_HERE}/test_namesakes.py::test_an_agent_archived_outside_is_made_again_only_when_told",
            f"{_E2E}/test_main_job.py::test_what_was_archived_by_hand_is_made_again_only_when_told",
        ),
    ),
    19: Scenario(
        "A crash after a create and before the lock leaves one object, found again",
        (
            f"{_HERE}/test_crash.py::test_a_kill_after_a_create_leaves_a_whole_lock_and_nothing_is_made_twice",
            f"{_CAMPAIGNS}/test_campaigns.py::test_forty_cells_leave_nothing_behind",
        ),
    ),
    20: Scenario(
        "A create whose answer was lost is found, and never sent twice",
        (
            f"{_HERE}/test_crash.py::test_a_create_whose_answer_was_lost_is_found_and_not_sent_again",
            f"{_HERE}/test_crash.py::test_a_create_that_timed_out_is_found_and_not_sent_again",
            f"{_HERE}/test_crash.py::test_a_create_that_did_not_happen_is_not_sent_again_by_the_same_run",
            f"{_CAMPAIGNS}/test_campaigns.py::test_forty_cells_leave_nothing_behind",
        ),
    ),
    21: Scenario(
        "A kill while the lock is written leaves a whole lock; a bad one is an error",
        (
            f"{_HERE}/test_crash.py::test_a_kill_after_a_create_leaves_a_whole_lock_and_nothing_is_made_twice",
            f"{_HERE}/test_crash.py::test_a_lock_that_is_not_whole_is_an_error_and_not_an_empty_one",
            f"{_CAMPAIGNS}/test_campaigns.py::test_forty_cells_leave_nothing_behind",
        ),
    ),
    22: Scenario(
        "Two changes applied at once end as one world; git merges their locks",
        (
            f"{_HERE}/test_crash.py::test_two_changes_applied_at_once_are_both_kept_and_git_merges_their_locks",
            f"{_HERE}/test_crash.py::test_two_reviewed_changes_of_one_agent_do_not_overwrite_each_other",
            f"{_HERE}/test_crash.py::test_two_applies_in_the_same_moment_do_not_overwrite_each_other",
            f"{_HERE}/test_crash.py::test_the_same_commit_applied_from_two_places_is_made_once",
            "tests/cli/test_flow.py::test_one_apply_at_a_time",
            f"{_CAMPAIGNS}/test_campaigns.py::test_two_applies_at_once",
        ),
    ),
    23: Scenario(
        "Merge markers or bad JSON in the lock are refused with the line",
        (f"{_HERE}/test_origin.py::test_a_bad_lock_is_refused_at_its_line_and_left_as_it_is",),
    ),
    24: Scenario(
        "A lock of another workspace is refused before any write",
        (
            f"{_HERE}/test_origin.py::test_a_key_of_another_workspace_is_refused_before_any_write",
            f"{_HERE}/test_origin.py::test_another_host_is_refused_before_a_key_is_sent",
            f"{_HERE}/test_origin.py::test_a_lock_of_another_organization_is_refused",
            f"{_HERE}/test_origin.py::test_a_target_that_expects_another_workspace_is_refused",
        ),
    ),
    25: Scenario(
        "Where every id is unknown, the credentials are doubted, and nothing is made",
        (
            f"{_HERE}/test_origin.py::test_where_every_id_is_unknown_the_key_is_doubted_and_nothing_made",
            f"{_HERE}/test_origin.py::test_an_id_that_alone_is_unknown_is_held_back",
        ),
    ),
    26: Scenario(
        "What can't be read is not absent: the plan is incomplete, with another code",
        (f"{_HERE}/test_origin.py::test_what_can_not_be_read_is_not_taken_for_absent",),
    ),
    27: Scenario(
        "A renamed folder keeps its id by a move that the plan suggests",
        (
            f"{_HERE}/test_folders.py::test_a_renamed_folder_without_a_move_is_no_second_agent_unsaid",
            f"{_E2E}/test_identity.py::test_a_renamed_folder_keeps_its_id",
        ),
    ),
    28: Scenario(
        "A changed name is an update in place",
        (f"{_HERE}/test_folders.py::test_a_changed_name_is_an_update_in_place",),
    ),
    29: Scenario(
        "A removed folder is an orphan, archived only when told and unchanged",
        (
            f"{_HERE}/test_folders.py::test_what_left_git_is_listed_until_told_and_then_its_deployments_first",
            f"{_HERE}/test_folders.py::test_what_was_edited_before_the_look_is_archived_only_when_told",
            f"{_HERE}/test_folders.py::test_what_was_edited_after_the_look_is_not_archived",
        ),
    ),
    30: Scenario(
        "Pruning together with chosen addresses is refused",
        (f"{_HERE}/test_folders.py::test_pruning_with_chosen_addresses_is_refused",),
    ),
    31: Scenario(
        "A field removed from the file is cleared, and the next plan is empty",
        (
            f"{_HERE}/test_fields.py::test_what_is_taken_out_is_cleared_in_words",
            f"{_HERE}/test_fields.py::test_tools_taken_out_are_none",
            f"{_HERE}/test_fields.py::test_servers_and_their_tools_go_together",
            f"{_HERE}/test_fields.py::test_a_key_of_metadata_that_somebody_else_set_stays",
        ),
    ),
    32: Scenario(
        "The same within multiagent_20261001, where null would enable",
        (
            f"{_HERE}/test_fields.py::test_a_roster_of_the_newer_type_is_merged_by_the_api_and_yet_cleared",
            f"{_HERE}/test_fields.py::test_workflows_taken_out_are_enabled_and_the_plan_warns",
        ),
    ),
    33: Scenario(
        "A model by name and in full are the same; unmanaged settings are kept",
        (
            f"{_HERE}/test_noise.py::test_a_model_by_name_and_in_full_is_the_same",
            f"{_HERE}/test_noise.py::test_model_settings_that_the_folder_does_not_name_are_left_as_they_are",
            f"{_E2E}/test_main_job.py::test_effort_is_released_and_the_plan_says_so",
        ),
    ),
    34: Scenario(
        "A field nobody has heard of is no drift",
        (
            f"{_HERE}/test_noise.py::test_a_field_that_nobody_has_heard_of_is_said_once_and_is_no_drift",
            f"{_HERE}/test_noise.py::test_a_privilege_of_an_unheard_of_type_is_still_drift",
            f"{_HERE}/test_noise.py::test_what_is_written_while_an_unknown_field_is_answered_settles",
        ),
    ),
    35: Scenario(
        "What is imported plans empty, whatever agents are live",
        (
            f"{_E2E}/test_import_round_trip.py::test_nothing_differs",
            f"{_E2E}/test_import_meaning.py::test_every_live_agent_can_be_said",
        ),
    ),
    36: Scenario(
        "A hostile name or archive writes nothing outside its folder",
        (
            f"{_E2E}/test_import_hostile.py::test_names_become_folders_and_nothing_else",
            f"{_E2E}/test_import_hostile.py::test_archives_that_are_not_what_they_seem",
            f"{_E2E}/test_import_hostile.py::test_a_marker_that_leads_outside_gives_no_folder",
        ),
    ),
    37: Scenario(
        "Custom tools, Anthropic's skills and advisors survive an import",
        (
            f"{_E2E}/test_import_meaning.py::test_every_live_agent_can_be_said",
            f"{_E2E}/test_import.py::test_skills_are_unpacked_at_their_versions",
            f"{_E2E}/test_import.py::test_the_other_type_of_roster",
        ),
    ),
    38: Scenario(
        "Broken YAML is an error at its line; an empty value never means all",
        (
            f"{_HERE}/test_mistakes.py::test_broken_yaml_is_an_error_at_its_line",
            f"{_HERE}/test_mistakes.py::test_a_byte_order_mark_changes_nothing",
        ),
    ),
    39: Scenario(
        "A misspelt key or policy is an error with the nearest word",
        (f"{_HERE}/test_mistakes.py::test_a_misspelt_word_is_an_error_with_the_nearest",),
    ),
    40: Scenario(
        "A fork's pull request gets no key and no request, whatever files and addresses it brings",
        (
            "tests/workflows/test_workflows.py::test_a_fork_gets_no_key_and_nothing_is_asked_for_it",
            "tests/platform/test_access.py::test_hosts_that_may_not",
            f"{_E2E}/test_offline.py::test_the_command_asks_nobody_and_needs_no_key",
        ),
    ),
    41: Scenario(
        "A token in a server's URL is an error, and is printed nowhere",
        (
            f"{_HERE}/test_urls.py::test_it_is_an_error_before_any_request",
            f"{_HERE}/test_urls.py::test_a_live_one_is_shown_nowhere",
        ),
    ),
    42: Scenario(
        "Line ends are no change; whitespace is shown and marked",
        (
            f"{_HERE}/test_noise.py::test_line_ends_are_no_change",
            f"{_HERE}/test_noise.py::test_whitespace_is_shown_and_marked",
            f"{_HERE}/test_noise.py::test_a_final_newline_is_shown_and_marked",
        ),
    ),
    43: Scenario(
        "Among hundreds of agents the few managed ones are found, on every page",
        (
            f"{_HERE}/test_reading.py::test_ours_are_found_behind_hundreds_of_others",
            f"{_HERE}/test_reading.py::test_a_namesake_on_the_last_page_is_seen",
        ),
    ),
    44: Scenario(
        "What reads as it was before a write is read again, so often and no more",
        (
            f"{_HERE}/test_reading.py::test_a_vault_that_is_not_listed_yet_is_looked_for_again",
            f"{_HERE}/test_reading.py::test_it_is_not_looked_for_for_ever_and_never_made_twice",
            f"{_HERE}/test_reading.py::test_what_the_lock_knows_and_no_list_shows_yet_is_read_by_its_id",
        ),
    ),
    45: Scenario(
        "A plan of one commit is not carried out on another",
        (
            f"{_HERE}/test_saved_plans.py::test_the_same_object_changed_again_is_held_back",
            f"{_HERE}/test_saved_plans.py::test_another_object_changed_since_is_held_back_alone",
            f"{_HERE}/test_saved_plans.py::test_a_new_agent_of_a_later_commit_is_not_made",
            f"{_HERE}/test_saved_plans.py::test_a_digest_of_another_commit_refuses_as_a_whole",
        ),
    ),
    46: Scenario(
        "A registry that fails leaves the agent and resumes with one key",
        (
            f"{_HERE}/test_registry.py::test_the_agent_is_kept_and_the_next_run_resumes",
            f"{_HERE}/test_registry.py::test_a_key_that_was_stored_is_not_made_again",
            f"{_E2E}/test_registration.py::test_whatever_answer_is_lost_one_row_with_a_stored_key_remains",
        ),
    ),
    47: Scenario(
        "A recreated agent is registered again, and what depended on it is named",
        (
            f"{_HERE}/test_registry.py::test_an_agent_made_again_is_registered_again_and_its_dependents_named",
            f"{_HERE}/test_registry.py::test_coordinators_of_a_member_made_again_are_in_the_plan",
            f"{_HERE}/test_registry.py::test_the_row_follows_the_agent",
            f"{_HERE}/test_registry.py::test_a_row_that_a_workflow_uses_is_not_taken_from_under_it",
        ),
    ),
    48: Scenario(
        "A comment fits, its totals are exact, and nothing in it is acted upon",
        (
            "tests/render/test_markdown_fit.py::test_any_plan_fits_and_counts_right",
            "tests/render/test_markdown_hostile.py::test_a_hostile_text_is_shown_and_nothing_more",
            f"{_E2E}/test_markdown.py::test_hostile_folders_and_edits_stay_text",
            "tests/render/test_markdown_fit.py::test_a_small_plan_is_whole_and_a_large_one_is_shortened_in_steps",
        ),
    ),
    49: Scenario(
        "Deploying again writes nothing, and the version stays",
        (f"{_HERE}/test_noise.py::test_deploying_on_every_push_writes_nothing",),
    ),
    50: Scenario(
        "A rollback is a revert and an apply: the old content as the newest version, both shown",
        (f"{_HERE}/test_rollback.py::test_reverted_in_git_and_applied",),
    ),
}

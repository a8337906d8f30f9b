"""What a live account was recorded to answer, and the test that holds the embedded platform to it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

#: What was asked and recorded → the test, as module::function.
RECORDED = {
    # Agents: versions and concurrency
    "create: the keys of the answer": "agents::test_a_created_agent_has_exactly_the_keys_of_the_sdk",
    "update v1: metadata merged, null removes a key": "agents::test_update_merges_metadata_and_clears_with_null",
    "update v2: description and system null": "agents::test_update_merges_metadata_and_clears_with_null",
    "update with a stale version: 409": "agents::test_a_stale_version_is_409_and_consumes_no_number",
    "retrieve ?version=1": "agents::test_old_versions_stay_as_they_were",
    "retrieve ?version=999": "agents::test_old_versions_stay_as_they_were",
    "list versions": "agents::test_versions_are_listed_newest_first_in_pages",
    "archive": "agents::test_archive_is_for_ever_and_twice_is_fine",
    "update after archive": "agents::test_archive_is_for_ever_and_twice_is_fine",
    "retrieve and list versions after archive": "agents::test_archive_is_for_ever_and_twice_is_fine",
    "session on a missing agent version": "sessions::test_session_on_a_missing_agent_version",
    # Tools
    "a toolset alone": "tools::test_the_default_config_is_filled",
    "configs: bash off": "tools::test_entries_are_filled_and_carry_their_type",
    "default_config: always_ask": "tools::test_the_default_config_is_filled",
    "default_config: enabled false": "tools::test_the_default_config_is_filled",
    "a config name outside the eight": "tools::test_an_unknown_tool_name_lists_the_eight",
    "an unknown policy": "tools::test_an_unknown_policy_names_its_place",
    "the same tool twice": "tools::test_the_same_tool_twice_is_refused",
    "two toolsets": "tools::test_two_built_in_toolsets_are_refused",
    "an unknown policy and an unknown tool": "tools::test_an_unknown_policy_is_reported_before_an_unknown_tool",
    # Lists
    "lists of agents": "agents::test_the_list_pages_and_filters",
    "lists of skills": "skills::test_the_list_holds_anthropics_own",
    "lists of sessions": "sessions::test_lists_of_sessions",
    "an invalid cursor": "agents::test_an_invalid_cursor_is_refused",
    # Skills
    "separate files under one folder": "skills::test_separate_files_under_one_folder",
    "zip without a top-level folder": "skills::test_a_zip_with_one_folder_and_files_at_the_root",
    "folder name unlike the frontmatter": "skills::test_folder_and_name_must_agree",
    "no display title; the same twice": "skills::test_a_display_name_is_not_unique",
    "delete a skill that an agent uses; save an agent with it": "skills::test_deleting_a_skill_leaves_the_reference_dangling",
    "upload over 30 MB": "skills::test_thirty_megabytes_are_too_many",
    "skills and no tools": "agents::test_skills_do_not_insist_on_the_read_tool",
    "the same skill twice on one agent": "agents::test_the_same_skill_twice_is_refused",
    "unknown custom skill, unknown type": "agents::test_what_does_not_belong_is_refused",
    "Anthropic skills in the list": "skills::test_the_list_holds_anthropics_own",
    # Environments, files, sessions, headers
    "an environment with a name alone": "environments::test_a_name_alone_is_enough",
    "a limited network": "environments::test_a_limited_network_is_filled",
    "hosts with a port or a scheme": "environments::test_hosts_are_checked",
    "archive environment": "environments::test_archive_and_delete",
    "archive an agent twice": "agents::test_archive_is_for_ever_and_twice_is_fine",
    "archive an agent with running sessions": "sessions::test_archive_an_agent_with_sessions",
    "create session": "sessions::test_create_session",
    "send events": "sessions::test_send_events",
    "a run, as events": "sessions::test_a_run_as_events",
    "files of a session": "sessions::test_files_of_a_session",
    "web tools in an answer": "tools::test_what_web_tools_leave_out_comes_back_as_null",
    "agents without the beta header": "http::test_agents_hide_without_their_beta_header",
    "sessions without the beta header": "sessions::test_sessions_without_the_header",
    "environments without it": "http::test_environments_name_the_header_they_want",
    "an unknown beta on environments": "http::test_an_unknown_beta_is_ignored_on_agents_and_refused_on_environments",
    "an unknown beta on files": "files::test_an_unknown_beta_is_named",
    # Vaults and credentials
    "create vault": "vaults::test_a_vault",
    "create credential": "vaults::test_a_credential_never_echoes_a_secret",
    "expires_at in the past": "vaults::test_an_expiry_lies_in_the_future",
    "update naming client_id or token_endpoint": "vaults::test_what_is_fixed_is_an_unknown_field",
    "URLs that differ only in their query": "vaults::test_one_active_credential_per_key",
    "list credentials": "vaults::test_next_page_is_there_only_with_more",
    "validate a bearer, an archived one": "vaults::test_validation",
    "archive, then delete a vault": "vaults::test_archive_then_delete",
    # Registry
    "base URL and key": "registry::test_any_other_key_is_401",
    "resolution by the official client": "official_ntro::test_the_sdk_from_the_environment",
    "create, and apiKey once": "registry::test_the_key_is_in_the_first_answer_only",
    "delete is refused while referenced": "registry::test_deletion_is_refused_while_a_workflow_refers_to_it",
    "create version": "registry::test_versions_are_numbered",
    "tenants": "registry::test_tenants_exist_once_they_are_used",
    "errors": "registry::test_what_is_not_there_is_404",
    "a repeated POST registers twice": "registry::test_the_same_registration_twice_makes_two_rows",
    "a runbook invokes the agent": "clients::test_a_step_invokes_a_registered_agent",
}


def functions(module: str) -> set[str]:
    tree = ast.parse((Path(__file__).parent / f"test_{module}.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", RECORDED)
def test_every_recorded_answer_has_its_test(row: str) -> None:
    module, _, name = RECORDED[row].partition("::")
    assert name in functions(module)

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.outputs import AgentOutput, OutputsConflict
from reconciler.render.lines import plain
from reconciler.render.outputs_text import env_lines, outputs_lines


def output(name: str, **more: Any) -> AgentOutput:
    known = {
        "registration_id": f"uuid-{name}",
        "tenant": "byng",
        "environment_id": "env_1",
        "vault_id": f"vlt_{name}",
        "mcp_server_url": f"https://{name}.example/mcp",
    }
    content = {"address": f"agent/{name}", "agent_id": f"agent_{name}", "agent_version": 3}
    return AgentOutput(**content, **(known | more))


def test_the_environment_of_one_worker() -> None:
    bare = AgentOutput(address="agent/bare", agent_id="agent_9", agent_version=1)
    shown = plain(env_lines([output("audit-handover"), bare, output("x/y")]))
    assert shown == (
        "NTRO_ANTHROPIC_ENVIRONMENT_ID=env_1\n"
        "NTRO_ANTHROPIC_VAULT_IDS=vlt_audit-handover,vlt_x/y\n"
        "# agent/audit-handover of the tenant byng\n"
        "NTRO_AGENT_AUDIT_HANDOVER_ID=uuid-audit-handover\n"
        "# agent/x/y of the tenant byng\n"
        "NTRO_AGENT_X_Y_ID=uuid-x/y\n"
    )


def test_agents_that_would_share_a_variable_get_their_tenant_in_it() -> None:
    shown = plain(env_lines([output("a-b"), output("a/b", tenant="acme")]))
    assert "NTRO_AGENT_BYNG_A_B_ID=uuid-a-b\n" in shown
    assert "NTRO_AGENT_ACME_A_B_ID=uuid-a/b\n" in shown


def test_two_environments_are_refused() -> None:
    with pytest.raises(OutputsConflict):
        env_lines([output("a"), output("b", environment_id="env_2")])


def test_an_id_can_not_add_a_variable() -> None:
    assert "\nEVIL=1" not in plain(env_lines([output("a", registration_id="x\nEVIL=1")]))


def test_a_table_leaves_out_what_is_not_there() -> None:
    bare = AgentOutput(address="agent/bare", agent_id="agent_9", agent_version=1)
    assert plain(outputs_lines([bare])) == (
        "agent/bare\n  agent_id         agent_9\n  agent_version    1\n"
    )
    assert plain(outputs_lines([])) == "No agent has been applied yet.\n"

"""The forms people write, from the small projects in tests/data."""

from __future__ import annotations

from pathlib import Path

from reconciler.authoring import Loaded, load
from tests.authoring.support import body, codes, places, resource

DATA = Path(__file__).parents[1] / "data"


def sample(name: str) -> Loaded:
    return load(DATA / name, target=None, variables={}, environ={})


def ref(address: str, attr: str) -> dict[str, str]:
    return {"$ref": address, "attr": attr}


def test_flat_bodies() -> None:
    result = sample("flat-bodies")
    assert set(codes(result)) == {"tools.untrusted_input"}
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == [
        "agent/checker", "agent/counter", "agent/lead", "environment/counting-env",
    ]  # fmt: skip
    assert body(result, "agent/lead")["multiagent"] == {
        "type": "coordinator",
        "agents": [
            {"type": "agent", "id": ref(name, "id"), "version": ref(name, "version")}
            for name in ("agent/counter", "agent/checker")
        ],
    }
    toolset, custom = body(result, "agent/counter")["tools"]
    assert toolset == {"type": "agent_toolset_20260401"}
    assert custom["description"] == "Report a count. kind=total or part.\n"
    assert custom["input_schema"]["required"] == ["kind"]


def test_the_documented_form_is_exactly_its_tools() -> None:
    result = sample("documented")
    assert places(result) == [
        "registration.ask_never_answered agents/handover/agent.yaml:14:5",
        "registration.environment_missing agents/handover/agent.yaml:27:10",
    ]
    toolset, mcp = body(result, "agent/handover")["tools"]
    assert toolset == {
        "type": "agent_toolset_20260401",
        "default_config": {"enabled": False},
        "configs": [{"name": name, "enabled": True} for name in ("bash", "write", "read")],
    }
    assert mcp == {"type": "mcp_toolset", "mcp_server_name": "ntropii"}
    assert body(result, "agent/handover")["skills"] == [
        {"type": "anthropic", "skill_id": "docx", "version": "latest"}
    ]
    assert body(result, "credential/byng/handover")["vault_id"] == ref("vault/byng/handover", "id")


def test_a_prompt_from_a_claude_code_agent() -> None:
    result = sample("financial-services")
    assert places(result) == ["system.frontmatter agents/month-end-closer/agent.yaml:6:9"]
    system = body(result, "agent/month-end-closer")["system"]
    assert system.startswith("You are the Month-End Closer")
    assert system.endswith("\n\nYou are running headless. Produce files in ./out/; do not assume "
                           "an open Office document.")  # fmt: skip
    assert body(result, "agent/month-end-closer")["mcp_servers"] == [
        {"type": "url", "name": "internal-gl", "url": "https://gl.example.com/mcp"}
    ]
    poster = body(result, "agent/month-end-closer/poster")
    assert (poster["mcp_servers"], poster["skills"]) == ([], [])
    assert [file.path for file in resource(result, "skill/roll-forward").contents[0].files] == [
        "SKILL.md"
    ]


def test_agentlift() -> None:
    result = sample("agentlift")
    desk = ".managed-agents/desk"
    assert places(result, "warning") == [f"tools.untrusted_input {desk}/agent.md:2:1"]
    assert places(result, "note") == [
        f"converted.model {desk}/agent.md:2:1", f"converted.skills {desk}/agent.md:2:1",
        f"converted.tools {desk}/agent.md:2:1", f"converted.mcp_unused {desk}/mcp.json:4:14",
        "converted.mcp_permission .managed-agents/shared/mcp.json:3:16",
    ]  # fmt: skip
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == [
        "agent/desk", "agent/reader", "skill/quote-sources", "skill/reply-form",
    ]  # fmt: skip
    found = body(result, "agent/desk")
    assert found["system"].startswith("You are the Desk. Answer shortly.\n\n---\n\nSign with")
    assert found["system"].endswith("## hours.md\n\nOpen from nine to five.\n")
    assert [item["name"] for item in found["mcp_servers"]] == ["library", "tickets"]
    assert body(result, "agent/reader")["name"] == "Reader"
    assert "people who work" not in str(result.desired)


def test_markdown() -> None:
    result = sample("markdown")
    assert places(result) == []
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == [
        "agent/clerk", "agent/desk", "agent/desk/reader",
    ]  # fmt: skip
    found = body(result, "agent/desk")
    assert found["system"].startswith("You are the Desk.\n\n---\nEverything below")
    assert [item.get("name", item["type"]) for item in found["tools"]] == [
        "agent_toolset_20260401", "find_ticket", "close_ticket", "mcp_toolset", "mcp_toolset",
    ]  # fmt: skip
    assert [item["name"] for item in found["mcp_servers"]] == ["library", "calendar"]

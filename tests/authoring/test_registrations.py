from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.engine.address import Address
from tests.authoring.support import agent, body, codes, loaded, places, refused, resource

URL = "https://mcp.ntropii.com/mcp"
SERVER = f"mcp_servers: [{{name: ntropii, url: {URL}, permission: allow}}]\n"
ENVIRONMENT = {"environments/fund-ops.yaml": "name: Fund operations\n"}
FULL = SERVER + "ntropii: {tenant: byng, environment: fund-ops}\n"


def ref(address: str, attr: str = "id") -> dict[str, str]:
    return {"$ref": address, "attr": attr}


def test_three_resources(tmp_path: Path) -> None:
    result = agent(tmp_path, "description: Does it.\n" + FULL, ENVIRONMENT)
    assert places(result) == []
    assert body(result, "registration/byng/a") == {
        "tenant": "byng",
        "kind": "claude_managed",
        "name": "a",
        "externalRef": ref("agent/a", "external_ref"),
        "description": "Does it.",
    }
    assert body(result, "vault/byng/a") == {"display_name": "byng/a (demo/sandbox)"}
    assert body(result, "credential/byng/a") == {
        "vault_id": ref("vault/byng/a"),
        "display_name": "ntropii for a",
        "auth": {
            "type": "static_bearer",
            "mcp_server_url": URL,
            "token": ref("registration/byng/a", "api_key"),
        },
        "metadata": {"registration": ref("registration/byng/a")},
    }
    details = resource(result, "registration/byng/a").registration
    assert details is not None
    assert details.agent == Address("agent", "a")
    assert (details.tenant, details.mcp_server, details.mcp_server_url) == ("byng", "ntropii", URL)
    assert details.environment == Address("environment", "fund-ops")
    assert details.vault == Address("vault", "byng/a")
    assert details.credential == Address("credential", "byng/a")
    assert (details.existing_vault, details.versions) == ("", False)
    assert result.desired is not None
    assert result.desired.target.tenants == ("byng",)
    assert str(resource(result, "registration/byng/a").span) == "agents/a/agent.yaml:4:1"


TARGETS = """version: 1
project: demo
targets:
  test: {ntropii: {tenant: byng, environment: fund-ops}}
"""


def test_the_target_gives_what_the_agent_leaves_out(tmp_path: Path) -> None:
    files = {"reconcile.yaml": TARGETS, **ENVIRONMENT}
    result = agent(tmp_path, SERVER + "ntropii: true\n", files)
    assert places(result) == []
    details = resource(result, "registration/byng/a").registration
    assert details is not None
    assert details.environment == Address("environment", "fund-ops")
    own = agent(tmp_path, SERVER + "ntropii: {tenant: other}\n", files)
    assert own.desired is not None
    assert own.desired.target.tenants == ("other",)


def test_what_protects_an_agent_protects_its_registration(tmp_path: Path) -> None:
    result = agent(tmp_path, FULL + "lifecycle: {protect: true, ignore: [system]}\n", ENVIRONMENT)
    for address in ("registration/byng/a", "credential/byng/a", "vault/byng/a"):
        lifecycle = resource(result, address).lifecycle
        assert (lifecycle.protect, lifecycle.ignore) == (True, ())


def test_false_registers_nothing(tmp_path: Path) -> None:
    result = agent(tmp_path, SERVER + "ntropii: false\n")
    assert result.desired is not None
    assert [item.address.kind for item in result.desired.resources] == ["agent"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("fund-ops", Address("environment", "fund-ops")),
        ("environment/fund-ops", Address("environment", "fund-ops")),
        ("Fund operations", Address("environment", "fund-ops")),
        ("env_01live", "env_01live"),
        ("somewhere else", "somewhere else"),
        ("${where}", "env_02"),
    ],
)
def test_environments(tmp_path: Path, written: str, expected: object) -> None:
    text = SERVER + f"ntropii: {{tenant: byng, environment: '{written}'}}\n"
    result = agent(tmp_path, text, ENVIRONMENT, variables={"where": "env_02"})
    details = resource(result, "registration/byng/a").registration
    assert details is not None and details.environment == expected


def test_no_environment_is_a_warning(tmp_path: Path) -> None:
    text = SERVER + "ntropii: {tenant: byng}\n"
    result = agent(tmp_path, text)
    assert places(result, "warning") == [
        "registration.environment_missing agents/a/agent.yaml:3:10"
    ]
    details = resource(result, "registration/byng/a").registration
    assert details is not None and details.environment == ""


def test_names(tmp_path: Path) -> None:
    text = "model: m\n" + SERVER + "ntropii: {tenant: byng, environment: e, %s}\n"
    result = loaded(
        tmp_path,
        {
            "agents/lead/agent.yaml": "model: m\nsubagents: [reader]\n",
            "agents/lead/subagents/reader.yaml": text % "versions: true",
            "agents/named/agent.yaml": text % "name: shown",
        },
    )
    assert body(result, "registration/byng/lead-reader")["name"] == "lead-reader"
    assert body(result, "registration/byng/named")["name"] == "shown"
    details = resource(result, "registration/byng/lead-reader").registration
    assert details is not None and details.versions
    assert details.agent == Address("agent", "lead/reader")


def two(one: str, other: str) -> dict[str, str]:
    text = "model: m\nmcp_servers: [{name: n, url: '%s', permission: allow}]\nntropii: %s\n"
    settings = "{tenant: byng, environment: e, vault: keys}"
    return {
        "agents/a/agent.yaml": text % (one, settings),
        "agents/b/agent.yaml": text % (other, settings),
    }


def test_a_shared_vault_is_one_resource(tmp_path: Path) -> None:
    result = loaded(tmp_path, two(URL, "https://other.ntropii.com/mcp"))
    assert result.desired is not None
    vaults = [item for item in result.desired.resources if item.address.kind == "vault"]
    assert [str(item.address) for item in vaults] == ["vault/keys"]
    assert body(result, "credential/byng/b")["vault_id"] == ref("vault/keys")


@pytest.mark.parametrize("url", [URL, URL + "/", "https://MCP.ntropii.com:443/mcp"])
def test_one_vault_and_one_url_have_one_key(tmp_path: Path, url: str) -> None:
    assert places(loaded(tmp_path, two(URL, url))) == [
        "registration.vault_conflict agents/b/agent.yaml:3:1"
    ]


def test_an_existing_vault(tmp_path: Path) -> None:
    text = SERVER + "ntropii: {tenant: byng, environment: e, vault: vlt_01abc}\n"
    result = agent(tmp_path, text)
    assert result.desired is not None
    assert not [item for item in result.desired.resources if item.address.kind == "vault"]
    assert body(result, "credential/byng/a")["vault_id"] == "vlt_01abc"
    details = resource(result, "registration/byng/a").registration
    assert details is not None
    assert (details.existing_vault, details.vault) == ("vlt_01abc", Address("vault", "vlt_01abc"))


def test_two_agents_with_one_registration_address(tmp_path: Path) -> None:
    text = "model: m\n" + FULL
    files = {"agents/a/subagents/b.yaml": text, "agents/a-b/agent.yaml": text, **ENVIRONMENT}
    assert places(loaded(tmp_path, files)) == ["registration.duplicate agents/a-b/agent.yaml:3:1"]


def server(text: str) -> str:
    return f"mcp_servers: [{text}]\n"


END = "environment: e}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SERVER + "ntropii: §{environment: e}", "registration.tenant_missing"),
        (SERVER + "ntropii: {tenant: §by ng, " + END, "registration.tenant"),
        (SERVER + "ntropii: {vault: §'a b', tenant: byng, " + END, "registration.vault"),
        (SERVER + "ntropii: {mcp_server: §ntropi, tenant: byng, " + END, "registration.mcp_server"),
        ("ntropii: §{tenant: byng, " + END, "registration.mcp_server"),
        (
            server(f"{{name: a, url: {URL}, permission: allow}}, {{name: b, url: https://x.io, "
                   "permission: allow}") + "ntropii: §{tenant: byng, " + END,
            "registration.mcp_server",
        ),
        (
            server("{name: a, permission: allow, url: §https://x.io}")
            + "ntropii: {tenant: byng, " + END,
            "registration.mcp_host",
        ),
        (
            server("{name: a, permission: allow, url: §http://mcp.ntropii.com}")
            + "ntropii: {tenant: byng, " + END,
            "registration.mcp_host",
        ),
        (
            server("{name: a, permission: allow, url: §'${gone}'}")
            + "ntropii: {tenant: byng, " + END,
            "variable.undefined",
        ),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code)


def test_the_operator_may_allow_a_host(tmp_path: Path) -> None:
    text = server("{name: a, url: https://mcp.example.com, permission: allow}")
    environ = {"RECONCILE_ALLOWED_HOSTS": "mcp.example.com"}
    result = agent(tmp_path, text + "ntropii: {tenant: byng, " + END, environ=environ)
    assert places(result) == []


def test_two_environments_of_one_name(tmp_path: Path) -> None:
    files = {"environments/x.yaml": "name: Same\n", "environments/y.yaml": "name: Same\n"}
    text = SERVER + "ntropii: {tenant: byng, environment: §Same}"
    refused(tmp_path, text, "registration.environment_ambiguous", files)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tools: ['bash:ask', read]\n" + SERVER, ["2:9"]),
        ("tools: all:ask\n" + SERVER, ["2:8"]),
        (server(f"{{name: ntropii, url: {URL}}}"), ["2:15"]),
        (server(f"{{name: ntropii, url: {URL}, tools: [a, 'b:allow']}}"), ["2:15"]),
        (server(f"{{name: ntropii, url: {URL}, tools: ['a:auto', 'b:allow']}}"), []),
        (
            "tools: [{type: mcp_toolset, mcp_server_name: ntropii, default_config: "
            "{enabled: false}, configs: [{name: x, enabled: true}]}]\n"
            + server(f"{{name: ntropii, url: {URL}}}"),
            ["2:9"],
        ),
        ("tools: [read, write]\n" + SERVER, []),
    ],
)
def test_questions_that_nobody_answers(tmp_path: Path, text: str, expected: list[str]) -> None:
    result = agent(tmp_path, text + "ntropii: {tenant: byng, environment: e}\n")
    assert places(result) == [
        f"registration.ask_never_answered agents/a/agent.yaml:{place}" for place in expected
    ]
    assert codes(agent(tmp_path, text)) == []  # not registered: somebody may be there


def test_several_tenants(tmp_path: Path) -> None:
    def registered(tenant: str) -> str:
        return "model: m\n" + SERVER + f"ntropii: {{tenant: {tenant}, environment: e}}\n"

    files: dict[str, Any] = {
        "agents/a/agent.yaml": registered("zeta"),
        "agents/b/agent.yaml": registered("alpha"),
        "agents/c/agent.yaml": registered("zeta"),
    }
    result = loaded(tmp_path, files)
    assert result.desired is not None
    assert result.desired.target.tenants == ("alpha", "zeta")

"""Every lint: it fires at the exact place, not on the near miss, and can be silenced with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.authoring import CODES, Loaded
from reconciler.authoring.lints import LINTS
from tests.authoring.support import SKILL, loaded

A = "agents/a/agent.yaml"
B = "agents/b/agent.yaml"
M = "model: m\n"
PROMPT = "agents/a/system-prompt.md"
D = "description: Does it.\n"
NTROPII = "ntropii: {tenant: byng, environment: e, mcp_server: ntropii}\n"
SERVER = "mcp_servers: [{name: ntropii, url: https://mcp.ntropii.com/mcp%s}]\n"
OWN = SERVER % ", permission: allow"
OPEN_ENV = {"environments/e.yaml": "config: {type: cloud}\n"}
LIMITED = "config:\n  type: cloud\n  networking: {type: limited, %s}\n"
ALL = "{type: agent_toolset_20260401%s}"


@dataclass(frozen=True)
class Case:
    """`files` with § where the finding is; `miss` are the texts of the near miss, by file."""

    code: str
    severity: str
    files: dict[str, str]
    miss: dict[str, str]
    at: str  # as the file with the finding's agent would silence it; a path for reconcile.yaml
    owner: str = A
    says: tuple[str, ...] = field(default=())

    @property
    def place(self) -> str:
        [(file, text)] = [item for item in self.files.items() if "§" in item[1]]
        before = text.partition("§")[0]
        return f"{file}:{before.count(chr(10)) + 1}:{len(before) - (before.rfind(chr(10)) + 1) + 1}"

    @property
    def texts(self) -> dict[str, str]:
        return {file: text.replace("§", "") for file, text in self.files.items()}


CASES = [
    # Descriptions
    Case("description.missing", "note",
         {A: M + "subagents: [b]\n", B: "§" + M},
         {B: M + D}, "description", B, ("agent/a",)),
    Case("description.missing", "note",
         {A: "§" + M + OWN + NTROPII, **OPEN_ENV},
         {A: M + OWN}, "description", says=("runbook",)),
    Case("description.missing", "note",
         {A: M + "subagents: [b]\n", B: M + "description: §'  '\n"},
         {A: M, B: M}, "description", B),
    Case("description.equals_name", "note",
         {A: M + "name: Ledger checker\ndescription: §ledger-checker\n"},
         {A: M + "name: Ledger checker\ndescription: Ledger checker of a fund.\n"}, "description"),
    Case("description.equals_name", "note",
         {A: M + "name: Ledger checker\ndescription: §A\n"}, {A: M + D}, "description"),
    # Tools
    Case("tools.open_default", "warning",
         {A: M + "tools:\n  - type: agent_toolset_20260401\n    configs: §[{name: read, enabled: true}]\n"},
         {A: M + "tools:\n  - type: agent_toolset_20260401\n    default_config: {enabled: false}\n"
                 "    configs: [{name: read, enabled: true}]\n"},
         "tools", says=("lists read", "bash", "web_search")),
    Case("tools.open_default", "warning",
         {A: M + "tools:\n  - type: agent_toolset_20260401\n    default_config: {enabled: true}\n"
                 "    configs: §[{name: read, enabled: true}, {name: bash, enabled: true}]\n"},
         {A: M + "tools:\n  - type: agent_toolset_20260401\n"  # exceptions from an open default
                 "    configs: [{name: read, enabled: true}, {name: bash, enabled: false}]\n"},
         "tools[0].configs"),
    Case("tools.open_default", "warning",
         {A: M + "tools:\n  - {type: mcp_toolset, mcp_server_name: s, configs: §[{name: t, enabled: true}]}\n"
                 "mcp_servers: [{type: url, name: s, url: https://x.example}]\n"},
         {A: M + "tools:\n  - {type: mcp_toolset, mcp_server_name: s,"  # a policy, no list
                 " configs: [{name: t, enabled: true, permission_policy: {type: always_allow}}]}\n"
                 "mcp_servers: [{type: url, name: s, url: https://x.example}]\n"},
         "tools.s", says=("every tool of s",)),
    Case("tools.untrusted_input", "warning",
         {A: M + 'tools: [§read, bash, web_fetch]\n'},
         {A: M + 'tools: [read, "bash:ask", "write:auto", web_fetch]\n'}, "tools",
         says=("bash", "web_fetch")),
    Case("tools.untrusted_input", "warning",
         {A: M + "tools: §all\n"}, {A: M + "tools: [bash, write, edit, read]\n"}, "tools"),
    Case("tools.untrusted_input", "warning",
         {A: M + f"tools: [§{ALL % ''}]\n"},
         {A: M + "tools: [" + ALL % ", configs: [{name: web_search, enabled: false}, "
                                   "{name: web_fetch, allowed_domains: [x.example]}]" + "]\n"},
         "tools"),
    # Unattended
    Case("registration.ask_never_answered", "warning",
         {A: M + D + "mcp_servers: [§{name: ntropii, url: https://mcp.ntropii.com/mcp}]\n" + NTROPII,
          **OPEN_ENV},
         {A: M + D + OWN + NTROPII}, "mcp_servers.ntropii", says=("any tool",)),
    Case("registration.ask_never_answered", "warning",
         {A: M + D + OWN + NTROPII + "subagents: [b]\n", B: M + D + 'tools: [§"bash:ask"]\n',
          **OPEN_ENV},
         {A: M + D + OWN + "subagents: [b]\n"}, "tools.bash", B, ("agent/a", "bash")),
    # Skills
    Case("skill.unpinned", "note",
         {A: M + "tools: [read]\nskills: [§anthropic/docx]\n"},
         {A: M + "tools: [read]\nskills: [anthropic/docx@20251013]\n"}, "skills.anthropic/docx"),
    Case("skill.unpinned", "note",
         {A: M + "tools: [read]\nskills: [§{path: ../../skills/x, version: latest}]\n",
          "skills/x/SKILL.md": SKILL.format(name="x")},
         {A: M + "tools: [read]\nskills: [../../skills/x]\n"}, "skills[0]"),
    Case("skill.unpinned", "note",
         {A: M + "tools: [read]\nskills: [§{type: custom, skill_id: skill_01}]\n"},
         {A: M + "tools: [read]\nskills: [{type: custom, skill_id: skill_01, version: skver_1}]\n"},
         "skills.skill_01"),
    Case("skill.same_content", "warning",
         {"skills/x/SKILL.md": "---\nname: x\ndescription: d\n---\nB.\n", "skills/x/f.md": "f",
          "skills/y/SKILL.md": "§---\nname: y\ndescription: d\n---\nB.\n", "skills/y/f.md": "f"},
         {"skills/y/f.md": "g"}, "skills/y", "reconcile.yaml", ("x",)),
    # Prompts
    Case("prompt.placeholder", "warning",
         {A: M, PROMPT: "You help.\nCall §PASTE_AGENT_NAME first.\n"},
         {PROMPT: "You help.\nPaste the text, and replace it.\n"}, "system", says=("PASTE_AGENT_NAME",)),
    Case("prompt.placeholder", "warning",
         {A: M + "system: |\n  You help.\n\n  §TODO: say how\n"},
         {A: M + "system: |\n  You help.\n\n  Mark open points as `TODO: …` in the TODO list.\n"},
         "system"),
    Case("prompt.placeholder", "warning",
         {A: M + "system: Delegate to §<agent_id_of_writer>.\n"},
         {A: M + "system: Write <agent_id>it</agent_id> and <b>this</b>.\n"}, "system"),
    Case("prompt.placeholder", "warning",
         {A: M + "system: {text: You work for §<your company>.}\n"},
         {A: M + "system: {text: You work for <company>.}\n"}, "system.text"),
    Case("prompt.date", "warning",
         {A: M, PROMPT: "You help.\n\n§Today is Monday, 2026-11-16. Be brief.\n"},
         {PROMPT: "You help.\n\nToday is given in the first message; ignore prices before 2026-11-16.\n"},
         "system", says=("2026-11-16",)),
    Case("prompt.date", "warning",
         {A: M + "system: 'The §current date is March 3, 2026.'\n"},
         {A: M + "system: 'The contract dates from March 3, 2026.'\n"}, "system"),
    # Servers
    Case("mcp.url_differs", "warning",
         {A: M + "mcp_servers: [{name: wiki, url: https://w.example/mcp, permission: allow}]\n",
          B: M + "mcp_servers: [{name: wiki, url: §https://old.example/mcp, permission: allow}]\n"},
         {B: M + "mcp_servers: [{name: wiki, url: 'https://W.example:443/mcp/', permission: allow}]\n"},
         "mcp_servers.wiki", B, ("https://w.example/mcp", "agent/a")),
    Case("environment.mcp_blocked", "warning",
         {A: M + D + "mcp_servers: [§{name: ntropii, url: https://mcp.ntropii.com/mcp, permission: allow}]\n"
          + NTROPII, "environments/e.yaml": LIMITED % "allowed_hosts: [x.example]"},
         {"environments/e.yaml": LIMITED % "allowed_hosts: ['*.ntropii.com']"},
         "mcp_servers.ntropii", says=("mcp.ntropii.com", "environment/e")),
    Case("environment.mcp_blocked", "warning",
         {A: M + D + OWN + NTROPII + "subagents: [b]\n",
          B: M + D + "mcp_servers: [§{name: wiki, url: https://w.example, permission: allow}]\n",
          "environments/e.yaml": LIMITED % "allowed_hosts: ['*.ntropii.com']"},
         {"environments/e.yaml": LIMITED % "allow_mcp_servers: true"}, "mcp_servers.wiki", B),
]  # fmt: skip
IDS = [f"{case.code}-{number}" for number, case in enumerate(CASES)]


def found(result: Loaded, code: str) -> list[str]:
    return [f"{item.severity} {item.span}" for item in result.findings if item.code == code]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_fires_at_its_place(tmp_path: Path, case: Case) -> None:
    result = loaded(tmp_path, case.texts)
    assert result.desired is not None
    assert found(result, case.code) == [f"{case.severity} {case.place}"]
    [finding] = [item for item in result.findings if item.code == case.code]
    assert finding.hint and finding.severity in CODES[case.code].severities
    assert all(word in finding.message for word in case.says)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_near_miss_is_nothing(tmp_path: Path, case: Case) -> None:
    result = loaded(tmp_path, {**case.texts, **case.miss})
    assert result.desired is not None
    assert found(result, case.code) == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_can_be_silenced_with_a_reason(tmp_path: Path, case: Case) -> None:
    texts = case.texts
    before = texts.get(case.owner, "version: 1\nproject: demo\n")
    entry = f"silence: [{{code: {case.code}, at: '{case.at}', reason: It is meant.}}]\n"
    result = loaded(tmp_path, {**texts, case.owner: before + entry})
    assert found(result, case.code) == found(result, "silence.unused") == []
    [item] = result.silenced
    assert (item.finding.code, str(item.finding.span)) == (case.code, case.place)
    assert item.reason == "It is meant."
    assert item.span.file == case.owner


def test_every_lint_has_a_case() -> None:
    assert {case.code for case in CASES} == set(LINTS) - {"subagent.inference_geo"}


GEO = {
    A: "model: {id: m, inference_geo: us}\nsubagents: [b, c]\n",
    B: "model: {id: m, inference_geo: us}\n",
    "agents/c/agent.yaml": "model: {id: m, inference_geo: eu}\n",
}


def test_one_inference_geo_in_a_roster(tmp_path: Path) -> None:
    result = loaded(tmp_path, GEO)
    assert found(result, "subagent.inference_geo") == [f"error {A}:2:16"]
    assert result.desired is None
    between = loaded(tmp_path, {**GEO, A: "model: m\nsubagents: [b, c]\n"})
    assert found(between, "subagent.inference_geo") == [f"error {A}:2:16"]
    for other in ("m", "{id: m, inference_geo: us}"):
        fine = loaded(tmp_path, {**GEO, "agents/c/agent.yaml": f"model: {other}\n"})
        assert found(fine, "subagent.inference_geo") == []


def test_of_an_agent_with_an_error_nothing_is_said(tmp_path: Path) -> None:
    result = loaded(tmp_path, {A: M + "tools: [all, nonesuch]\n", B: M + "tools: all\n"})
    assert [item.address for item in result.findings if item.code == "tools.untrusted_input"] == [
        "agent/b"
    ]

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.variables import Variables, fill
from reconciler.authoring.yaml_source import Source
from reconciler.engine.diagnostics import Diagnostic
from tests.authoring.support import agent, body, codes, loaded, refused

TARGETS = "version: 1\nproject: demo\ntargets: {t: {variables: {host: target.io}}}\n"
TEXT = "mcp_servers: [{name: s, url: 'https://${host}/mcp'}]\n"


@pytest.mark.parametrize(
    ("given_", "project", "environ", "expected"),
    [
        ({"host": "var.io"}, TARGETS, {"RECONCILE_VAR_HOST": "env.io"}, "var.io"),
        ({}, TARGETS, {"RECONCILE_VAR_HOST": "env.io"}, "target.io"),
        ({}, "version: 1\nproject: demo\n", {"RECONCILE_VAR_HOST": "env.io"}, "env.io"),
    ],
)
def test_where_a_value_comes_from(
    tmp_path: Path, given_: dict[str, str], project: str, environ: dict[str, str], expected: str
) -> None:
    files = {"reconcile.yaml": project}
    result = agent(tmp_path, TEXT, files, variables=given_, environ=environ)
    assert body(result)["mcp_servers"][0]["url"] == f"https://{expected}/mcp"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mcp_servers: [{name: s, url: §'https://${host}/mcp'}]", "variable.undefined"),
        ("mcp_servers: [{name: s, url: §'https://${}/mcp'}]", "variable.syntax"),
        ("mcp_servers: [{name: s, url: §'https://${ho-st}/mcp'}]", "variable.syntax"),
        ("mcp_servers: [{name: s, url: §'https://${host'}]", "variable.syntax"),
        ("subagents: [§'${gone}']", "variable.undefined"),
        ("tools: [read]\nskills: [{type: custom, skill_id: §'${gone}'}]", "variable.undefined"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code, environ={"HOST": "x", "RECONCILE_SECRET_HOST": "x"})


def test_each_missing_variable_is_named(tmp_path: Path) -> None:
    text = "mcp_servers: [{name: s, url: 'https://${one}/${two}'}]"
    assert codes(agent(tmp_path, text)) == ["variable.undefined"] * 2


def test_a_bad_url_from_a_variable_is_found(tmp_path: Path) -> None:
    text = "mcp_servers: [{name: s, url: §'${url}'}]"
    secret = "https://x.io?token=hunter2"
    refused(tmp_path, text, "mcp.url_credentials", variables={"url": secret})


def test_prose_is_never_touched(tmp_path: Path) -> None:
    prose = "run ${cmd} and ${HOME:-x} ${"
    text = f"name: '{prose}'\ndescription: '{prose}'\nsystem: '{prose}'\nmetadata: {{k: '{prose}'}}"
    result = body(agent(tmp_path, text, variables={"cmd": "rm"}))
    assert [result[key] for key in ("name", "description", "system")] == [prose] * 3
    assert result["metadata"] == {"k": prose}


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), st.text()), st.text())
def test_values_are_put_in_as_they_are(values: dict[str, str], tail: str) -> None:
    tail = tail.replace("$", "")
    findings: list[Diagnostic] = []
    scope = Scope(Document(Source("f", None), None), "", findings)
    text = "".join(f"${{{name}}}" for name in values) + tail
    filled = fill(text, (), Variables(values, {}, {}), scope)
    assert filled == "".join(values.values()) + tail
    assert findings == []


@pytest.mark.parametrize(
    "text",
    [
        "mcp_servers: [{name: §'${x}', url: 'https://x.io'}]",
        "mcp_servers: [{name: s, url: 'https://x.io', tools: [§'get_${x}']}]",
        "model: {id: m, inference_geo: §'${x}'}",
        "ntropii: {tenant: t, name: §'${x}'}\n"
        "mcp_servers: [{name: s, url: 'https://mcp.ntropii.com', permission: allow}]",
    ],
)
def test_other_fields_take_no_variable(tmp_path: Path, text: str) -> None:
    text = text if text.startswith("model") else f"model: m\n{text}"
    place = text.partition("§")[0]
    files = {"agents/a/agent.yaml": text.replace("§", "")}
    found = [
        finding
        for finding in loaded(tmp_path, files, variables={"x": "y"}).findings
        if finding.severity == "error"
    ]
    assert [finding.code for finding in found] == ["variable.not_here"]
    column = len(place) - place.rfind("\n")
    assert str(found[0].span) == f"agents/a/agent.yaml:{place.count(chr(10)) + 1}:{column}"
    assert "URLs and ids" in found[0].message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tools: ['${x}']", "tools.unmapped"),
        ("skills: ['./${x}']\ntools: [read]", "skill.missing"),
        ("system: {file: '${x}.md'}", "path.missing"),
        ("model: {id: m, speed: '${x}'}", "field.value"),
        ("mcp_servers: [{name: s, url: '${x}', nme: t}]", "field.unknown"),
    ],
)
def test_a_mistake_of_its_own_is_said_once(tmp_path: Path, text: str, code: str) -> None:
    text = text if text.startswith("model") else f"model: m\n{text}"
    assert codes(loaded(tmp_path, {"agents/a/agent.yaml": text}, variables={"x": "y"})) == [code]


def test_an_environment_takes_no_variable(tmp_path: Path) -> None:
    text = "description: ${x}\nconfig: {type: cloud, packages: {pip: ['a==${x}']}}"
    result = agent(tmp_path, "", {"environments/e.yaml": text}, variables={"x": "1"})
    assert [str(item.span) for item in result.findings] == ["environments/e.yaml:2:40"]
    assert codes(result) == ["variable.not_here"]


@pytest.mark.parametrize("key", ["variables: {a: '${b}'}", "expect: {workspace: '${b}'}"])
def test_a_target_holds_values_and_no_references(tmp_path: Path, key: str) -> None:
    project = f"version: 1\nproject: p\ntargets:\n  t: {{{key}}}\n"
    result = agent(tmp_path, "", {"reconcile.yaml": project}, variables={"b": "1"})
    assert codes(result) == ["variable.not_here"]
    assert result.findings[0].span is not None and result.findings[0].span.line == 4


def test_ids_of_every_kind_take_variables(tmp_path: Path) -> None:
    text = (
        "subagents: [b, {advisor: '${m}'}]\ntools: [read]\n"
        "skills: ['anthropic/${s}@1', {type: custom, skill_id: '${i}'}]\n"
        "execution_identity: {type: aws_role, role_arn: 'arn:${i}'}\n"
    )
    files = {"agents/b/agent.yaml": "model: '${m}'\n"}
    result = agent(tmp_path, text, files, variables={"m": "claude-x", "s": "docx", "i": "id_1"})
    found = body(result)
    assert found["multiagent"]["agents"][1] == {"type": "advisor", "model": "claude-x"}
    assert [skill["skill_id"] for skill in found["skills"]] == ["docx", "id_1"]
    assert found["execution_identity"]["role_arn"] == "arn:id_1"
    assert body(result, "agent/b")["model"] == {"id": "claude-x"}


_LEAKS = (
    "https://user:hunter2@x.io/mcp", "https://x.io/mcp?api_key=hunter2",
    "https://x.io/sk-ant-hunter2", "sk-ant-hunter2-and-more://x.io", "hunter2",
    "https://x.io/mcp#token=hunter2", "https://x.io:hunter2/",
)  # fmt: skip
#: What stands before the variable, and the variable's value: the whole URL, or what follows its
#: last slash if the credential is in that.
_PARTS = [("", url) for url in _LEAKS] + [
    (f"{head}{slash}", rest)
    for head, slash, rest in (url.rpartition("/") for url in _LEAKS)
    if "hunter2" in rest and slash
]


@pytest.mark.parametrize(("before", "value"), _PARTS)
def test_a_credential_in_a_variable_is_found_and_never_printed(
    tmp_path: Path, before: str, value: str
) -> None:
    text = f"mcp_servers: [{{name: s, url: '{before}${{url}}'}}]"
    result = agent(tmp_path, text, variables={"url": value})
    assert result.desired is None
    assert [item.code.partition("_")[0] for item in result.findings] == ["mcp.url"]
    assert "hunter2" not in "".join(f"{item.message} {item.hint}" for item in result.findings)


def test_where_every_value_came_from(tmp_path: Path) -> None:
    project = (
        "version: 1\nproject: demo\ntargets:\n  t:\n    variables:\n      host: target.io\n"
        "      other: x\n    overrides:\n      agent/a:\n        description: d\n"
        "        metadata: {k: v, l: null}\n"
    )
    text = (
        "model: '${model}'\nmetadata: {l: gone}\n"
        "mcp_servers: [{name: s, url: 'https://${host}/${path}/${host}'}]\n"
    )
    files = {"reconcile.yaml": project, "agents/a/agent.yaml": text}
    result = loaded(
        tmp_path, files, variables={"path": "p"}, environ={"RECONCILE_VAR_MODEL": "claude-x"}
    )
    assert result.findings == ()
    assert [
        (item.path, item.origin, item.variable, item.name, item.span and item.span.line)
        for item in result.provenance
    ] == [
        ("description", "override", "", "t", 10),
        ("mcp_servers[0].url", "target", "host", "t", 6),
        ("mcp_servers[0].url", "flag", "path", "", None),
        ("metadata.k", "override", "", "t", 11),
        ("metadata.l", "override", "", "t", 11),
        ("model", "environment", "model", "RECONCILE_VAR_MODEL", None),
    ]
    assert {item.address for item in result.provenance} == {"agent/a"}

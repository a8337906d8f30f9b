from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.variables import Variables, fill
from reconciler.authoring.yaml_source import Source
from reconciler.engine.diagnostics import Diagnostic
from tests.authoring.support import agent, body, codes, refused

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

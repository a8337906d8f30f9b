from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.support import body, loaded, places, resource

FILE = "environments/e.yaml"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: Ops", {"name": "Ops"}),
        ("description: ''", {"name": "e", "description": ""}),
        (
            "config: {type: cloud, networking: {type: limited, allowed_hosts: "
            "[example.com, '*.Example.com'], allow_mcp_servers: true}, "
            "packages: {type: packages, pip: [python-docx==1.1]}}\nscope: organization\n"
            "metadata: {owner: ops}\nlifecycle: {protect: true}",
            {
                "name": "e",
                "config": {
                    "type": "cloud",
                    "networking": {
                        "type": "limited",
                        "allowed_hosts": ["example.com", "*.Example.com"],
                        "allow_mcp_servers": True,
                    },
                    "packages": {"type": "packages", "pip": ["python-docx==1.1"]},
                },
                "metadata": {"owner": "ops"},
                "scope": "organization",
            },
        ),
        ("config: {type: self_hosted}", {"name": "e", "config": {"type": "self_hosted"}}),
    ],
)
def test_body(tmp_path: Path, text: str, expected: object) -> None:
    result = loaded(tmp_path, {FILE: text})
    assert body(result, "environment/e") == expected
    assert resource(result, "environment/e").lifecycle.protect is ("protect" in text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("§networking: {type: unrestricted}", "field.unknown"),
        ("config: §{type: local}", "field.value"),
        ("config: {type: self_hosted, §networking: {}}", "field.unknown"),
        ("config: {type: cloud, networking: §{type: open}}", "field.value"),
        ("config: {type: cloud, networking: {type: limited, §hosts: []}}", "field.unknown"),
        ("config: {type: cloud, packages: {pip: §pandas}}", "field.type"),
        ("config: {type: cloud, packages: {pip: [§1.0]}}", "field.not_text"),
        ("config: {type: cloud, packages: {§conda: []}}", "field.unknown"),
        ("scope: §workspace", "field.value"),
        ("metadata: {§reconciler: x}", "metadata.reserved"),
        ("lifecycle: {ignore: [§model]}", "lifecycle.unknown_field"),
        ("config:§ ", "yaml.empty_value"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    column = text.index("§") + 1
    result = loaded(tmp_path, {FILE: text.replace("§", "")})
    assert places(result) == [f"{code} {FILE}:1:{1 if 'empty' in code else column}"]


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("https://x.io", "scheme"),
        ("x.io:443", "port"),
        ("x.io/a", "path"),
        ("'*'", "host name"),
        ("'*.*.io'", "host name"),
        ("'x y'", "host name"),
        ("''", "host name"),
    ],
)
def test_hosts(tmp_path: Path, host: str, word: str) -> None:
    text = f"config: {{type: cloud, networking: {{type: limited, allowed_hosts: [{host}]}}}}"
    result = loaded(tmp_path, {FILE: text})
    assert places(result) == [f"environment.host {FILE}:1:67"]
    assert word in result.findings[0].message


def test_packages_that_can_not_be_fetched(tmp_path: Path) -> None:
    limited = "networking: {type: limited%s}, packages: {pip: [pandas]}"
    text = f"config: {{type: cloud, {limited % ''}}}"
    place = text.index("{pip") + 1
    result = loaded(tmp_path, {FILE: text})
    assert places(result, "warning") == [f"environment.packages_unreachable {FILE}:1:{place}"]
    allowed = limited % ", allow_package_managers: true"
    assert loaded(tmp_path, {FILE: f"config: {{type: cloud, {allowed}}}"}).findings == ()

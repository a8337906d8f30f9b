from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main
from reconciler.cli.codes import every_code


def explain(*args: str) -> Result:
    return CliRunner().invoke(main, ["explain", *args])


@pytest.mark.parametrize("code", every_code())
def test_every_code_is_explained(code: str) -> None:
    ended = explain(code)
    assert ended.exit_code == 0
    head, *rest = ended.stdout.split("\n")
    assert head.split()[0] == code
    assert {"  Why", "  Fix"} <= set(rest)


def test_one_page_as_text() -> None:
    assert explain("yaml.duplicate_key").stdout == (
        "yaml.duplicate_key error\n"
        "    A mapping holds one key twice.\n"
        "\n"
        "  Why\n"
        "    YAML readers keep the last one without a word, so that half of what is written would be\n"
        "    lost.\n"
        "\n"
        "  Fix\n"
        "    Keep one of them.\n"
    )


def test_one_page_as_json() -> None:
    document = json.loads(explain("skill.too_many", "--format", "json").stdout)
    assert (document["format_version"], document["kind"]) == (1, "codes")
    [page] = document["codes"]
    assert page["severities"] == ["error", "warning"]
    assert set(page) == {"code", "severities", "summary", "why", "fix", "example"}


def test_without_a_code_all_are_listed() -> None:
    lines = explain().stdout.splitlines()
    assert [text.split()[0] for text in lines] == list(every_code())
    listed = json.loads(explain("--format", "json").stdout)["codes"]
    assert [page["code"] for page in listed] == list(every_code())


def test_an_unknown_code_names_those_that_look_like_it() -> None:
    ended = explain("tools.unmaped")
    assert ended.exit_code == 1
    assert "code.unknown error there is no code tools.unmaped" in ended.stderr
    assert "near: tools.unmapped" in ended.stderr
    assert "lists all codes" in explain("zzz").stderr

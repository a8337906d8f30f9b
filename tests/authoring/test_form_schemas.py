"""The schemas of definition files refuse what the forms refuse, and nothing that they accept."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.authoring.form_schemas import DEFINITIONS, form_schema
from reconciler.authoring.form_texts import TEXTS
from reconciler.authoring.forms import Form
from tests.authoring import bad_agents
from tests.authoring.bad_input import MARK, Case
from tests.authoring.support import SKILL, loaded

REPOSITORY = Path(__file__).parents[2]
CORPUS = REPOSITORY.parent / "shared" / "corpus"
#: The schemas are of this project's own form, which other dialects' files needn't have.
SAMPLES = sorted(
    folder
    for folder in (REPOSITORY / "tests/data").glob("*/")
    if not folder.name.startswith("ant-apply")
)
SCHEMAS = {name: Draft202012Validator(form_schema(name)) for name in DEFINITIONS}
#: Mistakes that the shape of a file shows.
STRUCTURAL = {"field.unknown", "field.type", "field.not_text", "field.missing", "yaml.empty_value"}
#: An agent that uses every form of every key, and the files it needs.
WHOLE: dict[str, Any] = {
    "name": "A",
    "description": "d",
    "model": {"id": "m", "effort": {"type": "high"}, "speed": "fast", "inference_geo": "eu"},
    "system": {"text": "t", "append": "a"},
    "tools": [
        "read",
        "WebFetch:ask",
        {"type": "bash"},
        {"type": "custom", "name": "n", "description": "d", "input_schema": {"type": "object"}},
        {
            "type": "mcp_toolset",
            "mcp_server_name": "typed",
            "configs": [{"name": "t", "enabled": True}],
            "default_config": {"permission_policy": {"type": "always_ask"}},
        },
    ],
    "mcp_servers": [
        {"name": "short", "url": "https://x.io", "tools": ["t", "u:ask"], "permission": "auto"},
        {"name": "typed", "type": "url", "url": "https://y.io"},
    ],
    "skills": [
        "shared/k",
        "anthropic/docx@1",
        {"type": "anthropic", "skill_id": "xlsx", "version": "latest"},
        {"type": "custom", "skill_id": "skill_01"},
    ],
    "subagents": ["b", {"agent": "c", "version": 2}, "self", {"advisor": "m"}],
    "metadata": {"k": "v"},
    "execution_identity": {"type": "aws_role", "role_arn": "arn:x"},
    "lifecycle": {"protect": True, "ignore": ["metadata.k"]},
}
TYPED: dict[str, Any] = {
    "model": "m",
    "tools": [
        {
            "type": "agent_toolset_20260401",
            "configs": [
                {"name": "bash", "permission_policy": {"type": "always_allow"}},
                {
                    "name": "web_search",
                    "allowed_domains": ["x.io"],
                    "user_location": {"type": "approximate", "country": "NL"},
                },
                {
                    "name": "web_fetch",
                    "max_content_tokens": 100,
                    "url_sources": {
                        "client_tool_results": {
                            "type": "only",
                            "tools": [{"type": "tool_reference", "name": "n"}],
                        },
                        "user_input": "all",
                    },
                },
            ],
            "default_config": {"enabled": False},
        },
        {"type": "custom", "name": "n", "description": "d", "input_schema": {"type": "object"}},
    ],
    "multiagent": {
        "type": "multiagent_20261001",
        "subagents": {
            "type": "enabled",
            "inline_agents": {"type": "disabled"},
            "predefined_agents": [{"type": "agent", "name": "b"}, {"type": "self"}],
        },
        "workflows": {"type": "disabled"},
        "advisor": {"type": "enabled", "model": "m"},
    },
}
BESIDE = {
    "skills/k/SKILL.md": SKILL.format(name="k"),
    "agents/b/agent.yaml": "model: m\n",
    "agents/c/agent.yaml": "model: m\n",
}
VALUES: list[Any] = [None, True, 7, 1.5, "zz", "read:zz", [], ["zz"], {}, {"zz": 1}, [7], [{}]]


def refused(name: str, value: Any) -> str:
    return "; ".join(error.message for error in SCHEMAS[name].iter_errors(value))


def read(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def all_forms(form: type[Form] = Form) -> Iterator[type[Form]]:
    for child in form.__subclasses__():
        yield child
        yield from all_forms(child)


def test_every_key_of_every_form_is_said_once() -> None:
    own = {
        form.__name__: {
            field.alias or key
            for key, field in form.model_fields.items()
            if not any(key in getattr(base, "model_fields", {}) for base in form.__bases__)
        }
        for form in all_forms()
        if form.__module__.startswith("reconciler.")
    }
    said = {name: set(text.keys) for name, text in TEXTS.items()}
    assert said == own, "reconciler/authoring/form_texts.py says what each key means"
    texts = [text for form in TEXTS.values() for text in (form.title, *form.keys.values())]
    assert [text for text in texts if not text or text.endswith(".") or len(text) > 85] == []


@pytest.mark.parametrize("name", DEFINITIONS)
def test_schemas_and_examples_are_valid(name: str) -> None:
    schema = form_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["examples"]
    for example in schema["examples"]:
        assert refused(name, example) == ""


@pytest.mark.parametrize(
    "folder", [REPOSITORY, *SAMPLES, CORPUS / "sales-factory"],
    ids=lambda folder: folder.name,
)  # fmt: skip
def test_real_files_are_accepted(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip("not here")
    if (folder / "reconcile.yaml").is_file():
        assert refused("project", read(folder / "reconcile.yaml")) == ""
    for path in folder.glob("agents/**/*.yaml"):
        name = "environment" if "environment" in str(path.relative_to(folder)) else "agent"
        if "model" in (value := read(path)) or name == "environment":
            assert refused(name, value) == "", path


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{case.code}: {case.what}") for case in bad_agents.CASES
     if case.code in STRUCTURAL and next(iter(case.files)) == "agents/a/agent.yaml"],
)  # fmt: skip
def test_bad_files_are_refused(case: Case) -> None:
    text = case.files["agents/a/agent.yaml"]
    assert isinstance(text, str)
    value = yaml.load(text.replace(MARK, ""), Loader=yaml.CSafeLoader)
    assert refused("agent", value)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value if isinstance(value, dict | list) else ()
    for key, item in inner.items() if isinstance(inner, dict) else enumerate(inner):
        yield from places(item, (*path, key))


def changed(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    result = copy.deepcopy(whole)
    here = result
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    return result


def mutations(whole: Any) -> Iterator[Any]:
    for path in places(whole):
        for value in VALUES:
            yield changed(whole, path, value)
        here = whole
        for part in path:
            here = here[part]
        if isinstance(here, dict) and "input_schema" not in path and path != ("metadata",):
            yield changed(whole, (*path, "zz"), 1)
    yield {**whole, "zz": 1}


@pytest.mark.parametrize("whole", [WHOLE, TYPED], ids=["whole", "typed"])
def test_the_schema_of_agents_agrees_with_the_forms(tmp_path: Path, whole: Any) -> None:
    """Each value of an agent replaced by values of every type."""

    def codes(agent: Any) -> list[str]:
        text = json.dumps(agent)
        result = loaded(tmp_path, {**BESIDE, "agents/a/agent.yaml": text})
        return [one.code for one in result.findings if one.severity == "error"]

    assert codes(whole) == [] and refused("agent", whole) == ""
    for mutation in mutations(whole):
        found, message = codes(mutation), refused("agent", mutation)
        if not found:
            assert message == "", mutation
        elif STRUCTURAL & set(found):
            assert message, (mutation, found)


@pytest.mark.parametrize(
    ("word", "accepted"),
    [
        ("bash", True), ("bash:ask", True), ("BASH:auto", True), ("WebFetch", True), ("all", True),
        ("web-search:allow", True), ("MultiEdit", True), ("./tools.yaml", True),
        ("../shared/tools.json", True), ("bash:never", False), ("bash:", False), ("bsh", False),
        ("Bash(ls:*)", False), ("mcp__x__y", False), ("read, write", False), ("./tools.txt", False),
        (" bash", False),
    ],
)  # fmt: skip
def test_tool_words(word: str, accepted: bool) -> None:
    assert (refused("agent", {"model": "m", "tools": [word]}) == "") is accepted


@pytest.mark.parametrize(
    ("word", "accepted"),
    [
        ("./skills/x", True), ("../x", True), ("shared/x", True), ("anthropic/docx", True),
        ("anthropic/docx@20251013", True), ("docx", False), ("/x", False), ("anthropic/", False),
    ],
)  # fmt: skip
def test_skill_words(word: str, accepted: bool) -> None:
    assert (refused("agent", {"model": "m", "skills": [word]}) == "") is accepted


@pytest.mark.parametrize(
    ("patch", "accepted"),
    [
        ({"agent/a": {"model": None, "tools": ["read"]}}, True),
        ({"environment/e": {"config": {"packages": None}}}, True),
        ({"agent/a": {"modle": "m"}}, False),
        ({"skill/a": {}}, False),
        ({"agent/a": "m"}, False),
    ],
)
def test_overrides(patch: Any, accepted: bool) -> None:
    project = {"version": 1, "project": "p", "targets": {"t": {"overrides": patch}}}
    assert (refused("project", project) == "") is accepted

"""Whatever others wrote: no traceback, and nothing outside the folder.

Dialects that are read as they are, files that are converted, archives of skills, and live agents
with whatever in them; samples and the corpus, damaged.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.authoring import load
from reconciler.authoring.importing import agenta, claude_code
from reconciler.authoring.importing.agent_document import (
    References,
    agent_document,
    definition_files,
)
from reconciler.authoring.importing.conversion import Asked
from reconciler.authoring.importing.names import slug, unsafe
from reconciler.authoring.importing.skill_folders import Content, content_of
from reconciler.authoring.importing.yaml_text import NotYaml
from reconciler.engine.diagnostics import has_errors
from reconciler.platform.kinds.skill import unpacked
from tests.authoring.mutations import CORPUS, MUTATIONS

DATA = Path(__file__).parents[2] / "data"
READ = ("cookbook", "cookbook-refused", "ant-apply", "ant-apply-refused", "agentlift")
CONVERTED: dict[str, Callable[[Asked], Any]] = {
    "claude-code": claude_code.convert,
    "claude-code-refused": claude_code.convert,
    "agenta": agenta.convert,
    "agenta-refused": agenta.convert,
}
MODELS = {"sonnet": "claude-sonnet-4-6", "inherit": "claude-opus-4-8"}
_numbers = st.integers(0, 2**16)
_mutations = st.lists(
    st.tuples(st.sampled_from(MUTATIONS), _numbers, _numbers), min_size=1, max_size=3
)
_text = st.text(max_size=12) | st.sampled_from(
    ["../../etc/passwd", "/abs", "CON", "nul.txt", "a\x00b", "\x1b]0;x\x07", "\u202e", "~", ".env",
     "${x}", "@file", "---\nname: a\ndescription: b\n---\n", "\ufeff", "a:b", "yes", "${{ x }}"]
)  # fmt: skip
_names = st.lists(_text, min_size=1, max_size=3).map("/".join)
_CASES = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@dataclass(frozen=True)
class Place:
    """A folder for each sample, and one above them in which nothing else may appear."""

    above: Path

    def sample(self, name: str) -> Path:
        return self.above / name

    def listed(self) -> list[str]:
        return sorted(path.name for path in self.above.iterdir())


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    memory = Path("/dev/shm")
    above = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None)).resolve()
    for name in (*READ, *CONVERTED):
        shutil.copytree(DATA / name, above / name)
    cookbooks = CORPUS / "financial-services"
    if cookbooks.is_dir():
        shutil.copytree(cookbooks, above / "financial-services")
        text = "version: 1\nproject: demo\npaths: {agents: managed-agent-cookbooks}\n"
        (above / "financial-services" / "reconcile.yaml").write_text(text)
    yield Place(above)
    shutil.rmtree(above)


def damaged(place: Place, name: str, at: int, mutations: Any) -> Iterator[None]:
    """The sample with one of its text files damaged, and whole again afterwards."""
    files = sorted(path for path in place.sample(name).rglob("*") if path.is_file())
    file = files[at % len(files)]
    before = file.read_bytes()
    text = before.decode(errors="replace")
    for mutate, first, second in mutations:
        text = mutate(text, first, second)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        yield
    finally:
        file.write_bytes(before)


def read_a_dialect(place: Place, name: str, at: int, mutations: Any) -> None:
    listed = place.listed()
    for _ in damaged(place, name, at, mutations):
        result = load(place.sample(name), target=None, variables={}, environ={})
        assert (result.desired is None) == has_errors(result.findings)
    assert place.listed() == listed


def convert(place: Place, name: str, at: int, mutations: Any, skip: bool) -> None:
    listed = place.listed()
    for _ in damaged(place, name, at, mutations):
        result = CONVERTED[name](Asked(place.sample(name), MODELS, skip))
        for agent in result.agents:
            assert not has_errors(result.findings) or agent.name
            paths = [*agent.files, *_definition(agent.imported)]
            assert unsafe([agent.name]) == "" or has_errors(result.findings)
            assert all(not path.startswith("/") and ".." not in path.split("/") for path in paths)
    assert place.listed() == listed


def _definition(imported: Any) -> dict[str, bytes]:
    try:
        return definition_files(imported)
    except NotYaml:
        return {}


def archive(members: list[tuple[str, bytes]], cut: int, flips: list[tuple[int, int]]) -> bytes:
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as made:
        warnings.simplefilter("ignore")  # two files of one name
        for name, data in {name: data for name, data in members if name}.items():
            made.writestr(zipfile.ZipInfo(name), data)
    bits = bytearray(packed.getvalue())
    for at, value in flips:
        bits[at % len(bits)] = value
    return bytes(bits[: len(bits) - cut % 64] if cut % 3 == 0 else bits)


def unpack(data: bytes) -> None:
    try:
        files = unpacked(data)
    except zipfile.BadZipFile:
        return
    found = content_of(files)
    if isinstance(found, Content):
        assert unsafe(found.files) == "" and unsafe([found.slug]) == ""


def say_live(body: dict[str, Any]) -> None:
    folder = slug(str(body["name"]), "agent_1")
    assert unsafe([folder]) == ""
    try:
        files = definition_files(agent_document(body, folder, References()))
    except NotYaml:
        return
    assert set(files) <= {"agent.yaml", "system-prompt.md"}


_pairs = st.dictionaries(_text, _text, max_size=3)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_bodies = st.fixed_dictionaries(
    {"id": _text, "name": _text, "model": st.fixed_dictionaries({"id": _text})},
    optional={
        "description": st.none() | _text,
        "system": st.none() | _text,
        "metadata": _pairs,
        "tools": st.lists(st.fixed_dictionaries({"type": _text}, optional={"name": _json})),
        "skills": st.lists(
            st.fixed_dictionaries({"type": st.just("custom"), "skill_id": _text}), max_size=2
        ),
        "mcp_servers": st.lists(st.fixed_dictionaries({"name": _text, "url": _text}), max_size=2),
        "execution_identity": st.dictionaries(_text, _json, max_size=2),
    },
)
_archives = st.builds(
    archive,
    st.lists(st.tuples(_names | st.just("s/SKILL.md"), st.binary(max_size=40)), max_size=4),
    _numbers,
    st.lists(st.tuples(_numbers, st.integers(0, 255)), max_size=3),
)


def samples(place: Place) -> list[str]:
    return [name for name in (*READ, "financial-services") if place.sample(name).is_dir()]


@settings(max_examples=60, derandomize=True, **_CASES)  # type: ignore[arg-type]
@given(which=_numbers, at=_numbers, mutations=_mutations)
def test_a_dialect(place: Place, which: int, at: int, mutations: Any) -> None:
    known = samples(place)
    read_a_dialect(place, known[which % len(known)], at, mutations)


@settings(max_examples=60, derandomize=True, **_CASES)  # type: ignore[arg-type]
@given(
    name=st.sampled_from(sorted(CONVERTED)), at=_numbers, mutations=_mutations, skip=st.booleans()
)
def test_a_conversion(place: Place, name: str, at: int, mutations: Any, skip: bool) -> None:
    convert(place, name, at, mutations, skip)


@settings(max_examples=150, derandomize=True, **_CASES)  # type: ignore[arg-type]
@given(data=_archives | st.binary(max_size=200))
def test_an_archive(data: bytes) -> None:
    unpack(data)


@settings(max_examples=150, derandomize=True, **_CASES)  # type: ignore[arg-type]
@given(body=_bodies)
def test_a_live_agent(body: dict[str, Any]) -> None:
    say_live(json.loads(json.dumps(body)))


# Fifty thousand cases in all.


@pytest.mark.slow
@settings(max_examples=10_000, **_CASES)  # type: ignore[arg-type]
@given(which=_numbers, at=_numbers, mutations=_mutations)
def test_dialects_at_length(place: Place, which: int, at: int, mutations: Any) -> None:
    known = samples(place)
    read_a_dialect(place, known[which % len(known)], at, mutations)


@pytest.mark.slow
@settings(max_examples=15_000, **_CASES)  # type: ignore[arg-type]
@given(
    name=st.sampled_from(sorted(CONVERTED)), at=_numbers, mutations=_mutations, skip=st.booleans()
)
def test_conversions_at_length(
    place: Place, name: str, at: int, mutations: Any, skip: bool
) -> None:
    convert(place, name, at, mutations, skip)


@pytest.mark.slow
@settings(max_examples=15_000, **_CASES)  # type: ignore[arg-type]
@given(data=_archives | st.binary(max_size=200))
def test_archives_at_length(data: bytes) -> None:
    unpack(data)


@pytest.mark.slow
@settings(max_examples=10_000, **_CASES)  # type: ignore[arg-type]
@given(body=_bodies)
def test_live_agents_at_length(body: dict[str, Any]) -> None:
    say_live(json.loads(json.dumps(body)))

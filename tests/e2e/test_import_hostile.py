"""What others named and packed, imported: nothing leaves the folder, nothing acts on a terminal."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from reconciler.platform.kinds import skill as skills
from reconciler.sandbox import Server
from tests.e2e.conftest import Project, sdk

MODEL = "claude-sonnet-4-6"
GOOD = b"---\nname: cite\ndescription: Cites.\n---\nCite.\n"


@pytest.fixture
def client(server: Server) -> Iterator[anthropic.Anthropic]:
    with sdk(server) as opened:
        yield opened


@pytest.fixture
def outside(tmp_path: Path, project: Project) -> Callable[[], dict[str, bytes]]:
    """Everything on the disk beside what the project may write."""

    def files() -> dict[str, bytes]:
        return {
            path.relative_to(tmp_path).as_posix(): path.read_bytes()
            for path in sorted(tmp_path.rglob("*"))
            if path.is_file()
            and not path.is_relative_to(project.root)
            and not path.is_relative_to(tmp_path / "state")
            and not path.name.startswith("platform.sqlite")
        }

    return files


NAMES = [
    "../../../../tmp/evil", "/etc/passwd", "..", ".", "", " ", "~root", "C:\\Windows\\x", "a\\..\\b",
    "CON", "nul.txt", "com1", ".git", ".env", ".reconcile", "agents/../x", "a\nb", "\x1b]0;owned\x07x",
    "\x1b[2J\x1b[31mred", "\u202egnp.exe", "a" * 256, "💥", "name: {evil: yes}", "- x", "#", "'", '"',
    "!!python/object:os.system", "&anchor", "*alias", "%TAG", "yes", "null", "1.10", "{a}", "${HOME}",
    "\ufeffbom", "a: b", "\uff21gent", "self", "advisor", "latest", "x\u2028y", "x\x85y",
]  # fmt: skip


def test_names_become_folders_and_nothing_else(
    project: Project, client: anthropic.Anthropic, outside: Callable[[], dict[str, bytes]]
) -> None:
    before = outside()
    made = {}
    for name in NAMES:
        try:
            one = client.beta.agents.create(name=name, model=MODEL, description=f"Is {name}.")
        except anthropic.APIStatusError:
            continue  # the platform has no such names
        made[one.id] = name
    assert len(made) > 25
    result = project.run("import", "--all", code=None)
    assert outside() == before
    for path in (project.root / "agents").iterdir():
        assert path.name.isascii() and path.name.replace("-", "").isalnum(), path
    shown = result.output.replace("\n", "")
    assert shown.isprintable() and "\x1b" not in shown
    assert result.exit_code == 0, result.output
    assert len(list((project.root / "agents").iterdir())) == len(made)
    project.plan(code=0)


PROMPTS = [
    "\x1b[2J", "a\r\nb\r\n", "a\rb", "\ufeffbom", "---\nname: x\n---\nbody\n", "---\r\nx\r\n---\r\n",
    "@file", "@file two words", "\n\n\n", "   ", "no newline", "trailing  \n\n", "${x}", "{{x}}",
    "\u2028\u2029\x85", "a\x00b", "\t\ttab", "💥\u202e", "# Reference material\n", "null", "~", "x" * 90_000,
]  # fmt: skip


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda text: repr(text[:20]))
def test_prompts_come_back_to_the_byte_or_not_at_all(
    project: Project, client: anthropic.Anthropic, prompt: str
) -> None:
    try:
        made = client.beta.agents.create(name="helper", model=MODEL, system=prompt)
    except anthropic.APIStatusError:
        pytest.skip("the platform has no such prompt")
    result = project.run("import", "helper", code=None)
    if result.exit_code == 1:
        assert "import.left_out" in result.output and not (project.root / "agents").exists()
        return
    assert result.exit_code == 0
    project.plan(code=0)
    file = project.root / "agents/helper/system-prompt.md"
    if file.exists():
        live = client.beta.agents.retrieve(made.id).system or ""
        assert file.read_bytes() == live.encode()


def archive(
    *entries: tuple[str, bytes], link: str = "", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        for name, content in entries:
            made.writestr(name, content)
        if link:
            info = zipfile.ZipInfo("cite/link")
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            made.writestr(info, link)
    return data.getvalue()


ARCHIVES: dict[str, bytes] = {
    "traversal": archive(("cite/SKILL.md", GOOD), ("cite/../../../evil", b"x")),
    "top traversal": archive(("../evil/SKILL.md", GOOD)),
    "absolute": archive(("/etc/cite/SKILL.md", GOOD)),
    "backslash": archive(("cite/SKILL.md", GOOD), ("cite/..\\evil", b"x")),
    "drive": archive(("cite/SKILL.md", GOOD), ("cite/C:evil", b"x")),
    "link": archive(("cite/SKILL.md", GOOD), link="/etc/passwd"),
    "device": archive(("cite/SKILL.md", GOOD), ("cite/NUL.txt", b"x")),
    "case": archive(("cite/SKILL.md", GOOD), ("cite/skill.MD", b"x")),
    "case of folders": archive(("cite/SKILL.md", GOOD), ("cite/a/x", b"x"), ("cite/A/y", b"y")),
    "file and folder": archive(("cite/SKILL.md", GOOD), ("cite/a", b"x"), ("cite/a/b", b"x")),
    "git": archive(("cite/SKILL.md", GOOD), ("cite/.git/config", b"[core]")),
    "env": archive(("cite/SKILL.md", GOOD), ("cite/.env", b"KEY=x")),
    "escape": archive(("cite/SKILL.md", GOOD), ("cite/\x1b[31m", b"x")),
    "bomb": archive(("cite/SKILL.md", GOOD), ("cite/big", b"\0" * (101 * 2**20))),
    "many": archive(("cite/SKILL.md", GOOD), *((f"cite/{n}", b"") for n in range(10_001))),
    "bzip": archive(("cite/SKILL.md", GOOD), method=zipfile.ZIP_BZIP2),
    "no manifest": archive(("cite/README.md", b"x")),
    "name": archive(("cite/SKILL.md", GOOD.replace(b"cite", b"../../x"))),
    "device name": archive(("cite/SKILL.md", GOOD.replace(b"cite", b"con"))),
    "junk": archive(("cite/SKILL.md", GOOD), ("cite/.DS_Store", b"x")),
    "secret": archive(
        ("cite/SKILL.md", GOOD), ("cite/a", b"sk-ant-" + b"api03-Qm9vZ2llV29vZ2llQnVnbGVCb3k4")
    ),
    "no zip": b"not a zip at all",
    "cut": archive(("cite/SKILL.md", GOOD))[:-30],
}  # fmt: skip


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archives_that_are_not_what_they_seem(
    project: Project,
    client: anthropic.Anthropic,
    outside: Callable[[], dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    made = client.beta.skills.create(
        display_name="cite", files=[("cite/SKILL.md", GOOD, "text/markdown")]
    )
    entry = {"type": "custom", "skill_id": made.id, "version": made.latest_version_id}
    tools = [{"type": "agent_toolset_20260401"}]
    client.beta.agents.create(name="helper", model=MODEL, skills=[entry], tools=tools)  # type: ignore[list-item]
    before, unpacked = outside(), skills.unpacked
    monkeypatch.setattr(skills, "unpacked", lambda _: unpacked(ARCHIVES[kind]))
    result = project.run("import", "helper", code=0)
    assert outside() == before
    assert "import.skill_kept" in result.output and "\x1b" not in result.output
    assert not (project.root / "skills").exists()
    assert sorted(os.listdir(project.root / "agents/helper")) == ["agent.yaml"]  # noqa: PTH208
    assert made.id in (project.root / "agents/helper/agent.yaml").read_text()
    project.plan(code=0)


def test_a_marker_that_leads_outside_gives_no_folder(
    project: Project, client: anthropic.Anthropic, outside: Callable[[], dict[str, bytes]]
) -> None:
    """Whoever holds the key can write a marker: its address is no path."""
    before = outside()
    for address in ("agent/../../evil", "agent//etc/x", "agent/a/b/c", "agent/.git", "agent/NUL", "agent/a/../b"):  # fmt: skip
        client.beta.agents.create(
            name=f"n{address[6:]}",
            model=MODEL,
            metadata={"reconciler": f"funds/sandbox/{address}@1"},
        )
    result = project.run("import", "--all", code=1)
    assert outside() == before and result.output.count("import.left_out") == 6
    assert not (project.root / "agents").exists()


@pytest.mark.parametrize(
    "where", ["agents", "agents/helper", "agents/helper/agent.yaml", ".reconcile"]
)
def test_links_in_the_project_are_not_followed(
    project: Project, client: anthropic.Anthropic, tmp_path: Path, where: str
) -> None:
    client.beta.agents.create(name="helper", model=MODEL)
    trap = tmp_path / "trap"
    trap.mkdir()
    link = project.root / where
    link.parent.mkdir(parents=True, exist_ok=True)
    target: Any = trap / "file" if where.endswith(".yaml") else trap
    link.symlink_to(target)
    project.run("import", "helper", "--force", code=None)
    assert not list(trap.rglob("agent.yaml")) and not (trap / "file").exists()
    assert not (trap / "import").exists()


def test_a_file_in_place_of_a_folder_is_refused(
    project: Project, client: anthropic.Anthropic
) -> None:
    client.beta.agents.create(name="helper", model=MODEL)
    project.write("agents/helper", "I am a file.")
    result = project.run("import", "helper", "--force", code=5)
    assert "import.in_the_way" in result.output
    assert (project.root / "agents/helper").read_text() == "I am a file."


def test_a_folder_that_differs_in_case_only_is_refused(
    project: Project, client: anthropic.Anthropic
) -> None:
    client.beta.agents.create(name="helper", model=MODEL)
    project.write("agents/Helper/notes.txt", "Mine.")
    assert "import.in_the_way" in project.run("import", "helper", code=5).output
    assert not (project.root / "agents/helper").exists()

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from reconciler.authoring import load
from reconciler.engine.values import encode
from tests.authoring.support import PROJECT, Files, codes, loaded, places, write

HEAVY = "anthropic httpx2 starlette uvicorn git deepdiff"


def test_an_empty_project(tmp_path: Path) -> None:
    result = loaded(tmp_path, {})
    assert places(result) == ["project.empty reconcile.yaml:1:1"]
    assert result.desired is not None and result.desired.resources == ()


def test_findings_are_sorted_and_come_once(tmp_path: Path) -> None:
    text = "modle: m\nskills: [shared/x]\n"
    files = {
        "agents/b/agent.yaml": text,
        "agents/a/agent.yaml": text,
        "skills/x/SKILL.md": "---\nname: y\ndescription: d\n---\n",
    }
    result = loaded(tmp_path, files)
    assert result.desired is None
    assert list(result.findings) == sorted(set(result.findings), key=lambda item: item.sort_key)
    assert codes(result).count("skill.name_mismatch") == 1


def test_files_over_five_megabytes(tmp_path: Path) -> None:
    large = b"system: " + b"x" * (5 * 1024 * 1024)
    files: Files = {
        "agents/a/agent.yaml": large,
        "agents/b/agent.yaml": "model: m\nsubagents: [a]\n",
    }
    assert places(loaded(tmp_path, files)) == ["path.too_large agents/a/agent.yaml:1:1"]


def test_findings_are_fit_for_a_terminal(tmp_path: Path) -> None:
    text = 'model: m\n"a\\n::error::b\\e[31m\\u202e": x\ntools: [' + "x" * 5000 + "]\n"
    unknown, tool = loaded(tmp_path, {"agents/a/agent.yaml": text}).findings
    assert unknown.message == "unknown key `a\\n::error::b\\x1b[31m\\u202e`"
    assert len(tool.message) == 400
    for finding in (unknown, tool):
        assert finding.message.isprintable() and finding.hint.isprintable()


def test_findings_name_their_address(tmp_path: Path) -> None:
    result = loaded(tmp_path, {"agents/a/agent.yaml": "modle: m\n"})
    assert {item.address for item in result.findings} == {"agent/a"}


def test_the_order_of_keys_and_files_does_not_matter(tmp_path: Path) -> None:
    lines = [
        "name: x",
        "model: m",
        "system: s",
        "metadata: {b: '1', a: '2'}",
        "description: d",
        "tools: [read]",
    ]
    bodies = []
    for seed in range(5):
        random.Random(seed).shuffle(lines)
        root = tmp_path / str(seed)
        files = [("agents/a/agent.yaml", "\n".join(lines)), ("agents/b/agent.yaml", "model: m")]
        random.Random(seed).shuffle(files)
        result = loaded(root, dict(files))
        assert result.desired is not None
        bodies.append([(str(item.address), encode(item.body)) for item in result.desired.resources])
    assert all(item == bodies[0] for item in bodies)


def test_loading_imports_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path, {"agents/a/agent.yaml": "model: m\ntools: [read]\n"})
    script = (
        "import sys; from pathlib import Path; from reconciler.authoring import load; "
        f"r = load(Path({str(tmp_path)!r}), target=None, variables={{}}, environ={{}}); "
        "assert r.desired is not None; "
        f"sys.exit(' '.join(m for m in {HEAVY + ' jsonschema'!r}.split() if m in sys.modules) or None)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_root_reached_through_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", {"agents/a/agent.yaml": "model: m\n"})
    (tmp_path / "link").symlink_to("real")
    result = load(tmp_path / "link", target=None, variables={}, environ={})
    assert result.findings == ()
    assert result.root == tmp_path / "real"


def test_an_object_knows_what_it_is_made_of(tmp_path: Path) -> None:
    files = {
        "reconcile.yaml": PROJECT
        + "targets: {test: {overrides: {agent/flat: {description: D}}}}\ndefault_target: test\n",
        "agents/own/agent.yaml": "model: m\ntools: [../../shared/tools.yaml]\n"
        "system: {file: ../../shared/prompt.md}\nknowledge: [../../shared/k/*.md]\n"
        "skills: [./skills/cite]\n",
        "agents/own/skills/cite/SKILL.md": "---\nname: cite\ndescription: D.\n---\nOwn.\n",
        "skills/cite/SKILL.md": "---\nname: cite\ndescription: D.\n---\n",
        "shared/tools.yaml": "[read]\n",
        "shared/prompt.md": "Do.\n",
        "shared/k/one.md": "One.\n",
        "agents/flat.agent.yaml": "model: m\nsystem: {file: flat.md}\n",
        "agents/flat.md": "Flat.\n",
        "environments/room.yaml": "description: R\n",
    }
    result = loaded(tmp_path, files)
    assert result.desired is not None, result.findings
    made_of = {str(one.address): one.files for one in result.desired.resources}
    assert made_of == {
        "agent/flat": ("agents/flat.agent.yaml", "agents/flat.md", "reconcile.yaml"),
        "agent/own": (
            "agents/own/", "agents/own/agent.yaml", "shared/k/one.md", "shared/prompt.md",
            "shared/tools.yaml",
        ),
        "environment/room": ("environments/room.yaml",),
        "skill/cite": ("agents/own/skills/cite/", "skills/cite/"),
    }  # fmt: skip

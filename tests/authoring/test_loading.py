from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from reconciler.authoring import load
from reconciler.engine.values import encode
from tests.authoring.support import Files, codes, loaded, places, write

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

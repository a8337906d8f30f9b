"""What validating says of every real definition: one line per file.

    python -m tests.authoring.corpus_snapshot > tests/data/corpus-findings.txt

`valid` has no finding; `converted` has notes, `warned` a warning; `refused` has an error. Behind it
stand the codes with their lines. Each source is laid out as its authors have it, with a
reconcile.yaml: the cookbooks under their own path, each plugin's skills as the skills of a project,
Claude Code's agents one by one as `agents/NAME.agent.md`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciler.authoring import load
from tests.authoring.mutations import CORPUS

SNAPSHOT = Path(__file__).parents[1] / "data/corpus-findings.txt"
_COOKBOOKS = "managed-agent-cookbooks"
_SEVERITIES = {"note": "converted", "warning": "warned", "error": "refused"}
_RANK = [*_SEVERITIES]
_NO_DEFINITIONS = ("agents/environment.yaml",)


def snapshot() -> str:
    """The whole table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lines = [line for project in _projects(root) for line in _lines(*project)]
    return "".join(f"{line}\n" for line in sorted(set(lines)))


def _projects(root: Path) -> Iterator[tuple[Path, str, list[str]]]:
    """Of each project its folder, what its paths begin with in the corpus, its definitions."""
    sales = _copied(root / "sales", "sales-factory")
    yield sales, "sales-factory/", [*_below(sales, "agents", "*.yaml")]
    for example in sorted(CORPUS.glob("agentlift/examples/*")):
        name = f"agentlift/examples/{example.name}"
        project = _copied(root / example.name, name)
        lifted = _below(project, ".managed-agents", "*/agent.md")
        yield (
            project,
            f"{name}/",
            [*lifted, *_below(project, ".managed-agents", "*/skills/*/SKILL.md")],
        )
    cookbooks = _copied(root / "cookbooks", "financial-services", paths={"agents": _COOKBOOKS})
    agents = _below(cookbooks, _COOKBOOKS, "*/agent.yaml")
    subagents = _below(cookbooks, _COOKBOOKS, "*/subagents/*.yaml")
    yield cookbooks, "financial-services/", [*agents, *subagents]
    for plugin in sorted(CORPUS.glob("financial-services/plugins/agent-plugins/*")):
        name = f"financial-services/plugins/agent-plugins/{plugin.name}"
        project = _copied(root / "plugins" / plugin.name, name, leave="agents")
        yield project, f"{name}/", [*_below(project, "skills", "*/SKILL.md")]
    for path in _claude_code():
        project = root / "claude" / path.stem
        (project / "agents").mkdir(parents=True)
        shutil.copy(path, project / f"agents/{path.stem}.agent.md")
        _reconcile_yaml(project, {})
        where = f"{path.parent.relative_to(CORPUS).as_posix()}/"
        yield project, where, [f"agents/{path.stem}.agent.md"]


def _claude_code() -> list[Path]:
    plugins = CORPUS.glob("financial-services/plugins/agent-plugins/*/agents/*.md")
    return sorted([*plugins, *CORPUS.glob("agentlift/examples/*/.claude/agents/*.md")])


def _copied(root: Path, name: str, *, paths: dict[str, str] | None = None, leave: str = "") -> Path:
    ignore = shutil.ignore_patterns(leave) if leave else None
    shutil.copytree(CORPUS / name, root, ignore=ignore)
    _reconcile_yaml(root, paths or {})
    return root


def _reconcile_yaml(root: Path, paths: dict[str, str]) -> None:
    written = "".join(f"  {key}: {path}\n" for key, path in paths.items())
    more = f"paths:\n{written}" if paths else ""
    (root / "reconcile.yaml").write_text(f"version: 1\nproject: corpus\n{more}", encoding="utf-8")


def _below(root: Path, folder: str, pattern: str) -> Iterator[str]:
    for path in sorted((root / folder).glob(pattern)):
        yield path.relative_to(root).as_posix()


def _lines(root: Path, where: str, definitions: list[str]) -> Iterator[str]:
    assert definitions, where
    result = load(root, target=None, variables={}, environ={})
    found: dict[str, list[tuple[int, str, str]]] = {name: [] for name in definitions}
    for item in result.findings:
        assert item.span is not None
        found.setdefault(item.span.file, []).append((item.span.line, item.code, item.severity))
    for name, items in found.items():
        shown = name.removeprefix("agents/").removesuffix(".agent.md") + ".md"
        path = where + (shown if name.endswith(".agent.md") else name)
        worst = max((_RANK.index(severity) for _, _, severity in items), default=-1)
        word = "valid" if worst < 0 else _SEVERITIES[_RANK[worst]]
        codes = ", ".join(f"{code} {line}" for line, code, _ in items)
        yield f"{path}: {word}" + (f": {codes}" if codes else "")


if __name__ == "__main__":
    sys.stdout.write(snapshot())

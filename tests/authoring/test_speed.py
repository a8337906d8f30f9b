"""A thousand agents are read at a few times the cost of parsing and hashing their files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from reconciler.authoring import load
from tests.authoring.support import SKILL, write

LINE = "Say what to do, with `code`, ${VAR} and more words: enough of them for a prompt.\n"
AGENT = """description: Does the thing.
model: {id: claude-sonnet-4-6, effort: high}
tools: [read, write, "bash:ask"]
mcp_servers:
  - {name: s, url: https://mcp.example.com/mcp, tools: [a, b], permission: allow}
skills: [shared/x, anthropic/docx@20251013]
metadata: {owner: ops}
system: |
"""


def _seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.slow
def test_a_thousand_agents(tmp_path: Path) -> None:
    text = AGENT + ("  " + LINE) * 100
    files = {f"agents/a{n}/agent.yaml": text for n in range(1000)}
    write(tmp_path, {**files, "skills/x/SKILL.md": SKILL.format(name="x")})
    paths = [tmp_path / name for name in files]

    def bare() -> None:
        for path in paths:
            data = path.read_bytes()
            hashlib.sha256(data).hexdigest()
            yaml.load(data, Loader=yaml.CSafeLoader)

    def whole() -> None:
        result = load(tmp_path, target=None, variables={}, environ={})
        assert result.desired is not None and len(result.desired.resources) == 1001

    # Translating takes about three times the bare cost; secrets and lints about one more.
    assert _seconds(whole) < 6 * _seconds(bare)

"""A generated project of any size: agents with long prompts, shared skills, coordinators."""

from __future__ import annotations

import random
from pathlib import Path

_WORDS = [
    "account",
    "accrual",
    "agree",
    "amount",
    "asset",
    "audit",
    "balance",
    "book",
    "cash",
    "check",
    "close",
    "currency",
    "custodian",
    "date",
    "difference",
    "document",
    "equity",
    "evidence",
    "fee",
    "figure",
    "fund",
    "holding",
    "income",
    "invoice",
    "item",
    "ledger",
    "line",
    "listing",
    "match",
    "month",
    "nav",
    "note",
    "open",
    "order",
    "payment",
    "period",
    "price",
    "proof",
    "quarter",
    "report",
    "review",
    "row",
    "sample",
    "schedule",
    "share",
    "source",
    "statement",
    "table",
    "test",
    "total",
    "trade",
    "trial",
    "unit",
    "value",
    "year",
]


def prose(size: int, seed: int) -> str:
    """About `size` characters of lines that look like a prompt; the same for the same seed."""
    chance = random.Random(seed)
    lines: list[str] = []
    length = 0
    while length < size:
        line = "- " + " ".join(chance.choices(_WORDS, k=12)).capitalize() + "."
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines) + "\n"


def write_project(root: Path, agents: int, skills: int, prompt: int = 8192) -> None:
    """`agents` folders of which every fiftieth coordinates the two before it, and `skills`."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "reconcile.yaml").write_text("version: 1\nproject: bench\ntargets: {bench: {}}\n")
    for number in range(skills):
        folder = root / "skills" / f"skill-{number:03}"
        folder.mkdir(parents=True)
        front = f"---\nname: {folder.name}\ndescription: Skill number {number}.\n---\n"
        (folder / "SKILL.md").write_text(front + prose(2000, number))
        (folder / "reference.md").write_text(prose(4000, number + 1))
    for number in range(agents):
        folder = root / "agents" / f"agent-{number:04}"
        folder.mkdir(parents=True)
        (folder / "system-prompt.md").write_text(prose(prompt, number))
        lines = [
            f"description: Agent number {number}.",
            "model: claude-sonnet-4-6",
            'tools: [read, write, grep, "bash:ask"]',
            "metadata: {owner: fund-ops}",
        ]
        if skills:
            lines.append(f"skills: [shared/skill-{number % skills:03}]")
        if number % 50 == 49:
            lines.append(f"subagents: [agent-{number - 2:04}, agent-{number - 1:04}]")
        (folder / "agent.yaml").write_text("\n".join(lines) + "\n")

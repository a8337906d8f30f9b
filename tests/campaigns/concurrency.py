"""The concurrency campaign: two applies of two commits of one project, at the same moment.

    python -m tests.campaigns.concurrency [--rounds N] [--seed S]

Each round is run on one machine, where the operating system's lock lets one of them in, and on two,
where only versions and markers keep them apart. Prints what was promised and how often it was not
kept; exits 1 unless that is never.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.campaigns.applying import Apply
from tests.campaigns.processes import ended, listener, platform, preload
from tests.campaigns.project import BASE, MCP, TENANT, Edition, write
from tests.campaigns.world import World, read_world

#: What is promised of a round.
PROMISES = (
    "duplicate", "mixed agent", "false claim", "quiet about a moved object", "unnamed",
    "not converged",
)  # fmt: skip
_AGENTS = ("reader", "writer", "kept", "desk")
_SIDES = ("left", "right")
_HELD = 1
_PLAIN = f"description: Works.\nmodel: claude-sonnet-4-6\nsystem: Tell.\n{MCP}"
_START: Edition = {**BASE, "agents/teller/agent.yaml": _PLAIN}


@dataclass(frozen=True)
class Round:
    """What of the promises was not kept, and how many objects a run found moved."""

    wrong: dict[str, list[str]]
    moved: int


def edition(side: str, chance: random.Random) -> Edition:
    """A commit of this side: most agents edited, one of its own, some that both add, and one that
    both register as it is."""
    files = dict(_START)
    chosen = [name for name in _AGENTS if chance.random() < 0.8] or ["reader"]
    for name in chosen:
        path = f"agents/{name}/agent.yaml"
        text = files[path].replace("description: Works.", f"description: By {side}.")
        files[path] = text.replace("system: ", f"system: By {side}. ")
    mine = f"description: By {side}.\nmodel: claude-sonnet-4-6\nsystem: By {side}. New.\n"
    files[f"agents/{side}/agent.yaml"] = mine
    files["agents/both/agent.yaml"] = mine
    files["agents/chief/agent.yaml"] = f"{mine}subagents: [both, reader]\n"
    files["agents/counter/agent.yaml"] = (
        f"{mine}skills: [shared/new]\n" + MCP + "ntropii: {versions: true}\n"
    )
    files["agents/teller/agent.yaml"] = f"{_PLAIN}ntropii: {{versions: true}}\n"
    files["skills/new/SKILL.md"] = f"---\nname: new\ndescription: New.\n---\nBy {side}.\n"
    files["environments/new.yaml"] = "name: new\nconfig: {type: cloud}\n"
    if chance.random() < 0.5:
        skill = files["skills/cite/SKILL.md"]
        files["skills/cite/SKILL.md"] = f"{skill}By {side}.\n"
    return files


class Table:
    """A store with the base applied, and a checkout for each side."""

    def __init__(self, folder: Path, port: Any) -> None:
        preload()
        self.folder, self.port = folder, port
        self.store = folder / "store.sqlite"
        root = folder / "base"
        write(root, _START)
        (code,) = self._together([(root, folder / "state", "base")])
        assert code == 0, (folder / "base.out").read_text()
        with closing(sqlite3.connect(self.store)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.store, folder / "kept.sqlite")

    def round(self, number: int, seed: int, *, one_machine: bool) -> Round:
        """One round of the two applies, and what becomes of it."""
        chance = random.Random(f"{seed}/{number}/{one_machine}")
        for file in self.folder.glob("store.sqlite*"):
            file.unlink()
        shutil.copy(self.folder / "kept.sqlite", self.store)
        runs = []
        for side in _SIDES:
            root = self.folder / side
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(self.folder / "base", root)
            write(root, edition(side, chance))
            runs.append((root, self.folder / ("state" if one_machine else f"state-{side}"), side))
        rules = [{"kind": "latency", "seconds": chance.choice([0.0, 0.005, 0.02])}]
        codes = self._together(runs, rules)
        texts = {side: (self.folder / f"{side}.out").read_text() for side in _SIDES}
        reports = {side: _document(text) for side, text in texts.items()}
        world = read_world(self.store)
        wrong = {
            **_of_the_world(world),
            "false claim": _false_claims(reports, world),
            **_of_the_runs(codes, texts, reports, one_machine=one_machine),
            "not converged": self._converge(runs[number % 2]),
        }
        moved = sum(one["moved"] for report in reports.values() for one in _outcomes(report))
        return Round({promise: found for promise, found in wrong.items() if found}, moved)

    def _together(
        self, runs: list[tuple[Path, Path, str]], rules: list[dict[str, Any]] | None = None
    ) -> list[int]:
        """Applies that begin at one moment; their exit codes."""
        log = self.folder / "requests.jsonl"
        log.unlink(missing_ok=True)
        with platform(self.store, self.port, TENANT, rules or [], log) as served:
            waiting, go = os.pipe()

            def ready() -> None:
                os.close(go)
                os.read(waiting, 1)  # until the parent closes its end

            pids = [
                Apply(root, served.environment, state, self.folder / "evidence.json",
                      self.folder / f"{side}.out", args=("--format", "json"), ready=ready).start()
                for root, state, side in runs
            ]  # fmt: skip
            os.close(go)
            codes = [ended(pid) for pid in pids]
            os.close(waiting)
        return codes

    def _converge(self, run: tuple[Path, Path, str]) -> list[str]:
        """One more apply, and then there is nothing left to do."""
        for _ in range(2):
            (code,) = self._together([run])
            if code != 0:
                text = (self.folder / f"{run[2]}.out").read_text()
                return [f"{run[2]} ended with {code}: {text[-800:]}"]
        sent = [
            json.loads(line) for line in (self.folder / "requests.jsonl").read_text().splitlines()
        ]
        return [f"{one['method']} {one['path']}" for one in sent if one["method"] != "GET"]


def _document(text: str) -> dict[str, Any]:
    at = text.find("{\n")
    try:
        found, _ = json.JSONDecoder().raw_decode(text[at:]) if at >= 0 else ({}, 0)
    except json.JSONDecodeError:
        return {}
    return dict(found)


def _outcomes(report: dict[str, Any]) -> list[dict[str, Any]]:
    return list(report.get("outcomes", []))


def _of_the_runs(
    codes: list[int], texts: dict[str, str], reports: dict[str, Any], *, one_machine: bool
) -> dict[str, list[str]]:
    """Whether a run that left something undone says so, and says what."""
    quiet, unnamed = [], []
    for side, code in zip(_SIDES, codes, strict=True):
        missed = [o["address"] for o in _outcomes(reports[side]) if o["result"] != "applied"]
        named = missed or [one["address"] for one in reports[side].get("held", [])]
        if missed and code == 0:
            quiet.append(f"{side} ended with 0 and did not apply {missed}")
        if code != 0 and not named and "lock.held" not in texts[side]:
            unnamed.append(f"{side} ended with {code}: {texts[side][-600:]}")
    if one_machine and sorted(codes) not in ([0, 0], [0, _HELD]):
        quiet.append(f"on one machine they ended with {codes}")
    return {"quiet about a moved object": quiet, "unnamed": unnamed}


def _false_claims(reports: dict[str, Any], world: World) -> list[str]:
    """Versions of agents that a run calls its own, and that the other one wrote."""
    claimed = [
        (side, one, world.versions.get((one["id"], one["version"]), {}))
        for side, report in reports.items()
        for one in _outcomes(report)
        if one["result"] == "applied" and one["address"].startswith("agent/")
    ]
    return [
        f"{side}: {one['address']} v{one['version']} says {body.get('system')!r}"
        for side, one, body in claimed
        if not body or any(f"By {o}." in (body.get("system") or "") for o in _SIDES if o != side)
    ]


def _of_the_world(world: World) -> dict[str, list[str]]:
    mixed = []
    for body in world.agents.values():
        said = {side for side in _SIDES for key in ("description", "system")
                if f"By {side}." in (body.get(key) or "")}  # fmt: skip
        whole = all("By " in (body.get(key) or "") for key in ("description", "system"))
        if len(said) > 1 or (said and not whole):
            mixed.append(f"{body['name']}: {body.get('description')} / {body.get('system')}")
    return {"duplicate": world.duplicates(), "mixed agent": mixed}


def campaign(rounds: int, seed: int, say: Callable[[str], None]) -> Counter[str]:
    """So many rounds of both kinds; how often each promise was not kept."""
    wrong: Counter[str] = Counter()
    moved = 0
    with tempfile.TemporaryDirectory() as folder, closing(listener()) as port:
        table = Table(Path(folder), port)
        for number in range(rounds):
            for one_machine in (True, False):
                found = table.round(number, seed, one_machine=one_machine)
                moved += found.moved
                wrong.update(found.wrong.keys())
                for promise, details in found.wrong.items():
                    where = "one machine" if one_machine else "two machines"
                    say(f"round {number}, {where}: {promise}")
                    for detail in details[:3]:
                        say(f"    {detail}")
    counts = ", ".join(f"{promise} {wrong[promise]}" for promise in PROMISES)
    say(
        f"{rounds} rounds on one machine and {rounds} on two, {moved} objects found moved: {counts}"
    )
    return wrong


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    return 1 if campaign(chosen.rounds, chosen.seed, _say).total() else 0


if __name__ == "__main__":
    sys.exit(main())

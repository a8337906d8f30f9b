"""One cell of the fault campaign: an apply, one fault at one write, applies until it is done."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.campaigns.applying import Apply, Hook
from tests.campaigns.processes import ended, platform, preload
from tests.campaigns.project import BASE, GOAL, LOCK, TENANT, Edition, write
from tests.campaigns.world import End, World, compare, read_end, read_world

#: Fault → where it strikes: rules of the platform, or a moment of the command.
FAULTS: dict[str, dict[str, Any] | str] = {
    "killed before sending": "before sending",
    "500 before the commit": {"kind": "status", "status": 500, "when": "before"},
    "500 after the commit": {"kind": "status", "status": 500, "when": "after"},
    "dropped after the commit": {"kind": "drop", "when": "after"},
    "killed before the lock is saved": "answered",
    "killed while the lock is written": "lock written",
    "429": {"kind": "status", "status": 429, "retry_after": 0.01},
    "timeout": {"kind": "latency", "seconds": 0.3},
}
MOST_RUNS = 3
_PATIENT = (0.05, 0.1, 0.2, 0.3)  # longer than the latency: what came late is still found


@dataclass(frozen=True)
class Cell:
    """One fault at one write, counted from 0."""

    write: int
    fault: str
    parallelism: int = 1
    stale: int = 0  # how many reads do not see a write


@dataclass(frozen=True)
class Result:
    """What became of a cell. `unfired` says why the fault is not proven to have struck."""

    cell: Cell
    runs: int
    codes: tuple[int, ...]
    wrong: dict[str, list[str]]
    unfired: str


class Bench:
    """A folder with the base, the fault-free end, and one port for everything."""

    def __init__(self, folder: Path, port: socket.socket, base: Edition, goal: Edition, *args: str):
        self.folder, self.port, self.goal, self.args = folder, port, goal, args
        self._runs = 0
        preload()
        self.root = folder / "project"
        self.store = folder / "store.sqlite"
        write(self.root, base)
        self._must_apply(())
        self._keep_base()
        write(self.root, goal)
        self.requests = self._must_apply(args)
        self.writes = [said(one) for one in self.requests if one["method"] != "GET"]
        self.wanted = read_end(self.store, self.root, LOCK)

    def run(self, cell: Cell) -> Result:
        """The cell from a fresh copy of the base."""
        self._restore_base()
        write(self.root, self.goal)
        unfired = self._faulted(cell)
        between = read_world(self.store)
        codes = [self._last_code]
        while len(codes) < 2 or (codes[-1] != 0 and len(codes) < MOST_RUNS):
            rules = [{"kind": "stale", "reads": cell.stale}] if cell.stale else []
            apply, _ = self._apply(rules, Hook(), self._arguments(cell))
            codes.append(apply)
        end = read_end(self.store, self.root, LOCK)
        wrong = compare(self.wanted, end, between)
        if codes[-1] != 0:
            wrong.setdefault("different end", []).insert(0, f"exit codes {codes}: {self.output()}")
        again, log = self._apply([], Hook(), self._arguments(cell))
        sent = [said(one) for one in log if one["method"] != "GET"]
        if again != 0 or sent:
            wrong["not settled"] = [f"one more apply: exit {again}, {sent}"]
        if cell.fault == "429" and codes[0] != 0:
            unfired = f"the run was lost: {codes}"
        return Result(cell, len(codes), tuple(codes), wrong, unfired)

    def output(self) -> str:
        return (self.folder / "apply.out").read_text(encoding="utf-8")[-3000:]

    def _faulted(self, cell: Cell) -> str:
        """The run that the fault strikes; returns why it is not proven to have struck."""
        fault = FAULTS[cell.fault]
        rules: list[dict[str, Any]] = [{"kind": "stale", "reads": cell.stale}] if cell.stale else []
        hook = Hook()
        if isinstance(fault, dict):
            method = self.writes[cell.write].split()[0]
            earlier = [one for one in self.writes[: cell.write] if one.startswith(method)]
            rules.append({**fault, "method": method, "skip": len(earlier), "count": 1})
            if cell.fault == "timeout":
                hook = Hook("timeout", cell.write, _PATIENT)
        else:
            hook = Hook(fault, cell.write)  # type: ignore[arg-type]
        code, log = self._apply(rules, hook, self._arguments(cell))
        self._last_code = code
        return self._proof(cell, code, log)

    def _proof(self, cell: Cell, code: int, log: list[dict[str, Any]]) -> str:
        fault, sent = FAULTS[cell.fault], [one for one in log if one["method"] != "GET"]
        noted = self._evidence
        if isinstance(fault, dict):
            struck = [one for one in sent if any(f["kind"] == fault["kind"] for f in one["faults"])]
            if len(struck) != 1:
                return f"struck {len(struck)} writes"
            if cell.parallelism == 1 and said(struck[0]) != self.writes[cell.write]:
                return f"struck {said(struck[0])}"
            return "" if cell.fault != "timeout" or noted.get("timeout") else "no timeout"
        if code != -signal.SIGKILL or noted.get("moment") != fault:
            return f"the process ended with {code}, noting {noted}"
        if cell.parallelism > 1:
            return ""
        if fault == "before sending":
            return "" if len(sent) == cell.write else f"{len(sent)} writes came"
        reached = len(sent) > cell.write if fault == "lock written" else len(sent) == cell.write + 1
        return "" if reached and sent[cell.write]["status"] < 300 else f"{len(sent)} writes came"

    def _arguments(self, cell: Cell) -> tuple[str, ...]:
        return (*self.args, "--parallelism", str(cell.parallelism))

    def _apply(
        self, rules: list[dict[str, Any]], hook: Hook, args: tuple[str, ...]
    ) -> tuple[int, list[dict[str, Any]]]:
        """One run: its exit code, and the requests."""
        log, evidence = self.folder / "requests.jsonl", self.folder / "evidence.json"
        for old in (log, evidence):
            old.unlink(missing_ok=True)
        self._runs += 1
        with platform(self.store, self.port, TENANT, rules, log) as served:
            apply = Apply(
                self.root, served.environment, self.folder / "state", evidence,
                self.folder / "apply.out", hook, args,
            )  # fmt: skip
            code = ended(apply.start())
            if any(rule["kind"] == "latency" for rule in rules):
                served.wait_for_latecomer()  # carried out before anybody looks again
        self._evidence = apply.evidence_of()
        return code, served.requests()

    def _must_apply(self, args: tuple[str, ...]) -> list[dict[str, Any]]:
        code, log = self._apply([], Hook(), (*args, "--parallelism", "1"))
        assert code == 0, self.output()
        return log

    def _keep_base(self) -> None:
        with closing(sqlite3.connect(self.store)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.store, self.folder / "base.sqlite")
        shutil.copytree(self.root, self.folder / "base")

    def _restore_base(self) -> None:
        for file in self.folder.glob("store.sqlite*"):
            file.unlink()
        shutil.copy(self.folder / "base.sqlite", self.store)
        shutil.rmtree(self.root)
        shutil.copytree(self.folder / "base", self.root)


def bench(folder: Path, port: socket.socket) -> Bench:
    return Bench(folder, port, BASE, GOAL)


_ID = re.compile(r"\b[a-z]+_01[0-9A-Za-z]{22}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b")


def said(request: dict[str, Any]) -> str:
    """A request's method and path, without ids that differ from world to world."""
    return f"{request['method']} {_ID.sub('~', request['path'])}"


__all__ = ["FAULTS", "Bench", "Cell", "End", "Result", "World", "bench", "said"]

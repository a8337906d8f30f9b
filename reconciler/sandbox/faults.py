"""Which fault strikes which request, decided by the request and a seed, never by chance alone."""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .fault_rules import MOST_BEHIND, checked_rules
from .masks import masked

When = Literal["before", "after"]
ENDING = ("status", "drop")
# How many different requests are told apart before the oldest are forgotten.
MAX_KNOWN = 100_000

# Ids and cursors are other ones in every run.
MADE_UP = re.compile(
    r"\b[a-z]+_01[0-9A-Za-z]{22}\b"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\bpage_[\w=-]+"
)


@dataclass(frozen=True)
class Asked:
    """A request as far as a fault looks at it. `request` is the same in every run that asks the
    same, whatever ids there are; `nth` counts, from 0, how often it came."""

    method: str
    path: str
    request: str = ""
    nth: int = 0


@dataclass(frozen=True)
class Struck:
    """The faults of one request: each is a rule, and strikes just this request again."""

    faults: tuple[Mapping[str, Any], ...] = ()

    def of(self, kind: str) -> Iterator[Mapping[str, Any]]:
        return (fault for fault in self.faults if fault["kind"] == kind)

    def first(self, kind: str) -> Mapping[str, Any] | None:
        return next(self.of(kind), None)

    def ending(self, when: When) -> Mapping[str, Any] | None:
        """The fault that answers in the place of the truth."""
        for fault in self.faults:
            if fault["kind"] in ENDING and fault.get("when", "before") == when:
                return fault
        return None

    @property
    def latency(self) -> float:
        return float(sum(fault["seconds"] for fault in self.of("latency")))

    @property
    def behind(self) -> int:
        """How many writes ago the answer is from."""
        fault = self.first("stale")
        return int(fault["writes"]) if fault else 0


def chance(seed: str, asked: Asked, purpose: str) -> random.Random:
    """Numbers that depend on nothing but the seed and the request."""
    return random.Random(f"{seed}/{asked.request}/{asked.nth}/{purpose}")


@dataclass
class Rule:
    """One rule, how often it may still strike, and how far behind its readers are."""

    given: Mapping[str, Any]
    seed: str
    skip: int
    left: int | None
    pattern: re.Pattern[str] | None
    unseen: int = 0
    stale_reads: int = 0

    def strikes(self, asked: Asked) -> bool:
        """Whether this request is hit; using up `skip`, then `count`."""
        if not self._is_meant(asked):
            return False
        if self.skip:
            self.skip -= 1
            return False
        share = self.given.get("probability", 1)
        if self.left == 0 or chance(self.seed, asked, "probability").random() >= share:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def _is_meant(self, asked: Asked) -> bool:
        wanted = self.given
        if wanted["kind"] == "stale" and not self.behind:
            return False
        return (
            wanted.get("method") in (None, asked.method)
            and wanted.get("request") in (None, asked.request)
            and wanted.get("nth") in (None, asked.nth)
            and (self.pattern is None or self.pattern.search(asked.path) is not None)
        )

    @property
    def behind(self) -> int:
        if "writes" in self.given:
            return min(self.unseen, int(self.given["writes"]))
        return min(self.unseen, MOST_BEHIND) if self.stale_reads else 0

    def wrote(self) -> None:
        """A write was committed, and `reads` readers won't see it."""
        self.unseen += 1
        self.stale_reads = self.given.get("reads", 0)

    def resolved(self, asked: Asked) -> dict[str, Any]:
        """This strike as a rule of its own: nothing in it is left to chance or to order."""
        kept = {
            key: value
            for key, value in self.given.items()
            if key not in ("path", "count", "skip", "probability", "jitter", "reads")
        }
        found = {**kept, "method": asked.method, "request": asked.request, "nth": asked.nth}
        found["seed"] = self.seed
        if "jitter" in self.given:
            more = chance(self.seed, asked, "jitter").random() * self.given["jitter"]
            found["seconds"] = self.given["seconds"] + more
        if self.given["kind"] == "stale":
            found["writes"] = self.behind
            self._read()
        return found

    def _read(self) -> None:
        if self.stale_reads:
            self.stale_reads -= 1
            if not self.stale_reads:
                self.unseen = 0


@dataclass
class Faults:
    """The rules of one server; the server's thread and its owner's share them."""

    seed: str = "0"
    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: list[Rule] = field(default_factory=list)
    known: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def set(self, rules: Any) -> None:
        """Replace the rules, and count everything anew; an empty list clears them."""
        made = [self._rule(given, number) for number, given in enumerate(checked_rules(rules))]
        with self.lock:
            self.rules = made
            self.known.clear()

    def _rule(self, given: Mapping[str, Any], number: int) -> Rule:
        pattern = re.compile(given["path"]) if "path" in given else None
        seed = given.get("seed", f"{self.seed}/{number}")
        return Rule(given, seed, given.get("skip", 0), given.get("count"), pattern)

    def shown(self) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(rule.given) for rule in self.rules]

    @property
    def active(self) -> bool:
        return bool(self.rules)

    @property
    def most_behind(self) -> int:
        """How many earlier states must be kept."""
        with self.lock:
            stale = [rule.given for rule in self.rules if rule.given["kind"] == "stale"]
        return max((int(given.get("writes", MOST_BEHIND)) for given in stale), default=0)

    def strike(self, method: str, path: str, request: str) -> Struck:
        """All latencies that are meant, and of the others the first of each sort."""
        with self.lock:
            nth = self.known.pop(request, -1) + 1
            self.known[request] = nth
            if len(self.known) > MAX_KNOWN:
                self.known.popitem(last=False)
            asked = Asked(method, path, request, nth)
            return Struck(tuple(self._struck(asked)))

    def _struck(self, asked: Asked) -> Iterable[dict[str, Any]]:
        taken: set[str] = set()
        for rule in self.rules:
            kind = str(rule.given["kind"])
            sort = "ending" if kind in ENDING else kind
            if sort in taken or not rule.strikes(asked):
                continue
            if sort != "latency":
                taken.add(sort)
            yield rule.resolved(asked)

    def wrote(self) -> None:
        """A write was committed."""
        with self.lock:
            for rule in self.rules:
                rule.wrote()


def fingerprint(method: str, path: str, query: str, kind: str, raw: bytes) -> str:
    """What a request asks, as one word: the same in every run, and without secrets."""
    said = "\n".join((method, MADE_UP.sub("~", f"{path}?{query}"), _content(kind, raw)))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _content(kind: str, raw: bytes) -> str:
    if kind.startswith("multipart/"):
        boundary = kind.partition("boundary=")[2].strip('"').encode()
        return raw.replace(boundary, b"").decode("latin-1") if boundary else ""
    try:
        return MADE_UP.sub("~", json.dumps(masked(json.loads(raw)), sort_keys=True))
    except (ValueError, RecursionError):
        return ""

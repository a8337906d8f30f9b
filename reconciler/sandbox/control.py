"""What tests and benchmarks reach under `/_sandbox/`: the request log and the faults."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import not_found
from .shapes import Shape, integer, list_of, obj, one_of, refused, text

MASK = "***"
SECRET_KEYS = (
    "token",
    "access_token",
    "refresh_token",
    "client_secret",
    "secret_value",
    "authorization_token",
)
MAX_ENTRIES = 20_000

When = Literal["before", "after"]


def masked(value: Any) -> Any:
    """The same body, without what must not be shown."""
    if isinstance(value, dict):
        return {
            key: MASK if key in SECRET_KEYS and isinstance(item, str) else masked(item)
            for key, item in value.items()
        }
    return [masked(item) for item in value] if isinstance(value, list) else value


def _number(value: Any, path: str) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise refused(path, "must be a number that is not negative")
    return value


def _regex(value: Any, path: str) -> Any:
    try:
        return re.compile(text()(value, path))
    except re.error as error:
        raise refused(path, f"is not a regular expression: {error}") from None


MATCHING: Mapping[str, Shape] = {
    "method": one_of("GET", "POST", "DELETE"),
    "path": _regex,
    "count": integer(1),
    "skip": integer(0),
}
WHEN = one_of("before", "after")
RULE_OF_KIND: Mapping[str, Shape] = {
    "latency": obj({"kind": text(), "seconds": _number}, MATCHING),
    "status": obj(
        {"kind": text(), "status": integer(400)},
        {**MATCHING, "when": WHEN, "retry_after": _number},
    ),
    "drop": obj({"kind": text()}, {**MATCHING, "when": WHEN}),
}


def _rule(value: Any, path: str) -> Any:
    kind = value.get("kind") if isinstance(value, dict) else None
    one_of(*RULE_OF_KIND)(kind, f"{path}.kind")
    return RULE_OF_KIND[str(kind)](value, path)


RULES = list_of(_rule)


@dataclass
class Rule:
    """One fault, and how often it may still strike; without a count, always."""

    kind: str
    method: str | None = None
    path: re.Pattern[str] | None = None
    count: int | None = None
    skip: int = 0
    seconds: float = 0.0
    status: int = 500
    when: When = "before"
    retry_after: float | None = None

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is hit; using up `skip`, then `count`."""
        if self.method not in (None, method):
            return False
        if self.path is not None and not self.path.search(path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.count == 0:
            return False
        if self.count is not None:
            self.count -= 1
        return True


@dataclass(frozen=True)
class Fault:
    """What happens to one request."""

    latency: float = 0.0
    rule: Rule | None = None

    def at(self, when: When) -> Rule | None:
        return self.rule if self.rule is not None and self.rule.when == when else None


@dataclass
class Control:
    """One server's log and faults; the server's thread and its owner's share it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))
    rules: list[Rule] = field(default_factory=list)

    def log(self, entry: dict[str, Any]) -> None:
        with self.lock:
            self.entries.append(entry)

    def requests(self) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(entry) for entry in self.entries]

    def clear_requests(self) -> None:
        with self.lock:
            self.entries.clear()

    def set_faults(self, rules: Any) -> None:
        """Replace the rules; an empty list clears them."""
        made = [Rule(**rule) for rule in RULES(rules, "faults")]
        with self.lock:
            self.rules = made

    def fault_for(self, method: str, path: str) -> Fault:
        """All latencies that match, and the first other rule that does."""
        latency, struck = 0.0, None
        with self.lock:
            for rule in self.rules:
                if rule.kind == "latency" and rule.strikes(method, path):
                    latency += rule.seconds
                elif rule.kind != "latency" and struck is None and rule.strikes(method, path):
                    struck = rule
        return Fault(latency, struck)


def answer(control: Control, method: str, path: str, body: Any) -> Any:
    """`/_sandbox/requests` (GET, DELETE) and `/_sandbox/faults` (PUT, DELETE)."""
    match (method, path):
        case ("GET", "/_sandbox/requests"):
            return control.requests()
        case ("DELETE", "/_sandbox/requests"):
            control.clear_requests()
        case ("PUT", "/_sandbox/faults"):
            control.set_faults(body)
        case ("DELETE", "/_sandbox/faults"):
            control.set_faults([])
        case _:
            raise not_found(f"{method} {path} is not a control of this server")
    return {"ok": True}

"""Runs one `reconcile` command in this process and says where its time and memory went.

Prints, as the last line of stderr, JSON: seconds per phase, peak memory in MB, exit code.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

#: Phase → module and attribute of the function that is it.
PHASES = {
    "read folders": ("reconciler.authoring", "load"),
    "connect": ("reconciler.platform.clients", "connect"),
    "read live": ("reconciler.platform.snapshot", "read_live"),
    "plan": ("reconciler.engine.planner", "make_plan"),
    "execute": ("reconciler.platform.executor", "execute"),
}


def main(arguments: list[str]) -> int:
    start = time.perf_counter()
    spent: dict[str, float] = {}
    for phase, (module, name) in PHASES.items():
        owner = import_module(module)
        setattr(owner, name, _timed(getattr(owner, name), phase, spent))
    spent["import"] = time.perf_counter() - start
    from reconciler.cli import main as command

    try:
        command(arguments)
        code: object = 0
    except SystemExit as end:
        code = end.code or 0
    total = time.perf_counter() - start
    spent["the rest"] = total - sum(spent.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = {"seconds": spent, "total": total, "peak_mb": peak, "exit_code": code}
    sys.stderr.write("\n" + json.dumps(report) + "\n")
    return int(str(code))


def _timed(function: Callable[..., Any], phase: str, spent: dict[str, float]) -> Callable[..., Any]:
    @wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[phase] = spent.get(phase, 0.0) + time.perf_counter() - start

    return timed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

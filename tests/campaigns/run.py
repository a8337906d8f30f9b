"""The fault campaign: every write of an apply, under every fault.

    python -m tests.campaigns.run [--sample N] [--seed S] [--stale READS]

Prints how many cells ran and how many left a duplicate, an orphan, a lost key, an unreadable lock
or a different end; exits 1 unless all are zero and every fault is proven to have struck.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.campaigns.cells import FAULTS, Bench, Cell, Result, bench
from tests.campaigns.processes import listener
from tests.campaigns.world import WRONG


def cells_of(made: Bench, sample: int, seed: int, stale: int) -> list[Cell]:
    """All cells, or a seeded sample of them."""
    every = [
        Cell(write, fault, stale=stale) for write in range(len(made.writes)) for fault in FAULTS
    ]
    return random.Random(seed).sample(every, min(sample, len(every))) if sample else every


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(made: Bench, result: Result) -> None:
    """Everything that is wrong with a cell; nothing if it is as it should be."""
    cell = result.cell
    if result.wrong or result.unfired:
        say(f"write {cell.write} ({made.writes[cell.write]}), {cell.fault}: codes {result.codes}")
    if result.unfired:
        say(f"    not proven to have struck: {result.unfired}")
    for category, details in result.wrong.items():
        for detail in details[:4]:
            say(f"    {category}: {detail}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=0, help="so many cells; 0 is all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stale", type=int, default=0, help="reads that do not see a write")
    chosen = parser.parse_args()
    wrong: Counter[str] = Counter()
    unfired = 0
    with tempfile.TemporaryDirectory() as folder, closing(listener()) as port:
        made = bench(Path(folder), port)
        cells = cells_of(made, chosen.sample, chosen.seed, chosen.stale)
        say(f"{len(made.writes)} writes, {len(FAULTS)} faults, {len(cells)} cells to run")
        for cell in cells:
            result = made.run(cell)
            tell(made, result)
            wrong.update(result.wrong.keys())
            unfired += bool(result.unfired)
    counts = ", ".join(f"{category} {wrong[category]}" for category in WRONG)
    say(f"{len(cells)} cells ran: {counts}; faults not proven: {unfired}")
    return 1 if sum(wrong.values()) or unfired else 0


if __name__ == "__main__":
    sys.exit(main())

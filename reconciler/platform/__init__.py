"""The outside world: hosts and keys, the live snapshot, carrying out a plan, the lock on disk.

    access ─▶ clients ─▶ snapshot.read_live ─▶ Live
                 │
    Plan ────────┴─────▶ executor.execute ───▶ Report, and the lock after every object

Importing this package, or any module of it, imports none of `anthropic`, `httpx2`, `git` and
`filelock`: they are loaded by the call that needs them.
"""

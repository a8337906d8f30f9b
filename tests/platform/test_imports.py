from __future__ import annotations

import subprocess
import sys

MODULES = [
    "access",
    "clients",
    "doctor",
    "executor",
    "git",
    "lockfile",
    "origin",
    "registry",
    "snapshot",
    "wire",
]


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    imports = "; ".join(f"import reconciler.platform.{name}" for name in MODULES)
    code = (
        f"import sys; {imports}; "
        "heavy = {'anthropic', 'httpx2', 'git', 'filelock', 'deepdiff'} & set(sys.modules); "
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

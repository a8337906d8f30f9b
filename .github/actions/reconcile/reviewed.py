"""`pull=` and `run=`: the pull request whose merge made this commit, and the run with its plan."""

import os
import sys

from reconciler.platform.errors import PlatformError
from reconciler.platform.github import github_access
from reconciler.platform.github_runs import merged_pull, plan_run
from reconciler.render.lines import line, plain

try:
    access = github_access(os.environ)
    merged = merged_pull(access, os.environ["GITHUB_SHA"], os.environ["GITHUB_REF_NAME"])
    run = plan_run(access, sys.argv[1], merged.head) if merged else None
except PlatformError as failure:
    sys.exit(plain([line(f"{failure.message}: {failure.hint}")]))
print(f"pull={merged.number if merged else ''}\nrun={run or ''}")

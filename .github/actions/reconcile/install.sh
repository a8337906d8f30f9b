# The version of reconcile that this action is part of, in an environment of its own.
set -euo pipefail

venv=$RUNNER_TEMP/reconcile/venv
if [[ ! -x $venv/bin/reconcile ]]; then # another step of this job may have made it
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH/../../..[all]"
fi
"$venv/bin/reconcile" --version

# What every command of this action begins with. Read by the other scripts.
set -euo pipefail

work=$RUNNER_TEMP/reconcile # nothing of it is part of the checkout
PATH=$work/venv/bin:$PATH
there=(--project-dir "$PROJECT_DIR")
options=("${there[@]}" --target "$TARGET")
manifest=$PROJECT_DIR/reconcile.yaml
mkdir -p "$work"

# A setting that the repository doesn't have arrives as an empty text.
for name in ${!ANTHROPIC_@} ${!NTRO_@} ${!RECONCILE_@}; do
  [[ -n ${!name} ]] || unset "$name"
done

# Workload identity: no key is kept anywhere, the runner's own token is exchanged for a short one.
if [[ -n ${ANTHROPIC_FEDERATION_RULE_ID:-} && -n ${ACTIONS_ID_TOKEN_REQUEST_URL:-} ]]; then
  (umask 077 && python "$GITHUB_ACTION_PATH/identity.py" >"$work/identity")
  export ANTHROPIC_IDENTITY_TOKEN_FILE=$work/identity
fi

has_access() { # whether the target can be read at all: the embedded platform needs no key
  [[ $TARGET == sandbox || -n ${ANTHROPIC_API_KEY:-}${ANTHROPIC_AUTH_TOKEN:-} ||
    -n ${ANTHROPIC_IDENTITY_TOKEN_FILE:-} ]]
}

login() { # the checkout keeps no token, so that no other step finds one: git gets it here alone
  [[ $GITHUB_SERVER_URL == https://* ]] || return 0
  local secret
  secret=$(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')
  echo "::add-mask::$secret"
  export GIT_CONFIG_COUNT=1
  export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
  export GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $secret"
}

embed() { # bring the embedded platform to what a commit says; runners share nothing
  [[ $TARGET == sandbox ]] || return 0
  git show "$1:./$manifest" >"$work/of-the-commit.yaml" 2>/dev/null || return 0 # no project yet
  git worktree add --quiet --detach "$work/commit" "$1"
  [[ ! -d $PROJECT_DIR/.reconcile ]] || mv "$PROJECT_DIR/.reconcile" "$work/commit/$PROJECT_DIR/"
  echo "The embedded platform, as of $1:"
  reconcile apply --yes --target sandbox --project-dir "$work/commit/$PROJECT_DIR"
  mv "$work/commit/$PROJECT_DIR/.reconcile" "$PROJECT_DIR/"
  git worktree remove --force "$work/commit"
}

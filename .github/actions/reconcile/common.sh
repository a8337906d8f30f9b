# What every command of this action begins with. Read by the other scripts.
set -euo pipefail

PATH=$RUNNER_TEMP/reconcile/venv/bin:$PATH
artifact=reconcile-plan-$TARGET # a repository may hold several projects, and a job several targets
[[ $PROJECT_DIR == . ]] || artifact+=-${PROJECT_DIR//[^[:alnum:]._-]/-}
work=$RUNNER_TEMP/reconcile/$artifact # nothing of it is part of the checkout
there=(--project-dir "$PROJECT_DIR")
options=("${there[@]}" --target "$TARGET")
manifest=$PROJECT_DIR/reconcile.yaml lock=$PROJECT_DIR/reconcile.$TARGET.lock
mkdir -p "$work"
if [[ ! -f $manifest ]]; then # one of a folder above would be judged by no rules of the base
  echo "project-dir: $PROJECT_DIR holds no reconcile.yaml; name the folder that does" >&2
  exit 1
fi

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
  # An empty header first: of two logins, should the checkout have kept one, GitHub takes none.
  export GIT_CONFIG_COUNT=2
  export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0=
  export GIT_CONFIG_KEY_1=$GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_1="AUTHORIZATION: basic $secret"
}

newest_lock() { # that of an earlier merge may have come back to the branch since this run began
  login
  git fetch --quiet origin "refs/heads/$GITHUB_REF_NAME"
  if git show "FETCH_HEAD:./$lock" >"$work/newest" 2>/dev/null; then
    cp "$work/newest" "$lock"
  fi
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

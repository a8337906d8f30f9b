# On a pull request: check the folders, plan, comment.
source "$GITHUB_ACTION_PATH/common.sh"

without_plan() { # the comment that is there was made for an older commit
  [[ $FORK == true ]] || reconcile comment "${options[@]}" --pr "$PULL" --no-plan || true
  exit "$1"
}

reconcile validate --format github "${there[@]}" || without_plan "$?"

# What is checked out is, as a rule, the branch merged into the newest base.
base=$BASE_SHA
if [[ $(git rev-parse --quiet --verify 'HEAD^2') == "$HEAD_SHA" ]]; then
  base=$(git rev-parse 'HEAD^1')
fi
has_base() { git cat-file -e "$base^{commit}" 2>/dev/null; }

rules=()
read_rules() { # no change lifts the rules that it is judged by
  if git show "$base:./$manifest" >"$work/rules.yaml" 2>/dev/null; then
    rules=(--policy "$work/rules.yaml")
  fi
}

# Whoever sends a pull request from a fork gets no key, and nothing is asked on their behalf.
if [[ $FORK == true ]] || ! has_access; then
  echo "No key is at hand: the folders are compared with the lock alone."
  if ! has_base; then
    echo "The rules of $base are not in this clone: check out with \`fetch-depth: 0\`" >&2
    exit 1
  fi
  read_rules
  GITHUB_STEP_SUMMARY='' reconcile plan --offline --format markdown "${options[@]}" "${rules[@]}" |
    tee -a "$GITHUB_STEP_SUMMARY"
  exit
fi

login
has_base || git fetch --quiet --depth=1 origin "$base"
embed "$base"
read_rules

mkdir -p "$work/plan"
echo "artifact=$artifact" >>"$GITHUB_OUTPUT"
plan=$work/plan/plan.json
status=0
reconcile plan "${options[@]}" "${rules[@]}" --changed-since "$base" \
  --format markdown --out "$plan" || status=$?
[[ -f $plan ]] || without_plan "$status"
reconcile comment "${options[@]}" --pr "$PULL" --plan "$plan" --head "$HEAD_SHA" \
  --changed-since "$base"

# What is held back since it was edited outside is in the comment, and stops no other change.
held=5
if ((status == held)) && python "$GITHUB_ACTION_PATH/without_errors.py" "$plan"; then
  status=0
fi
[[ $TARGET != sandbox ]] || cp -R "$PROJECT_DIR/.reconcile" "$work/plan/embedded"
exit "$status"

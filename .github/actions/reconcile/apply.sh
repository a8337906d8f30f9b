# After a merge: carry out what was reviewed and nothing else, commit the lock, say what is left.
source "$GITHUB_ACTION_PATH/common.sh"

# The apply of another target, earlier in the job, left the branch.
git symbolic-ref --quiet HEAD >/dev/null || git checkout --quiet -B "$GITHUB_REF_NAME"
newest_lock
commit=$GITHUB_SHA
if ((${GITHUB_RUN_ATTEMPT:-1} > 1)) && [[ $TARGET != sandbox ]]; then
  # Started again: what was merged since is not undone, whatever was reviewed for this commit.
  git checkout --quiet --force "$GITHUB_REF_NAME"
  git merge --quiet --ff-only FETCH_HEAD
  commit=$(git rev-parse HEAD)
fi

[[ ! -d $work/plan/embedded ]] || cp -R "$work/plan/embedded" "$PROJECT_DIR/.reconcile"
embed "${BEFORE:-HEAD^1}"

rest=$work/rest.json report=$work/report.json
echo '{"format_version": 1, "kind": "diagnostics"}' >"$report" # nothing was applied yet
status=0
read -ra addresses <<<"$OVERWRITE"
overwrite=("${addresses[@]/#/--overwrite-drift=}")
if [[ -n $DIGEST ]]; then
  reconcile apply "${options[@]}" "${overwrite[@]}" --expect "$DIGEST" --commit \
    --report "$report" || status=$?
elif [[ -f $work/plan/plan.json && -z $OVERWRITE ]]; then
  reconcile apply "$work/plan/plan.json" "${options[@]}" --commit --report "$report" || status=$?
else
  echo "No plan was reviewed for this commit, so nothing is applied."
fi

# Pushing the lock may have brought in what was merged meanwhile, which has a run of its own.
[[ ! -f $lock ]] || cp "$lock" "$work/lock"
git checkout --quiet --detach "$commit"
[[ ! -f $work/lock ]] || cp "$work/lock" "$lock"

# What is left, in full in the summary; it has its digest there.
left=0
reconcile plan "${options[@]}" "${overwrite[@]}" --detailed-exitcode \
  --format markdown --out "$rest" || left=$?
if [[ -n $PULL && -f $rest ]]; then
  reconcile comment "${options[@]}" --pr "$PULL" --plan "$rest" --report "$report"
fi
((status)) || status=$left
changes=2 unreviewed=4
((status != changes)) || status=$unreviewed
exit "$status"

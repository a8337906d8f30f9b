# After a merge: which pull request it was, and which run planned the last commit of its branch.
source "$GITHUB_ACTION_PATH/common.sh"

python "$GITHUB_ACTION_PATH/reviewed.py" "reconcile-plan-$TARGET" >>"$GITHUB_OUTPUT"

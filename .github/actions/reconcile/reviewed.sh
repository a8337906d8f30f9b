# After a merge: which pull request it was, and which run planned the last commit of its branch.
source "$GITHUB_ACTION_PATH/common.sh"

echo "artifact=$artifact" >>"$GITHUB_OUTPUT"
python "$GITHUB_ACTION_PATH/reviewed.py" "$artifact" >>"$GITHUB_OUTPUT"

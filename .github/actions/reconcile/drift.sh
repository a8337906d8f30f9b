# On a schedule: one issue as long as anything was edited outside.
source "$GITHUB_ACTION_PATH/common.sh"

embed HEAD
newest_lock
status=0
reconcile drift "${options[@]}" --issue || status=$?
found=2 # the issue says so
((status == found)) || exit "$status"

#!/bin/bash
# Makes every bad state inside a bed, starts, and prints what came of it, one JSON object a line: state, after, ms, words, as_wanted.
set -u
BATS_TEST_DIRNAME=$(dirname "$(readlink -f "$0")")
# shellcheck source=support.bash
. "$BATS_TEST_DIRNAME/support.bash"
# shellcheck source=bad_states.bash
. "$BATS_TEST_DIRNAME/bad_states.bash"

require_bed || exit 1
install_helper || exit 1
STATE_SHELL=$(readlink /bin/sh)
for name in $BAD_STATES; do
  leave_state
  meet_state "$name" 2>/dev/null
  holds_"$name" >/dev/null 2>&1 && [ "$(result ms)" -lt "${MET_BOUND:-60000}" ] && wanted=true || wanted=false
  jq -nc --arg state "$(state_title "$name")" --arg after "$MET_STATE, $(result code)" --argjson ms "$MET_MS" \
    --arg words "$MET_WORDS" --argjson as_wanted "$wanted" '$ARGS.named'
done
leave_state

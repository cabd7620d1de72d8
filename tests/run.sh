#!/bin/sh
# Builds and runs every test. The tests of the verifier's script and page run while the rest is compiled.
set -eu
cd "$(dirname "$0")/.."

CARGO=${CARGO:-cargo}
PROFILE=${PROFILE:-ci}
BUILT=$PWD/target/$PROFILE
# Most tests wait most of the time: for PostgreSQL, for a process, for a clock.
RUST_TEST_THREADS=${RUST_TEST_THREADS:-4}
export RUST_TEST_THREADS

status=0
mkdir -p target
node --test verifier/test/*.test.mjs >target/node-tests.txt 2>&1 &
script_and_page=$!
trap 'kill "$script_and_page" 2>/dev/null || true' EXIT
# Binaries and tests in one go. A browser in a hurry goes before a compiler.
nice -n 5 "$CARGO" build --locked --profile "$PROFILE" --workspace --bins --tests
wait "$script_and_page" || status=$?
cat target/node-tests.txt

echo "Running the tests, $RUST_TEST_THREADS at a time"
DOORBOOK_BINARIES=$BUILT "$BUILT/doorbook-local" with-stack --no-flush -- \
  "$CARGO" test --locked --profile "$PROFILE" --workspace --no-fail-fast || status=$?
exit "$status"

#!/bin/sh
# Builds what is deployed and what it is compared with, starts a stack, and prints docs/SPEED.md's table.
# QUICK=1 makes everything short; ONLY=check-in, log, sign-in or watchlist leaves all other rows out. The stack ends with this script, however that ends.
set -eu
cd "$(dirname "$0")/../.."

CARGO=${CARGO:-cargo}
LOCAL=${DOORBOOK_LOCAL:-target/ci/doorbook-local}
# A whole run: five minutes of arrivals, a quarter of an hour of the log, and room.
LIMIT_S=2400

echo "Building release binaries with fat LTO (about a minute of CPU each, the first time more) …" >&2
# As they are deployed: the same files, by the same command.
functions="check-in list-visits refuse-unknown-route scan-id sign-in manage-sessions"
[ "${ONLY:-}" != log ] && [ "${ONLY:-}" != watchlist ] || functions=
[ "${ONLY:-}" != sign-in ] || functions="sign-in manage-sessions"
# shellcheck disable=SC2086 # a list of words
[ -z "$functions" ] || CARGO=$CARGO ARCHITECTURE='' python3 infra/build.py $functions >&2
driver=$("$CARGO" build --locked --release -p bench --benches --message-format=json |
  sed -n 's/.*"executable":"\([^"]*speed[^"]*\)".*/\1/p')
DOORBOOK_VERIFY_BENCH=$("$CARGO" build --locked --release -p doorbook-verify --bins --benches --message-format=json |
  sed -n 's/.*"executable":"\([^"]*\/verify-[^"]*\)".*/\1/p')
export DOORBOOK_VERIFY_BENCH
mkdir -p target/bench
rustc --edition 2024 -C opt-level=s -C lto=fat -C codegen-units=1 -C strip=symbols -o target/bench/empty tests/bench/empty.rs

for program in pgbench node npm taskset; do
  command -v "$program" >/dev/null || { echo "make bench needs $program" >&2; exit 1; }
done
(cd tests/bench/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)

echo "Load of this machine: $(cut -d ' ' -f 1-3 /proc/loadavg), $(nproc) processors" >&2
exec timeout --signal=TERM --kill-after=30 "$LIMIT_S" "$LOCAL" with-stack -- "$driver"

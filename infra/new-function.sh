#!/bin/sh
# Starts a function from one that reads: crate, sample event, grants and test under the new name, to be rewritten.
# The template entry and `mod` line are left to the author; the convention tests say what is missing.
set -eu
cd "$(dirname "$0")/.."

new=${1:-}
case $new in
  "" | *[!a-z-]* | -* | *-) echo "usage: make new NAME=expire-invitations (imperative, kebab-case)" >&2; exit 2 ;;
esac
[ ! -e "functions/$new" ] || { echo "functions/$new exists already" >&2; exit 1; }

model=read-visit
snake=$(echo "$new" | tr - _)
cp -r "functions/$model" "functions/$new"
mkdir -p "events/$new"
cp -r "events/$model/." "events/$new/"
cp infra/grants/read_visit.sql "infra/grants/$snake.sql"
cp tests/functions/read_visit.rs "tests/functions/$snake.rs"
find "functions/$new" "events/$new" "infra/grants/$snake.sql" "tests/functions/$snake.rs" -type f \
  -exec sed -i "s/$model/$new/g; s/read_visit/$snake/g" {} +
echo "functions/$new is a copy of $model. Next: its README's contract and failure table, then the names of its tests, then code;"
echo "add it to template.yaml and tests/functions/mod.rs, and run make check and make test."

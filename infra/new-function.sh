#!/bin/sh
# Starts a function from one that reads: crate, sample event, grants and test under the new name, to be rewritten.
# The template entry and `mod` line are left to the author; the convention tests say what is missing.
set -eu
cd "$(dirname "$0")/.."

new=${1:-}
case $new in
  "" | *[!a-z-]* | -* | *-) echo "usage: make new NAME=expire-invitations (imperative, kebab-case)" >&2; exit 2 ;;
esac
area=${2:-}
[ -d "functions/${area:-.none}" ] || { echo "AREA= is one of: $(ls functions | tr '\n' ' ')" >&2; exit 2; }
for old in functions/*/"$new"; do [ ! -e "$old" ] || { echo "$old exists already" >&2; exit 1; }; done

model=read-visit
snake=$(echo "$new" | tr - _)
cp -r "functions/visits/$model" "functions/$area/$new"
mkdir -p "events/$area/$new"
cp -r "events/visits/$model/." "events/$area/$new/"
cp infra/grants/read_visit.sql "infra/grants/$snake.sql"
cp tests/functions/visits/read_visit.rs "tests/functions/$area/$snake.rs"
find "functions/$area/$new" "events/$area/$new" "infra/grants/$snake.sql" "tests/functions/$area/$snake.rs" -type f \
  -exec sed -i "s/$model/$new/g; s/read_visit/$snake/g" {} +
echo "functions/$area/$new is a copy of $model. Next: its README's contract and failure table, then the names of its tests, then code;"
echo "add it to template.yaml and tests/functions/$area/mod.rs, and run make check and make test."

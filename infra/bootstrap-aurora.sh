#!/usr/bin/env bash
# Makes the roles that migrations need in a new Aurora cluster, by bootstrap.sql, without a machine inside its network.
# Usage: infra/bootstrap-aurora.sh <stack name>      (running it again changes nothing)
# With --print it only prints the statements, each followed by a line of four dashes.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"

# The Data API takes one statement a call. A statement ends with a semicolon at the end of a line outside $$ … $$.
statements() {
  awk '
    /^[[:space:]]*(--|$)/ && text == "" { next }
    { text = text $0 "\n"; marks += gsub(/\$\$/, "$$") }
    /;[[:space:]]*$/ && marks % 2 == 0 { printf "%s----\n", text; text = ""; marks = 0 }
  ' "$here/bootstrap.sql"
  # The migrator signs in with IAM tokens, and lets the roles that it makes do so too.
  printf 'GRANT rds_iam TO doorbook_migrator WITH ADMIN OPTION;\n----\n'
}

if [ "${1:-}" = --print ]; then
  statements
  exit
fi
stack="${1:?usage: infra/bootstrap-aurora.sh <stack name>}"

cluster="$(aws cloudformation describe-stacks --stack-name "$stack" --output text \
  --query "Stacks[0].Outputs[?OutputKey=='DatabaseCluster'].OutputValue")"
secret="$(aws rds describe-db-clusters --db-cluster-identifier "$cluster" --output text \
  --query 'DBClusters[0].MasterUserSecret.SecretArn')"

# The Data API is a second door to the database, so it is open only as long as this runs.
aws rds enable-http-endpoint --resource-arn "$cluster" > /dev/null
trap 'aws rds disable-http-endpoint --resource-arn "$cluster" > /dev/null' EXIT

while IFS= read -r -d '' statement; do
  aws rds-data execute-statement --resource-arn "$cluster" --secret-arn "$secret" --database doorbook \
    --sql "$statement" > /dev/null
done < <(statements | awk 'BEGIN { ORS = "" } $0 == "----" { printf "%c", 0; next } { print $0 "\n" }')
echo "doorbook_owner and doorbook_migrator are ready in $cluster"

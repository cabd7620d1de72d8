#!/bin/sh
# Installs what the local stack stands on: a PostgreSQL server, Node for the verifier, and tesseract, which reads text in
# the place of Textract.
# With --python also Python's venv, for the linters and the API tester; with --browser Chromium and npm, which the tests
# of the verifier's page drive; with --archivers the programs that the verifier's tests unpack bundles with. Nothing else
# needs them.
# Running it again does nothing. What apt says goes to .local/install.log.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
log="$root/.local/install.log"
oldest_postgres=15
oldest_node=18
free_kb_min=3145728

say() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

refuse_what_cannot_work() {
  command -v cargo > /dev/null || fail "cargo is missing: install the Rust toolchain that rust-toolchain.toml names"
  mkdir -p "$root/.local" || fail "cannot write to $root"
  free_kb=$(df -Pk "$root" | awk 'NR == 2 { print $4 }')
  [ "$free_kb" -ge "$free_kb_min" ] || fail "less than 3 GB is free at $root"
}

newest_postgres() {
  ls -d /usr/lib/postgresql/*/bin/postgres 2> /dev/null | awk -F/ '{ print $5 }' | sort -n | tail -1
}

has_postgres() { [ "$(newest_postgres || true)" -ge "$oldest_postgres" ] 2> /dev/null; }

# The verifier's script runs under it.
has_node() { [ "$(node --version 2> /dev/null | sed 's/^v//; s/\..*//')" -ge "$oldest_node" ] 2> /dev/null; }

# English is all that the stand-in reads.
has_tesseract() { tesseract --list-langs 2> /dev/null | grep -qx eng; }

wants_browser=false
wants_python=false
wants_archivers=false
for option in "$@"; do
  case "$option" in
    --browser) wants_browser=true ;;
    --python) wants_python=true ;;
    --archivers) wants_archivers=true ;;
    *) fail "there is no option $option" ;;
  esac
done

# Nothing is missing of what is not wanted.
has_python() { ! $wants_python || python3 -c 'import ensurepip, venv' 2> /dev/null; }

has_chromium() { ! $wants_browser || [ -x /usr/bin/chromium ]; }

has_npm() { ! $wants_browser || command -v npm > /dev/null; }

has_archivers() {
  ! $wants_archivers || { command -v python3 && command -v unzip && command -v bsdtar && command -v 7z; } > /dev/null
}

apt_install() {
  command -v apt-get > /dev/null || fail "there is no apt-get: install PostgreSQL $oldest_postgres or later, and $*, by hand"
  [ "$(id -u)" -eq 0 ] || command -v sudo > /dev/null || fail "root or sudo is needed to install: $*"
  say "installing $* (apt)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >> "$log" 2>&1 ||
    fail "apt-get could not install $*; see $log"
}

# Debian's package makes a cluster and starts it, unless it is told not to. The local stack makes its own.
install_postgres() {
  settings=/etc/postgresql-common/createcluster.conf
  apt_install postgresql-common
  as_root cp -p "$settings" "$settings.before-doorbook"
  as_root sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' "$settings"
  status=0
  (apt_install postgresql) || status=$?
  as_root mv "$settings.before-doorbook" "$settings"
  [ "$status" -eq 0 ] || exit "$status"
  has_postgres || fail "PostgreSQL $(newest_postgres) is what this system offers; $oldest_postgres or later is needed"
}

refuse_what_cannot_work
if ! has_postgres || ! has_python || ! has_node || ! has_tesseract || ! has_chromium || ! has_npm || ! has_archivers; then
  : > "$log"
  command -v apt-get > /dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo > /dev/null; } &&
    { as_root apt-get update -q >> "$log" 2>&1 || fail "apt-get update failed; see $log"; }
fi
has_postgres || install_postgres
has_python || apt_install python3-venv
has_node || apt_install nodejs
has_tesseract || apt_install tesseract-ocr tesseract-ocr-eng
has_chromium || apt_install chromium
has_npm || apt_install npm
has_archivers || apt_install python3 unzip libarchive-tools p7zip-full
has_node || fail "node $(node --version 2> /dev/null) is what this system offers; $oldest_node or later is needed"
say "PostgreSQL $(newest_postgres) and Node $(node --version) are here"

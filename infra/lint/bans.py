"""Refuses crates that must not be in the tree, direct use of clients that `shared` wraps, and features for tests alone.

`deny.toml` says the same to cargo-deny where that is installed; this needs nothing but cargo.
"""

import json
import subprocess
import sys

# Crate: why it is banned. A version prefix limits the ban.
BANNED = {
    ("ring", ""): "cryptography comes from aws-lc-rs alone",
    ("openssl", ""): "TLS comes from rustls with aws-lc-rs alone",
    ("openssl-sys", ""): "TLS comes from rustls with aws-lc-rs alone",
    ("native-tls", ""): "TLS comes from rustls with aws-lc-rs alone",
    ("rustls", "0.21."): "a second TLS stack",
    ("hyper", "0.14."): "a second HTTP stack",
}
# Who may depend on a client directly: nothing queries past `with_tenant`.
WRAPPED = {
    "tokio-postgres",
    "tokio-postgres-rustls",
    "aws-sdk-kms",
    "aws-sdk-s3",
    "aws-sdk-secretsmanager",
    "aws-sdk-sesv2",
    "aws-sdk-sqs",
}
MAY_USE_CLIENTS = {"bench", "doorbook-local", "shared", "tests"}
REGISTRY = "registry+"


def cargo(*arguments):
    """Returns what cargo prints; the lockfile must not change."""
    return subprocess.run(["cargo", *arguments, "--locked"], check=True, capture_output=True, text=True).stdout


def banned(tree):
    """Yields one line for each banned crate that is built for any target with any feature."""
    for line in tree.splitlines():
        name, _, version = line.partition(" v")
        for (wanted, prefix), why in BANNED.items():
            if name == wanted and version.startswith(prefix):
                yield f"{name} {version} is in the tree: {why}"


def features(edges):
    """Returns what `cargo build --workspace` builds along these edges, each crate with its features."""
    tree = cargo("tree", "--workspace", "--edges", edges, "--prefix", "none", "--format", "{p}|{f}")
    # cargo marks what it printed before.
    return {line.removesuffix(" (*)") for line in tree.splitlines()}


def divided():
    """Yields one line for each crate that is built once more for tests, because a dev-dependency changes its features."""
    built, tested = features("normal,build"), features("normal,build,dev")
    names = {line.partition("|")[0] for line in built}
    for line in tested - built:
        name, _, its = line.partition("|")
        if name in names:
            yield f"{name} is built a second time for tests, with the features {its}: see tests/Cargo.toml"


def misplaced(metadata):
    """Yields one line for each client that is used past `shared`, and each foreign source."""
    members = set(metadata["workspace_members"])
    for package in metadata["packages"]:
        name, version = package["name"], package["version"]
        if package["id"] in members:
            if name not in MAY_USE_CLIENTS:
                direct = {dependency["name"] for dependency in package["dependencies"]}
                for client in sorted(direct & WRAPPED):
                    yield f"{name} depends on {client}: shared wraps it"
        elif not package["source"].startswith(REGISTRY):
            yield f"{name} {version} comes from {package['source']}: only the package registry is a source"


def main():
    """Exits 1 and names every fault."""
    everything = ["--workspace", "--all-features", "--target", "all", "--edges", "all", "--prefix", "none", "--format", "{p}"]
    metadata = json.loads(cargo("metadata", "--format-version", "1"))
    found = sorted({*banned(cargo("tree", *everything)), *divided(), *misplaced(metadata)})
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"bans: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

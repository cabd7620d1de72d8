"""Builds what is deployed: `target/lambda/FUNCTION/bootstrap`, each with the features that it names and no more.

Cargo gives all that one command builds the features that any part of it asks for. So only functions whose whole trees
agree are built by one command; within it they are compiled side by side.

    python3 infra/build.py [FUNCTION…]      these, or all of them

ARCHITECTURE=x86_64 or arm64 builds for that processor; without it, for this machine's own.
"""

import os
import pathlib
import platform
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAID_OUT = ROOT / "target" / "lambda"
CARGO = os.environ.get("CARGO", "cargo")
# Architecture, as the template names it: Rust's target, and the prefix of a C compiler and linker for it.
TARGETS = {
    "x86_64": ("x86_64-unknown-linux-gnu", "x86_64-linux-gnu-"),
    "arm64": ("aarch64-unknown-linux-gnu", "aarch64-linux-gnu-"),
}


class Refusal(Exception):
    """Why nothing is built, in a line for the person who asked."""


def own_architecture():
    """Returns this machine's architecture by the template's name."""
    return {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())


def has_target(target):
    """Says whether Rust's standard library is installed for a target."""
    asked = subprocess.run(["rustc", "--print", "target-libdir", "--target", target], cwd=ROOT, capture_output=True, text=True)
    return asked.returncode == 0 and pathlib.Path(asked.stdout.strip()).is_dir()


def cross(wanted, own, is_installed=has_target, find=shutil.which):
    """Returns the target to build for, or None for this machine's own, and what the build must be told for it."""
    if wanted in ("", own):
        return None, {}
    if wanted not in TARGETS:
        raise Refusal(f"ARCHITECTURE={wanted}: there are {' and '.join(TARGETS)}")
    target, prefix = TARGETS[wanted]
    if not is_installed(target):
        raise Refusal(f"ARCHITECTURE={wanted} needs Rust's target {target}: rustup target add {target}")
    snake = target.replace("-", "_")
    linker, compiler = f"CARGO_TARGET_{snake.upper()}_LINKER", f"CC_{snake}"
    told = {name: os.environ.get(name) or find(f"{prefix}gcc") for name in (linker, compiler)}
    if None in told.values():
        raise Refusal(f"ARCHITECTURE={wanted} needs {prefix}gcc; or name another in {linker} and {compiler}")
    return target, told


def tree(function, target):
    """Returns each crate that a function is built from, with the features that it has there."""
    command = [CARGO, "tree", "--locked", "--package", function, "--edges", "normal,build", "--prefix", "none", "--format", "{p}|{f}"]
    listed = subprocess.run(command + of(target), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    crates = {}
    for line in listed.splitlines():
        # cargo marks what it printed before. A crate may be there twice: for the function and for its build scripts.
        crate, _, features = line.removesuffix(" (*)").partition("|")
        crates.setdefault(crate, set()).add(features)
    return crates


def of(target):
    """Returns the arguments that name a target."""
    return ["--target", target] if target else []


def groups(trees):
    """Puts functions together whose trees give every common crate the same features; keeps their order."""
    found = []
    for function, crates in trees.items():
        for functions, united in found:
            if all(united.get(crate, features) == features for crate, features in crates.items()):
                functions.append(function)
                united.update(crates)
                break
        else:
            found.append(([function], dict(crates)))
    return [functions for functions, _ in found]


def build(functions, target, told):
    """Builds functions by one command and lays their binaries out."""
    named = [word for function in functions for word in ("--package", function, "--bin", function)]
    subprocess.run([CARGO, "build", "--locked", "--release", *named, *of(target)], cwd=ROOT, check=True, env=os.environ | told)
    for function in functions:
        folder = LAID_OUT / function
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "target" / (target or "") / "release" / function, folder / "bootstrap")


def main(asked):
    """Builds the functions that are named, or all, and says how large they are."""
    known = sorted(manifest.parent.name for manifest in ROOT.glob("functions/*/*/Cargo.toml"))
    for function in asked:
        if function not in known:
            raise Refusal(f"there is no function {function}")
    target, told = cross(os.environ.get("ARCHITECTURE", ""), own_architecture())
    functions = asked or known
    together = groups({function: tree(function, target) for function in functions})
    for number, group in enumerate(together, 1):
        print(f"build {number} of {len(together)}: {' '.join(group)}", file=sys.stderr)
        build(group, target, told)
    for function in functions:
        print(f"{(LAID_OUT / function / 'bootstrap').stat().st_size / 1e6:6.2f} MB  {function}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refusal as refusal:
        sys.exit(str(refusal))
    except subprocess.CalledProcessError as failure:
        sys.exit(failure.returncode)

//! What is built is what the lockfile says, everywhere (promise R5).

use super::wiring::{Checked, read};

#[test]
fn no_command_of_the_makefile_may_change_the_lockfile() -> Checked {
    let verbs = ["bench", "build", "clippy", "doc", "run", "test", "tree"];
    let calls =
        verbs.map(|verb| [format!("$(CARGO) {verb} "), format!("\"$CARGO\" {verb} "), format!("CARGO, \"{verb}\"")]);
    for file in ["Makefile", "infra/build.py", "tests/run.sh", "tests/bench/run.sh"] {
        let text = read(file)?;
        let builds = text.lines().filter(|line| calls.iter().flatten().any(|call| line.contains(call)));
        let (locked, free): (Vec<_>, Vec<_>) = builds.partition(|line| line.contains("--locked"));
        assert!(!locked.is_empty() && free.is_empty(), "{file}: without --locked: {free:?}");
    }
    Ok(())
}

#[test]
fn every_crate_is_ours_or_pinned_by_its_checksum() -> Checked {
    let lockfile = read("Cargo.lock")?;
    for package in lockfile.split("[[package]]").skip(1) {
        let name = package.lines().find_map(|line| line.strip_prefix("name = ")).unwrap_or_default();
        let source = package.lines().find_map(|line| line.strip_prefix("source = ")).unwrap_or_default();
        assert!(!source.contains("git+"), "{name} comes from a repository, not from a registry");
        assert!(source.is_empty() || package.contains("\nchecksum = "), "{name} has no checksum");
    }
    Ok(())
}

//! What is built is what the lockfile says, everywhere (promise R5).

use super::wiring::{Checked, read};

#[test]
fn no_command_of_the_makefile_may_change_the_lockfile() -> Checked {
    let makefile = read("Makefile")?;
    let builds = ["build", "test", "clippy", "doc", "run"].map(|verb| format!("$(CARGO) {verb} "));
    let free: Vec<_> = makefile
        .lines()
        .filter(|line| builds.iter().any(|build| line.contains(build)) && !line.contains("--locked"))
        .collect();
    assert!(free.is_empty(), "without --locked: {free:?}");
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

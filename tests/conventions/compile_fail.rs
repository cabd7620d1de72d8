//! What the types forbid, seen not to compile, each for its own reason; beside them what is allowed, which compiles.
//!
//! rustc is asked directly, with the libraries that this test itself was built from: nothing is built a second time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Compiles one case against a library `shared`; gives what rustc says when it does not compile.
fn compile(case: &Path, shared: &Path) -> Result<(), String> {
    let libraries = shared.parent().expect("a directory");
    let output = Command::new("rustc")
        .args(["--edition", "2024", "--crate-type", "bin", "--emit", "metadata"])
        // rustc puts its output in the place of what it is told: to root, /dev/null would be a file from then on.
        .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")])
        .arg("-L")
        .arg(format!("dependency={}", libraries.display()))
        .arg("--extern")
        .arg(format!("shared={}", shared.display()))
        .arg(case)
        .output()
        .expect("rustc runs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Libraries of this name, oldest first. Builds with other features leave several.
fn candidates(libraries: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(libraries)
        .expect("the directory of dependencies")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(prefix) && name.ends_with(".rlib")
        })
        .collect();
    found.sort_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).expect("a time"));
    found
}

#[test]
fn what_has_no_tenant_no_transaction_or_no_seal_does_not_compile() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("compile_fail");
    let this = std::env::current_exe().expect("a path");
    let libraries = this.parent().expect("a directory");
    let allowed = cases.join("the_allowed_way.rs");
    let shared = candidates(libraries, "libshared-").into_iter().rev().find(|shared| compile(&allowed, shared).is_ok());
    let shared = shared.expect("the allowed way compiles with the library of this build");

    let mut forbidden = 0;
    for case in
        fs::read_dir(&cases).expect("the cases").flatten().map(|entry| entry.path()).filter(|case| *case != allowed)
    {
        let text = fs::read_to_string(&case).expect("a case");
        let expected =
            text.lines().next().and_then(|line| line.strip_prefix("//! ")).and_then(|line| line.split(':').next());
        let said = compile(&case, &shared).expect_err(&format!("{} compiles", case.display()));
        let expected = expected.expect("a case names its error");
        assert!(said.contains(&format!("error[{expected}]")), "{}: not {expected} but {said}", case.display());
        assert!(said.contains("1 previous error") || said.matches("error[").count() == 1, "{}: {said}", case.display());
        forbidden += 1;
    }
    assert!(forbidden >= 8, "{forbidden} cases");
}

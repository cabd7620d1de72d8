//! Finds the functions, and the descriptions of their operations, so that no test has to list them.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    path::Path,
};

fn main() -> io::Result<()> {
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("..");
    writeln!(io::stdout(), "cargo::rerun-if-changed={}", root.join("functions").display())?;
    let mut crates = BTreeSet::new();
    for area in names(&root.join("functions"))? {
        crates.extend(names(&root.join("functions").join(&area))?);
    }
    let calls: String =
        crates.iter().map(|name| format!("        {}::function(),\n", name.replace('-', "_"))).collect();
    let code = format!("/// All of them.\npub(super) fn all() -> Vec<Function> {{\n    vec![\n{calls}    ]\n}}\n");
    let out = variable("OUT_DIR")?;
    fs::write(Path::new(&out).join("functions.rs"), code)?;
    fs::write(Path::new(&out).join("operations.rs"), operations(&root.join("tests/openapi/operations"))?)
}

/// A module for each file of a folder, and one function that calls all of them.
fn operations(folder: &Path) -> io::Result<String> {
    let folder = folder.canonicalize()?;
    writeln!(io::stdout(), "cargo::rerun-if-changed={}", folder.display())?;
    let (mut modules, mut calls) = (String::new(), String::new());
    for file in BTreeSet::from_iter(names(&folder)?) {
        let module = file.trim_end_matches(".rs");
        modules.push_str(&format!("#[path = {:?}]\nmod {module};\n", folder.join(&file)));
        calls.push_str(&format!("    operations.extend({module}::all(schemas));\n"));
    }
    let all = "/// All of them.\npub(super) fn all(schemas: &mut document::Schemas) -> Vec<document::Operation> {\n    let mut operations = Vec::new();\n";
    Ok(format!("{modules}\n{all}{calls}    operations\n}}\n"))
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[expect(clippy::disallowed_methods, reason = "Cargo tells a build script by the environment")]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

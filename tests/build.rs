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
    let names: String = crates.iter().map(|name| format!("    {}::function,\n", name.replace('-', "_"))).collect();
    let all = "/// All of them.\npub(super) fn all() -> Vec<Function> {\n    FUNCTIONS.iter().map(|function| function()).collect()\n}";
    let code = format!("const FUNCTIONS: [fn() -> Function; {}] = [\n{names}];\n\n{all}\n", crates.len());
    let out = variable("OUT_DIR")?;
    fs::write(Path::new(&out).join("functions.rs"), code)?;
    fs::write(Path::new(&out).join("operations.rs"), operations(&root.join("tests/openapi/operations"))?)
}

/// A module for each file of a folder, and a list of what they tell.
fn operations(folder: &Path) -> io::Result<String> {
    let folder = folder.canonicalize()?;
    writeln!(io::stdout(), "cargo::rerun-if-changed={}", folder.display())?;
    let files = BTreeSet::from_iter(names(&folder)?);
    let (mut modules, mut parts) = (String::new(), String::new());
    for file in &files {
        let module = file.trim_end_matches(".rs");
        modules.push_str(&format!("#[path = {:?}]\nmod {module};\n", folder.join(file)));
        parts.push_str(&format!("    {module}::all,\n"));
    }
    let part = "fn(&mut document::Schemas) -> Vec<document::Operation>";
    let list = format!("const PARTS: [{part}; {}] = [\n{parts}];\n", files.len());
    let all = "/// All of them.\npub(super) fn all(schemas: &mut document::Schemas) -> Vec<document::Operation> {\n    PARTS.iter().flat_map(|part| part(schemas)).collect()\n}\n";
    Ok(format!("{modules}\n{list}\n{all}"))
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[expect(clippy::disallowed_methods, reason = "Cargo tells a build script by the environment")]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

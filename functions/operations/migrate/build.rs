//! Puts every file of `infra/migrations` and `infra/grants` into the binary, so that a deployment is one file.

use std::{
    env,
    fs::{self, DirEntry},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let infra = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../../infra");
    let mut code = String::new();
    for (name, folder) in [("MIGRATIONS", "migrations"), ("GRANTS", "grants")] {
        let folder = infra.join(folder).canonicalize()?;
        writeln!(io::stdout(), "cargo::rerun-if-changed={}", folder.display())?;
        code.push_str(&format!("const {name}: &[(&str, &str)] = &[\n"));
        for file in sql_files(&folder)? {
            let name = file.file_name().unwrap_or_default();
            code.push_str(&format!("    ({name:?}, include_str!({file:?})),\n"));
        }
        code.push_str("];\n");
    }
    fs::write(Path::new(&variable("OUT_DIR")?).join("scripts.rs"), code)
}

#[expect(clippy::disallowed_methods, reason = "Cargo tells a build script by the environment")]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

fn sql_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry: io::Result<DirEntry>| Ok(entry?.path()));
    let mut files = paths.collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

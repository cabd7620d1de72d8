//! Where the scripts come from.

use std::{fs, path::Path};

use shared::{Error, Result, migration::Script};

include!(concat!(env!("OUT_DIR"), "/scripts.rs"));

/// Migrations and grants, each in the order of their names.
#[derive(Clone, Debug)]
pub struct Scripts {
    /// What the schema is made by.
    pub migrations: Vec<Script>,
    /// What the functions' roles may do.
    pub grants: Vec<Script>,
}

impl Scripts {
    /// Those that are part of this binary.
    #[must_use]
    pub fn embedded() -> Self {
        let scripts = |files: &[(&'static str, &'static str)]| {
            files.iter().map(|(name, sql)| Script { name: (*name).to_owned(), sql: (*sql).into() }).collect()
        };
        Self { migrations: scripts(MIGRATIONS), grants: scripts(GRANTS) }
    }

    /// Those of the folders `migrations` and `grants`, as they are now.
    ///
    /// # Errors
    /// [`Error::Internal`] when a file cannot be read.
    pub fn of_folder(infra: &Path) -> Result<Self> {
        Ok(Self { migrations: read_folder(&infra.join("migrations"))?, grants: read_folder(&infra.join("grants"))? })
    }
}

fn read_folder(folder: &Path) -> Result<Vec<Script>> {
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::internal)? {
        let path = entry.map_err(Error::internal)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            scripts.push(Script { name, sql: fs::read_to_string(&path).map_err(Error::internal)?.into() });
        }
    }
    scripts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(scripts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folders_is_in_the_binary() {
        let infra = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../infra");
        let (embedded, found) = (Scripts::embedded(), Scripts::of_folder(&infra).unwrap());
        let texts = |scripts: &[Script]| {
            scripts.iter().map(|script| (script.name.clone(), script.sql.clone())).collect::<Vec<_>>()
        };
        assert!(!embedded.migrations.is_empty() && !embedded.grants.is_empty());
        assert_eq!(texts(&embedded.migrations), texts(&found.migrations));
        assert_eq!(texts(&embedded.grants), texts(&found.grants));
    }
}

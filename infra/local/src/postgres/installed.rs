//! Which PostgreSQL server is installed, and as which user it may run.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::process::{self, Orphan, User};

/// The oldest major version that the migrations run on.
const OLDEST_MAJOR: u32 = 15;
/// Where Debian keeps one directory for each major version.
const DEBIAN_ROOT: &str = "/usr/lib/postgresql";

/// The server binaries of one PostgreSQL version.
#[derive(Clone, Debug)]
pub struct Installation {
    bin: PathBuf,
    user: Option<User>,
}

impl Installation {
    /// Finds the newest server that is new enough; as root it will run as `postgres`, since the server refuses root.
    ///
    /// # Errors
    /// When none is installed, all are too old, or root has no `postgres` user to run it as.
    pub async fn find() -> Result<Self> {
        let bin = newest(Path::new(DEBIAN_ROOT))?;
        let user = if rustix::process::geteuid().is_root() { Some(postgres_user().await?) } else { None };
        Ok(Self { bin, user })
    }

    /// The path of one of its programs.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The user that its processes run as, when not as ourselves.
    #[must_use]
    pub fn user(&self) -> Option<User> {
        self.user
    }
}

fn newest(root: &Path) -> Result<PathBuf> {
    let mut versions: Vec<u32> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("bin/postgres").exists())
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    match versions.last() {
        None => Err(Error::stack(format!("no PostgreSQL server in {}; run infra/local/install.sh", root.display()))),
        Some(version) if *version < OLDEST_MAJOR => Err(Error::stack(format!(
            "PostgreSQL {version} is too old; {OLDEST_MAJOR} or later is needed; run infra/local/install.sh"
        ))),
        Some(version) => Ok(root.join(version.to_string()).join("bin")),
    }
}

async fn postgres_user() -> Result<User> {
    let missing = |_| {
        Error::stack("root cannot run PostgreSQL itself and there is no user `postgres`; run infra/local/install.sh")
    };
    let ask = async |flag: &str| {
        let mut command = process::command("id", None, Orphan::Kill);
        let answer = process::output(command.args([flag, "postgres"]), "id").await.map_err(missing)?;
        answer.trim().parse().map_err(|_| Error::stack("`id` answered no number"))
    };
    Ok(User { uid: ask("-u").await?, gid: ask("-g").await? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_with(versions: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("doorbook-installed-{}", crate::machine::id()));
        for version in versions {
            let bin = root.join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            std::fs::write(bin.join("postgres"), "").unwrap();
        }
        root
    }

    #[test]
    fn the_newest_version_is_taken_by_number() {
        let root = root_with(&["9", "15", "17"]);
        assert_eq!(newest(&root).unwrap(), root.join("17/bin"));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_old_version_is_named_in_one_line() {
        let root = root_with(&["13", "14"]);
        let line = newest(&root).unwrap_err().to_string();
        assert!(line.starts_with("PostgreSQL 14 is too old; 15 or later"), "{line}");
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn no_version_names_the_installer() {
        let line = newest(Path::new("/nonexistent")).unwrap_err().to_string();
        assert!(line.contains("install.sh"), "{line}");
    }
}

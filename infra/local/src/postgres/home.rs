//! The directory of a cluster: where it is wanted or, if the server's user cannot go there, beside the other
//! temporary files with a link in the wanted place.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::installed::Installation;
use crate::error::{Error, Result};
use crate::machine;
use crate::process::{self, Orphan};

/// Makes the directory, empty. A clone below `/root` is closed to the user that the server must run as.
pub(super) async fn prepare(wanted: &Path, installation: &Installation) -> Result<PathBuf> {
    remove(wanted)?;
    let parent = wanted.parent().unwrap_or(wanted);
    machine::make_private_directory(parent)?;
    if installation.user().is_none() {
        machine::make_private_directory(wanted)?;
        return Ok(wanted.to_owned());
    }
    // Others may pass through to what is theirs; they cannot list, and each file has its own mode.
    std::fs::set_permissions(parent, PermissionsExt::from_mode(0o711))
        .map_err(Error::io("cannot open the way for `postgres`"))?;
    if can_enter(parent, installation).await {
        machine::make_private_directory(wanted)?;
        return Ok(wanted.to_owned());
    }
    let elsewhere = temporary(installation).await?.join(format!("doorbook-postgres-{}", machine::id()));
    machine::make_private_directory(&elsewhere)?;
    symlink(&elsewhere, wanted).map_err(Error::io(format!("cannot link {}", wanted.display())))?;
    Ok(elsewhere)
}

/// The first directory for temporary files that the server's user can enter; a session may have one of its own.
async fn temporary(installation: &Installation) -> Result<PathBuf> {
    for candidate in [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")] {
        if can_enter(&candidate, installation).await {
            return Ok(candidate);
        }
    }
    Err(Error::stack("the user `postgres` can enter no directory for temporary files"))
}

/// Removes the directory and, where it is a link, what it leads to.
pub(super) fn remove(directory: &Path) -> Result<()> {
    let refused = || format!("cannot remove {}", directory.display());
    if let Ok(target) = std::fs::read_link(directory) {
        std::fs::remove_file(directory).map_err(Error::io(refused()))?;
        return remove(&target);
    }
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(refused())(error)),
        _ => Ok(()),
    }
}

async fn can_enter(directory: &Path, installation: &Installation) -> bool {
    let mut command = process::command("test", installation.user(), Orphan::Kill);
    process::output(command.current_dir("/").arg("-x").arg(directory), "test").await.is_ok()
}

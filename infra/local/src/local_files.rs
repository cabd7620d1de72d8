//! The files in `.local` that tell people and tools about the running stack. They hold secrets, live as long as
//! the stack does, and only their owner may read them.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::machine;
use crate::report::OrReport;
use crate::services::MAIL;

/// The least room on the disk that a start needs.
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;

/// The directory `.local` of a clone, held by one stack at a time.
#[derive(Debug)]
pub struct LocalFiles {
    directory: PathBuf,
    // The lock is the kernel's: it goes with our process, however that ends.
    _lock: File,
}

/// How to reach the running stack. A process that can read it can invoke any function without a credential.
#[derive(Debug, Serialize, Deserialize)]
pub struct ControlPoint {
    /// The port on the loopback address.
    pub port: u16,
    /// What proves that the caller may read this file.
    pub token: String,
}

impl LocalFiles {
    /// Takes the directory, and clears what an earlier stack left in it.
    ///
    /// # Errors
    /// When a stack runs already, or the disk is nearly full.
    pub fn take(root: &Path) -> Result<Self> {
        let directory = root.join(".local");
        machine::make_private_directory(&directory)?;
        refuse_full_disk(&directory)?;
        let path = directory.join("stack.pid");
        let lock = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let lock = lock.map_err(Error::io(format!("cannot open {}", path.display())))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let owner = std::fs::read_to_string(&path).unwrap_or_default();
                return Err(Error::stack(format!("a stack runs already: process {}; stop it first", owner.trim())));
            }
            Err(TryLockError::Error(error)) => return Err(Error::io(format!("cannot lock {}", path.display()))(error)),
        }
        let written = std::fs::write(&path, format!("{}\n", std::process::id()));
        written.map_err(Error::io(format!("cannot write {}", path.display())))?;
        let files = Self { directory, _lock: lock };
        files.clear();
        // Objects, keys and logs belong to one start; PostgreSQL clears its own directory.
        for stale in ["kms", "logs", "s3"] {
            std::fs::remove_dir_all(files.directory.join(stale)).ok();
        }
        Ok(files)
    }

    /// The directory itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes one file of the running stack.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn write(&self, name: &str, content: &str) -> Result<()> {
        machine::write_private(&self.directory.join(name), content.as_bytes())
    }

    /// Writes how to reach the running stack.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn write_control(&self, control: &ControlPoint) -> Result<()> {
        let text = serde_json::to_string(control).map_err(|error| Error::stack(error.to_string()))?;
        self.write("control.json", &text)
    }

    fn clear(&self) {
        for name in ["control.json", "env", "demo.json", MAIL] {
            std::fs::remove_file(self.directory.join(name)).ok();
        }
    }
}

impl Drop for LocalFiles {
    fn drop(&mut self) {
        self.clear();
        std::fs::remove_file(self.directory.join("stack.pid")).or_report("the pid file is left behind");
    }
}

impl ControlPoint {
    /// Finds the running stack of a clone.
    ///
    /// # Errors
    /// When none runs.
    pub fn find(root: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(root.join(".local/control.json"));
        let text = text.map_err(|_| Error::stack("no stack runs here; start one with `make run`"))?;
        serde_json::from_str(&text).map_err(|error| Error::stack(format!("control.json is damaged: {error}")))
    }
}

fn refuse_full_disk(directory: &Path) -> Result<()> {
    let disk =
        rustix::fs::statvfs(directory).map_err(|error| Error::io("cannot read the disk's size")(error.into()))?;
    if disk.f_bavail.saturating_mul(disk.f_frsize) < FREE_BYTES_MIN {
        return Err(Error::stack(format!("less than 1 GB is free at {}", directory.display())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        std::env::temp_dir().join(format!("doorbook-files-{}", machine::id()))
    }

    #[test]
    fn a_second_stack_is_refused_in_one_line_that_names_the_first() {
        let root = root();
        let first = LocalFiles::take(&root).unwrap();
        let refusal = LocalFiles::take(&root).unwrap_err().to_string();
        assert!(refusal.contains(&format!("process {}", std::process::id())), "{refusal}");

        drop(first);
        drop(LocalFiles::take(&root).unwrap());
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_stale_pid_file_stops_no_process() {
        let root = root();
        std::fs::create_dir_all(root.join(".local")).unwrap();
        std::fs::write(root.join(".local/stack.pid"), "1\n").unwrap();
        LocalFiles::take(&root).unwrap();
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn secrets_are_for_their_owner_alone_and_go_with_the_stack() {
        use std::os::unix::fs::PermissionsExt;

        let root = root();
        let files = LocalFiles::take(&root).unwrap();
        files.write("env", "SECRET=1\n").unwrap();
        let mode = std::fs::metadata(root.join(".local/env")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        drop(files);
        assert!(!root.join(".local/env").exists());
        std::fs::remove_dir_all(root).unwrap();
    }
}

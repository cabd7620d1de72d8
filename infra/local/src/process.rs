//! Child processes that cannot outlive us.
//!
//! Each runs in its own process group, so that Ctrl-C at the terminal reaches us alone and we stop the parts
//! in order, and is started through `setpriv --pdeathsig`, so that the kernel signals it if we are killed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use tokio::process::{Child, Command};

use crate::error::{Error, Result};

/// What a child does when we die without stopping it.
#[derive(Clone, Copy, Debug)]
pub enum Orphan {
    /// Stops at once.
    Kill,
    /// Stops in good order (PostgreSQL: fast shutdown).
    Interrupt,
}

/// The user that a child runs as, when not as ourselves.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// Numeric user.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
}

/// Prepares a child with an empty environment that dies with us.
pub fn command(program: impl AsRef<OsStr>, user: Option<User>, orphan: Orphan) -> Command {
    let mut command = Command::new("setpriv");
    command.arg(match orphan {
        Orphan::Kill => "--pdeathsig=KILL",
        Orphan::Interrupt => "--pdeathsig=INT",
    });
    if let Some(user) = user {
        command.arg(format!("--reuid={}", user.uid));
        command.arg(format!("--regid={}", user.gid));
        command.arg("--clear-groups");
    }
    command
        .arg("--")
        .arg(program)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Starts a prepared child.
///
/// # Errors
/// When `setpriv` is missing or the system refuses another process.
pub fn start(command: &mut Command, name: &str) -> Result<Child> {
    command.spawn().map_err(Error::io(format!("cannot start {name}")))
}

/// Runs a prepared child to its end and returns what it printed; a failure quotes its last line.
///
/// # Errors
/// When the child cannot start or does not succeed.
pub async fn output(command: &mut Command, name: &str) -> Result<String> {
    let output = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .await
        .map_err(Error::io(format!("cannot start {name}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no message");
    Err(Error::stack(format!("{name} failed ({}): {last}", output.status)))
}

/// Stops a child with the signal given, and with SIGKILL when it has not gone after the grace.
pub async fn stop(child: &mut Child, signal: Signal, grace: Duration) -> Option<ExitStatus> {
    let pid = pid_of(child)?;
    // A child that has gone already is what we want.
    kill_process(pid, signal).ok();
    match tokio::time::timeout(grace, child.wait()).await {
        Ok(status) => status.ok(),
        Err(_) => {
            kill_process_group(pid, Signal::KILL).ok();
            child.wait().await.ok()
        }
    }
}

/// The process id of a child that has not been waited for.
#[must_use]
pub fn pid_of(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()?).ok()?)
}

/// True where a process with this id exists, of any user.
#[must_use]
pub fn is_alive(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
}

/// A file for a child's output, appended to, that only we may read.
///
/// # Errors
/// When the directory is missing or the disk is full.
pub fn log_file(path: &Path) -> Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;

    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io(format!("cannot write {}", path.display())))
}

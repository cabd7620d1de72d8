//! What this crate takes from the machine beneath it: the clock, the environment, free ports, randomness.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use time::OffsetDateTime;

use crate::error::{Error, Result};

/// The region that every part pretends to be in.
pub const REGION: &str = "us-east-1";
/// The name of this machine in checkpoints and verifier keys.
pub const LOG_ORIGIN: &str = "doorbook.localhost/audit";
/// In whose name mail is sent on this machine.
pub const MAIL_FROM: &str = "no-reply@doorbook.localhost";
/// Where the console would be, for tests that stand in the place of functions.
pub const CONSOLE_ORIGIN: &str = "https://console.example";
/// Access key, secret and session token by which the AWS SDK signs for the stand-ins; it opens nothing else.
pub const LOCAL_CREDENTIAL: &str = "local";
/// The account that every part pretends to belong to.
pub const ACCOUNT: &str = "000000000000";

/// Reads one variable of our own environment.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the local stack is no function: this is its one reader of the environment"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The time now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the stand-ins keep real time; a function's clock is its own")]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Milliseconds since 1970, as AWS headers and events want them.
#[must_use]
pub fn now_ms() -> u64 {
    u64::try_from(now().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

/// A new identifier.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the stand-ins name their own messages, keys and requests")]
pub fn id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

/// The loopback address with this port; nothing here listens anywhere else.
#[must_use]
pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// A port that was free a moment ago, for programs that must be told one.
///
/// # Errors
/// When no port is free.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(loopback(0)).map_err(Error::io("no free port"))?;
    let address = listener.local_addr().map_err(Error::io("no free port"))?;
    Ok(address.port())
}

/// Random bytes from the operating system.
///
/// # Errors
/// When the operating system has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::stack("the operating system gave no random bytes"))?;
    Ok(bytes)
}

/// A password of 128 random bits, safe in a URL and in SQL.
///
/// # Errors
/// When the operating system has no random bytes.
pub fn random_password() -> Result<String> {
    Ok(random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file that only we may read, whole or not at all.
///
/// # Errors
/// When the directory is missing or the disk is full.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let write = || {
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(content)?;
        std::fs::rename(&unfinished, path)
    };
    write().map_err(Error::io(format!("cannot write {}", path.display())))
}

/// Makes a directory, and those above it, that only we may enter.
///
/// # Errors
/// When the disk is full or a file stands in the way.
pub fn make_private_directory(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(Error::io(format!("cannot make {}", path.display())))
}

//! One database cluster: made, started, stopped by its process id, made again.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use super::connection::{Connection, connect};
use super::home;
use super::installed::Installation;
use super::tls::Identity;
use crate::error::{Error, Result};
use crate::machine;
use crate::process::{self, Orphan};
use crate::report::OrReport;

/// The name of the database that everything lives in.
pub(super) const DATABASE: &str = "doorbook";
/// How long the server may take to accept its first connection.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How many free ports are tried.
const START_ATTEMPTS: u32 = 3;
/// How long a fast shutdown may take before the server is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Where a cluster keeps its files and on which port it listens.
#[derive(Clone, Debug)]
pub struct Place {
    /// Data, certificates and nothing else; removed and made again at each start.
    pub directory: PathBuf,
    /// What the server prints.
    pub log: PathBuf,
    /// The port on the loopback address; any free one where it is not given.
    pub port: Option<u16>,
    /// Whether a commit waits for the disk.
    pub durability: Durability,
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The disk, as in production: a commit survives a loss of power.
    Flushed,
    /// The operating system alone, for databases of tests: a commit survives a crash of the server, not one of the
    /// machine.
    Unflushed,
}

/// A running server. Dropping it kills the server; [`Cluster::stop`] shuts it down in order.
#[derive(Debug)]
pub struct Cluster {
    installation: Installation,
    place: Place,
    /// The directory that was asked for, which may be a link to the one in `place`.
    home: PathBuf,
    port: u16,
    identity: Identity,
    superuser_password: String,
    server: Child,
}

impl Cluster {
    /// Makes an empty cluster in its directory, starts it and creates the empty database.
    ///
    /// # Errors
    /// When PostgreSQL is missing, its port is taken or the disk is full.
    pub async fn create(mut place: Place) -> Result<Self> {
        let installation = Installation::find().await?;
        let home = place.directory;
        place.directory = home::prepare(&home, &installation).await?;
        let identity = Identity::create(&place.directory)?;
        let superuser_password = machine::random_password()?;
        initialize(&installation, &place, &identity, &superuser_password).await?;
        let port = first_port(&place)?;
        let server = launch(&installation, &place, port)?;
        let mut cluster = Self { installation, place, home, port, identity, superuser_password, server };
        cluster.wait_on_a_port().await?;
        let connection = cluster.superuser_of("postgres").await?;
        connection.run("cannot create the database", &format!("CREATE DATABASE {DATABASE}")).await?;
        Ok(cluster)
    }

    /// The certificate authority that clients must trust.
    #[must_use]
    pub fn authority(&self) -> &Path {
        &self.identity.authority
    }

    /// Host and port, as a template's `Endpoint` output holds them.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The URL by which a role reaches the database.
    #[must_use]
    pub fn url(&self, role: &str, password: &str) -> String {
        self.url_of(DATABASE, role, password)
    }

    /// The superuser's URL.
    #[must_use]
    pub fn superuser_url(&self) -> String {
        self.url("postgres", &self.superuser_password)
    }

    /// A connection of the superuser.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn superuser(&self) -> Result<Connection> {
        self.superuser_of(DATABASE).await
    }

    /// Shuts the server down (fast), waits for it and removes its data.
    pub async fn stop(&mut self) {
        process::stop(&mut self.server, Signal::INT, STOP_LIMIT).await;
        home::remove(&self.home).or_report("data of PostgreSQL is left behind");
    }

    /// Stops the server as a crash would, or in good order, and starts it again on the same data.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart(&mut self, signal: Signal) -> Result<()> {
        process::stop(&mut self.server, signal, STOP_LIMIT).await;
        self.server = launch(&self.installation, &self.place, self.port)?;
        self.wait_until_it_answers().await
    }

    fn url_of(&self, database: &str, role: &str, password: &str) -> String {
        format!("postgres://{role}:{password}@{}/{database}?sslmode=verify-full", self.endpoint())
    }

    async fn superuser_of(&self, database: &str) -> Result<Connection> {
        let url = self.url_of(database, "postgres", &self.superuser_password);
        connect(&url, &self.identity.authority).await
    }

    /// A free port may be taken by another program before the server has it; then another one is tried.
    async fn wait_on_a_port(&mut self) -> Result<()> {
        for _ in 1..START_ATTEMPTS {
            let outcome = self.wait_until_it_answers().await;
            let has_ended = matches!(self.server.try_wait(), Ok(Some(_)));
            if outcome.is_ok() || !has_ended || self.place.port.is_some() {
                return outcome;
            }
            self.port = machine::free_port()?;
            self.server = launch(&self.installation, &self.place, self.port)?;
        }
        self.wait_until_it_answers().await
    }

    async fn wait_until_it_answers(&mut self) -> Result<()> {
        let started = Instant::now();
        loop {
            let refusal = match self.superuser_of("postgres").await {
                Ok(_) => return Ok(()),
                Err(refusal) => refusal,
            };
            if let Ok(Some(_)) = self.server.try_wait() {
                return Err(Error::stack(format!("PostgreSQL did not start: {}", last_line(&self.place.log))));
            }
            if started.elapsed() > START_LIMIT {
                return Err(refusal);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn first_port(place: &Place) -> Result<u16> {
    place.port.map_or_else(machine::free_port, Ok)
}

async fn initialize(installation: &Installation, place: &Place, identity: &Identity, password: &str) -> Result<()> {
    let password_file = place.directory.join("superuser.password");
    machine::write_private(&password_file, password.as_bytes())?;
    hand_over(
        installation,
        &[&place.directory, &password_file, &identity.key, &identity.certificate, &identity.authority],
    )?;
    let data = place.directory.join("data");
    let mut command = process::command(installation.program("initdb"), installation.user(), Orphan::Kill);
    command
        .current_dir("/")
        .arg("--pgdata")
        .arg(&data)
        // The server itself flushes every commit; an empty cluster has nothing to lose.
        .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
        .arg("--pwfile")
        .arg(&password_file);
    process::output(&mut command, "initdb").await?;
    std::fs::remove_file(&password_file).map_err(Error::io("cannot remove the password file"))?;
    append(&data.join("postgresql.conf"), &settings(identity, place.durability))?;
    overwrite(&data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n")
}

fn settings(identity: &Identity, durability: Durability) -> String {
    let fsync = if durability == Durability::Flushed { "on" } else { "off" };
    format!(
        "listen_addresses = '127.0.0.1'\n\
         unix_socket_directories = ''\n\
         max_connections = 300\n\
         fsync = {fsync}\n\
         ssl = on\n\
         ssl_cert_file = '{}'\n\
         ssl_key_file = '{}'\n\
         password_encryption = 'scram-sha-256'\n\
         log_error_verbosity = terse\n\
         log_min_error_statement = panic\n",
        identity.certificate.display(),
        identity.key.display(),
    )
}

fn launch(installation: &Installation, place: &Place, port: u16) -> Result<Child> {
    let log = process::log_file(&place.log)?;
    let errors = log.try_clone().map_err(Error::io("cannot open the log twice"))?;
    let mut command = process::command(installation.program("postgres"), installation.user(), Orphan::Interrupt);
    command
        .current_dir("/")
        .arg("-D")
        .arg(place.directory.join("data"))
        .args(["-p", &port.to_string()])
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(errors));
    process::start(&mut command, "PostgreSQL")
}

fn hand_over(installation: &Installation, paths: &[&Path]) -> Result<()> {
    let Some(user) = installation.user() else { return Ok(()) };
    for path in paths {
        std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid))
            .map_err(Error::io(format!("cannot hand {} to `postgres`", path.display())))?;
    }
    Ok(())
}

fn append(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;

    let write = || std::fs::OpenOptions::new().append(true).open(path)?.write_all(text.as_bytes());
    write().map_err(Error::io(format!("cannot write {}", path.display())))
}

fn overwrite(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(Error::io(format!("cannot write {}", path.display())))
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let line = text.lines().rfind(|line| line.contains("FATAL") || line.contains("could not"));
    line.unwrap_or("it said nothing").to_owned()
}

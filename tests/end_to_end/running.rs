//! A running stack of our own, in a directory of its own, stopped by the process id that was started.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use super::client::Client;
use crate::harness::stack::variable;

/// One stack at a time: two cores are few.
pub(super) static TURN: Mutex<()> = Mutex::const_new(());
/// Longest that a start may take on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(180);

/// The stack of the tests that leave it as it was, while one of them holds it.
static SHARED: Mutex<Weak<Running>> = Mutex::const_new(Weak::new());

/// A stack that serves until it is dropped.
pub(crate) struct Running {
    process: Child,
    directory: PathBuf,
    pub(crate) demo: Value,
    _turn: MutexGuard<'static, ()>,
}

/// A directory that looks like a clone with a `.local` of its own.
pub(crate) fn workplace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned();
    let directory = std::env::temp_dir().join(format!("doorbook-e2e-{}", uuid::Uuid::new_v4().simple()));
    fs::create_dir_all(directory.join(".local")).expect("a directory");
    for name in ["template.yaml", "infra", "target", "verifier"] {
        symlink(root.join(name), directory.join(name)).expect("a link");
    }
    directory
}

impl Running {
    /// The stack that all share who only read, are refused, or change nothing but what they made themselves. The first
    /// starts it, the last stops it.
    pub(crate) async fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().await;
        if let Some(running) = shared.upgrade() {
            return running;
        }
        let running = Arc::new(Self::start().await);
        *shared = Arc::downgrade(&running);
        running
    }

    /// Starts one and waits until its two organizations are there.
    pub(crate) async fn start() -> Self {
        let turn = TURN.lock().await;
        let directory = workplace();
        let output = fs::File::create(directory.join("output.txt")).expect("a file");
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let process = Command::new(Path::new(&variable("DOORBOOK_BINARIES")).join("doorbook-local"))
            .args(["run", "--binaries", &variable("DOORBOOK_BINARIES")])
            .current_dir(&directory)
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file"))
            .stderr(output)
            .spawn()
            .expect("doorbook-local starts");
        let mut running = Self { process, directory, demo: Value::Null, _turn: turn };
        running.wait_until_it_serves().await;
        running
    }

    async fn wait_until_it_serves(&mut self) {
        let began = Instant::now();
        while self.demo.is_null() {
            let ended = self.process.try_wait().expect("a status");
            assert!(ended.is_none() && began.elapsed() < START_TIMEOUT, "the stack did not start: {}", self.output());
            tokio::time::sleep(Duration::from_millis(100)).await;
            let text = fs::read_to_string(self.directory.join(".local/demo.json")).unwrap_or_default();
            self.demo = serde_json::from_str(&text).unwrap_or_default();
        }
    }

    /// What it printed.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(self.directory.join("output.txt")).unwrap_or_default()
    }

    /// Its files.
    pub(crate) fn local(&self) -> PathBuf {
        self.directory.join(".local")
    }

    /// Process id of `doorbook-local`.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A member of one of the two organizations of `demo.json`.
    pub(crate) fn told(&self, organization: usize, field: &str) -> String {
        self.demo["organizations"][organization][field].as_str().expect("a text").to_owned()
    }

    /// A client with the API token of an organization.
    pub(crate) fn owner(&self, organization: usize) -> Client {
        Client::new(self.demo["base_url"].as_str().expect("a URL"), &self.told(organization, "api_token"))
    }

    /// A browser with a session.
    pub(crate) fn in_session(&self, session: &str) -> Client {
        Client::browser(self.demo["base_url"].as_str().expect("a URL"), session)
    }

    /// Fires a function's schedule, and waits for its answer.
    pub(crate) fn tick(&self, function: &str) {
        let program = Path::new(&variable("DOORBOOK_BINARIES")).join("doorbook-local");
        let status = Command::new(program).args(["tick", function]).current_dir(&self.directory).output();
        let output = status.expect("doorbook-local starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A variable of `.local/env`.
    pub(crate) fn variable(&self, name: &str) -> String {
        let text = fs::read_to_string(self.local().join("env")).expect(".local/env");
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("{name} is not in .local/env")).trim_matches(['\'', '"']).to_owned()
    }

    /// The database behind it, as superuser.
    pub(crate) async fn database(&self) -> tokio_postgres::Client {
        let text = self.variable("DATABASE_URL_SUPERUSER");
        let url = url::Url::parse(&text).expect("a URL");
        let authority = url.query_pairs().find(|(name, _)| name == "sslrootcert").expect("a certificate authority").1;
        crate::harness::postgres::at(&text, &authority).await
    }
}

impl Drop for Running {
    /// A stack that does not stop by itself is a failure, unless the test has failed already.
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let stopped = asked.and_then(|_| self.process.wait());
        let removed = fs::remove_dir_all(&self.directory);
        if !std::thread::panicking() {
            stopped.expect("the stack stops");
            removed.expect("the stack's directory can be removed");
        }
    }
}

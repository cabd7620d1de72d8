//! Check-ins and check-outs through the whole running stack: gateway, functions, queue, relay, database.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    arrival::VISITOR,
    durations,
    harness::postgres,
    plan::Plan,
    samples::number,
    table::{Table, Target},
};

/// Callers at once for the row of throughput: on two processors more only wait.
const CALLERS: usize = 8;
/// Roles whose statements the server writes down.
const ROLES: [&str; 3] = ["fn_check_in", "fn_check_out", "fn_relay_outbox"];
/// What follows an answer has happened by then: the nudge, its batch, the relay.
const AFTERWARDS: Duration = Duration::from_secs(4);

/// Adds the rows: pairs a second, and what a pair costs the database, by statement.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) {
    let running = Running::start(plan).await;
    running.turn(CALLERS, plan.turn).await;
    let mut pairs = 0;
    for _ in 0..plan.rounds {
        pairs += running.turn(CALLERS, plan.turn).await;
    }
    let per_second = number(pairs) / plan.turn.mul_f64(number(plan.rounds)).as_secs_f64();
    table.add("check-ins with their check-outs through the running stack", (Target::None, "/s"), per_second);

    // One caller, so that a statement waits for no other caller's.
    running.write_durations().await;
    running.turn(1, Duration::from_secs(2)).await;
    tokio::time::sleep(AFTERWARDS).await;
    let before = running.server_log().len();
    let pairs = number(running.turn(1, plan.turn * 2).await);
    tokio::time::sleep(AFTERWARDS).await;
    let by_statement = durations::by_statement(&running.server_log()[before..]);
    let total: f64 = by_statement.values().sum();
    table.add("database time of a check-in with its check-out, relay included", (Target::None, " ms"), total / pairs);
    let mut dearest: Vec<_> = by_statement.into_iter().collect();
    dearest.sort_by(|one, other| other.1.total_cmp(&one.1));
    let list: Vec<String> = dearest.iter().map(|(name, ms)| format!("{name} {:.3} ms", ms / pairs)).collect();
    table.note(format!("Of that, by statement: {}.", list.join(", ")));
}

struct Running {
    process: Child,
    directory: PathBuf,
    demo: Value,
}

impl Running {
    async fn start(plan: &Plan) -> Self {
        let root = plan.sources.join("../..").canonicalize().expect("the repository");
        let binaries = root.join("target/ci");
        let directory = workplace(&root);
        let output = fs::File::create(directory.join("output.txt")).expect("a file");
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
        let process = Command::new(binaries.join("doorbook-local"))
            .arg("run")
            .arg("--binaries")
            .arg(&binaries)
            .current_dir(&directory)
            .env("PORT", free.port().to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file"))
            .stderr(output)
            .spawn()
            .expect("doorbook-local starts");
        let mut running = Self { process, directory, demo: Value::Null };
        let began = Instant::now();
        while running.demo.is_null() {
            assert!(began.elapsed() < Duration::from_secs(120), "the stack did not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
            let text = fs::read_to_string(running.directory.join(".local/demo.json")).unwrap_or_default();
            running.demo = serde_json::from_str(&text).unwrap_or_default();
        }
        running.script("UPDATE organizations SET plan = 'benchmark'").await;
        running
    }

    async fn script(&self, sql: &str) {
        let text = fs::read_to_string(self.directory.join(".local/env")).expect(".local/env");
        let line = text.lines().find_map(|line| line.strip_prefix("DATABASE_URL_SUPERUSER=")).expect("a URL");
        let line = line.trim_matches(['\'', '"']);
        let url = url::Url::parse(line).expect("a URL");
        let authority = url.query_pairs().find(|(name, _)| name == "sslrootcert").expect("a certificate authority").1;
        postgres::at(line, &authority).await.batch_execute(sql).await.expect("a script of ours");
    }

    /// Has the server write down how long each statement takes: parsing, planning and running it. Connections that are open
    /// do not hear of it, so they are ended.
    async fn write_durations(&self) {
        for role in ROLES {
            self.script(&format!("ALTER ROLE {role} SET log_min_duration_statement = 0")).await;
        }
        let list = ROLES.map(|role| format!("'{role}'")).join(", ");
        self.script(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ({list})")).await;
    }

    fn server_log(&self) -> String {
        fs::read_to_string(self.directory.join(".local/logs/postgres.log")).expect("the server's log")
    }

    /// Pairs that so many callers did in that time.
    async fn turn(&self, callers: usize, length: Duration) -> usize {
        let started = Instant::now();
        let mut running = JoinSet::new();
        for nth in 0..callers {
            let organization = self.demo["organizations"][nth % 2].clone();
            let base = url::Url::parse(self.demo["base_url"].as_str().expect("a URL")).expect("a URL");
            running.spawn(async move {
                let mut door = Door::open(&base, &organization).await;
                let mut pairs = 0;
                while started.elapsed() < length {
                    door.visit().await;
                    pairs += 1;
                }
                pairs
            });
        }
        running.join_all().await.into_iter().sum()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        asked.and_then(|_| self.process.wait()).expect("the stack stops");
        fs::remove_dir_all(&self.directory).expect("the stack's directory can be removed");
    }
}

/// A directory that looks like a clone with a `.local` of its own.
fn workplace(root: &Path) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("doorbook-bench-{}", uuid::Uuid::new_v4().simple()));
    fs::create_dir_all(directory.join(".local")).expect("a directory");
    for name in ["template.yaml", "infra", "target", "verifier", ".local/venv"] {
        symlink(root.join(name), directory.join(name)).expect("a link");
    }
    directory
}

/// One caller with a connection to the gateway that stays open.
struct Door {
    stream: BufStream<TcpStream>,
    token: String,
    arrival: String,
}

impl Door {
    async fn open(base: &url::Url, organization: &Value) -> Self {
        let address = (base.host_str().expect("a host"), base.port().expect("a port"));
        let stream = BufStream::new(TcpStream::connect(address).await.expect("the gateway"));
        let text = |field: &str| organization[field].as_str().expect("a text").to_owned();
        let mut arrival = json!({ "type": "visitor", "site_id": text("site_id") });
        for (field, value) in VISITOR {
            arrival[field] = json!(value);
        }
        Self { stream, token: text("api_token"), arrival: arrival.to_string() }
    }

    /// A check-in and its check-out.
    async fn visit(&mut self) {
        let arrival = self.arrival.clone();
        let receipt = self.post("/v1/visits", &arrival, 201).await;
        let visit = receipt["visit_id"].as_str().expect("an id");
        self.post(&format!("/v1/visits/{visit}/check-out"), "{}", 200).await;
    }

    async fn post(&mut self, path: &str, body: &str, wanted: u16) -> Value {
        let (token, key, length) = (&self.token, uuid::Uuid::new_v4(), body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             idempotency-key: {key}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await.expect("a request");
        self.stream.flush().await.expect("a request");
        let (mut head, mut length) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.expect("an answer");
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            head.push(line);
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.expect("a body");
        let status = head.first().and_then(|line| line.split(' ').nth(1)).expect("a status");
        assert_eq!(status, wanted.to_string(), "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }
}

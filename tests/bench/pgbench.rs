//! pgbench, over the same TLS as the function's own role.

use std::{path::PathBuf, process::Stdio, time::Duration};

use tokio::process::Command;

use crate::{driver::Turn, harness::stack};

/// A script that pgbench repeats, one transaction a time.
pub(crate) struct Pgbench {
    script: PathBuf,
    log: PathBuf,
}

impl Pgbench {
    /// A script under this name.
    pub(crate) fn new(scratch: &std::path::Path, name: &str, script: &str) -> Self {
        let path = scratch.join(format!("{name}.sql"));
        std::fs::write(&path, script).expect("a script");
        Self { script: path, log: scratch.join(name) }
    }

    /// One turn. Sessions prepare the statement once, and are opened before the clock starts.
    pub(crate) async fn turn(&self, connections: usize, length: Duration) -> Turn {
        let url = url::Url::parse(&stack::variable("DOORBOOK_TEST_SUPERUSER_URL")).expect("a URL");
        let threads = connections.min(2).to_string();
        let mut command = Command::new("pgbench");
        command
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--log",
                "--client",
                &connections.to_string(),
                "--jobs",
                &threads,
            ])
            .args(["--time", &length.as_secs().to_string()])
            .arg(format!("--log-prefix={}", self.log.display()))
            .arg("--file")
            .arg(&self.script)
            .env("PGHOST", url.host_str().expect("a host"))
            .env("PGPORT", url.port().expect("a port").to_string())
            .env("PGDATABASE", url.path().trim_start_matches('/'))
            .env("PGUSER", "fn_check_in")
            .env("PGPASSWORD", stack::variable("DOORBOOK_TEST_FN_PASSWORD"))
            .env("PGSSLMODE", "verify-full")
            .env("PGSSLROOTCERT", stack::variable("DOORBOOK_TEST_DATABASE_CA"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = command.output().await.expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
        Turn { per_second: rate.expect("a rate").parse().expect("a number"), took_ms: self.read_log() }
    }

    /// Takes the files of the log: client, number, microseconds, and more.
    fn read_log(&self) -> Vec<f64> {
        let (directory, prefix) = (self.log.parent().expect("a folder"), self.log.file_name().expect("a name"));
        let prefix = format!("{}.", prefix.to_string_lossy());
        let mut took = Vec::new();
        for file in std::fs::read_dir(directory).expect("the folder").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !name.strip_prefix(&prefix).is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
            {
                continue;
            }
            let text = std::fs::read_to_string(file.path()).expect("a log");
            std::fs::remove_file(file.path()).expect("our own file");
            let microseconds = text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok());
            took.extend(microseconds.map(|value| value / 1e3));
        }
        took
    }
}

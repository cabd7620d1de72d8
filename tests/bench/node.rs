//! The same check-in in Node: `node/check-in.mjs`, one process a core, told on its standard input when to run.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{arrival::VISITOR, driver::Turn, harness::stack, plan::Plan, reference::Reference, tenants::Tenants};

/// The processes.
pub(crate) struct Node {
    processes: Vec<Process>,
}

struct Process {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Node {
    /// Starts the processes and waits until each has its connections and keys.
    pub(crate) async fn start(plan: &Plan, tenants: &Tenants, reference: &Reference) -> Self {
        let told = plan.scratch.join("node.json");
        std::fs::write(&told, told_to_node(tenants, reference).to_string()).expect("a file");
        let count = std::thread::available_parallelism().map_or(1, usize::from).min(plan.connections);
        let mut processes = Vec::new();
        for nth in 0..count {
            processes.push(Process::start(plan, &told, plan.connections / count, nth).await);
        }
        std::fs::remove_file(told).expect("our own file");
        Self { processes }
    }

    /// One turn of all processes with all their connections, or of one with one.
    pub(crate) async fn turn(&mut self, is_alone: bool, length: Duration) -> Turn {
        let mut turn = Turn::default();
        let count = if is_alone { 1 } else { self.processes.len() };
        let order = json!({ "milliseconds": u64::try_from(length.as_millis()).unwrap_or(0), "isAlone": is_alone });
        for process in &mut self.processes[..count] {
            process.stdin.write_all(format!("{order}\n").as_bytes()).await.expect("Node listens");
        }
        for process in &mut self.processes[..count] {
            let answer: Value = serde_json::from_str(&process.line().await).expect("an answer");
            turn.per_second += answer["perSecond"].as_f64().expect("a rate");
            turn.took_ms.extend(answer["tookMs"].as_array().expect("times").iter().filter_map(Value::as_f64));
        }
        turn
    }

    /// CPU time of all processes so far.
    pub(crate) fn cpu_ms(&self) -> f64 {
        let ids = self.processes.iter().filter_map(|process| process.child.id());
        ids.map(|id| crate::cpu::of_process(&id.to_string())).sum()
    }

    pub(crate) async fn stop(self) {
        for mut process in self.processes {
            drop(process.stdin);
            let ended = tokio::time::timeout(Duration::from_secs(5), process.child.wait()).await;
            ended.expect("Node ends with its input").expect("it was there");
        }
    }
}

impl Process {
    async fn start(plan: &Plan, told: &Path, connections: usize, nth: usize) -> Self {
        let mut command = Command::new("node");
        command
            .arg("--no-warnings")
            .arg(plan.sources.join("node/check-in.mjs"))
            .arg(told)
            .args([connections.to_string(), nth.to_string()])
            .envs(stack::environment("fn_check_in", &[]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("Node starts");
        let stdin = child.stdin.take().expect("an input");
        let answers = BufReader::new(child.stdout.take().expect("an output")).lines();
        let mut process = Self { child, stdin, answers };
        assert_eq!(process.line().await, "ready");
        process
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(Duration::from_secs(60), self.answers.next_line()).await;
        line.expect("Node answers in time").expect("its output").expect("it lives")
    }
}

fn told_to_node(tenants: &Tenants, reference: &Reference) -> Value {
    let all = tenants.all.iter().map(|tenant| {
        json!({
            "organization": tenant.organization, "credential": tenant.credential, "site": tenant.site, "host": tenant.host,
            "tenant_key": tenant.key.key_id, "token": tenant.token,
            "secret": shared::audit::hex(&tenant.secret), "kms_key": tenant.key.kms_key_id,
            "wrapped": shared::audit::hex(&tenant.key.wrapped),
        })
    });
    json!({ "tenants": all.collect::<Vec<_>>(), "reference": reference, "visitor": VISITOR })
}

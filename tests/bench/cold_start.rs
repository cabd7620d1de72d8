//! From the start of a process to its first question for an invocation.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use crate::{
    harness::stack,
    plan::Plan,
    runtime_api::RuntimeApi,
    samples::{median, ms, number},
    table::{Table, Target},
};

/// One start of a function.
struct Start {
    wall_ms: f64,
    cpu_ms: f64,
    peak_mib: f64,
}

/// Adds the rows of check-in, of the same in Node, and of what `shared` itself costs.
pub(crate) async fn measure(plan: &Plan, table: &mut Table) {
    let mut api = RuntimeApi::start().await;
    let check_in = plan.binary("check-in");
    let node = plan.sources.join("node/cold-start.mjs");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (of_ours, of_node) = plan.cold_starts;
    for round in 0..of_ours {
        ours.push(start(&mut api, Command::new(&check_in), "fn_check_in").await);
        // They take turns, so that both see the same machine.
        if round * of_node / of_ours != (round + 1) * of_node / of_ours {
            let mut command = Command::new("node");
            command.arg("--no-warnings").arg(&node);
            theirs.push(start(&mut api, command, "fn_check_in").await);
        }
    }
    let of = |starts: &[Start], value: fn(&Start) -> f64| median(starts.iter().map(value).collect());
    let (wall, cpu, peak) =
        (of(&ours, |start| start.wall_ms), of(&ours, |start| start.cpu_ms), of(&ours, |start| start.peak_mib));
    table.add("cold start of check-in, median", (Target::AtMost(20.0), " ms"), wall);
    table.add("cold start of check-in, CPU", (Target::AtMost(12.0), " ms"), cpu);
    table.add("cold start of check-in, peak memory", (Target::AtMost(12.0), " MiB"), peak);
    table.add(
        "the same in Node 20 (PostgreSQL over TLS, KMS and S3 clients), median",
        (Target::None, " ms"),
        of(&theirs, |start| start.wall_ms),
    );
    table.add("the same in Node 20, CPU", (Target::None, " ms"), of(&theirs, |start| start.cpu_ms));
    table.add("the same in Node 20, peak memory", (Target::None, " MiB"), of(&theirs, |start| start.peak_mib));
    of_scan_id(plan, &mut api, table).await;
    of_shared(plan, &mut api, table).await;
}

/// The function that reads documents, with its decoder and its tables.
async fn of_scan_id(plan: &Plan, api: &mut RuntimeApi, table: &mut Table) {
    let (what, binary) = ("cold start of scan-id, median", plan.binary("scan-id"));
    if !binary.exists() {
        return table.skip(what, "≤ 25 ms", "not built");
    }
    let mut starts = Vec::new();
    for _ in 0..plan.cold_starts.0 {
        starts.push(start(api, Command::new(&binary), "fn_scan_id").await.wall_ms);
    }
    table.add(what, (Target::AtMost(25.0), " ms"), median(starts));
}

/// A function that touches nothing, less a program that does nothing.
async fn of_shared(plan: &Plan, api: &mut RuntimeApi, table: &mut Table) {
    let what = "start-up of shared itself, over an empty program";
    let Some(binary) =
        ["refuse-unknown-route", "describe-api"].map(|name| plan.binary(name)).into_iter().find(|path| path.exists())
    else {
        return table.skip(what, "≤ 3 ms", "not built");
    };
    let (mut functions, mut empty) = (Vec::new(), Vec::new());
    for _ in 0..plan.cold_starts.0 {
        functions.push(start(api, Command::new(&binary), "fn_check_in").await.wall_ms);
        empty.push(run(&plan.scratch.join("empty")));
    }
    table.add(what, (Target::AtMost(3.0), " ms"), median(functions) - median(empty));
}

fn run(program: &Path) -> f64 {
    let started = Instant::now();
    assert!(Command::new(program).status().expect("an empty program").success());
    ms(started.elapsed())
}

/// The most memory that a function ever held: until it was ready or, with an event, until it had answered that.
pub(crate) async fn peak_mib(api: &mut RuntimeApi, binary: &Path, role: &str, event: Option<String>) -> f64 {
    let has_event = event.is_some();
    if let Some(event) = event {
        api.invoke_with(event);
    }
    let mut child = told(Command::new(binary), api, role).spawn().expect("the function starts");
    api.ready().await;
    if has_event {
        api.ready().await;
    }
    let spent = spent(&child);
    child.kill().expect("the function is there");
    child.wait().expect("the function ends");
    spent.peak_mib
}

/// With everything that Lambda and the template tell a function, and nothing else.
fn told(mut command: Command, api: &RuntimeApi, role: &str) -> Command {
    command.env_clear().envs(stack::environment(role, &[])).env("PATH", path()).stdout(Stdio::null());
    command.env("AWS_LAMBDA_RUNTIME_API", &api.address);
    for (name, value) in [("NAME", "bench"), ("VERSION", "1"), ("MEMORY_SIZE", "512")] {
        command.env(format!("AWS_LAMBDA_FUNCTION_{name}"), value);
    }
    command.env("AWS_LAMBDA_LOG_GROUP_NAME", "bench").env("AWS_LAMBDA_LOG_STREAM_NAME", "bench");
    command
}

async fn start(api: &mut RuntimeApi, command: Command, role: &str) -> Start {
    let mut command = told(command, api, role);
    let started = Instant::now();
    let mut child = command.spawn().expect("the function starts");
    let ready = api.ready().await;
    let spent = spent(&child);
    child.kill().expect("the function is there");
    child.wait().expect("the function ends");
    Start { wall_ms: ms(ready - started), ..spent }
}

fn path() -> String {
    #[expect(clippy::disallowed_methods, reason = "Node is wherever it is installed")]
    std::env::var("PATH").unwrap_or_default()
}

/// CPU time of all its threads, from the scheduler in nanoseconds, and the most memory it ever held.
fn spent(child: &Child) -> Start {
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let tasks = std::fs::read_dir(process.join("task")).expect("its threads").flatten();
    let microseconds: usize = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<usize>().ok())
        .map(|nanoseconds| nanoseconds / 1000)
        .sum();
    let status = std::fs::read_to_string(process.join("status")).expect("its status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    let kib: usize = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    Start { wall_ms: 0.0, cpu_ms: number(microseconds) / 1e3, peak_mib: number(kib) / 1024.0 }
}

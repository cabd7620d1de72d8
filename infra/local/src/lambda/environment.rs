//! One environment: a process, its Runtime API, and the invocation that it is busy with.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tokio::process::Child;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::slot::{Invocation, Slot};
use super::{Launch, Outcome, arn, runtime_api};
use crate::error::{Error, Result};
use crate::template::Function;
use crate::{http, machine, process};

/// How long a process may take until its runtime asks for the first invocation.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A running environment. Its process dies with it.
#[derive(Debug)]
pub(super) struct Environment {
    slot: Arc<Slot>,
    process_id: i32,
    clock_offset_s: i64,
    watcher: JoinHandle<()>,
    _api: http::Server,
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Environment {
    /// Starts a process for a function and waits until it is ready.
    pub(super) async fn start(function: &Function, launch: &Launch) -> Result<Self> {
        let (listener, address) = http::listen(0).await?;
        let slot = Arc::new(Slot::default());
        let (shared, name) = (Arc::clone(&slot), Arc::from(function.name.as_str()));
        let api = http::serve(listener, move |_, request| {
            runtime_api::answer(Arc::clone(&shared), Arc::clone(&name), request)
        });
        // Read before the process is told: one that is moved in between is started anew.
        let clock_offset_s = launch.clock.offset_s();
        let child = spawn(function, launch, &address.to_string())?;
        let pid = process::pid_of(&child).ok_or_else(|| Error::stack(format!("{} is gone already", function.name)))?;
        let watcher = tokio::spawn(watch(child, pid, Arc::clone(&slot)));
        let environment = Self { slot, process_id: pid.as_raw_nonzero().get(), clock_offset_s, watcher, _api: api };
        if !environment.is_free_by(Instant::now() + INIT_LIMIT).await {
            environment.slot.change(|state| {
                state
                    .end
                    .get_or_insert(Outcome::failed("Runtime.InitTimeout", "the runtime did not ask for an invocation"));
            });
        }
        Ok(environment)
    }

    /// Runs one invocation and returns its outcome at the latest at the deadline.
    pub(super) async fn invoke(&self, event: Bytes, deadline: Instant, limit: Duration, name: &str) -> Outcome {
        let (sender, answer) = oneshot::channel();
        let deadline_ms = machine::now_ms().saturating_add(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        self.hand_over(event, deadline_ms, sender, name);
        let ended = self.slot.wait_for(|state| state.end.clone());
        tokio::select! {
            // An answer that was given counts even if the process ended right after it.
            biased;
            Ok(outcome) = answer => outcome,
            outcome = ended => outcome,
            () = tokio::time::sleep_until(deadline) => {
                let message = format!("{}: Task timed out after {}.00 seconds", machine::id(), limit.as_secs());
                let outcome = Outcome::failed("Sandbox.Timedout", &message);
                self.slot.change(|state| state.end = Some(outcome.clone()));
                outcome
            }
        }
    }

    /// Waits until runtime and extensions have asked for more; false where they did not in time or are gone.
    pub(super) async fn is_free_by(&self, deadline: Instant) -> bool {
        let settled = self.slot.wait_for(|state| {
            // An answered invocation is over once the runtime asks for the next one, which `next` notes.
            (state.is_free() || state.end.is_some()).then_some(state.end.is_none())
        });
        timeout_at(deadline, settled).await.unwrap_or(false)
    }

    /// Why it cannot be used any more, if so.
    pub(super) fn end(&self) -> Option<Outcome> {
        self.slot.read(|state| state.end.clone())
    }

    /// Whether it was started with the clock as it is now.
    pub(super) fn is_of(&self, launch: &Launch) -> bool {
        self.clock_offset_s == launch.clock.offset_s()
    }

    pub(super) fn process_id(&self) -> i32 {
        self.process_id
    }

    /// Ends the process and what it started.
    pub(super) fn kill(&self) {
        // A process that was waited for has given its id back.
        if let Some(pid) = Pid::from_raw(self.process_id).filter(|_| !self.watcher.is_finished()) {
            kill_process_group(pid, Signal::KILL).ok();
        }
    }

    fn hand_over(&self, event: Bytes, deadline_ms: u64, answer: oneshot::Sender<Outcome>, name: &str) {
        let id = machine::id();
        let trace = trace(id);
        self.slot.change(|state| {
            for extension in state.extensions.values_mut().filter(|extension| extension.hears_invoke) {
                extension.event = Some(json!({"eventType": "INVOKE", "deadlineMs": deadline_ms, "requestId": id,
                    "invokedFunctionArn": arn(name), "tracing": {"type": "X-Amzn-Trace-Id", "value": trace}}));
            }
            state.invocation =
                Some(Invocation { id, event, deadline_ms, trace, is_delivered: false, answer: Some(answer) });
        });
    }
}

/// Notes the end of a process and kills what it may have started.
async fn watch(mut child: Child, pid: Pid, slot: Arc<Slot>) {
    let status = child.wait().await;
    kill_process_group(pid, Signal::KILL).ok();
    let message = match status {
        Ok(status) => format!("the runtime ended: {status}"),
        Err(error) => format!("the runtime was lost: {error}"),
    };
    slot.change(|state| {
        state.end.get_or_insert(Outcome::failed("Runtime.ExitError", &message));
    });
}

fn spawn(function: &Function, launch: &Launch, api: &str) -> Result<Child> {
    let log = process::log_file(&launch.logs.join(format!("{}.log", function.name)))?;
    let errors = log.try_clone().map_err(Error::io("cannot open the log twice"))?;
    let mut command = process::command(launch.program(function), None, process::Orphan::Kill);
    let memory = function.memory_mb.to_string();
    let group = format!("/aws/lambda/{}", function.name);
    let own = [
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.as_str()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory.as_str()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", group.as_str()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ("_HANDLER", "bootstrap"),
        ("TZ", ":UTC"),
    ];
    command
        .envs(own)
        .envs(launch.variables.iter().cloned())
        .envs(&function.variables)
        .envs(launch.clock.variable())
        .current_dir(&launch.root)
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(errors));
    process::start(&mut command, &function.name)
}

/// A trace header in X-Ray's form: eight digits of time, 24 of chance, a parent, not sampled.
fn trace(id: Uuid) -> String {
    let digits = id.simple().to_string();
    let (time, chance) = digits.split_at_checked(8).unwrap_or_default();
    let parent = chance.get(8..).unwrap_or_default();
    format!("Root=1-{time}-{chance};Parent={parent};Sampled=0")
}

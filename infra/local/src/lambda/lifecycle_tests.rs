//! The life of a function's processes, with a script as their runtime.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::*;

/// A runtime. The event is a shell command; what it prints is the answer, after the process id.
const RUNTIME: &str = r#"#!/usr/bin/python3
import http.client, os, subprocess, sys
def call(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.headers, answer.read()
#EXTENSION
while True:
    headers, event = call("GET", "/2018-06-01/runtime/invocation/next")
    done = subprocess.run(["sh", "-c", event.decode()], stdout=subprocess.PIPE)
    path = "/2018-06-01/runtime/invocation/" + headers["lambda-runtime-aws-request-id"]
    if b"crash" in event: sys.exit(3)
    if done.returncode: call("POST", path + "/error", '{"errorType":"Handled"}')
    else: call("POST", path + "/response", '"%d %s"' % (os.getpid(), done.stdout.decode().strip()))
"#;

/// An internal extension of that runtime, which works for 400 ms after each invocation.
const EXTENSION: &str = r#"
import threading, time
headers, _ = call("POST", "/2020-01-01/extension/register", '{"events":["INVOKE"]}', {"Lambda-Extension-Name": "after"})
own = {"Lambda-Extension-Identifier": headers["lambda-extension-identifier"]}
def work():
    while True:
        call("GET", "/2020-01-01/extension/event/next", None, own)
        time.sleep(0.4)
threading.Thread(target=work, daemon=True).start()
"#;

struct Rig {
    directory: PathBuf,
    lambda: Arc<Lambda>,
}

impl Rig {
    fn new(script: &str, timeout_s: u64, concurrency: usize) -> Self {
        let directory = std::env::temp_dir().join(format!("doorbook-lambda-{}", crate::machine::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let program = directory.join("echo");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let function = Function {
            name: "echo".to_owned(),
            resource: "Echo".to_owned(),
            code: PathBuf::new(),
            description: String::new(),
            timeout: Duration::from_secs(timeout_s),
            memory_mb: 128,
            concurrency: Some(concurrency),
            variables: BTreeMap::from([("OWN".to_owned(), "yes".to_owned())]),
            triggers: Vec::new(),
        };
        let launch = Launch {
            root: directory.clone(),
            binaries: Some(directory.clone()),
            logs: directory.clone(),
            variables: vec![("AWS_REGION".to_owned(), "us-east-1".to_owned())],
            clock: Clock::default(),
        };
        Self { lambda: Arc::new(Lambda::new(vec![function], launch).unwrap()), directory }
    }

    async fn invoke(&self, event: &'static str) -> Outcome {
        self.lambda.invoke("echo", Bytes::from_static(event.as_bytes())).await.unwrap()
    }

    /// The process id and the text of a successful invocation.
    async fn answer(&self, event: &'static str) -> (String, String) {
        match self.invoke(event).await {
            Outcome::Answered(body) => {
                let text = String::from_utf8_lossy(&body).trim_matches('"').to_owned();
                let (pid, text) = text.split_once(' ').unwrap();
                (pid.to_owned(), text.to_owned())
            }
            Outcome::Failed(body) => panic!("{}", String::from_utf8_lossy(&body)),
        }
    }

    async fn error_type(&self, event: &'static str) -> String {
        match self.invoke(event).await {
            Outcome::Failed(body) => {
                serde_json::from_slice::<Value>(&body).unwrap()["errorType"].as_str().unwrap().to_owned()
            }
            Outcome::Answered(body) => panic!("{}", String::from_utf8_lossy(&body)),
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.lambda.stop();
        std::fs::remove_dir_all(&self.directory).unwrap();
    }
}

#[tokio::test]
async fn a_process_is_kept_for_the_next_invocation() {
    let rig = Rig::new(RUNTIME, 10, 4);
    let (first, text) = rig.answer("echo hello").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (second, _) = rig.answer("echo again").await;

    assert_eq!(text, "hello");
    assert_eq!(first, second);
}

#[tokio::test]
async fn invocations_at_once_have_a_process_each() {
    let rig = Rig::new(RUNTIME, 10, 4);
    let (one, other) = tokio::join!(rig.answer("sleep 0.3"), rig.answer("sleep 0.3"));
    assert_ne!(one.0, other.0);
}

#[tokio::test]
async fn above_the_limit_an_invocation_waits_for_a_place() {
    let rig = Rig::new(RUNTIME, 10, 1);
    let (one, other) = tokio::join!(rig.answer("sleep 0.3"), rig.answer("sleep 0.3"));
    assert_eq!(one.0, other.0);
}

#[tokio::test]
async fn a_reported_error_leaves_the_process_alive() {
    let rig = Rig::new(RUNTIME, 10, 1);
    let (first, _) = rig.answer("echo hello").await;
    assert_eq!(rig.error_type("exit 1").await, "Handled");
    assert_eq!(rig.answer("echo hello").await.0, first);
}

#[tokio::test]
async fn a_crash_answers_the_caller_and_the_next_one_gets_a_fresh_process() {
    let rig = Rig::new(RUNTIME, 10, 1);
    let (first, _) = rig.answer("echo hello").await;
    assert_eq!(rig.error_type("true crash").await, "Runtime.ExitError");
    assert_ne!(rig.answer("echo hello").await.0, first);
}

#[tokio::test]
async fn a_timeout_kills_the_process_and_replaces_it() {
    let rig = Rig::new(RUNTIME, 1, 1);
    let (first, _) = rig.answer("echo hello").await;
    assert_eq!(rig.error_type("sleep 30").await, "Sandbox.Timedout");
    let (second, _) = rig.answer("echo hello").await;

    assert_ne!(first, second);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!crate::process::is_alive(first.parse().unwrap()));
}

#[tokio::test]
async fn an_environment_is_free_only_when_its_extension_is() {
    let script = RUNTIME.replacen("#EXTENSION", EXTENSION, 1);
    let rig = Rig::new(&script, 10, 1);
    rig.answer("echo hello").await;

    let second_started = Instant::now();
    rig.answer("echo again").await;
    assert!(second_started.elapsed() >= Duration::from_millis(350), "{:?}", second_started.elapsed());
}

#[tokio::test]
async fn a_process_that_never_asks_for_work_is_an_error() {
    let rig = Rig::new("#!/bin/sh\nexit 7\n", 10, 1);
    assert_eq!(rig.error_type("echo hello").await, "Runtime.ExitError");
}

#[tokio::test]
async fn a_function_sees_nothing_of_our_environment() {
    let rig = Rig::new(RUNTIME, 10, 1);
    let (_, names) = rig
        .answer(
            "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= -e ^LC_CTYPE= | sed s/=.*// | sort | tr '\\n' ' '",
        )
        .await;
    let expected = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION \
        AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API \
        AWS_REGION LANG OWN PATH TZ _HANDLER";
    assert_eq!(names.trim(), expected);
}

#[tokio::test]
async fn an_invocation_after_the_clock_was_moved_has_that_time() {
    let rig = Rig::new(RUNTIME, 10, 4);
    let (first, text) = rig.answer("echo ${CLOCK_OFFSET_SECONDS-none}").await;
    assert_eq!(text, "none");
    rig.lambda.move_clock(7_862_400);
    let (second, text) = rig.answer("echo ${CLOCK_OFFSET_SECONDS-none}").await;
    assert_eq!(text, "7862400");
    assert_ne!(first, second);
}

//! The program serves a small template as API Gateway, Lambda, SQS and the scheduler would, and leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "the rig of a test fails the test")]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use doorbook_local::http;
use doorbook_local::machine;
use hyper::StatusCode;
use hyper::body::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

const TEMPLATE: &str = r#"
Globals: { Function: { Timeout: 5, Environment: { Variables: { ENVIRONMENT: !Ref Environment } } } }
Parameters: { Environment: { Type: String }, DatabaseEndpoint: { Type: String, Default: "" } }
Resources:
  Jobs: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 1, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 } } }
  Dead: { Type: AWS::SQS::Queue }
  Bucket: { Type: AWS::S3::Bucket, Properties: { ObjectLockEnabled: true } }
  Migrate: { Type: AWS::Serverless::Function, Properties: { CodeUri: lambda/migrate/ } }
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: lambda/echo/
      Environment: { Variables: { JOBS: !Ref Jobs } }
      Events:
        Thing: { Type: HttpApi, Properties: { Method: POST, Path: "/things/{id}" } }
        Rest: { Type: HttpApi }
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: lambda/work/
      Events:
        Job: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, FunctionResponseTypes: [ReportBatchItemFailures] } }
        Daily: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day) } }
"#;

/// Answers with its event; the body `crash` ends the process, `send` puts a message into the queue.
const FUNCTION: &str = r#"#!/usr/bin/python3
import http.client, json, os, sys
def call(address, method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(address)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.headers, answer.read()
api, invocation = os.environ["AWS_LAMBDA_RUNTIME_API"], "/2018-06-01/runtime/invocation/"
while True:
    headers, event = call(api, "GET", invocation + "next")
    event = json.loads(event)
    print(json.dumps(event), flush=True)
    if event.get("body") == "crash": sys.exit(1)
    if event.get("body", "").startswith("send"):
        sqs = os.environ["AWS_ENDPOINT_URL_SQS"].removeprefix("http://")
        message = json.dumps({"QueueUrl": os.environ["JOBS"], "MessageBody": event["body"]})
        call(sqs, "POST", "/", message, {"x-amz-target": "AmazonSQS.SendMessage"})
    failed = [{"itemIdentifier": record["messageId"]} for record in event.get("Records", []) if "poison" in record["body"]]
    answer = {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
    if "Records" in event: answer = {"batchItemFailures": failed}
    if os.environ["AWS_LAMBDA_FUNCTION_NAME"] == "migrate": answer = {"applied": [], "roles": []}
    call(api, "POST", invocation + headers["lambda-runtime-aws-request-id"] + "/response", json.dumps(answer))
"#;

struct Rig {
    root: PathBuf,
    port: u16,
    program: Child,
}

impl Rig {
    async fn start() -> Self {
        let root = std::env::temp_dir().join(format!("doorbook-rig-{}", machine::id()));
        for function in ["migrate", "echo", "work"] {
            let directory = root.join("lambda").join(function);
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(directory.join("bootstrap"), FUNCTION).unwrap();
            std::fs::set_permissions(directory.join("bootstrap"), PermissionsExt::from_mode(0o755)).unwrap();
        }
        std::fs::write(root.join("template.yaml"), TEMPLATE).unwrap();
        let repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).canonicalize().unwrap();
        std::fs::create_dir_all(root.join(".local")).unwrap();
        symlink(repository.join("infra"), root.join("infra")).unwrap();
        let port = machine::free_port().unwrap();
        let program = program(&root, port, &["run"]).stdout(Stdio::null()).spawn().unwrap();
        let rig = Self { root, port, program };
        rig.wait_for("the gateway", || rig.root.join(".local/control.json").exists()).await;
        rig
    }

    async fn wait_for(&self, what: &str, is_there: impl Fn() -> bool) {
        let started = Instant::now();
        while !is_there() {
            assert!(started.elapsed() < Duration::from_secs(60), "{what} did not come");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn send(&self, method: &str, path: &str, body: impl Into<Bytes>) -> (StatusCode, Value) {
        let address = machine::loopback(self.port);
        let headers = [("content-type", "application/json")];
        let request = http::request(method, address, path, &headers, body.into()).unwrap();
        let (status, body) = http::send(address, request).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// The first line of what a second program says.
    fn command(&self, arguments: &[&str]) -> (bool, String) {
        let output = program(&self.root, self.port, arguments).output().unwrap();
        let text = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8(text).unwrap())
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.root.join(format!(".local/logs/{name}.log"))).unwrap_or_default()
    }

    fn stop(&mut self, signal: Signal) {
        kill_process(Pid::from_raw(self.program.id().try_into().unwrap()).unwrap(), signal).unwrap();
        self.program.wait().unwrap();
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
        std::fs::remove_dir_all(&self.root).ok();
    }
}

fn program(root: &Path, port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorbook-local"));
    command.args(arguments).current_dir(root).env("PORT", port.to_string()).stdin(Stdio::null());
    command
}

/// Processes that run from below a directory, by their command lines.
fn processes_of(root: &Path) -> Vec<String> {
    let root = root.to_str().unwrap();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(root)).collect()
}

#[tokio::test]
async fn a_template_is_served_as_the_gateway_would() {
    let rig = Rig::start().await;

    let (status, event) = rig.send("POST", "/things/a%20b?x=1", "{}").await;
    assert_eq!((status, &event["routeKey"]), (StatusCode::OK, &json!("POST /things/{id}")));
    assert_eq!(event["pathParameters"]["id"], "a b");
    for (method, path) in [("GET", "/things/1"), ("OPTIONS", "/"), ("BREW", "/nowhere")] {
        assert_eq!(rig.send(method, path, "").await.1["routeKey"], "$default", "{method} {path}");
    }
    assert_eq!(rig.send("HEAD", "/things/1", "").await.0, StatusCode::OK);

    assert_eq!(rig.send("POST", "/", "crash").await.1, json!({"message": "Internal Server Error"}));
    assert_eq!(rig.send("POST", "/", "{}").await.0, StatusCode::OK);

    let too_large = json!({"message": "Request Entity Too Large"});
    for length in [10 * 1024 * 1024 + 1, 7 * 1024 * 1024] {
        let (status, body) = rig.send("POST", "/", vec![b'x'; length]).await;
        assert_eq!((status, &body), (StatusCode::PAYLOAD_TOO_LARGE, &too_large));
    }
    // The event is within the limit, the answer that repeats it as escaped text is not.
    let body = format!("\"{}", "\\".repeat(2_000_000));
    assert_eq!(rig.send("POST", "/", body).await.0, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn queues_schedules_and_direct_invocations_reach_their_functions() {
    let rig = Rig::start().await;

    rig.send("POST", "/", "send good").await;
    rig.send("POST", "/", "send poison").await;
    let delivered = || rig.log("work");
    rig.wait_for("both messages", || delivered().contains("send good") && delivered().contains("send poison")).await;
    // Received twice and failed twice, the poison goes to the dead-letter queue and is delivered no more.
    rig.wait_for("the second delivery", || delivered().matches("send poison").count() == 2).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(delivered().matches("send poison").count(), 2);
    assert_eq!(delivered().matches("send good").count(), 1);

    assert!(rig.command(&["tick", "work"]).0);
    assert!(delivered().contains("Scheduled Event"));
    assert!(rig.command(&["tick", "echo"]).1.contains("echo has no schedule"));
    let (succeeded, answer) = rig.command(&["invoke", "echo", r#"{"a":1}"#]);
    assert!(succeeded && answer.contains(r#"\"a\": 1"#), "{answer}");
    assert!(rig.command(&["invoke", "no-such"]).1.contains("there is no function no-such"));
}

#[tokio::test]
async fn a_second_start_says_so_and_nothing_survives_the_first() {
    let mut rig = Rig::start().await;
    rig.send("POST", "/", "{}").await;
    let (succeeded, line) = rig.command(&["run"]);
    assert!(!succeeded && line.contains("a stack runs already: process"), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");

    rig.stop(Signal::INT);

    assert_eq!(processes_of(&rig.root), [""; 0]);
    for name in ["stack.pid", "control.json", "env", "mail.jsonl", "postgres", "s3"] {
        assert!(!rig.root.join(".local").join(name).exists(), "{name}");
    }
}

#[tokio::test]
async fn nothing_survives_a_kill_and_the_next_start_works() {
    let mut rig = Rig::start().await;
    rig.send("POST", "/", "{}").await;

    rig.stop(Signal::KILL);
    rig.wait_for("the end of its children", || processes_of(&rig.root).is_empty()).await;

    std::fs::remove_file(rig.root.join(".local/control.json")).unwrap();
    rig.program = program(&rig.root, rig.port, &["run"]).stdout(Stdio::null()).spawn().unwrap();
    rig.wait_for("the second start", || rig.root.join(".local/control.json").exists()).await;
    assert_eq!(rig.send("POST", "/", "{}").await.0, StatusCode::OK);
    rig.stop(Signal::TERM);
}

#[tokio::test]
async fn a_port_that_is_taken_is_one_line() {
    let mut rig = Rig::start().await;
    rig.stop(Signal::INT);
    let _occupied = std::net::TcpListener::bind(machine::loopback(rig.port)).unwrap();

    let (succeeded, line) = rig.command(&["run"]);

    assert!(!succeeded && line.contains(&format!("port {} is taken", rig.port)), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert_eq!(processes_of(&rig.root), [""; 0]);
}

//! A function that does not answer: who gives up first, and what the caller is told.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tokio::time::Instant;

use super::*;
use crate::lambda::{Clock, Launch};

/// A stack of one function that never asks for work, with a timeout of one second.
struct Silent {
    directory: PathBuf,
    lambda: Arc<Lambda>,
    functions: Vec<Function>,
}

impl Silent {
    fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("doorbook-gateway-{}", crate::machine::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let program = directory.join("silent");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let functions = vec![Function {
            name: "silent".to_owned(),
            resource: "Silent".to_owned(),
            code: PathBuf::new(),
            description: String::new(),
            timeout: Duration::from_secs(1),
            memory_mb: 128,
            concurrency: None,
            variables: BTreeMap::new(),
            triggers: vec![Trigger::Http("GET /silent".to_owned())],
        }];
        let launch = Launch {
            root: directory.clone(),
            binaries: Some(directory.clone()),
            logs: directory.clone(),
            variables: Vec::new(),
            clock: Clock::default(),
        };
        Self { lambda: Arc::new(Lambda::new(functions.clone(), launch).unwrap()), directory, functions }
    }

    /// What the gateway answers when it waits so long, and after how long.
    async fn ask(&self, limit: Duration) -> (StatusCode, String, Duration) {
        let (listener, address) = http::listen(0).await.unwrap();
        let _gateway = serve(listener, &self.functions, Arc::clone(&self.lambda), limit);
        let began = Instant::now();
        let request = http::request("GET", address, "/silent", &[], Bytes::new()).unwrap();
        let (status, body) = http::send(address, request).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned(), began.elapsed())
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.lambda.stop();
        std::fs::remove_dir_all(&self.directory).unwrap();
    }
}

#[tokio::test]
async fn a_function_that_does_not_answer_in_time_is_503() {
    let silent = Silent::new();

    let (status, body, after) = silent.ask(Duration::from_millis(200)).await;

    assert_eq!((status, body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, r#"{"message":"Service Unavailable"}"#));
    assert!(after >= Duration::from_millis(200), "{after:?}");
    assert_eq!(INTEGRATION_LIMIT, Duration::from_secs(30), "what API Gateway gives an integration at most");
}

#[tokio::test]
async fn a_function_whose_own_time_is_up_first_is_500() {
    let silent = Silent::new();

    let (status, body, after) = silent.ask(INTEGRATION_LIMIT).await;

    assert_eq!((status, body.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, r#"{"message":"Internal Server Error"}"#));
    assert!(after < INTEGRATION_LIMIT, "{after:?}");
}

#[tokio::test]
async fn headers_over_ten_kilobytes_are_431() {
    let silent = Silent::new();
    let (listener, address) = http::listen(0).await.unwrap();
    let _gateway = serve(listener, &silent.functions, Arc::clone(&silent.lambda), Duration::from_millis(200));
    let ask = async |bytes: usize| {
        let value = "x".repeat(bytes);
        let request = http::request("GET", address, "/silent", &[("x-long", value.as_str())], Bytes::new()).unwrap();
        http::send(address, request).await.unwrap().0
    };

    assert_eq!(ask(HEADER_BYTES_MAX).await, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(ask(HEADER_BYTES_MAX / 2).await, StatusCode::SERVICE_UNAVAILABLE, "it reaches the function");
}

/// What a client hears that sends so much and then nothing.
async fn hears(sent: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let silent = Silent::new();
    let (listener, address) = http::listen(0).await.unwrap();
    let _gateway = serve(listener, &silent.functions, Arc::clone(&silent.lambda), Duration::from_millis(200));
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    client.write_all(sent.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), client.read_to_end(&mut heard)).await.expect("an end").unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_request_that_stalls_is_ended() {
    assert_eq!(hears("GET /silent HTTP/1.1\r\nhost: a\r\n").await, "", "within its head, without an answer");
    let stalled = "GET /silent HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 9\r\n\r\nabc";
    assert!(hears(stalled).await.starts_with("HTTP/1.1 408 "), "within its body");
}

//! As much of Lambda's Runtime and Extensions API as a function asks for before it is ready, and for one invocation.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// A listener that says when a function asked for an invocation, and gives it one only where one is waiting.
pub(crate) struct RuntimeApi {
    pub(crate) address: String,
    waiting: Waiting,
    ready: mpsc::UnboundedReceiver<Instant>,
    listener: tokio::task::JoinHandle<()>,
}

/// The event that the next question is answered with.
type Waiting = Arc<Mutex<Option<String>>>;

impl RuntimeApi {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, ready) = mpsc::unbounded_channel();
        let waiting = Waiting::default();
        let given = Arc::clone(&waiting);
        let listener = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sender.clone(), Arc::clone(&given)));
            }
        });
        Self { address, waiting, ready, listener }
    }

    /// The function that asks next is invoked with this event, and asks again when it has answered.
    pub(crate) fn invoke_with(&self, event: String) {
        *self.waiting.lock().expect("no thread panicked") = Some(event);
    }

    /// When the function that was started last became ready.
    pub(crate) async fn ready(&mut self) -> Instant {
        let limit = std::time::Duration::from_secs(20);
        let ready = tokio::time::timeout(limit, self.ready.recv()).await;
        ready.expect("the function is ready in time").expect("the listener lives")
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn serve(mut stream: TcpStream, ready: mpsc::UnboundedSender<Instant>, waiting: Waiting) {
    let (mut bytes, mut asked) = (vec![0; 16384], Vec::new());
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        let now = Instant::now();
        asked.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&asked).into_owned();
        let Some(body) = text.find("\r\n\r\n") else { continue };
        if text.contains("/runtime/invocation/next") {
            ready.send(now).ok();
            let event = waiting.lock().expect("no thread panicked").take();
            if let Some(event) = event
                && stream.write_all(invocation(&event).as_bytes()).await.is_err()
            {
                return;
            }
        } else if text.len() - body - 4 < length_of(&text) {
            continue;
        }
        if text.contains("/response") {
            let accepted = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
            if stream.write_all(accepted.as_bytes()).await.is_err() {
                return;
            }
        }
        // A function registers its extension and goes on; whatever else it asks for waits for ever.
        if text.contains("/extension/register") {
            let answer = "{\"functionName\":\"bench\",\"functionVersion\":\"1\",\"handler\":\"bootstrap\"}";
            let head = "HTTP/1.1 200 OK\r\nlambda-extension-identifier: 00000000-0000-4000-8000-000000000000\r\n";
            let answer =
                format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
        asked.clear();
    }
}

/// An event as the Runtime API hands it over, with an hour to answer it.
fn invocation(event: &str) -> String {
    let (now_s, _) = crate::tenants::CLOCK.now().unix_parts();
    let deadline_ms = (now_s + 3600) * 1000;
    let head = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 00000000-0000-4000-8000-000000000001\r\n";
    let arn = "lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:000000000000:function:bench";
    let length = event.len();
    format!(
        "{head}{arn}\r\nlambda-runtime-deadline-ms: {deadline_ms}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{event}"
    )
}

fn length_of(head: &str) -> usize {
    let lower = head.to_ascii_lowercase();
    let value = lower.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
    value.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

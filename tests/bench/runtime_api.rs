//! As much of Lambda's Runtime and Extensions API as a function asks for before it is ready.

use std::time::Instant;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// A listener that says when a function asked for its first invocation, and never gives one.
pub(crate) struct RuntimeApi {
    pub(crate) address: String,
    ready: mpsc::UnboundedReceiver<Instant>,
    listener: tokio::task::JoinHandle<()>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, ready) = mpsc::unbounded_channel();
        let listener = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sender.clone()));
            }
        });
        Self { address, ready, listener }
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

async fn serve(mut stream: TcpStream, ready: mpsc::UnboundedSender<Instant>) {
    let (mut bytes, mut asked) = (vec![0; 16384], Vec::new());
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        let now = Instant::now();
        asked.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&asked).into_owned();
        let Some(body) = text.find("\r\n\r\n") else { continue };
        if text.contains("/runtime/invocation/next") {
            ready.send(now).ok();
        }
        // A function registers its extension and goes on; whatever else it asks for waits for ever.
        if text.contains("/extension/register") {
            if text.len() - body - 4 < length_of(&text) {
                continue;
            }
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

fn length_of(head: &str) -> usize {
    let lower = head.to_ascii_lowercase();
    let value = lower.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
    value.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

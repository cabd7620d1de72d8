//! A tap on the way to a part: lets bytes through, refuses, or lets a request through and loses its answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const OPEN: i64 = i64::MAX;
/// Silence after which a part has said everything.
const QUIET: Duration = Duration::from_millis(300);

/// A listener on loopback before a real part. Dropping it closes the listener.
pub(crate) struct Tap {
    address: SocketAddr,
    state: Arc<State>,
    listener: tokio::task::JoinHandle<()>,
}

struct State {
    target: SocketAddr,
    /// Requests that may still be answered; the answer of the one after them is lost, with its connection. Negative:
    /// nothing gets through at all.
    answers_left: AtomicI64,
    /// Milliseconds that each request is held back.
    delay_ms: std::sync::atomic::AtomicU64,
    /// Opens again after one lost answer.
    once: std::sync::atomic::AtomicBool,
}

impl Tap {
    /// A tap before `host:port`.
    pub(crate) async fn before(target: &str) -> Self {
        let target =
            tokio::net::lookup_host(target).await.expect("an address").find(SocketAddr::is_ipv4).expect("IPv4");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            target,
            answers_left: AtomicI64::new(OPEN),
            delay_ms: std::sync::atomic::AtomicU64::new(0),
            once: std::sync::atomic::AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let listener = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, Arc::clone(&shared)));
            }
        });
        Self { address, state, listener }
    }

    /// A tap before the part that this URL names, and the URL by way of the tap.
    pub(crate) async fn before_url(url: &str) -> (Self, String) {
        let mut url = url::Url::parse(url).expect("a URL");
        let port = url.port_or_known_default().expect("a port");
        let tap = Self::before(&format!("{}:{port}", url.host_str().expect("a host"))).await;
        url.set_port(Some(tap.address.port())).expect("a port");
        (tap, url.to_string())
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Holds every request back for so long.
    pub(crate) fn delay(&self, by: Duration) {
        self.state.delay_ms.store(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Refuses every connection from now on.
    pub(crate) fn close(&self) {
        self.state.answers_left.store(-1, Ordering::SeqCst);
    }

    /// Lets everything through again.
    pub(crate) fn open(&self) {
        self.state.answers_left.store(OPEN, Ordering::SeqCst);
    }

    /// Lets some requests be answered; every later one reaches the part, and its answer is lost.
    pub(crate) fn lose_answers_after(&self, answers: i64) {
        self.state.once.store(false, Ordering::SeqCst);
        self.state.answers_left.store(answers, Ordering::SeqCst);
    }

    /// Lets some requests be answered, loses the next answer, and then lets everything through.
    pub(crate) fn lose_one_answer_after(&self, answers: i64) {
        self.state.once.store(true, Ordering::SeqCst);
        self.state.answers_left.store(answers, Ordering::SeqCst);
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Listens until the part has said everything. A database that cannot send gives up what it has not committed, so
/// hanging up at the first byte would race with COMMIT.
async fn drain(part: &mut TcpStream) {
    let mut unheard = vec![0; 65536];
    while let Ok(Ok(1..)) = tokio::time::timeout(QUIET, part.read(&mut unheard)).await {}
}

async fn carry(mut client: TcpStream, state: Arc<State>) {
    let Ok(mut part) = TcpStream::connect(state.target).await else { return };
    let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
    // True while the client has asked and the part has not answered yet.
    let mut is_asked = false;
    loop {
        if state.answers_left.load(Ordering::SeqCst) < 0 {
            return;
        }
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(mut count @ 1..) = read else { return };
                if !is_asked {
                    is_asked = true;
                    // A pipeline may leave in several writes: one request is all that is sent before an answer.
                    tokio::time::sleep(Duration::from_millis(15)).await;
                    count += client.try_read(&mut up[count..]).unwrap_or(0);
                }
                tokio::time::sleep(Duration::from_millis(state.delay_ms.load(Ordering::SeqCst))).await;
                // A statement that is a transaction by itself would be committed, even where its answer is lost.
                if state.answers_left.load(Ordering::SeqCst) < 0 {
                    return;
                }
                if part.write_all(&up[..count]).await.is_err() { return }
            }
            read = part.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                if is_asked {
                    is_asked = false;
                    let left = state.answers_left.load(Ordering::SeqCst);
                    if left == 0 {
                        if state.once.load(Ordering::SeqCst) {
                            state.answers_left.store(OPEN, Ordering::SeqCst);
                        }
                        return drain(&mut part).await;
                    }
                    if left != OPEN {
                        state.answers_left.fetch_sub(1, Ordering::SeqCst);
                    }
                }
                if client.write_all(&down[..count]).await.is_err() { return }
            }
        }
    }
}

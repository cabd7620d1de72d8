//! A proxy on the way to a part that counts round trips. It holds every byte back for a while in each direction, so
//! that everything a client sends without waiting for an answer arrives here before the first answer leaves.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::Instant,
};

/// A listener on loopback before a real part. Dropping it closes the listener.
pub(crate) struct CountingProxy {
    address: SocketAddr,
    counts: Arc<Counts>,
    listener: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    /// Times that a client spoke after the part did, or first.
    round_trips: AtomicU64,
    connections: AtomicU64,
}

impl CountingProxy {
    /// A proxy before the part that this URL names, and the URL by way of the proxy. The host's name stays, so that
    /// TLS verifies the part's certificate as ever.
    pub(crate) async fn before_url(url: &str, delay: Duration) -> (Self, String) {
        let mut url = url::Url::parse(url).expect("a URL");
        let port = url.port_or_known_default().expect("a port");
        let host = format!("{}:{port}", url.host_str().expect("a host"));
        let target = tokio::net::lookup_host(host).await.expect("an address").find(SocketAddr::is_ipv4).expect("IPv4");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let listener = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(carry(client, target, delay, Arc::clone(&counted)));
            }
        });
        url.set_port(Some(address.port())).expect("a port");
        (Self { address, counts, listener }, url.to_string())
    }

    /// Round trips so far, on all connections, those of connecting included.
    pub(crate) fn round_trips(&self) -> u64 {
        self.counts.round_trips.load(Ordering::SeqCst)
    }

    /// Connections so far.
    pub(crate) fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::SeqCst)
    }
}

impl std::fmt::Debug for CountingProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CountingProxy({})", self.address)
    }
}

impl Drop for CountingProxy {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn carry(client: TcpStream, target: SocketAddr, delay: Duration, counts: Arc<Counts>) {
    let Ok(part) = TcpStream::connect(target).await else { return };
    let (client_reads, client_writes) = client.into_split();
    let (part_reads, part_writes) = part.into_split();
    let client_spoke_last = Arc::new(AtomicBool::new(false));
    let spoke_last = Arc::clone(&client_spoke_last);
    let up = move || {
        if !spoke_last.swap(true, Ordering::SeqCst) {
            counts.round_trips.fetch_add(1, Ordering::SeqCst);
        }
    };
    let down = move || client_spoke_last.store(false, Ordering::SeqCst);
    tokio::join!(hold_back(client_reads, part_writes, delay, up), hold_back(part_reads, client_writes, delay, down));
}

/// Hands every byte on, `delay` after it came, and says when it came.
async fn hold_back(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    delay: Duration,
    came: impl Fn(),
) {
    let (sender, mut held) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async move {
        let mut bytes = vec![0; 65536];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            came();
            if sender.send((Instant::now() + delay, bytes[..count].to_vec())).is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, bytes)) = held.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        // What the other side does not hear of it would wait for.
        let _closed = to.shutdown().await;
    };
    tokio::join!(read, write);
}

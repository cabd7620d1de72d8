//! A small HTTP/1.1 server and client on the loopback address, enough for every stand-in.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::error::{Error, Result};
use crate::machine;

/// How much of a body that is too long is still read.
const DISCARDED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// An answer with its whole body in memory.
pub type Answer = Response<Full<Bytes>>;

/// Listens on a port of the loopback address; 0 takes any free one.
///
/// # Errors
/// When the port is taken.
pub async fn listen(port: u16) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(machine::loopback(port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Error::stack(format!("port {port} is taken by another program; choose one with PORT="))
        }
        _ => Error::io(format!("cannot listen on port {port}"))(error),
    })?;
    let address = listener.local_addr().map_err(Error::io("cannot read the port"))?;
    Ok((listener, address))
}

/// A server and its connections; all of them end when it is dropped.
#[derive(Debug)]
pub struct Server(JoinHandle<()>);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Answers every request on a listener by one function. A client that goes away cancels its request.
pub fn serve<F, Fut, B>(listener: TcpListener, answer: F) -> Server
where
    F: Fn(SocketAddr, Request<Incoming>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    serve_by(hyper::server::conn::http1::Builder::new(), listener, answer)
}

/// The same, but a client that takes longer than this for the head of a request is disconnected.
pub fn serve_within<F, Fut, B>(limit: Duration, listener: TcpListener, answer: F) -> Server
where
    F: Fn(SocketAddr, Request<Incoming>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let mut protocol = hyper::server::conn::http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(limit);
    serve_by(protocol, listener, answer)
}

fn serve_by<F, Fut, B>(protocol: hyper::server::conn::http1::Builder, listener: TcpListener, answer: F) -> Server
where
    F: Fn(SocketAddr, Request<Incoming>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    Server(tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, peer)) = listener.accept().await else { continue };
            let (answer, protocol) = (answer.clone(), protocol.clone());
            // Finished connections are swept here, so that the set does not grow with the number served.
            while connections.try_join_next().is_some() {}
            connections.spawn(async move {
                // Small answers must not wait for the acknowledgement of the ones before them.
                stream.set_nodelay(true).ok();
                let service = service_fn(move |request| {
                    let answered = answer(peer, request);
                    async move { Ok::<_, Infallible>(answered.await) }
                });
                let connection = protocol.serve_connection(TokioIo::new(stream), service);
                // A connection that breaks is the client's loss alone.
                connection.await.ok();
            });
        }
    }))
}

/// Why a body could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than the limit.
    TooLarge,
    /// The connection broke first.
    Broken,
}

/// Reads a whole body of at most so many bytes.
///
/// A longer one is read to its end all the same, since a client that is still sending hears no answer.
///
/// # Errors
/// When it is longer or the connection breaks.
pub async fn read_body(mut body: Incoming, bytes_max: usize) -> std::result::Result<Bytes, BodyError> {
    let mut collected = Vec::new();
    let mut length: usize = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= bytes_max {
            collected.extend_from_slice(&data);
        } else if length > DISCARDED_BYTES_MAX {
            break;
        }
    }
    if length > bytes_max { Err(BodyError::TooLarge) } else { Ok(collected.into()) }
}

/// An answer with a content type.
#[must_use]
pub fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    answer
}

/// A JSON answer.
#[must_use]
pub fn json(status: StatusCode, body: &serde_json::Value) -> Answer {
    answer(status, "application/json", body.to_string())
}

/// Sends one request and reads the whole answer.
///
/// # Errors
/// When no server answers there.
pub async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes)> {
    let (head, body) = send_whole(address, request).await?;
    Ok((head.status, body))
}

/// Sends one request on a connection of its own, and returns the head of the answer too.
///
/// # Errors
/// When no server listens or the connection breaks.
pub async fn send_whole(
    address: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<(hyper::http::response::Parts, Bytes)> {
    let unanswered = |reason: String| Error::stack(format!("no answer from {address}: {reason}"));
    let stream = TcpStream::connect(address).await.map_err(|error| unanswered(error.to_string()))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unanswered(error.to_string()))?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| unanswered(error.to_string()))?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| unanswered(error.to_string()))?.to_bytes();
    driver.abort();
    Ok((head, body))
}

/// A request with the headers given, to a server that is addressed by its port.
///
/// # Errors
/// When a header or the path is malformed.
pub fn request(
    method: &str,
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>> {
    let mut builder = Request::builder().method(method).uri(path).header(header::HOST, address.to_string());
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Full::new(body)).map_err(|error| Error::stack(format!("malformed request to {address}: {error}")))
}

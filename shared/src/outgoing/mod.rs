//! Calls to hosts that a customer named. The host is the customer's word, so none of it is trusted: it must be reached
//! over HTTPS by a name whose every address is public, at the very address that was checked, within a time, and is not
//! followed anywhere else. Of its answer nothing but the status is read.
//!
//! A member with `webhook.manage` in an organization decides which public host is called with that organization's own
//! data, and learns how that went by one word; no member can make this module speak to a host inside our network.

mod address;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::Url;

use crate::{
    domain::stream::Undelivered,
    error::{Error, Result},
    wiring::{Fatal, Needs, Part, Start, Variable},
};

/// Longest that a name may take to resolve.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest that a connection may take, its handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// Longest that a whole call may take: less than the margin that a sweep keeps before its end.
const CALL_TIMEOUT: Duration = Duration::from_secs(8);
/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;
/// Bytes of the head of an answer, beyond which the connection is dropped.
const ANSWER_HEAD_BYTES_MAX: usize = 16 * 1024;

/// The way out.
#[derive(Clone)]
pub struct Outgoing {
    tls: TlsConnector,
    /// True only where a test's collector listens on this machine.
    reaches_loopback: bool,
}

/// PEM file of the authority of a collector on this machine, in place of the public ones.
const TEST_CA_FILE: Variable = Variable::test_switch("OUTGOING_TEST_CA_FILE");

impl Part for Outgoing {
    fn needs() -> Needs {
        Needs::of(&[TEST_CA_FILE], &[])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(start.told().optional(TEST_CA_FILE.name))?)
    }
}

impl Outgoing {
    /// A way out that trusts the public certificate authorities, or a test's own; nothing is called yet.
    ///
    /// # Errors
    /// When the file of a test's own authority cannot be read.
    pub fn new(test_ca_file: Option<&str>) -> Result<Self> {
        let mut roots = rustls::RootCertStore::empty();
        match test_ca_file {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(path) => {
                for certificate in CertificateDer::pem_file_iter(path).map_err(Error::internal)? {
                    roots.add(certificate.map_err(Error::internal)?).map_err(Error::internal)?;
                }
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let reaches_loopback = test_ca_file.is_some();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), reaches_loopback })
    }

    /// Posts a body. It was taken when this returns without a word, which is an answer of 200 to 299.
    ///
    /// # Errors
    /// The word for why it was not taken, or may not have been.
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<(), Undelivered> {
        let call = tokio::time::timeout(CALL_TIMEOUT, self.call(url, headers, body));
        match call.await.map_err(|_| Undelivered::TimedOut)?? {
            200..=299 => Ok(()),
            300..=399 => Err(Undelivered::Redirected),
            400..=499 => Err(Undelivered::Refused),
            _ => Err(Undelivered::ServerError),
        }
    }

    /// One request on a connection of its own: a second one might find that the name leads elsewhere by now.
    async fn call(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<u16, Undelivered> {
        let host = url.host_str().ok_or(Undelivered::NameNotResolved)?;
        let port = url.port_or_known_default().ok_or(Undelivered::NameNotResolved)?;
        let request = request(url, headers, body).ok_or(Undelivered::Refused)?;
        let stream = self.connect(host, &self.resolve(host, port).await?).await?;
        let mut builder = hyper::client::conn::http1::Builder::new();
        builder.max_buf_size(ANSWER_HEAD_BYTES_MAX);
        let (mut sender, connection) =
            builder.handshake(TokioIo::new(stream)).await.map_err(|_| Undelivered::ConnectionLost)?;
        // Polled beside the request and dropped with it, so that no connection outlives its call.
        let answer = async { sender.send_request(request).await.map(|answer| answer.status().as_u16()) };
        tokio::pin!(connection, answer);
        let answered = tokio::select! {
            biased;
            answered = &mut answer => answered,
            _ = &mut connection => answer.await,
        };
        answered.map_err(|_| Undelivered::ConnectionLost)
    }

    /// The addresses of a name, if every single one may be spoken to.
    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Undelivered> {
        let resolving = tokio::time::timeout(RESOLVE_TIMEOUT, tokio::net::lookup_host((host, port)));
        let found = resolving.await.map_err(|_| Undelivered::NameNotResolved)?;
        checked(found.map_err(|_| Undelivered::NameNotResolved)?.collect(), self.reaches_loopback)
    }

    /// Connects to the first of the checked addresses that answers, and to no other.
    async fn connect(&self, host: &str, addresses: &[SocketAddr]) -> Result<TlsStream<TcpStream>, Undelivered> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Undelivered::NameNotResolved)?;
        let connecting = tokio::time::timeout(CONNECT_TIMEOUT, async {
            for address in addresses.iter().take(ADDRESSES_MAX) {
                if let Ok(stream) = TcpStream::connect(address).await {
                    let shaken = self.tls.connect(name, stream).await;
                    return shaken.map_err(|_| Undelivered::TlsFailed);
                }
            }
            Err(Undelivered::Unreachable)
        });
        connecting.await.map_err(|_| Undelivered::TimedOut)?
    }
}

/// Of two addresses the second would be tried when the first does not answer, so one that may not be spoken to spoils
/// all.
fn checked(addresses: Vec<SocketAddr>, reaches_loopback: bool) -> Result<Vec<SocketAddr>, Undelivered> {
    let may_be_spoken_to =
        |address: &SocketAddr| address::is_public(address.ip()) || (reaches_loopback && address.ip().is_loopback());
    match addresses.iter().all(may_be_spoken_to) {
        true if addresses.is_empty() => Err(Undelivered::NameNotResolved),
        true => Ok(addresses),
        false => Err(Undelivered::AddressNotPublic),
    }
}

fn request(url: &Url, headers: HeaderMap, body: Bytes) -> Option<Request<Full<Bytes>>> {
    let authority = match (url.host_str()?, url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut request = Request::post(target).body(Full::new(body)).ok()?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(header::HOST, HeaderValue::from_str(&authority).ok()?);
    request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("doorbook"));
    request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(addresses: &[&str], reaches_loopback: bool) -> Option<Undelivered> {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        checked(addresses, reaches_loopback).err()
    }

    #[test]
    fn one_address_that_is_not_public_spoils_a_name() {
        assert_eq!(word(&["8.8.8.8:443", "[2606:4700::1111]:443"], false), None);
        assert_eq!(word(&["8.8.8.8:443", "169.254.169.254:443"], false), Some(Undelivered::AddressNotPublic));
        assert_eq!(word(&["[fd00:ec2::254]:443", "8.8.8.8:443"], false), Some(Undelivered::AddressNotPublic));
        assert_eq!(word(&["127.0.0.1:443"], false), Some(Undelivered::AddressNotPublic));
        assert_eq!(word(&[], false), Some(Undelivered::NameNotResolved));
    }

    #[test]
    fn a_test_reaches_this_machine_and_nothing_beside_it() {
        assert_eq!(word(&["127.0.0.1:443", "[::1]:443"], true), None);
        for hidden in ["10.0.0.1:443", "169.254.169.254:443", "[fe80::1]:443", "[::ffff:127.0.0.1]:443"] {
            assert_eq!(word(&[hidden], true), Some(Undelivered::AddressNotPublic), "{hidden}");
        }
    }
}

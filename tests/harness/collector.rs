//! A collector of a customer's on this machine: it speaks TLS under a certificate of its own authority, keeps what it is
//! sent, and answers as a test wants it to.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

/// What a collector does with one delivery. Whatever it is, the delivery is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// The connection ends without one.
    Lost,
    /// None comes.
    Never,
    /// This status, and the address of another host.
    Status(u16),
}

/// One delivery, as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) target: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

#[derive(Default)]
struct Kept {
    deliveries: Vec<Delivery>,
    answers: VecDeque<Answer>,
    connections: usize,
}

/// A listening collector. Dropping it closes it.
pub(crate) struct Collector {
    port: u16,
    kept: Arc<Mutex<Kept>>,
    listener: JoinHandle<()>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// The authority of every collector of these tests: its certificate's file, and what signs with it.
fn authority() -> &'static (PathBuf, Issuer<'static, KeyPair>) {
    static AUTHORITY: OnceLock<(PathBuf, Issuer<'static, KeyPair>)> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let (pem, issuer) = new_authority();
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("collectors-{}.pem", std::process::id()));
        std::fs::write(&path, pem).expect("a file");
        (path, issuer)
    })
}

fn new_authority() -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, Issuer::new(params, key))
}

/// The file that a function must be told of to trust these collectors.
pub(crate) fn authority_file() -> String {
    authority().0.display().to_string()
}

impl Collector {
    /// A collector that calls itself `localhost`, rightly.
    pub(crate) async fn start() -> Self {
        Self::with_certificate("localhost", &authority().1).await
    }

    /// One that shows a certificate for another name.
    pub(crate) async fn of_another_name() -> Self {
        Self::with_certificate("siem.example.com", &authority().1).await
    }

    /// One whose certificate is signed by an unknown authority.
    pub(crate) async fn of_another_authority() -> Self {
        Self::with_certificate("localhost", &new_authority().1).await
    }

    async fn with_certificate(name: &str, issuer: &Issuer<'static, KeyPair>) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
        let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().unwrap().port();
        let kept = Arc::<Mutex<Kept>>::default();
        let listener = tokio::spawn(listen(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&kept)));
        Self { port, kept, listener }
    }

    /// Where it takes deliveries.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/in?source=doorbook", self.port)
    }

    /// Answers the next deliveries so, and 200 after that.
    pub(crate) fn will(&self, answers: &[Answer]) {
        self.kept.lock().unwrap().answers = answers.iter().copied().collect();
    }

    /// Everything that arrived, in order.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.kept.lock().unwrap().deliveries.clone()
    }

    /// Every line that arrived, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.deliveries()
            .iter()
            .flat_map(|delivery| delivery.body.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    /// Connections that were taken.
    pub(crate) fn connections(&self) -> usize {
        self.kept.lock().unwrap().connections
    }
}

async fn listen(listener: TcpListener, tls: TlsAcceptor, kept: Arc<Mutex<Kept>>) {
    while let Ok((stream, _)) = listener.accept().await {
        kept.lock().unwrap().connections += 1;
        let (tls, kept) = (tls.clone(), Arc::clone(&kept));
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(|request| take(request, Arc::clone(&kept)));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            connection.await.ok();
        });
    }
}

async fn take(request: Request<Incoming>, kept: Arc<Mutex<Kept>>) -> Result<Response<Full<Bytes>>, &'static str> {
    let target = request.uri().to_string();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers = headers.collect();
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("text");
    let answer = {
        let mut kept = kept.lock().unwrap();
        kept.deliveries.push(Delivery { target, headers, body });
        kept.answers.pop_front()
    };
    match answer {
        Some(Answer::Lost) => Err("the answer is lost"),
        Some(Answer::Never) => std::future::pending().await,
        Some(Answer::Status(status)) => {
            let response = Response::builder().status(status).header("location", "https://localhost/elsewhere");
            // A body that must not be read, and that says what must be in no log.
            Ok(response.body(Full::from(Bytes::from(vec![b'x'; 100_000]))).unwrap())
        }
        None => Ok(Response::new(Full::default())),
    }
}

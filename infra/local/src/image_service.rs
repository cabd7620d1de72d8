//! What the stand-ins of Textract and Rekognition have in common: calls that carry images, and failures that a test asks
//! for by the path of its endpoint, so that tests which run beside each other do not meet.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::aws_json::{self, Outcome, Refusal};
use crate::http::{self, Answer};

/// Textract takes 10 MB, in base64 a third more.
const BODY_BYTES_MAX: usize = 14 * 1024 * 1024;
/// Longer than any client waits.
const SLOWNESS: Duration = Duration::from_secs(8);

/// One call.
#[derive(Debug)]
pub struct Call {
    /// As `AnalyzeID`.
    pub operation: String,
    /// Its input.
    pub input: Value,
    /// What a test asks the answer to be, where it is no failure.
    pub wanted: Option<String>,
}

impl Call {
    /// The bytes of an image that stands under a pointer of the input.
    ///
    /// # Errors
    /// When there are none.
    pub fn image(&self, pointer: &str) -> std::result::Result<Vec<u8>, Refusal> {
        let invalid = |message| Refusal::new("InvalidParameterException", message);
        let text = self.input.pointer(pointer).and_then(Value::as_str);
        let text = text.ok_or_else(|| invalid("the local stand-in reads bytes, and nothing from S3"))?;
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| invalid("the bytes are no base64"))?;
        if bytes.is_empty() { Err(invalid("there are no bytes")) } else { Ok(bytes) }
    }
}

/// Serves a service. The header says in each answer how it was made.
pub fn serve<F, Fut>(listener: TcpListener, header: &'static str, call: F) -> http::Server
where
    F: Fn(Call) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let counts = Arc::new(Mutex::new(HashMap::new()));
    http::serve(listener, move |_, request| {
        let (counts, call) = (Arc::clone(&counts), call.clone());
        async move {
            let mut answer = answer(&counts, request, call).await;
            answer.headers_mut().insert("x-doorbook-local", HeaderValue::from_static(header));
            answer
        }
    })
}

/// `/faults/<name>/<fault>[/<times>]`: the first so many calls under this name fail so, or all of them.
struct Wanted {
    name: String,
    fault: Option<String>,
    times: u32,
}

impl Wanted {
    fn read(path: &str) -> Option<Self> {
        let mut segments = path.strip_prefix("/faults/")?.split('/').map(str::to_owned);
        let (name, fault) = (segments.next()?, segments.next());
        Some(Self { name, fault, times: segments.next().and_then(|times| times.parse().ok()).unwrap_or(u32::MAX) })
    }
}

async fn answer<F, Fut>(counts: &Mutex<HashMap<String, u32>>, request: Request<Incoming>, call: F) -> Answer
where
    F: Fn(Call) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let wanted = Wanted::read(request.uri().path());
    let mut fault = None;
    if let Some(wanted) = wanted {
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(wanted.name).or_default();
        if request.method() == Method::GET {
            return http::json(StatusCode::OK, &json!({"calls": *count}));
        }
        *count = count.saturating_add(1);
        fault = wanted.fault.filter(|_| *count <= wanted.times);
    }
    let read = aws_json::read_up_to(BODY_BYTES_MAX, request).await;
    match fault.as_deref() {
        Some("broken") => {
            return http::answer(StatusCode::OK, "application/x-amz-json-1.1", "{\"IdentityDocuments\": [");
        }
        Some("denied") => return refused("AccessDeniedException"),
        Some("slow") => tokio::time::sleep(SLOWNESS).await,
        Some("throttled") => return refused("ThrottlingException"),
        Some("unavailable") => return refused("InternalServerError"),
        _ => {}
    }
    match read {
        Ok((operation, input)) => write(call(Call { operation, input, wanted: fault }).await),
        Err(refusal) => write(Err(refusal)),
    }
}

fn refused(code: &'static str) -> Answer {
    write(Err(Refusal::new(code, "as a test asked for")))
}

/// As AWS writes it; a fault of the service comes with its own status.
fn write(outcome: Outcome) -> Answer {
    let is_ours = outcome.as_ref().is_err_and(|refusal| refusal.code == "InternalServerError");
    let mut answer = aws_json::write(outcome, "");
    if is_ours {
        *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    answer
}

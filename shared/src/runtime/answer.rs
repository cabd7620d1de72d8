//! From a request to its answer.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::{
    act::{Act, Requests},
    cause::cause,
};
use crate::{
    error::{Code, Error, Result},
    http::{Reply, Request},
    tenant::is_interruption,
    wiring::BoxFuture,
};

/// How often a request is run when the database interrupts it.
const ATTEMPTS_MAX: u32 = 3;

/// Runs a handler as the loop does, with what is held already.
pub async fn answer<D, H>(held: &D, handle: H, request: &Request) -> Reply
where
    D: Send + Sync,
    H: for<'a> Act<'a, D, Request, Reply>,
{
    respond(&Held { held, handle }, request).await
}

struct Held<'h, D, H> {
    held: &'h D,
    handle: H,
}

impl<D: Send + Sync, H: for<'a> Act<'a, D, Request, Reply>> Requests for Held<'_, D, H> {
    fn handle<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply>> {
        self.handle.act(self.held, request)
    }
}

/// Lets the handler answer and turns whatever comes of it into one reply. What is interrupted by the database is run
/// again as a whole: its own claim lets it pass. A claim that is left over is settled with the refusal, or given
/// back where a retry may succeed.
pub(super) async fn respond(requests: &dyn Requests, request: &Request) -> Reply {
    let span = tracing::info_span!("request", request_id = %request.request_id);
    async {
        let started = tokio::time::Instant::now();
        let outcome = attempts(requests, request).await;
        let reply = match outcome {
            Ok(reply) => reply,
            Err(Error::Replayed(kept)) => replayed(&kept, &request.request_id),
            Err(error) => refused(&error, request).await,
        };
        let reply = match request.impersonation() {
            Some(impersonation) => reply.under_impersonation(impersonation),
            None => reply,
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(http.route = request.route(), http.status = reply.status(), duration_ms, "request answered");
        reply
    }
    .instrument(span)
    .await
}

async fn attempts(requests: &dyn Requests, request: &Request) -> Result<Reply> {
    let mut attempt = 1;
    loop {
        let outcome = AssertUnwindSafe(requests.handle(request)).catch_unwind().await;
        match outcome {
            Err(_) => return Err(Error::internal("the handler panicked")),
            Ok(Err(error)) if is_interruption(&error) && attempt < ATTEMPTS_MAX => {
                tracing::warn!(error.message = %cause(&error), attempt, "request interrupted and run again");
                tokio::time::sleep(std::time::Duration::from_millis(20 * u64::from(attempt))).await;
                attempt += 1;
            }
            Ok(outcome) => return outcome,
        }
    }
}

fn replayed(kept: &[u8], request_id: &str) -> Reply {
    match serde_json::from_slice::<Reply>(kept) {
        Ok(reply) => reply.replayed(),
        Err(error) => Reply::problem(&Error::internal(error), request_id),
    }
}

async fn refused(error: &Error, request: &Request) -> Reply {
    let code = error.code();
    if matches!(code, Code::Internal | Code::Unavailable) {
        tracing::error!(error.code = code.name(), error.message = %cause(error), "request failed");
    }
    let reply = Reply::problem(error, &request.request_id);
    #[cfg(feature = "kms")]
    if let Some(claim) = request.admission.claim.get() {
        use crate::error::OrLog as _;
        // What a retry may mend has executed nothing: its claim is given back, so that the retry executes.
        let left = match (code.retry(), serde_json::to_vec(&reply)) {
            (crate::error::Retry::Never, Ok(kept)) => claim.settle_alone(&kept).await,
            _ => claim.release().await,
        };
        left.or_log("the lease of the claim ends with the invocation");
    }
    reply
}

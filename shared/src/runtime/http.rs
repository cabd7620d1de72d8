//! HTTP functions behind API Gateway.

use std::time::Duration;

use aws_lambda_events::{
    apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    encodings::Body,
};
use http::{HeaderMap, HeaderValue, header::HeaderName};
use lambda_runtime::{LambdaEvent, service_fn};

use super::Fatal;
use crate::{
    clock::Clock,
    error::{Error, Result},
    http::{Reply, Request},
};

/// Taken off the time that an invocation has left, so that its answer still arrives.
const DEADLINE_MARGIN: Duration = Duration::from_millis(500);

/// Serves requests until the environment ends.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_http<D>(
    clock: Clock,
    deps: D,
    handler: impl AsyncFn(&D, &Request) -> Result<Reply>,
) -> Result<(), Fatal> {
    let (deps, handler) = (&deps, &handler);
    let service = service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        let (reply, request_id) = match read(event, clock) {
            Ok(request) => (super::answer(deps, handler, &request).await, request.request_id),
            Err((error, request_id)) => (Reply::problem(&error, &request_id), request_id),
        };
        Ok::<_, lambda_runtime::Error>(write(&reply, &request_id))
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

fn read(event: LambdaEvent<ApiGatewayV2httpRequest>, clock: Clock) -> Result<Request, (Error, String)> {
    let request_id = event.context.request_id;
    let remaining = super::remaining(event.context.deadline, DEADLINE_MARGIN);
    tracing::trace!(?clock, "request read");
    Request::of_event(event.payload, request_id.clone(), remaining).map_err(|error| (error, request_id))
}

fn write(reply: &Reply, request_id: &str) -> ApiGatewayV2httpResponse {
    let headers: HeaderMap = reply
        .headers(request_id)
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?)))
        .collect();
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(reply.status());
    response.headers = headers;
    response.cookies = reply.cookie().map(|cookie| cookie.expose_secret().clone()).into_iter().collect();
    response.body = Some(Body::Text(reply.body().to_owned()));
    response
}

#[cfg(feature = "queue")]
pub use nudge::serve_http_and_nudge;

#[cfg(feature = "queue")]
mod nudge {
    use std::sync::Arc;

    use lambda_extension::{Extension, LambdaEvent as ExtensionEvent, NextEvent};
    use tokio::sync::{Mutex, mpsc};

    use super::{
        ApiGatewayV2httpRequest, Clock, Duration, Fatal, LambdaEvent, Reply, Request, Result, read, service_fn, write,
    };
    use crate::{
        queue::{Envelope, QueueSender},
        telemetry,
    };

    /// Longest that telling the outbox may hold the environment after the answer.
    const NUDGE_TIMEOUT: Duration = Duration::from_millis(200);

    /// Serves requests, and after each answer tells the outbox of the events that it recorded. An internal
    /// extension (Lambda Extensions API) keeps the environment awake for that while the answer is on its way; a
    /// nudge that fails is counted, and the schedule repairs it.
    ///
    /// # Errors
    /// [`Fatal`] when the Lambda runtime ends.
    pub async fn serve_http_and_nudge<D>(
        name: &'static str,
        clock: Clock,
        queue: QueueSender,
        deps: D,
        handler: impl AsyncFn(&D, &Request) -> Result<Reply>,
    ) -> Result<(), Fatal> {
        let (done, finished) = mpsc::unbounded_channel::<Option<Envelope>>();
        let finished = Arc::new(Mutex::new(finished));
        let after = lambda_extension::service_fn(move |event: ExtensionEvent| {
            let (queue, finished) = (queue.clone(), Arc::clone(&finished));
            async move {
                if matches!(event.next, NextEvent::Invoke(_))
                    && let Some(Some(envelope)) = finished.lock().await.recv().await
                    // What is read at a queue that this function may not send to is found by a schedule.
                    && queue.carries(&envelope)
                {
                    tell(name, clock, &queue, &envelope).await;
                }
                Ok::<_, lambda_extension::Error>(())
            }
        });
        let extension =
            Extension::new().with_extension_name("after-answer").with_events(&["INVOKE"]).with_events_processor(after);
        let extension = extension.register().await.map_err(Fatal::from)?;

        let (deps, handler, done) = (&deps, &handler, &done);
        let service = service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
            let (reply, request_id, nudge) = match read(event, clock) {
                Ok(request) => {
                    let reply = crate::runtime::answer(deps, handler, &request).await;
                    let nudge = request.nudge.get().cloned();
                    (reply, request.request_id, nudge)
                }
                Err((error, request_id)) => (Reply::problem(&error, &request_id), request_id, None),
            };
            if done.send(nudge).is_err() {
                tracing::warn!("the extension has ended");
            }
            Ok::<_, lambda_runtime::Error>(write(&reply, &request_id))
        });
        let (served, extended) = futures_util::future::join(lambda_runtime::run(service), extension.run()).await;
        served.and(extended).map_err(Fatal::from)
    }

    async fn tell(name: &'static str, clock: Clock, queue: &QueueSender, envelope: &Envelope) {
        let told = tokio::time::timeout(NUDGE_TIMEOUT, queue.send(envelope)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!(
                request_id = envelope.request_id,
                "the outbox was not told; its schedule will see the event"
            );
            telemetry::count(clock, name, "nudges_failed", 1.0);
        }
    }
}

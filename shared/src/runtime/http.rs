//! HTTP functions behind API Gateway, by `lambda_http`.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
    time::Duration,
};

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use futures_util::future::{Either, MapOk, TryFutureExt as _};
use lambda_http::{
    Adapter, Body, IntoResponse, LambdaEvent, RequestExt as _, Response, Service,
    http::{HeaderName, HeaderValue, StatusCode, header},
    lambda_runtime,
    request::LambdaRequest,
    service_fn,
};
use serde::Serialize;

use super::{
    act::{Act, Requests},
    answer::respond,
};
use crate::{
    error::Result,
    http::{Reply, Request, refuse_unreadable},
    wiring::{BoxFuture, Fatal},
};

#[cfg(test)]
mod tests;

/// Taken off the time that an invocation has left, so that its answer still arrives.
const DEADLINE_MARGIN: Duration = Duration::from_millis(500);

pub(super) struct Http<D, H> {
    pub(super) held: D,
    pub(super) handle: H,
}

impl<D: Send + Sync, H: for<'a> Act<'a, D, Request, Reply>> Requests for Http<D, H> {
    fn handle<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply>> {
        self.handle.act(&self.held, request)
    }
}

/// An answer, and the id of the request that it is given to.
struct Answered {
    reply: Reply,
    request_id: String,
}

impl IntoResponse for Answered {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        let Self { reply, request_id } = self;
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in reply.headers(&request_id) {
            response
                .headers_mut()
                .extend(HeaderValue::from_str(&value).map(|value| (HeaderName::from_static(name), value)));
        }
        if let Some(cookie) = reply.cookie() {
            let cookie = HeaderValue::from_str(cookie.expose_secret());
            response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
        }
        *response.body_mut() = reply.into_body();
        Box::pin(ready(response))
    }
}

/// Reads the request, and lets it be answered.
async fn read_and_answer(requests: &dyn Requests, request: lambda_http::Request) -> Answered {
    let context = request.lambda_context();
    let remaining = super::remaining(context.deadline, DEADLINE_MARGIN);
    let request = Request::of_lambda(request, context.request_id, remaining);
    let reply = respond(requests, &request).await;
    Answered { reply, request_id: request.request_id }
}

/// Serves requests until the environment ends.
pub(super) async fn serve(requests: &dyn Requests) -> Result<(), Fatal> {
    let service = service_fn(|request| async move { Ok::<_, Infallible>(read_and_answer(requests, request).await) });
    lambda_runtime::run(Checked(Adapter::from(service))).await.map_err(Fatal::from)
}

/// Answers what `lambda_http` cannot read before it is asked to: its conversion of an event panics there.
struct Checked<S>(S);

/// An answer of the function, or a refusal before it was asked.
#[derive(Serialize)]
#[serde(untagged)]
enum Served<R> {
    Answered(R),
    Refused(Box<ApiGatewayV2httpResponse>),
}

impl<S, R> Service<LambdaEvent<LambdaRequest>> for Checked<S>
where
    S: Service<LambdaEvent<LambdaRequest>, Response = R>,
{
    type Response = Served<R>;
    type Error = S::Error;
    type Future = Either<Ready<Result<Served<R>, S::Error>>, MapOk<S::Future, fn(R) -> Served<R>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, event: LambdaEvent<LambdaRequest>) -> Self::Future {
        let refused = match &event.payload {
            LambdaRequest::ApiGatewayV2(request) => refuse_unreadable(request).err(),
            _ => None,
        };
        match refused {
            None => Either::Right(self.0.call(event).map_ok(Served::Answered)),
            Some(error) => {
                let request_id = event.context.request_id;
                tracing::info!(request_id, http.status = error.code().status(), "request refused unread");
                let reply = Reply::problem(&error, &request_id);
                Either::Left(ready(Ok(Served::Refused(Box::new(written(&reply, &request_id))))))
            }
        }
    }
}

fn written(reply: &Reply, request_id: &str) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(reply.status());
    for (name, value) in reply.headers(request_id) {
        response.headers.extend(HeaderValue::from_str(&value).map(|value| (HeaderName::from_static(name), value)));
    }
    response.body = Some(reply.clone().into_body());
    response
}

#[cfg(feature = "queue")]
pub(super) use telling::serve_and_tell;

#[cfg(feature = "queue")]
mod telling {
    use std::sync::Arc;

    use lambda_extension::{Extension, LambdaEvent as ExtensionEvent, NextEvent};
    use tokio::sync::{Mutex, mpsc};

    use super::{
        Adapter, Checked, Duration, Fatal, Infallible, Requests, Result, lambda_runtime, read_and_answer, service_fn,
    };
    use crate::{
        clock::Clock,
        queue::{Envelope, QueueSender},
        telemetry,
    };

    /// Longest that telling a queue may hold the environment after the answer.
    const TELLING_TIMEOUT: Duration = Duration::from_millis(200);

    /// Serves requests, and after each answer tells a queue of what it left for later. An internal extension (Lambda
    /// Extensions API) keeps the environment awake for that while the answer is on its way. A message that is not sent is
    /// counted, and the schedule of the queue's function finds the work.
    pub(in crate::runtime) async fn serve_and_tell(
        name: &'static str,
        clock: Clock,
        requests: &dyn Requests,
        queue: QueueSender,
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

        let done = &done;
        let service = service_fn(|request| async move {
            let mut answered = read_and_answer(requests, request).await;
            if done.send(answered.reply.take_message()).is_err() {
                tracing::warn!("the extension has ended");
            }
            Ok::<_, Infallible>(answered)
        });
        let serving = lambda_runtime::run(Checked(Adapter::from(service)));
        let (served, extended) = futures_util::future::join(serving, extension.run()).await;
        served.and(extended).map_err(Fatal::from)
    }

    async fn tell(name: &'static str, clock: Clock, queue: &QueueSender, envelope: &Envelope) {
        let told = tokio::time::timeout(TELLING_TIMEOUT, queue.send(envelope)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!(
                request_id = envelope.request_id,
                "the outbox was not told; its schedule will see the event"
            );
            telemetry::count(clock, name, "nudges_failed", 1.0);
        }
    }
}

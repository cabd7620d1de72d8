//! Direct invocations by the operator.

use std::{future::Future, marker::PhantomData};

use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use super::cause::cause;
use crate::{
    error::{Error, Result, Retry},
    id::OrganizationId,
    tenant::Db,
    wiring::{BoxFuture, Fatal},
    work::SystemWork,
};

/// A direct invocation by the operator, whose right to invoke is an IAM right. Only the runtime makes one.
#[derive(Debug)]
pub struct Invocation {
    request_id: String,
}

impl Invocation {
    /// An invocation as a test makes it.
    #[must_use]
    pub const fn new(request_id: String) -> Self {
        Self { request_id }
    }

    /// Ties the invocation to the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Work in one organization.
    #[must_use]
    pub fn work(&self, db: &Db, organization: OrganizationId) -> SystemWork {
        SystemWork::new(db, organization, &self.request_id)
    }
}

/// An asynchronous function of what is held, of an invocation and of the question that it asks.
pub trait Invoke<'a, D, Q, A>: Send + Sync + 'static {
    /// Calls it.
    fn invoke(&self, held: &'a D, invocation: &'a Invocation, question: Q) -> BoxFuture<'a, Result<A>>;
}

impl<'a, D, Q, A, F, R> Invoke<'a, D, Q, A> for F
where
    D: 'a,
    F: Fn(&'a D, &'a Invocation, Q) -> R + Send + Sync + 'static,
    R: Future<Output = Result<A>> + Send + 'a,
{
    fn invoke(&self, held: &'a D, invocation: &'a Invocation, question: Q) -> BoxFuture<'a, Result<A>> {
        Box::pin(self(held, invocation, question))
    }
}

/// A function that the operator invokes, whatever it holds.
pub(super) trait Invocations: Send + Sync {
    fn invoke<'a>(&'a self, invocation: &'a Invocation, question: &'a RawValue) -> BoxFuture<'a, Result<Value>>;
}

pub(super) struct Invoked<D, Q, A, H> {
    held: D,
    handle: H,
    asked: PhantomData<(Q, A)>,
}

impl<D, Q, A, H> Invoked<D, Q, A, H> {
    pub(super) const fn new(held: D, handle: H) -> Self {
        Self { held, handle, asked: PhantomData }
    }
}

impl<D, Q, A, H> Invocations for Invoked<D, Q, A, H>
where
    D: Send + Sync,
    Q: DeserializeOwned + Send + Sync,
    A: Serialize + Send + Sync,
    H: for<'a> Invoke<'a, D, Q, A>,
{
    fn invoke<'a>(&'a self, invocation: &'a Invocation, question: &'a RawValue) -> BoxFuture<'a, Result<Value>> {
        Box::pin(async move {
            let question = crate::http::read_json(question.get().as_bytes())?;
            let answer = self.handle.invoke(&self.held, invocation, question).await?;
            serde_json::to_value(answer).map_err(Error::internal)
        })
    }
}

/// Serves direct invocations. A refusal is an answer too: `{"error": {"code": …, "errors": […]}}`. A fault of ours is
/// the same document as the message of a failed invocation, which Lambda counts and an alarm sees.
pub(super) async fn serve(invoked: &dyn Invocations) -> Result<(), Fatal> {
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let invocation = Invocation { request_id: event.context.request_id };
        match invoked.invoke(&invocation, &event.payload).await {
            Ok(answer) => Ok::<_, lambda_runtime::Error>(answer),
            Err(error) if error.code().retry() == Retry::Later => Err(refusal(&error, &invocation).to_string().into()),
            Err(error) => Ok(refusal(&error, &invocation)),
        }
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

fn refusal(error: &Error, invocation: &Invocation) -> Value {
    tracing::error!(request_id = invocation.request_id, error.code = error.code().name(), error.message = %cause(error), "invocation failed");
    serde_json::json!({
        "error": { "code": error.code(), "errors": error.fields(), "request_id": invocation.request_id },
    })
}

//! Functions that no HTTP request calls: queues, schedules, the operator.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Fatal;
use crate::{
    clock::Clock,
    error::{Error, Result},
    id::OrganizationId,
    queue::{Message, SystemWork},
    schedule::Tick,
    tenant::Db,
};

/// What a sweep did: one line of the log, and the answer to whoever fired it by hand.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Outcome {
    /// Organizations that were looked at.
    pub organizations: u64,
    /// Things that were done.
    pub done: u64,
    /// Organizations whose work failed and waits for the next tick.
    pub failed: u64,
}

/// Serves a schedule.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_schedule<D>(
    clock: Clock,
    deps: D,
    sweep: impl AsyncFn(&D, &Tick) -> Result<Outcome>,
) -> Result<(), Fatal> {
    let (deps, sweep) = (&deps, &sweep);
    let service = service_fn(|event: LambdaEvent<Value>| tick(clock, deps, sweep, event.context.request_id));
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

/// Serves a queue and a schedule with one function: the queue says at once what the schedule would find later.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_work<D>(
    clock: Clock,
    deps: D,
    consume: impl AsyncFn(&D, &Message) -> Result<()>,
    sweep: impl AsyncFn(&D, &Tick) -> Result<Outcome>,
) -> Result<(), Fatal> {
    let (deps, consume, sweep) = (&deps, &consume, &sweep);
    let service = service_fn(|event: LambdaEvent<Value>| async move {
        if event.payload.get("Records").is_none() {
            return tick(clock, deps, sweep, event.context.request_id).await;
        }
        let batch: SqsEvent = serde_json::from_value(event.payload)?;
        let mut response = SqsBatchResponse::default();
        for record in batch.records {
            let consumed = match Message::parse(record.body.as_deref().unwrap_or_default()) {
                Ok(message) => consume(deps, &message).await,
                Err(error) => Err(error),
            };
            // Only this message is given back; after too many times the queue puts it aside.
            if let Err(error) = consumed {
                tracing::error!(error.code = error.code().name(), error.message = %error, "message failed");
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = record.message_id.unwrap_or_default();
                response.batch_item_failures.push(failure);
            }
        }
        Ok::<_, lambda_runtime::Error>(serde_json::to_value(response)?)
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

async fn tick<D>(
    clock: Clock,
    deps: &D,
    sweep: &impl AsyncFn(&D, &Tick) -> Result<Outcome>,
    request_id: String,
) -> Result<Value, lambda_runtime::Error> {
    let outcome = sweep(deps, &Tick::new(request_id.clone(), clock)).await?;
    tracing::info!(request_id, outcome.organizations, outcome.done, outcome.failed, "swept");
    Ok(serde_json::to_value(outcome)?)
}

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

/// Serves direct invocations. A refusal is an answer too: `{"error": {"code": …, "errors": […]}}`.
///
/// # Errors
/// [`Fatal`] when the Lambda runtime ends.
pub async fn serve_invocation<D, Q: DeserializeOwned, A: Serialize>(
    deps: D,
    handler: impl AsyncFn(&D, &Invocation, Q) -> Result<A>,
) -> Result<(), Fatal> {
    let (deps, handler) = (&deps, &handler);
    let service = service_fn(|event: LambdaEvent<Box<serde_json::value::RawValue>>| async move {
        let invocation = Invocation { request_id: event.context.request_id };
        let answered = match crate::http::read_json(event.payload.get().as_bytes()) {
            Ok(question) => handler(deps, &invocation, question).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(answer) => Ok::<_, lambda_runtime::Error>(serde_json::to_value(answer)?),
            Err(error) => Ok(refusal(&error, &invocation)),
        }
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

fn refusal(error: &Error, invocation: &Invocation) -> Value {
    tracing::error!(request_id = invocation.request_id, error.code = error.code().name(), error.message = %error, "invocation failed");
    serde_json::json!({
        "error": { "code": error.code(), "errors": error.fields(), "request_id": invocation.request_id },
    })
}

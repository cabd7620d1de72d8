//! Functions that work through queues and schedules.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use super::{act::Work, cause::cause};
use crate::{
    clock::Clock,
    error::{Error, Result},
    queue::Message,
    schedule::{Outcome, Tick},
    wiring::{Fatal, LocalBoxFuture},
};

/// Taken off the time that a sweep has: the longest that the last piece of work may take.
const SWEEP_MARGIN: Duration = Duration::from_secs(10);

/// What Lambda hands to a function that no request calls.
#[derive(Debug)]
pub struct Fired {
    /// A batch of a queue, or anything else for a tick.
    pub event: Value,
    /// Ties the work to the log.
    pub request_id: String,
    /// How long the work may take.
    pub remaining: Duration,
}

impl Fired {
    fn of(event: LambdaEvent<Value>) -> Self {
        let remaining = super::remaining(event.context.deadline, SWEEP_MARGIN);
        Self { event: event.payload, request_id: event.context.request_id, remaining }
    }
}

/// A function that works through a queue and a schedule, whatever it holds.
pub(super) trait Queued: Scheduled {
    fn consume<'a>(&'a self, message: &'a Message) -> LocalBoxFuture<'a, Result<()>>;
}

/// A function that works through a schedule, whatever it holds.
pub(super) trait Scheduled {
    fn sweep<'a>(&'a self, tick: &'a Tick) -> LocalBoxFuture<'a, Result<Outcome>>;
}

pub(super) struct Worker<D, C, S> {
    pub(super) held: D,
    pub(super) consume: C,
    pub(super) sweep: S,
}

impl<D, C, S> Queued for Worker<D, C, S>
where
    C: for<'a> Work<'a, D, Message, ()>,
    S: for<'a> Work<'a, D, Tick, Outcome>,
{
    fn consume<'a>(&'a self, message: &'a Message) -> LocalBoxFuture<'a, Result<()>> {
        self.consume.work(&self.held, message)
    }
}

impl<D, C, S> Scheduled for Worker<D, C, S>
where
    S: for<'a> Work<'a, D, Tick, Outcome>,
{
    fn sweep<'a>(&'a self, tick: &'a Tick) -> LocalBoxFuture<'a, Result<Outcome>> {
        self.sweep.work(&self.held, tick)
    }
}

pub(super) struct Sweeper<D, S> {
    pub(super) held: D,
    pub(super) sweep: S,
}

impl<D, S: for<'a> Work<'a, D, Tick, Outcome>> Scheduled for Sweeper<D, S> {
    fn sweep<'a>(&'a self, tick: &'a Tick) -> LocalBoxFuture<'a, Result<Outcome>> {
        self.sweep.work(&self.held, tick)
    }
}

/// Serves a schedule.
pub(super) async fn serve_schedule(clock: Clock, sweeper: &dyn Scheduled) -> Result<(), Fatal> {
    let service = service_fn(|event| async move {
        let outcome = run_sweep(clock, async |tick| sweeper.sweep(tick).await, Fired::of(event)).await?;
        Ok::<_, lambda_runtime::Error>(serde_json::to_value(outcome)?)
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

/// Serves a queue and a schedule with one function: the queue says at once what the schedule would find later.
pub(super) async fn serve_queue(clock: Clock, worker: &dyn Queued) -> Result<(), Fatal> {
    let service = service_fn(|event| async move {
        let consume = async |message: &Message| worker.consume(message).await;
        let sweep = async |tick: &Tick| worker.sweep(tick).await;
        Ok::<_, lambda_runtime::Error>(run_work(clock, consume, sweep, Fired::of(event)).await?)
    });
    lambda_runtime::run(service).await.map_err(Fatal::from)
}

/// Works off one event as the loop does, with what is held already.
///
/// # Errors
/// When the batch is none, or the sweep fails as a whole. A message that fails is part of the answer.
pub async fn work<D>(
    clock: Clock,
    held: &D,
    consume: impl AsyncFn(&D, &Message) -> Result<()>,
    sweep: impl AsyncFn(&D, &Tick) -> Result<Outcome>,
    fired: Fired,
) -> Result<Value> {
    run_work(clock, async |message| consume(held, message).await, async |tick| sweep(held, tick).await, fired).await
}

/// Runs one tick as the loop does, with what is held already.
///
/// # Errors
/// When the sweep fails as a whole.
pub async fn sweep<D>(
    clock: Clock,
    held: &D,
    sweep: impl AsyncFn(&D, &Tick) -> Result<Outcome>,
    fired: Fired,
) -> Result<Outcome> {
    run_sweep(clock, async |tick| sweep(held, tick).await, fired).await
}

/// Consumes a batch of messages, or sweeps when there is none, and gives what Lambda is answered.
async fn run_work(
    clock: Clock,
    consume: impl AsyncFn(&Message) -> Result<()>,
    sweep: impl AsyncFnOnce(&Tick) -> Result<Outcome>,
    fired: Fired,
) -> Result<Value> {
    if fired.event.get("Records").is_none() {
        let outcome = run_sweep(clock, sweep, fired).await?;
        return serde_json::to_value(outcome).map_err(Error::internal);
    }
    let batch: SqsEvent = serde_json::from_value(fired.event).map_err(Error::internal)?;
    let mut response = SqsBatchResponse::default();
    let ends = tokio::time::Instant::now() + fired.remaining;
    // What was asked for in this batch, and whether it was done: messages that ask for the same are worked off once.
    let mut asked = HashMap::new();
    for record in batch.records {
        let is_done = match Message::parse(record.body.as_deref().unwrap_or_default(), ends) {
            Ok(message) => match asked.entry(message.request()) {
                Entry::Occupied(earlier) => *earlier.get(),
                Entry::Vacant(first) => *first.insert(is_ok(consume(&message).await)),
            },
            Err(error) => is_ok(Err(error)),
        };
        // Only this message is given back; after too many times the queue puts it aside.
        if !is_done {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    serde_json::to_value(response).map_err(Error::internal)
}

/// False for a message that failed, which is logged here.
fn is_ok(consumed: Result<()>) -> bool {
    consumed
        .inspect_err(|error| {
            tracing::error!(error.code = error.code().name(), error.message = %cause(error), "message failed");
        })
        .is_ok()
}

/// Runs one tick and logs what it did.
async fn run_sweep(clock: Clock, sweep: impl AsyncFnOnce(&Tick) -> Result<Outcome>, fired: Fired) -> Result<Outcome> {
    let request_id = fired.request_id;
    let outcome = sweep(&Tick::new(request_id.clone(), clock, fired.remaining)).await?;
    tracing::info!(request_id, outcome.organizations, outcome.done, outcome.failed, "swept");
    Ok(outcome)
}

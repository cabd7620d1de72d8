//! The environments of one function: started on demand, kept warm, replaced after a crash or a timeout.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::environment::Environment;
use super::{Launch, Outcome, PAYLOAD_BYTES_MAX};
use crate::report;
use crate::template::Function;

/// How many invocations of a function run at once where the template does not say.
const CONCURRENCY: usize = 32;

#[derive(Debug)]
pub(super) struct Pool {
    function: Function,
    launch: Arc<Launch>,
    environments: Mutex<Environments>,
    places: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Environments {
    warm: Vec<Arc<Environment>>,
    all: Vec<Weak<Environment>>,
    is_stopped: bool,
}

impl Pool {
    pub(super) fn new(function: Function, launch: Arc<Launch>) -> Self {
        let places = function.concurrency.unwrap_or(CONCURRENCY).max(1);
        Self { function, launch, environments: Mutex::default(), places: Arc::new(Semaphore::new(places)) }
    }

    /// Runs one invocation; above the limit of concurrency it waits for a place instead of being refused.
    pub(super) async fn invoke(self: Arc<Self>, event: Bytes) -> Outcome {
        if event.len() > PAYLOAD_BYTES_MAX {
            return Outcome::failed("RequestTooLargeException", "the event is larger than 6 MB");
        }
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return Outcome::failed("Service.Stopped", "the stack is stopping");
        };
        let environment = match self.environment().await {
            Ok(environment) => environment,
            Err(outcome) => return outcome,
        };
        let limit = self.function.timeout;
        let deadline = Instant::now() + limit;
        let outcome = environment.invoke(event, deadline, limit, &self.function.name).await;
        if let Outcome::Failed(payload) = &outcome {
            report::note(format_args!("{} failed: {}", self.function.name, String::from_utf8_lossy(payload)));
        }
        // The caller has its answer; the environment is free only when the extensions are done as well.
        tokio::spawn(self.settle(environment, deadline, place));
        outcome
    }

    pub(super) fn process_ids(&self) -> Vec<i32> {
        let environments = self.lock();
        let alive = environments.all.iter().filter_map(Weak::upgrade).filter(|one| one.end().is_none());
        alive.map(|environment| environment.process_id()).collect()
    }

    /// Kills every process and refuses to start another.
    pub(super) fn stop(&self) {
        self.places.close();
        let mut environments = self.lock();
        environments.is_stopped = true;
        environments.warm.clear();
        for environment in environments.all.drain(..).filter_map(|one| one.upgrade()) {
            environment.kill();
        }
    }

    async fn environment(&self) -> Result<Arc<Environment>, Outcome> {
        if let Some(environment) = self.take_warm() {
            return Ok(environment);
        }
        let started = Environment::start(&self.function, &self.launch).await;
        let environment = started.map_err(|error| Outcome::failed("Runtime.InvalidEntrypoint", &error.to_string()))?;
        match environment.end() {
            Some(outcome) => {
                report::note(format_args!("{} did not start; see its log", self.function.name));
                Err(outcome)
            }
            None => {
                let environment = Arc::new(environment);
                let mut environments = self.lock();
                environments.all.retain(|one| one.strong_count() > 0);
                environments.all.push(Arc::downgrade(&environment));
                Ok(environment)
            }
        }
    }

    /// The environment used last, as Lambda prefers; those that died while they were idle, or live at another time, are
    /// dropped.
    fn take_warm(&self) -> Option<Arc<Environment>> {
        let mut environments = self.lock();
        while let Some(environment) = environments.warm.pop() {
            if environment.end().is_none() && environment.is_of(&self.launch) {
                return Some(environment);
            }
        }
        None
    }

    async fn settle(self: Arc<Self>, environment: Arc<Environment>, deadline: Instant, place: OwnedSemaphorePermit) {
        // A little longer than the deadline itself, so that an answer in the last moment leaves a warm process.
        if environment.is_free_by(deadline + Duration::from_millis(500)).await {
            let mut environments = self.lock();
            if !environments.is_stopped {
                environments.warm.push(environment);
            }
        }
        drop(place);
    }

    fn lock(&self) -> MutexGuard<'_, Environments> {
        self.environments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The one place in an environment where an invocation is: handed in by the pool, taken out by the Runtime API.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use super::Outcome;

/// Shared by the pool, the process's watcher and the Runtime API. Every change rings the bell.
#[derive(Debug, Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    changed: Notify,
}

/// What is known of an environment.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The runtime has called `next` and nothing was handed to it since.
    pub(super) is_runtime_waiting: bool,
    /// Registered extensions by identifier.
    pub(super) extensions: BTreeMap<Uuid, Extension>,
    /// The invocation that is under way.
    pub(super) invocation: Option<Invocation>,
    /// Why the environment cannot be used any more.
    pub(super) end: Option<Outcome>,
}

/// One internal extension.
#[derive(Debug)]
pub(super) struct Extension {
    /// Wants to hear of invocations.
    pub(super) hears_invoke: bool,
    /// Has called `next` and nothing was handed to it since.
    pub(super) is_waiting: bool,
    /// What it will be handed next.
    pub(super) event: Option<Value>,
}

/// One invocation on its way through the environment.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) id: Uuid,
    pub(super) event: Bytes,
    pub(super) deadline_ms: u64,
    pub(super) trace: String,
    /// The runtime has taken it.
    pub(super) is_delivered: bool,
    /// Where the answer goes; gone once it was given.
    pub(super) answer: Option<oneshot::Sender<Outcome>>,
}

impl State {
    /// Runtime and extensions are all waiting: the environment can take its next invocation.
    pub(super) fn is_free(&self) -> bool {
        let extensions_wait =
            self.extensions.values().all(|extension| extension.is_waiting && extension.event.is_none());
        self.is_runtime_waiting && extensions_wait && self.invocation.is_none()
    }
}

impl Slot {
    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    pub(super) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let result = act(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    /// Waits until `act` finds what it is looking for. It may change the state when it does.
    pub(super) async fn wait_for<T>(&self, mut act: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            // Made before looking, so that a change between looking and waiting is not missed.
            let changed = self.changed.notified();
            let found = act(&mut self.lock());
            if let Some(found) = found {
                self.changed.notify_waiters();
                return found;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

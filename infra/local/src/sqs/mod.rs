//! The SQS stand-in: standard queues with visibility, long polling, batches and redrive, in memory.

mod mapping;
mod md5;
mod operations;
mod queue;
mod receive;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::error::{Error, Result};
use crate::machine::{self, ACCOUNT, REGION};
use crate::report::OrReport as _;
use crate::{aws_json, http};

pub use mapping::{Mapping, poll};
pub use queue::{Message, Queue, Redrive};

/// How long a waiting receiver sleeps before it looks again for messages whose invisibility has run out.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A running SQS stand-in. Its messages live in memory and go with it.
#[derive(Debug)]
pub struct Sqs {
    queues: Arc<Queues>,
    _server: http::Server,
}

/// Every queue, and a bell that rings when one gets a message.
#[derive(Debug)]
pub struct Queues {
    address: SocketAddr,
    by_name: Mutex<BTreeMap<String, Queue>>,
    arrived: Notify,
    /// Every message as it was sent, one a line.
    log: Mutex<File>,
}

impl Sqs {
    /// Serves no queues yet, on a free port, and keeps every message that is sent in a log.
    ///
    /// # Errors
    /// When no port is free or the log cannot be written.
    pub async fn start(log: &Path) -> Result<Self> {
        let file = File::create(log).map_err(Error::io(format!("cannot write {}", log.display())))?;
        let (listener, address) = http::listen(0).await?;
        let (by_name, arrived, log) = (Mutex::default(), Notify::new(), Mutex::new(file));
        let queues = Arc::new(Queues { address, by_name, arrived, log });
        let shared = Arc::clone(&queues);
        let server = http::serve(listener, move |_, request| {
            let queues = Arc::clone(&shared);
            async move {
                let outcome = match aws_json::read(request).await {
                    Ok((operation, input)) => operations::call(&queues, &operation, &input).await,
                    Err(refusal) => Err(refusal),
                };
                aws_json::write(outcome, "com.amazonaws.sqs#")
            }
        });
        Ok(Self { queues, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.queues.address)
    }

    /// The queues, for those who poll them.
    #[must_use]
    pub fn queues(&self) -> Arc<Queues> {
        Arc::clone(&self.queues)
    }
}

impl Queues {
    /// Adds a queue and returns its URL.
    pub fn add(&self, queue: Queue) -> String {
        let url = self.url(&queue.name);
        self.lock().insert(queue.name.clone(), queue);
        url
    }

    /// The URL of a queue.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{ACCOUNT}/{name}", self.address)
    }

    /// Takes up to so many visible messages, waiting for the first one at most so long.
    pub async fn receive(
        &self,
        name: &str,
        count_max: usize,
        visibility: Option<Duration>,
        wait: Duration,
    ) -> Vec<Message> {
        let deadline = Instant::now() + wait;
        loop {
            let arrival = self.arrived.notified();
            let taken = receive::take(&mut self.lock(), name, count_max, visibility, machine::now_ms());
            let left = deadline.saturating_duration_since(Instant::now());
            if !taken.is_empty() || left.is_zero() {
                return taken;
            }
            // Either a message arrives or it is time to look for ones that became visible.
            timeout(left.min(LOOK_AGAIN), arrival).await.ok();
        }
    }

    /// Removes a message by the receipt of its last delivery.
    pub fn delete(&self, name: &str, receipt: &str) {
        if let Some(queue) = self.lock().get_mut(name) {
            queue.delete(receipt);
        }
    }

    /// Says in the log what was sent to a queue.
    fn note(&self, name: &str, message: &Message) {
        let line = serde_json::json!({"queue": name, "body": message.body, "attributes": message.attributes});
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(log, "{line}").or_report("a message is missing in the log of the queues");
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ARN of a queue.
#[must_use]
pub fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

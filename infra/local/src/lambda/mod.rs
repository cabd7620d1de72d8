//! Lambda: functions as processes behind the Runtime API, one invocation each at a time.

mod environment;
mod extensions;
mod pool;
mod runtime_api;
mod slot;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::machine::{ACCOUNT, REGION};
use crate::template::Function;
use pool::Pool;

/// The largest event and the largest answer of a synchronous invocation.
pub const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024 + 100;

/// How functions are started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What `CodeUri` is relative to.
    pub root: PathBuf,
    /// Where to find binaries by the function's name, instead of `CodeUri/bootstrap`.
    pub binaries: Option<PathBuf>,
    /// Where each function's output goes, one file a function.
    pub logs: PathBuf,
    /// Variables that every function has beside its own: region, credentials, endpoints.
    pub variables: Vec<(String, String)>,
    /// How far the clock of functions is ahead of the machine's.
    pub clock: Clock,
}

/// How far the clock of functions is ahead of the machine's, in seconds. What was started before it was moved is used no
/// more, as a warm environment is not after a change of a function's variables.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    fn offset_s(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn variable(&self) -> Option<(&'static str, String)> {
        let offset_s = self.offset_s();
        (offset_s != 0).then(|| ("CLOCK_OFFSET_SECONDS", offset_s.to_string()))
    }
}

impl Launch {
    /// The program of a function.
    #[must_use]
    pub fn program(&self, function: &Function) -> PathBuf {
        match &self.binaries {
            Some(directory) => directory.join(&function.name),
            None => self.root.join(&function.code).join("bootstrap"),
        }
    }
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Answered(Bytes),
    /// It reported an error, crashed or ran out of time; the payload says which.
    Failed(Bytes),
}

impl Outcome {
    /// A failure as Lambda words it.
    #[must_use]
    pub fn failed(kind: &str, message: &str) -> Self {
        Self::Failed(json!({"errorType": kind, "errorMessage": message}).to_string().into())
    }
}

/// Every function of a stack.
#[derive(Debug)]
pub struct Lambda {
    pools: BTreeMap<String, Arc<Pool>>,
    clock: Clock,
}

impl Lambda {
    /// Knows the functions and starts none of them.
    ///
    /// # Errors
    /// When a function's program is not there.
    pub fn new(functions: Vec<Function>, launch: Launch) -> Result<Self> {
        let (launch, clock) = (Arc::new(launch.clone()), launch.clock);
        let mut pools = BTreeMap::new();
        for function in functions {
            let program = launch.program(&function);
            if !program.exists() {
                return Err(Error::stack(format!("{} is missing; run `make build`", program.display())));
            }
            pools.insert(function.name.clone(), Arc::new(Pool::new(function, Arc::clone(&launch))));
        }
        Ok(Self { pools, clock })
    }

    /// Invokes a function and waits for its answer; the invocation goes on if the caller stops waiting.
    ///
    /// # Errors
    /// When there is no such function.
    pub async fn invoke(&self, name: &str, event: Bytes) -> Result<Outcome> {
        let pool = self.pools.get(name).ok_or_else(|| Error::stack(format!("there is no function {name}")))?;
        let pool = Arc::clone(pool);
        let invocation = tokio::spawn(async move { pool.invoke(event).await });
        invocation.await.map_err(|error| Error::stack(format!("the invocation of {name} was lost: {error}")))
    }

    /// From the next invocation on, functions live so many seconds after the machine.
    pub fn move_clock(&self, offset_s: i64) {
        self.clock.0.store(offset_s, Ordering::SeqCst);
    }

    /// The processes that run now, for people and tests that want to kill one.
    #[must_use]
    pub fn processes(&self) -> Value {
        let of_pool = |(name, pool): (&String, &Arc<Pool>)| (name.clone(), json!(pool.process_ids()));
        Value::Object(self.pools.iter().map(of_pool).collect())
    }

    /// Ends every process.
    pub fn stop(&self) {
        for pool in self.pools.values() {
            pool.stop();
        }
    }
}

/// The ARN of a function.
fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

#[cfg(test)]
mod lifecycle_tests;

//! The loop between Lambda and a handler: retries, refusals, stored answers, one log line a request.

mod answer;
mod http;
mod work;

pub use answer::answer;
pub use http::serve_http;
#[cfg(feature = "queue")]
pub use http::serve_http_and_nudge;
pub use work::{Fired, Invocation, serve_invocation, serve_schedule, serve_work, sweep, work};

use std::time::Duration;

use crate::{
    clock::Clock,
    settings::{CommonSettings, Unsafe, Variables},
};

/// Why a function cannot start. Shows what to mend, in one line.
pub struct Fatal(String);

impl std::fmt::Debug for Fatal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Unsafe> for Fatal {
    fn from(refusal: Unsafe) -> Self {
        Self(format!("refuses to start: {refusal}"))
    }
}

impl From<crate::Error> for Fatal {
    fn from(error: crate::Error) -> Self {
        let mut text = format!("cannot start: {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(reason) = cause {
            text.push_str(&format!(": {reason}"));
            cause = reason.source();
        }
        Self(text)
    }
}

impl From<lambda_runtime::Error> for Fatal {
    fn from(error: lambda_runtime::Error) -> Self {
        Self(format!("the Lambda runtime ended: {error}"))
    }
}

/// Reads the environment and starts the log: the first lines of every `main`.
///
/// # Errors
/// [`Fatal`] naming the variable that is missing or unsafe.
pub fn start<S>(read: impl FnOnce(&Variables) -> Result<S, Unsafe>) -> Result<(CommonSettings, S), Fatal> {
    let variables = Variables::of_process();
    let common = CommonSettings::read(&variables)?;
    crate::telemetry::start(&common);
    Ok((common, read(&variables)?))
}

/// How long an invocation may still run, less a margin. Lambda's deadline is in real time, whatever a test says.
fn remaining(deadline_ms: u64, margin: Duration) -> Duration {
    let (seconds, nanoseconds) = Clock::System { offset_s: 0 }.now().unix_parts();
    let now = Duration::new(seconds, nanoseconds);
    Duration::from_millis(deadline_ms).saturating_sub(now).saturating_sub(margin)
}

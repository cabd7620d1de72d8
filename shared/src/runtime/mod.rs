//! The loop between Lambda and a handler: retries, refusals, stored answers, one log line a request.

mod act;
mod answer;
mod cause;
mod function;
mod http;
mod invocation;
mod webhook;
mod work;

pub use act::{Act, Work};
pub use answer::answer;
pub use function::{Function, Trigger};
pub use invocation::{Invocation, Invoke};
pub use webhook::{Unverified, Verified};
pub use work::{Fired, sweep, work};

use std::time::Duration;

use crate::clock::Clock;

/// How long an invocation may still run, less a margin. Lambda's deadline is in real time, whatever a test says.
fn remaining(deadline_ms: u64, margin: Duration) -> Duration {
    let (seconds, nanoseconds) = Clock::System { offset_s: 0 }.now().unix_parts();
    let now = Duration::new(seconds, nanoseconds);
    Duration::from_millis(deadline_ms).saturating_sub(now).saturating_sub(margin)
}

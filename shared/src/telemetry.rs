//! The log: JSON, one line an event, constant dotted field names, no personal data; and metrics in
//! CloudWatch's embedded metric format.

use std::io::Write as _;

use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{clock::Clock, settings::CommonSettings};

/// Starts the log of this process. A second start changes nothing.
pub fn start(settings: &CommonSettings) {
    let level = settings.log_level.parse().unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_ansi(false);
    // The only failure is a log that was started before.
    if tracing_subscriber::registry().with(level).with(lines).try_init().is_err() {
        tracing::debug!("the log was started before");
    }
}

/// Counts something, as a metric of the namespace `Doorbook` with the function as its dimension.
pub fn count(clock: Clock, function: &'static str, metric: &'static str, value: f64) {
    let (seconds, nanoseconds) = clock.now().unix_parts();
    let line = json!({
        "_aws": {
            "Timestamp": seconds * 1000 + u64::from(nanoseconds / 1_000_000),
            "CloudWatchMetrics": [{
                "Namespace": "Doorbook",
                "Dimensions": [["function"]],
                "Metrics": [{ "Name": metric, "Unit": "Count" }],
            }],
        },
        "function": function,
        metric: value,
    });
    if writeln!(std::io::stdout().lock(), "{line}").is_err() {
        tracing::warn!(metric.name = metric, "a metric could not be written");
    }
}

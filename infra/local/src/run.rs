//! `doorbook-local run`: starts the stack, says where it is, and waits until somebody stops it.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::stack::Stack;
use crate::{gateway, report, signals};

/// Serves until Ctrl-C or `kill`.
///
/// # Errors
/// When the stack does not start.
pub async fn run(binaries: Option<PathBuf>) -> Result<()> {
    let mut stop = signals::stop_requested()?;
    let stack = tokio::select! {
        started = Stack::start(binaries) => started?,
        () = stop.requested() => return Err(Error::stack("stopped before the stack was up")),
    };
    for (route, function) in gateway::routes(&stack.functions) {
        report::say(format_args!("{route:<48} {function}"));
    }
    report::say(format_args!("serving on {} until Ctrl-C; logs and credentials in .local/", stack.base_url()));
    stop.requested().await;
    report::note("stopping");
    stack.stop().await;
    Ok(())
}

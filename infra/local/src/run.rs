//! `doorbook-local run` and `demo`: start the stack with organizations in it, then serve or tell a story.

use std::path::PathBuf;

use crate::demo::{self, Cast};
use crate::error::{Error, Result};
use crate::services::MAIL;
use crate::signals::StopRequest;
use crate::stack::Stack;
use crate::{gateway, report, signals};

/// Serves until Ctrl-C or `kill`.
///
/// # Errors
/// When the stack does not start.
pub async fn run(binaries: Option<PathBuf>) -> Result<()> {
    let mut stop = signals::stop_requested()?;
    let (stack, _) = start(binaries, &mut stop).await?;
    for (route, function) in gateway::routes(&stack.functions) {
        report::say(format_args!("{route:<48} {function}"));
    }
    report::say(format_args!(
        "serving on http://{} until Ctrl-C; logs and credentials in .local/, mail in .local/{MAIL}",
        stack.address
    ));
    stop.requested().await;
    report::note("stopping");
    stack.stop().await;
    Ok(())
}

/// Starts the stack, tells what happens at a door in one day, and stops.
///
/// # Errors
/// When the stack does not start or the story does not go as promised.
pub async fn demo(binaries: Option<PathBuf>) -> Result<()> {
    let mut stop = signals::stop_requested()?;
    let (stack, cast) = start(binaries, &mut stop).await?;
    let Some(cast) = cast else {
        stack.stop().await;
        return Err(Error::stack("the template has no function create-organization"));
    };
    let told = tokio::select! {
        told = demo::tell(stack.address, &stack.lambda, &cast, stack.files.directory()) => told,
        () = stop.requested() => Err(Error::stack("stopped before the story ended")),
    };
    stack.stop().await;
    told
}

async fn start(binaries: Option<PathBuf>, stop: &mut StopRequest) -> Result<(Stack, Option<Cast>)> {
    let stack = tokio::select! {
        started = Stack::start(binaries) => started?,
        () = stop.requested() => return Err(Error::stack("stopped before the stack was up")),
    };
    let seeded = tokio::select! {
        seeded = seed(&stack) => seeded,
        () = stop.requested() => Err(Error::stack("stopped before the organizations were made")),
    };
    match seeded {
        Ok(cast) => Ok((stack, cast)),
        Err(error) => {
            stack.stop().await;
            Err(error)
        }
    }
}

/// Makes the organizations of `demo.json`; a template without organizations gets none.
async fn seed(stack: &Stack) -> Result<Option<Cast>> {
    if !stack.functions.iter().any(|function| function.name == "create-organization") {
        return Ok(None);
    }
    report::note("creating two organizations, and the operator's own");
    let (cast, file) = demo::seed(stack.address, &stack.lambda, &stack.files.directory().join(MAIL)).await?;
    stack.files.write("demo.json", &file)?;
    Ok(Some(cast))
}

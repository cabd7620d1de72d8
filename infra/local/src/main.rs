//! Runs `template.yaml` on one machine.

use std::process::ExitCode;

use doorbook_local::arguments::{self, Task, USAGE};
use doorbook_local::error::Result;
use doorbook_local::{control, report, run, with_stack};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            report::note(error);
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<u8> {
    match arguments::read(std::env::args_os())? {
        Task::Demo { binaries } => run::demo(binaries).await?,
        Task::Help => report::say(USAGE),
        Task::Invoke { function, event } => control::call(&format!("/invoke/{function}"), event).await?,
        Task::Run { binaries } => run::run(binaries).await?,
        Task::Tick { function } => control::call(&format!("/tick/{function}"), String::new()).await?,
        Task::WithStack { command, durability } => return with_stack::with_stack(&command, durability).await,
    }
    Ok(0)
}

//! What the command line asks for.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::error::{Error, Result};
use crate::postgres::Durability;

/// How to use the program.
pub const USAGE: &str = "\
doorbook-local run [--binaries DIRECTORY]     serve template.yaml on http://127.0.0.1:9000 (PORT= moves it) until Ctrl-C
doorbook-local demo [--binaries DIRECTORY]    start, tell one day at a door, stop
doorbook-local invoke FUNCTION [JSON]         invoke a function of the running stack and print its answer
doorbook-local tick FUNCTION                  fire a function's schedule now
doorbook-local with-stack [--no-flush] -- COMMAND…
                                              run a command on a migrated database and AWS stand-ins of its own";

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Start, tell a story, stop.
    Demo {
        /// Where to find binaries by name, instead of in the template's `CodeUri`.
        binaries: Option<PathBuf>,
    },
    /// Print how to use the program.
    Help,
    /// Invoke a function of the running stack.
    Invoke {
        /// Its name.
        function: String,
        /// The event, as JSON text.
        event: String,
    },
    /// Serve the template.
    Run {
        /// Where to find binaries by name, instead of in the template's `CodeUri`.
        binaries: Option<PathBuf>,
    },
    /// Fire a schedule of the running stack.
    Tick {
        /// The function's name.
        function: String,
    },
    /// Run a command on a stack of its own.
    WithStack {
        /// The command and its arguments.
        command: Vec<OsString>,
        /// What becomes of the database when the machine loses power.
        durability: Durability,
    },
}

/// Reads the command line.
///
/// # Errors
/// When it asks for nothing that we know.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Task> {
    let mut parser = lexopt::Parser::from_iter(arguments);
    let task = match parser.next().map_err(misread)? {
        None | Some(Long("help") | Short('h')) => return Ok(Task::Help),
        Some(Value(word)) => word.string().map_err(misread)?,
        Some(other) => return Err(misread(other.unexpected())),
    };
    match task.as_str() {
        "demo" => Ok(Task::Demo { binaries: binaries(&mut parser)? }),
        "run" => Ok(Task::Run { binaries: binaries(&mut parser)? }),
        "invoke" => {
            let function = word(&mut parser, "a function")?;
            let event = optional_word(&mut parser)?.unwrap_or_else(|| "{}".to_owned());
            done(&mut parser, Task::Invoke { function, event })
        }
        "tick" => {
            let function = word(&mut parser, "a function")?;
            done(&mut parser, Task::Tick { function })
        }
        "with-stack" => with_stack(&mut parser),
        "help" => Ok(Task::Help),
        other => Err(Error::Arguments(format!("there is no `{other}`; try --help"))),
    }
}

fn binaries(parser: &mut lexopt::Parser) -> Result<Option<PathBuf>> {
    let mut binaries = None;
    while let Some(argument) = parser.next().map_err(misread)? {
        match argument {
            Long("binaries") => binaries = Some(PathBuf::from(parser.value().map_err(misread)?)),
            other => return Err(misread(other.unexpected())),
        }
    }
    Ok(binaries)
}

fn with_stack(parser: &mut lexopt::Parser) -> Result<Task> {
    let mut durability = Durability::Flushed;
    let mut rest = parser.raw_args().map_err(misread)?.peekable();
    if rest.next_if(|word| word == "--no-flush").is_some() {
        durability = Durability::Unflushed;
    }
    rest.next_if(|word| word == "--");
    let command: Vec<OsString> = rest.collect();
    if command.is_empty() {
        return Err(Error::Arguments("with-stack needs a command after `--`".to_owned()));
    }
    Ok(Task::WithStack { command, durability })
}

fn word(parser: &mut lexopt::Parser, what: &str) -> Result<String> {
    optional_word(parser)?.ok_or_else(|| Error::Arguments(format!("{what} is missing; try --help")))
}

fn optional_word(parser: &mut lexopt::Parser) -> Result<Option<String>> {
    match parser.next().map_err(misread)? {
        None => Ok(None),
        Some(Value(word)) => word.string().map(Some).map_err(misread),
        Some(other) => Err(misread(other.unexpected())),
    }
}

fn done(parser: &mut lexopt::Parser, task: Task) -> Result<Task> {
    match parser.next().map_err(misread)? {
        None => Ok(task),
        Some(other) => Err(misread(other.unexpected())),
    }
}

fn misread(error: lexopt::Error) -> Error {
    Error::Arguments(format!("{error}; try --help"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(line: &str) -> Result<Task> {
        read(std::iter::once("doorbook-local").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn a_command_keeps_its_own_options() {
        let expected = ["cargo", "test", "--", "--nocapture"].map(OsString::from).to_vec();
        let with_stack = |durability| Task::WithStack { command: expected.clone(), durability };
        let flushed = task("with-stack -- cargo test -- --nocapture").unwrap();
        assert_eq!(flushed, with_stack(Durability::Flushed));
        let unflushed = task("with-stack --no-flush -- cargo test -- --nocapture").unwrap();
        assert_eq!(unflushed, with_stack(Durability::Unflushed));
    }

    #[test]
    fn an_event_may_be_left_out() {
        let expected = Task::Invoke { function: "migrate".to_owned(), event: "{}".to_owned() };
        assert_eq!(task("invoke migrate").unwrap(), expected);
    }

    #[test]
    fn what_is_missing_or_unknown_is_said_in_one_line() {
        for line in ["dance", "tick", "with-stack --", "run --port 1", "tick a b"] {
            let error = task(line).unwrap_err().to_string();
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}

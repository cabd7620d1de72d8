//! What can go wrong in the local stack, always as one line that says what to do next.

use std::path::{Path, PathBuf};

/// One failure of the local stack. `Display` is a single line for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line does not say what to do.
    #[error("{0}")]
    Arguments(String),
    /// A file, a socket or a process refused.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, and to which file or port.
        what: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// PostgreSQL refused a connection or a statement.
    #[error("{what}: {}", database_reason(source))]
    Database {
        /// What was being done.
        what: String,
        /// What PostgreSQL or the driver said.
        source: tokio_postgres::Error,
    },
    /// The template holds something that the local stack does not understand.
    #[error("{}: {reason}", file.display())]
    Template {
        /// The template.
        file: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// Everything else: a part that did not start, a missing tool, a stack that runs already.
    #[error("{0}")]
    Stack(String),
}

/// The result of anything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Says what was being done when the operating system refused.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Says what was being done when PostgreSQL refused.
    pub fn database(what: impl Into<String>) -> impl FnOnce(tokio_postgres::Error) -> Self {
        let what = what.into();
        move |source| Self::Database { what, source }
    }

    /// Says which template is not understood, and why.
    pub fn template(file: &Path, reason: impl Into<String>) -> Self {
        Self::Template { file: file.to_owned(), reason: reason.into() }
    }

    /// A failure with nothing beneath it.
    pub fn stack(line: impl Into<String>) -> Self {
        Self::Stack(line.into())
    }
}

// The driver's own text for a refused statement is "db error"; the server's message is one level down.
fn database_reason(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => match refusal.hint() {
            Some(hint) => format!("{} ({hint})", refusal.message()),
            None => refusal.message().to_owned(),
        },
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

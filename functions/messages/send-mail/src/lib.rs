//! Sends members the mail that was asked for, each with a link of its own where it carries one.

mod handler;
mod letters;
mod link;
mod store;

pub use handler::{consume, sweep};

use shared::{clock::Clock, mail::Mailer, runtime::Function, tenant::Db, wiring::ConsoleOrigin};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Sends mail.
    pub mailer: Mailer,
    /// What every link begins with.
    pub console_origin: ConsoleOrigin,
}

shared::wire!(Deps { clock, db, mailer, console_origin });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::queue("send-mail", consume, sweep)
}

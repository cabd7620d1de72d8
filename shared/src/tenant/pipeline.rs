//! Sends statements in one round trip and believes nothing but each statement's own answer.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use tokio_postgres::Client;

use super::statement::{Row, Statement};
use crate::error::{Error, Result};

/// Longest that one round trip may take. The connection is dropped after it.
pub(super) const ROUND_TRIP_TIMEOUT: Duration = Duration::from_secs(10);

/// The connection or the transaction broke in a way that another attempt may mend.
#[derive(Debug, thiserror::Error)]
#[error("interrupted: {0}")]
pub struct Interrupted(#[source] pub(super) Box<dyn std::error::Error + Send + Sync>);

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<tokio_postgres::Row>, tokio_postgres::Error>> + Send + 'a>>;

/// Runs BEGIN, the statements and COMMIT without waiting in between. COMMIT of a failed transaction answers
/// ROLLBACK without an error, so it is every other statement's success that says it was committed. A single statement is a
/// transaction by itself: its answer is complete only after its commit.
pub(super) async fn run(client: &Client, statements: &[Statement]) -> Result<Vec<Vec<Row>>> {
    if let [only] = statements {
        let rows = within(client.query_typed(only.sql, &only.typed())).await?.map_err(explain)?;
        return Ok(vec![rows.into_iter().map(Row::new).collect()]);
    }
    let mut sent: Vec<Answer<'_>> = Vec::with_capacity(statements.len() + 2);
    sent.push(plain(client, "BEGIN"));
    for statement in statements {
        sent.push(Box::pin(async move { client.query_typed(statement.sql, &statement.typed()).await }));
    }
    sent.push(plain(client, "COMMIT"));
    let mut answers = within(in_order(sent)).await??;
    answers.truncate(answers.len().saturating_sub(1));
    Ok(answers.into_iter().skip(1).map(|rows| rows.into_iter().map(Row::new).collect()).collect())
}

/// Ends the wait, and with it the connection, when a round trip takes too long.
pub(super) async fn within<T>(work: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(ROUND_TRIP_TIMEOUT, work).await.map_err(|late| Error::unavailable(Interrupted(late.into())))
}

fn plain<'a>(client: &'a Client, sql: &'static str) -> Answer<'a> {
    Box::pin(async move { client.batch_execute(sql).await.map(|()| Vec::new()) })
}

/// Polls in order, so that the statements are sent in order; the first error in that order is the cause, since
/// those behind it only say that the transaction is aborted.
async fn in_order(mut sent: Vec<Answer<'_>>) -> Result<Vec<Vec<tokio_postgres::Row>>> {
    let mut answers: Vec<Option<Result<Vec<tokio_postgres::Row>, tokio_postgres::Error>>> = Vec::new();
    answers.resize_with(sent.len(), || None);
    poll_fn(|context| {
        let mut waiting = false;
        for (query, answer) in sent.iter_mut().zip(answers.iter_mut()).filter(|(_, answer)| answer.is_none()) {
            match query.as_mut().poll(context) {
                Poll::Ready(result) => *answer = Some(result),
                Poll::Pending => waiting = true,
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    answers.into_iter().flatten().map(|answer| answer.map_err(explain)).collect()
}

/// What a database error means to the caller. Messages and details stay in the cause.
pub(super) fn explain(failure: tokio_postgres::Error) -> Error {
    let Some(code) = failure.code().map(|state| state.code().to_owned()) else {
        return Error::unavailable(Interrupted(failure.into()));
    };
    match code.as_str() {
        "DB401" => Error::Unauthenticated,
        "DB404" | "23503" => Error::NotFound,
        "DB409" => Error::conflict("state_changed"),
        "DB503" => Error::LogBroken,
        // A unique violation is looked at again: the second attempt sees what the first ran into.
        "40001" | "40P01" | "23505" | "57P01" | "57P02" | "57P03" | "57014" | "55P03" | "53300"
        // The limits of the role: a session that was idle in a transaction, or a transaction that took too long.
        | "25P03" | "25P04" => {
            Error::unavailable(Interrupted(failure.into()))
        }
        class if class.starts_with("08") => Error::unavailable(Interrupted(failure.into())),
        _ => Error::internal(failure),
    }
}

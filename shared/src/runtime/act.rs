//! What a handler is to the loop that calls it.

use crate::{
    error::Result,
    http::{Reply, Request},
    wiring::{BoxFuture, LocalBoxFuture},
};

/// An asynchronous function of what is held and of one input, whose future is boxed where it is written: what calls it is
/// then compiled once, and not once for each function.
pub trait Act<'a, D, I: ?Sized, O>: Send + Sync + 'static {
    /// Calls it.
    fn act(&self, held: &'a D, input: &'a I) -> BoxFuture<'a, Result<O>>;
}

impl<'a, D, I, O, F, R> Act<'a, D, I, O> for F
where
    D: 'a,
    I: ?Sized + 'a,
    F: Fn(&'a D, &'a I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<O>> + Send + 'a,
{
    fn act(&self, held: &'a D, input: &'a I) -> BoxFuture<'a, Result<O>> {
        Box::pin(self(held, input))
    }
}

/// The same for work that no request waits for. Its future stays on its thread, so that work for one organization after
/// another may borrow what is held.
pub trait Work<'a, D, I: ?Sized, O>: 'static {
    /// Calls it.
    fn work(&self, held: &'a D, input: &'a I) -> LocalBoxFuture<'a, Result<O>>;
}

impl<'a, D, I, O, F, R> Work<'a, D, I, O> for F
where
    D: 'a,
    I: ?Sized + 'a,
    F: Fn(&'a D, &'a I) -> R + 'static,
    R: Future<Output = Result<O>> + 'a,
{
    fn work(&self, held: &'a D, input: &'a I) -> LocalBoxFuture<'a, Result<O>> {
        Box::pin(self(held, input))
    }
}

/// A function that answers requests, whatever it holds.
pub(super) trait Requests: Send + Sync {
    fn handle<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply>>;
}

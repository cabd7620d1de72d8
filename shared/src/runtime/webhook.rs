//! Requests that a third party signed. A receiver cannot act on what was not verified: the handler is given a
//! [`Verified`], and only a verification that succeeded makes one.

use std::marker::PhantomData;

use super::{
    act::{Act, Requests},
    cause::cause,
};
use crate::{
    error::{Code, Error, Result},
    http::{Reply, Request},
    wiring::BoxFuture,
};

#[cfg(test)]
mod tests;

/// A request before its signature was checked: what a signature is computed over, and nothing that reads it as anything.
#[derive(Clone, Copy)]
pub struct Unverified<'r>(&'r Request);

impl<'r> Unverified<'r> {
    /// The bytes of the body, as they were sent.
    #[must_use]
    pub fn body(&self) -> &'r [u8] {
        self.0.raw_body()
    }

    /// A header by its name in lower case; none where it is absent or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'r str> {
        self.0.header(name)
    }

    /// The query as it was sent, without its question mark.
    #[must_use]
    pub fn raw_query(&self) -> &'r str {
        self.0.raw_query()
    }
}

/// What a third party signed. Only [`super::Function::webhook`] makes one.
pub struct Verified<E> {
    signed: E,
    request_id: String,
}

impl<E> Verified<E> {
    /// What was signed.
    #[must_use]
    pub const fn signed(&self) -> &E {
        &self.signed
    }

    /// Ties the work to the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

pub(super) struct Hook<D, E, V, H> {
    held: D,
    verify: V,
    handle: H,
    signed: PhantomData<fn() -> E>,
}

impl<D, E, V, H> Hook<D, E, V, H> {
    pub(super) const fn new(held: D, verify: V, handle: H) -> Self {
        Self { held, verify, handle, signed: PhantomData }
    }
}

impl<D, E, V, H> Requests for Hook<D, E, V, H>
where
    D: Send + Sync,
    E: Send + Sync,
    V: for<'a> Act<'a, D, Unverified<'a>, E>,
    H: for<'a> Act<'a, D, Verified<E>, Reply>,
{
    fn handle<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(async move {
            let unverified = Unverified(request);
            let signed = self.verify.act(&self.held, &unverified).await.map_err(uniform)?;
            let verified = Verified { signed, request_id: request.request_id.clone() };
            self.handle.act(&self.held, &verified).await
        })
    }
}

/// One answer for every way of not being verified: it must not help to find a signature.
fn uniform(error: Error) -> Error {
    if matches!(error.code(), Code::Internal | Code::Unavailable) {
        return error;
    }
    tracing::warn!(error.code = error.code().name(), error.message = %cause(&error), "a webhook was not verified");
    Error::malformed("", "not_verified")
}

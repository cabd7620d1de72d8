//! The one error, its public code, status and retry class.
//!
//! The caller is told what to do and never why it happened: causes reach the log once, in `runtime`. Codes: RFC 9457.

use std::borrow::Cow;

/// Result with the one [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Everything that can keep a request from its answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state of the thing does not allow it, what no two may have is another's already, or the same request is
    /// still running.
    #[error("conflict: {0:?}")]
    Conflict(Vec<FieldError>),
    /// A valid credential lacks the permission.
    #[error("forbidden")]
    Forbidden,
    /// A fault of ours.
    #[error("internal")]
    Internal(#[source] Cause),
    /// The organization's audit log was changed past the functions: nothing is written until it is recovered.
    #[error("log broken")]
    LogBroken,
    /// The request cannot be read.
    #[error("malformed: {0:?}")]
    Malformed(Vec<FieldError>),
    /// The route exists, but not with this method; holds the methods that do.
    #[error("method not allowed")]
    MethodNotAllowed(&'static str),
    /// There is no such thing, or it is another organization's: the answer is the same.
    #[error("not found")]
    NotFound,
    /// Body, image or header is larger than its limit.
    #[error("too large: {0:?}")]
    TooLarge(Vec<FieldError>),
    /// Not a failure: the request was answered before, and ends with that answer.
    #[error("replayed")]
    Replayed(Vec<u8>),
    /// Too many requests; a token is there after this many seconds.
    #[error("throttled for {retry_after_s} s")]
    Throttled {
        /// Whole seconds until a retry can succeed.
        retry_after_s: u32,
    },
    /// No credential, an ill-formed one, or one that is not valid.
    #[error("unauthenticated")]
    Unauthenticated,
    /// Something that this depends on does not answer; a retry may succeed.
    #[error("unavailable")]
    Unavailable(#[source] Cause),
    /// The request can be read, but what it says cannot be done.
    #[error("unprocessable: {0:?}")]
    Unprocessable(Vec<FieldError>),
    /// A valid credential, but nothing shows that its holder sent this, or proved lately who they are.
    #[error("unproven: {0:?}")]
    Unproven(Vec<FieldError>),
    /// The body is compressed, which no route reads.
    #[error("unsupported encoding")]
    UnsupportedEncoding,
    /// The body is not of a type that this route reads.
    #[error("unsupported media type")]
    UnsupportedMediaType,
}

/// What a caller may do with a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Change the request first: the same one fails the same way.
    Never,
    /// The same request with the same Idempotency-Key, after a pause.
    Later,
}

/// Stable public name of a kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 409
    Conflict,
    /// 403
    Forbidden,
    /// 500
    Internal,
    /// 503
    LogBroken,
    /// 400
    Malformed,
    /// 405
    MethodNotAllowed,
    /// 404
    NotFound,
    /// 429
    Throttled,
    /// 413
    TooLarge,
    /// 401
    Unauthenticated,
    /// 503
    Unavailable,
    /// 422
    Unprocessable,
    /// 415
    UnsupportedMediaType,
}

impl Code {
    /// Every code, in alphabetical order.
    pub const ALL: [Self; 13] = [
        Self::Conflict,
        Self::Forbidden,
        Self::Internal,
        Self::LogBroken,
        Self::Malformed,
        Self::MethodNotAllowed,
        Self::NotFound,
        Self::Throttled,
        Self::TooLarge,
        Self::Unauthenticated,
        Self::Unavailable,
        Self::Unprocessable,
        Self::UnsupportedMediaType,
    ];

    /// HTTP status, public name, title and retry class: the one table of them.
    const fn row(self) -> (u16, &'static str, &'static str, Retry) {
        match self {
            Self::Conflict => (409, "conflict", "The state of the thing does not allow this", Retry::Never),
            Self::Forbidden => (403, "forbidden", "This is not allowed with this credential", Retry::Never),
            Self::Internal => (500, "internal", "Something went wrong on our side", Retry::Later),
            Self::LogBroken => {
                (503, "log_broken", "Nothing can be written until the audit log is recovered", Retry::Later)
            }
            Self::Malformed => (400, "malformed", "The request cannot be read", Retry::Never),
            Self::MethodNotAllowed => (405, "method_not_allowed", "The route has no such method", Retry::Never),
            Self::NotFound => (404, "not_found", "There is no such thing", Retry::Never),
            Self::Throttled => (429, "throttled", "Too many requests", Retry::Later),
            Self::TooLarge => (413, "too_large", "The request is too large", Retry::Never),
            Self::Unauthenticated => (401, "unauthenticated", "A valid credential is required", Retry::Never),
            Self::Unavailable => (503, "unavailable", "Try again shortly", Retry::Later),
            Self::Unprocessable => (422, "unprocessable", "The request cannot be carried out", Retry::Never),
            Self::UnsupportedMediaType => {
                (415, "unsupported_media_type", "The body must be application/json", Retry::Never)
            }
        }
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// Name as it stands in a problem document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// Title for a person to read.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// What the caller may do.
    #[must_use]
    pub const fn retry(self) -> Retry {
        self.row().3
    }
}

/// One field of a request that was refused: where, and a stable word for why. Never the value.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body, empty where no field of it is to blame; `?name` for a query parameter,
    /// `#name` for a header.
    #[schema(value_type = String)]
    pub pointer: Cow<'static, str>,
    /// Why it was refused, as `too_long`, `unknown_field` or `last_owner`.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
}

impl FieldError {
    /// A field error at a pointer.
    #[must_use]
    pub fn new(pointer: impl Into<Cow<'static, str>>, code: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), code: code.into() }
    }
}

impl Error {
    /// A request that cannot be read because of one field.
    #[must_use]
    pub fn malformed(pointer: impl Into<Cow<'static, str>>, code: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed(vec![FieldError::new(pointer, code)])
    }

    /// A request that cannot be carried out because of one field.
    #[must_use]
    pub fn unprocessable(pointer: impl Into<Cow<'static, str>>, code: impl Into<Cow<'static, str>>) -> Self {
        Self::Unprocessable(vec![FieldError::new(pointer, code)])
    }

    /// A state that does not allow it; `code` says which, in a stable word.
    #[must_use]
    pub fn conflict(code: &'static str) -> Self {
        Self::Conflict(vec![FieldError::new("", code)])
    }

    /// A field whose value is another's already.
    #[must_use]
    pub fn taken(pointer: &'static str) -> Self {
        Self::Conflict(vec![FieldError::new(pointer, "taken")])
    }

    /// Something that would have shown who sent this is missing, wrong or too old.
    #[must_use]
    pub fn unproven(pointer: &'static str, code: &'static str) -> Self {
        Self::Unproven(vec![FieldError::new(pointer, code)])
    }

    /// A field over its limit.
    #[must_use]
    pub fn too_large(pointer: impl Into<Cow<'static, str>>, code: impl Into<Cow<'static, str>>) -> Self {
        Self::TooLarge(vec![FieldError::new(pointer, code)])
    }

    /// Too many requests; `seconds` as the database counts them.
    #[must_use]
    pub fn throttled(seconds: i32) -> Self {
        Self::Throttled { retry_after_s: seconds.try_into().unwrap_or(1) }
    }

    /// A fault of ours.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// A dependency that does not answer.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// The public code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Conflict(_) => Code::Conflict,
            Self::Forbidden | Self::Unproven(_) => Code::Forbidden,
            Self::Internal(_) | Self::Replayed(_) => Code::Internal,
            Self::LogBroken => Code::LogBroken,
            Self::Malformed(_) => Code::Malformed,
            Self::MethodNotAllowed(_) => Code::MethodNotAllowed,
            Self::NotFound => Code::NotFound,
            Self::TooLarge(_) => Code::TooLarge,
            Self::Throttled { .. } => Code::Throttled,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Unavailable(_) => Code::Unavailable,
            Self::Unprocessable(_) => Code::Unprocessable,
            Self::UnsupportedEncoding | Self::UnsupportedMediaType => Code::UnsupportedMediaType,
        }
    }

    /// The fields that were refused; empty where none is to blame.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Conflict(fields)
            | Self::Malformed(fields)
            | Self::TooLarge(fields)
            | Self::Unprocessable(fields)
            | Self::Unproven(fields) => fields,
            _ => &[],
        }
    }
}

/// Gives a swallowed failure a name and a log line, so that none disappears silently.
pub trait OrLog<T> {
    /// The value, or `None` after logging the failure with why it may be passed over.
    fn or_log(self, why: &'static str) -> Option<T>;
}

impl<T, E: std::fmt::Display> OrLog<T> for std::result::Result<T, E> {
    fn or_log(self, why: &'static str) -> Option<T> {
        match self {
            Ok(value) => Some(value),
            Err(failure) => {
                tracing::warn!(error.message = %failure, swallowed.because = why, "failure passed over");
                None
            }
        }
    }
}

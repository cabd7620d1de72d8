//! Why S3 refuses a request, by the code that the SDK matches on.

use hyper::StatusCode;

/// The codes of Amazon S3 that this stand-in knows, as they are spelled on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    AccessDenied,
    AuthorizationQueryParametersError,
    BadDigest,
    BucketAlreadyOwnedByYou,
    EntityTooSmall,
    IncompleteBody,
    InternalError,
    InvalidArgument,
    InvalidBucketName,
    InvalidDigest,
    InvalidPart,
    InvalidPartOrder,
    InvalidRange,
    InvalidRequest,
    KeyTooLongError,
    MalformedXML,
    MethodNotAllowed,
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    NoSuchVersion,
    NotImplemented,
    PreconditionFailed,
    SignatureDoesNotMatch,
}

impl Code {
    /// The status that goes with it.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::AccessDenied | Self::SignatureDoesNotMatch => StatusCode::FORBIDDEN,
            Self::NoSuchBucket | Self::NoSuchKey | Self::NoSuchUpload | Self::NoSuchVersion => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BucketAlreadyOwnedByYou => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::InvalidRange => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::AuthorizationQueryParametersError
            | Self::BadDigest
            | Self::EntityTooSmall
            | Self::IncompleteBody
            | Self::InvalidArgument
            | Self::InvalidBucketName
            | Self::InvalidDigest
            | Self::InvalidPart
            | Self::InvalidPartOrder
            | Self::InvalidRequest
            | Self::KeyTooLongError
            | Self::MalformedXML => StatusCode::BAD_REQUEST,
        }
    }
}

/// One refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    /// For the person who reads the log.
    pub(super) message: String,
    /// True where the newest version is a delete marker, which the answer says in a header.
    pub(super) is_deleted: bool,
}

/// What a call gives.
pub(super) type Outcome<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal by its code.
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), is_deleted: false }
    }

    /// What Amazon S3 can do and this stand-in cannot: refused by name, so that nothing is silently left out.
    pub(super) fn not_imitated(what: impl std::fmt::Display) -> Self {
        Self::new(Code::NotImplemented, format!("the local S3 does not imitate {what}"))
    }

    /// The disk refused.
    pub(super) fn of_disk(error: &std::io::Error) -> Self {
        Self::new(Code::InternalError, format!("the files of the local S3: {error}"))
    }
}

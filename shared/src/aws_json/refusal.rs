//! Why a call of a service has no answer.

use std::borrow::Cow;

use serde::Deserialize;

/// Longest name of a refusal that is kept.
const CODE_CHARACTERS_MAX: usize = 64;

/// What a caller needs to know of a service that gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The picture is none that the service reads.
    #[error("the service does not read this picture")]
    BadImage,
    /// The service takes no more for now.
    #[error("the service takes no more for now")]
    Throttled,
    /// The service is not there, too slow, refuses us, or was not asked because it lately gave no answer.
    #[error("the service gives no answer")]
    Unavailable,
}

/// Our own words, where the service said none.
#[derive(Clone, Copy)]
pub(crate) enum Word {
    BreakerOpen,
    BrokenAnswer,
    NotAsked,
    TimedOut,
    Unreachable,
}

impl Word {
    const fn text(self) -> &'static str {
        match self {
            Self::BreakerOpen => "breaker_open",
            Self::BrokenAnswer => "broken_answer",
            Self::NotAsked => "not_asked",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Refusals of the picture, which another one may not meet.
const OF_THE_PICTURE: [&str; 7] = [
    "BadDocumentException",
    "DocumentTooLargeException",
    "ImageTooLargeException",
    "InvalidImageFormatException",
    // Said of a picture without a face, and of one that is too small or has too many bytes.
    "InvalidParameterException",
    "InvalidS3ObjectException",
    "UnsupportedDocumentException",
];

/// Refusals that pass, and come with the status of a request that is at fault.
const THROTTLING: [&str; 6] = [
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// A call without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub(crate) struct Refusal {
    /// The service's name for it, or one of our words.
    pub(crate) code: Cow<'static, str>,
    /// The HTTP status; 503 where there was none.
    pub(crate) status: u16,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    #[serde(rename = "__type")]
    kind: String,
}

impl Refusal {
    pub(crate) const fn ours(word: Word) -> Self {
        Self { code: Cow::Borrowed(word.text()), status: 503 }
    }

    /// Reads what the service answered. Its sentence is left out: it may repeat what was sent.
    pub(crate) fn read(status: u16, named: Option<&str>, body: &[u8]) -> Self {
        let said = || serde_json::from_slice::<Said>(body).unwrap_or_default().kind;
        let full = named.map_or_else(said, str::to_owned);
        // `com.amazonaws.textract#ThrottlingException`, and in a header `ThrottlingException:http://…`.
        let name = full.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default();
        let is_a_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let name = if is_a_name { name } else { "unnamed" };
        Self { code: Cow::Owned(name.chars().take(CODE_CHARACTERS_MAX).collect()), status }
    }

    /// Whether it is the picture's fault, and not the service's or ours.
    pub(crate) fn is_of_the_picture(&self) -> bool {
        self.unanswered() == Unanswered::BadImage
    }

    /// Whether a second attempt can help.
    pub(crate) fn may_pass(&self) -> bool {
        self.status >= 500 || self.unanswered() == Unanswered::Throttled
    }

    pub(crate) fn unanswered(&self) -> Unanswered {
        let code = self.code.as_ref();
        if self.status == 429 || THROTTLING.contains(&code) {
            Unanswered::Throttled
        } else if self.status < 500 && OF_THE_PICTURE.contains(&code) {
            Unanswered::BadImage
        } else {
            Unanswered::Unavailable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, kind: &str) -> Refusal {
        Refusal::read(status, None, format!(r#"{{"__type":"{kind}","message":"canary"}}"#).as_bytes())
    }

    #[test]
    fn a_refusal_is_known_by_its_name_alone() {
        for (status, kind, expected) in [
            (400, "ThrottlingException", Unanswered::Throttled),
            (400, "com.amazonaws.textract#ProvisionedThroughputExceededException", Unanswered::Throttled),
            (429, "SomethingNew", Unanswered::Throttled),
            (400, "UnsupportedDocumentException", Unanswered::BadImage),
            (400, "DocumentTooLargeException", Unanswered::BadImage),
            (400, "BadDocumentException", Unanswered::BadImage),
            (400, "ImageTooLargeException", Unanswered::BadImage),
            (400, "InvalidImageFormatException", Unanswered::BadImage),
            (400, "InvalidParameterException", Unanswered::BadImage),
            (400, "AccessDeniedException", Unanswered::Unavailable),
            (500, "InternalServerError", Unanswered::Unavailable),
            (500, "BadDocumentException", Unanswered::Unavailable),
            (403, "", Unanswered::Unavailable),
        ] {
            let refusal = read(status, kind);
            assert_eq!(refusal.unanswered(), expected, "{kind}");
            assert!(!format!("{refusal:?} {refusal}").contains("canary"));
        }
        assert_eq!(Refusal::ours(Word::TimedOut).unanswered(), Unanswered::Unavailable);
    }

    #[test]
    fn what_is_refused_for_good_is_asked_once() {
        assert!(read(500, "InternalServerError").may_pass() && read(400, "ThrottlingException").may_pass());
        assert!(!read(400, "AccessDeniedException").may_pass() && !read(400, "BadDocumentException").may_pass());
    }

    #[test]
    fn a_name_is_read_from_the_header_and_no_text_is_taken_for_one() {
        let named = Refusal::read(400, Some("ThrottlingException:http://internal.amazon.com/"), b"");
        assert_eq!(named.code, "ThrottlingException");
        for text in [&b"<html>ada@example.com"[..], br#"{"__type":"ada@example.com"}"#, br#"{"__type":7}"#, b"\xff"] {
            assert_eq!(Refusal::read(400, None, text).code, "unnamed");
        }
        assert_eq!(Refusal::read(400, Some(&"a".repeat(9000)), b"").code.len(), CODE_CHARACTERS_MAX);
    }
}

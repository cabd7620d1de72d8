//! How documents call what is decided about a value.

use super::{Class, Erasure, Form, Retention};

impl Class {
    /// The word that documents use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Internal => "Internal",
            Self::Restricted => "Restricted",
        }
    }
}

impl Form {
    /// The word that documents use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Encrypted => "encrypted",
            Self::Sealed => "sealed",
            Self::Wrapped => "wrapped",
        }
    }
}

impl Retention {
    /// The rule.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Answer => "24 hours",
            Self::Bundle => "7 days",
            Self::Deployment => "the deployment",
            Self::Document => "the site's period, 90 days by default",
            Self::Event => "14 days after it was ready ¹",
            Self::Guess => "until a right answer, or a day without a guess",
            Self::KnownSource => "90 days without a sign-in from there",
            Self::Log => "the log, which is never shortened",
            Self::Mail => "30 days after it was sent or given up",
            Self::Organization => "the organization",
            Self::Pairing => "10 minutes, and until the next sweep",
            Self::Source => "a day without a failure",
            Self::Visit => "the organization's rule for visits ¹",
            Self::Work => "until the work is done",
        }
    }
}

impl Erasure {
    /// The rule.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Destroyed => "destroyed",
            Self::Expires => "expires by itself",
            Self::Kept => "kept",
            Self::Replaced => "replaced by a placeholder",
            Self::Unreadable => "unreadable without the key",
        }
    }
}

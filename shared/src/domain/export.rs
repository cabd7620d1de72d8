//! A bundle that an organization takes away: its kinds and states.

use crate::domain::visit::words;

/// Seconds that a link to a bundle opens it.
pub const LINK_SECONDS: u32 = 10 * 60;
/// Days that a bundle lies ready.
pub const KEPT_DAYS: i64 = 7;

words! {
    /// What a bundle is for.
    ExportKind {
        /// The audit log, whole or of a period.
        Audit = "audit",
        /// Everything of the organization.
        Data = "data",
        /// One visit.
        Evidence = "evidence",
    }

    /// Where the making of a bundle stands.
    ExportState {
        /// Asked for.
        Waiting = "waiting",
        /// Being made.
        Building = "building",
        /// Ready to be taken away.
        Built = "built",
        /// Given up.
        Failed = "failed",
        /// Deleted, as every bundle is after some days.
        Expired = "expired",
    }

    /// Why a bundle was given up.
    ExportFailure {
        /// A part that it is made of did not answer, again and again.
        Unavailable = "unavailable",
        /// The log does not lead to its own checkpoint.
        LogDiffers = "log_differs",
        /// It would be larger than a bundle may be; a period of the log is smaller.
        TooLarge = "too_large",
        /// What it is about is not there any more.
        NotFound = "not_found",
        /// A fault of ours.
        Internal = "internal",
    }
}

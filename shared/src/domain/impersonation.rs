//! An impersonation: a member of the operator's staff acts for a customer.

use super::visit::words;

words! {
    /// Where an impersonation stands.
    ImpersonationState {
        /// Waits for the approval of a member of the organization.
        Requested = "requested",
        /// May be opened.
        Approved = "approved",
        /// Staff are in.
        Open = "open",
        /// Opens nothing any more: it was ended, its time ran out, or the operator took back what it stood on.
        Ended = "ended",
        /// It was not opened within a day.
        Lapsed = "lapsed",
    }

    /// Who ended an impersonation.
    ImpersonationEnder {
        /// The member of the staff themselves.
        Staff = "staff",
        /// A member of the organization.
        Customer = "customer",
        /// An access review of the organization's.
        Review = "review",
    }
}

impl ImpersonationState {
    /// True where it can still be let in, or ended.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Requested | Self::Approved | Self::Open)
    }
}

//! A member of an organization: where their membership stands.

use super::visit::words;

words! {
    /// Where a membership stands.
    MemberState {
        /// Has a link in a mail, and no password yet.
        Invited = "invited",
        /// May sign in.
        Active = "active",
        /// Nothing of theirs opens anything.
        Deactivated = "deactivated",
    }
}

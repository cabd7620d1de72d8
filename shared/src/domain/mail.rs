//! A mail to a member: what it is for, and whom it may reach.

use super::{member::MemberState, visit::words};

words! {
    /// What a mail is for.
    MailKind {
        /// That an access review waits for decisions.
        AccessReviewDue = "access_review_due",
        /// To the operator's owners: that a customer's log was changed past the functions.
        CustomerLogBroken = "customer_log_broken",
        /// That the operator's staff asked to act for the organization.
        ImpersonationRequested = "impersonation_requested",
        /// That the organization's log was changed past the functions, and nothing is written to it.
        LogBroken = "log_broken",
        /// A link with which a person becomes a member.
        MemberInvitation = "member_invitation",
        /// A link with which a member chooses a new password.
        PasswordReset = "password_reset",
        /// That a member's password was changed.
        PasswordChanged = "password_changed",
        /// That a member's second factor was set up, replaced or taken away.
        SecondFactorChanged = "second_factor_changed",
    }
}

impl MailKind {
    /// True where a member in this state may have it: a member is not invited into what they are in, and a deactivated
    /// one hears nothing any more.
    #[must_use]
    pub fn may_reach(self, state: MemberState) -> bool {
        match self {
            Self::MemberInvitation => state == MemberState::Invited,
            Self::AccessReviewDue | Self::ImpersonationRequested => state == MemberState::Active,
            Self::CustomerLogBroken | Self::LogBroken => state == MemberState::Active,
            Self::PasswordReset | Self::PasswordChanged | Self::SecondFactorChanged => state == MemberState::Active,
        }
    }
}

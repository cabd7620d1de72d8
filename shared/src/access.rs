//! Who may do what: permissions, roles and the one table that joins them.

use crate::{
    domain::visit::words,
    error::{Error, Result},
};

words! {
    /// A capability, under the same name for roles, token scopes and documentation.
    Permission {
        /// Read and search the audit log.
        AuditRead = "audit.read",
        /// Plans and invoices.
        BillingManage = "billing.manage",
        /// Request exports and evidence packs.
        ExportRequest = "export.request",
        /// Hosts.
        HostManage = "host.manage",
        /// Approve staff access.
        ImpersonationApprove = "impersonation.approve",
        /// Invitations.
        InvitationManage = "invitation.manage",
        /// Pair and revoke kiosks.
        KioskManage = "kiosk.manage",
        /// Members and their roles.
        MemberManage = "member.manage",
        /// NDA and privacy texts.
        NoticeManage = "notice.manage",
        /// Retention rules and legal holds.
        RetentionManage = "retention.manage",
        /// Decide access reviews.
        ReviewDecide = "review.decide",
        /// Run a roll call.
        RollCallRun = "roll_call.run",
        /// Sites and visit types.
        SiteManage = "site.manage",
        /// API tokens.
        TokenManage = "token.manage",
        /// Amend a visit with a reason.
        VisitAmend = "visit.amend",
        /// Check a visitor or a driver in.
        VisitCheckIn = "visit.check_in",
        /// Check a visitor or a driver out.
        VisitCheckOut = "visit.check_out",
        /// Admit or decline who is held.
        VisitDecide = "visit.decide",
        /// Read visits, without what is sealed in them.
        VisitRead = "visit.read",
        /// Read Restricted values, with a reason.
        VisitReveal = "visit.reveal",
        /// Watchlist entries.
        WatchlistManage = "watchlist.manage",
        /// Decide watchlist matches.
        WatchlistReview = "watchlist.review",
        /// Webhook endpoints.
        WebhookManage = "webhook.manage",
        /// Move trucks on the yard.
        YardMove = "yard.move",
    }

    /// What a member is in the organization.
    Role {
        /// Answers for the organization.
        Owner = "owner",
        /// Runs it.
        Admin = "admin",
        /// Watches who is on site.
        Security = "security",
        /// Receives visitors.
        FrontDesk = "front_desk",
        /// Is visited.
        Host = "host",
        /// Reads the log, changes nothing.
        Auditor = "auditor",
        /// Pays.
        Billing = "billing",
        /// Looks after kiosks.
        KioskManager = "kiosk_manager",
    }
}

impl Role {
    /// Its permissions, as they stand in a column.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        self.permissions().map(Permission::word).collect()
    }

    /// Refuses what would leave the organization without an owner. The statements that act say the same of what is there
    /// then: of two who come at the same time one is run again, and is refused here.
    ///
    /// # Errors
    /// [`Error::Conflict`] `last_owner` where a member of this role is the last.
    pub fn expect_another_owner(self, has_another_owner: bool) -> Result<()> {
        if self == Self::Owner && !has_another_owner { Err(Error::conflict("last_owner")) } else { Ok(()) }
    }

    /// The permission table. Exhaustive: a new permission does not compile until every role's answer is given.
    #[must_use]
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        use Role::{Admin, Auditor, Billing, FrontDesk, Host, KioskManager, Owner, Security};
        match permission {
            P::ImpersonationApprove | P::MemberManage => matches!(self, Owner | Admin),
            P::RetentionManage | P::TokenManage | P::WebhookManage => matches!(self, Owner | Admin),
            P::NoticeManage | P::SiteManage => matches!(self, Owner | Admin),
            P::ReviewDecide => matches!(self, Owner | Admin | Security),
            P::BillingManage => matches!(self, Owner | Billing),
            P::KioskManage => matches!(self, Owner | Admin | KioskManager),
            P::HostManage => matches!(self, Owner | Admin | FrontDesk),
            P::AuditRead | P::ExportRequest => matches!(self, Owner | Admin | Auditor),
            P::InvitationManage => matches!(self, Owner | Admin | FrontDesk | Host | Security),
            P::VisitCheckIn | P::VisitCheckOut => matches!(self, Owner | Admin | FrontDesk | Security),
            P::VisitDecide => matches!(self, Owner | Admin | FrontDesk | Host | Security),
            P::VisitRead => matches!(self, Owner | Admin | Auditor | FrontDesk | Security),
            P::VisitAmend | P::YardMove => matches!(self, Owner | Admin | FrontDesk | Security),
            P::VisitReveal | P::WatchlistManage | P::WatchlistReview => matches!(self, Owner | Admin | Security),
            P::RollCallRun => matches!(self, Owner | Admin | FrontDesk | Security),
        }
    }

    /// True where this role needs a second factor, whatever the policy of the organization.
    #[must_use]
    pub const fn demands_second_factor(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Everything the role may do.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.allows(*permission))
    }
}

impl Permission {
    /// True for what can be done at one site alone. Everything else reaches the whole organization, its log or its keys,
    /// and is refused to a credential of one site; a permission comes here with the function that keeps it to the site.
    #[must_use]
    pub const fn is_of_one_site(self) -> bool {
        matches!(
            self,
            Self::ExportRequest
                | Self::KioskManage
                | Self::SiteManage
                | Self::VisitCheckIn
                | Self::VisitCheckOut
                | Self::VisitRead
                | Self::VisitReveal
                | Self::WatchlistReview
        )
    }
}

impl Permission {
    /// True for what the operator's staff may do at a customer's at all. Never: what decides who has access or whom to
    /// let in, what makes credentials that outlive the impersonation, what pays, what takes data out or away.
    /// Restricted values are a question of their own, which the customer answers each time.
    #[must_use]
    pub const fn is_open_to_staff(self) -> bool {
        match self {
            Self::ImpersonationApprove | Self::MemberManage | Self::ReviewDecide => false,
            Self::KioskManage | Self::TokenManage => false,
            Self::BillingManage | Self::ExportRequest | Self::RetentionManage | Self::WebhookManage => false,
            Self::AuditRead | Self::HostManage | Self::InvitationManage | Self::NoticeManage => true,
            Self::RollCallRun | Self::SiteManage | Self::WatchlistManage | Self::WatchlistReview => true,
            Self::VisitAmend | Self::VisitCheckIn | Self::VisitCheckOut | Self::VisitDecide => true,
            Self::VisitRead | Self::VisitReveal | Self::YardMove => true,
        }
    }
}

/// What a member of the operator's staff may do at a customer's: what their own role and the one that they act as both
/// allow, and staff may do at all. Restricted values only with the customer's word.
pub fn staff_reach(own: Role, acting_as: Role, reveals_restricted: bool) -> impl Iterator<Item = Permission> {
    own.permissions().filter(move |permission| {
        let is_revealing = matches!(permission, Permission::VisitReveal);
        acting_as.allows(*permission) && permission.is_open_to_staff() && (reveals_restricted || !is_revealing)
    })
}

/// What a kiosk may do, at its own site and nowhere else.
pub const KIOSK_PERMISSIONS: [Permission; 2] = [Permission::VisitCheckIn, Permission::VisitCheckOut];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing() {
        let allowed: Vec<_> = Role::Auditor.permissions().map(Permission::word).collect();
        assert_eq!(allowed, ["audit.read", "export.request", "visit.read"]);
    }

    #[test]
    fn staff_may_do_what_both_roles_may_and_restricted_values_are_asked_for() {
        let reach = |own, acting_as, restricted| staff_reach(own, acting_as, restricted).collect::<Vec<_>>();
        let words = |reach: &[Permission]| reach.iter().map(|permission| permission.word()).collect::<Vec<_>>();
        assert_eq!(words(&reach(Role::Owner, Role::Auditor, true)), ["audit.read", "visit.read"]);
        assert_eq!(reach(Role::Host, Role::Owner, true), reach(Role::Owner, Role::Host, true));
        assert!(!reach(Role::Owner, Role::Owner, false).contains(&Permission::VisitReveal));
        assert!(reach(Role::Owner, Role::Owner, true).contains(&Permission::VisitReveal));
        for (own, acting_as) in Role::ALL.iter().flat_map(|own| Role::ALL.iter().map(move |role| (*own, *role))) {
            for permission in reach(own, acting_as, true) {
                assert!(own.allows(permission) && acting_as.allows(permission) && permission.is_open_to_staff());
            }
        }
    }

    #[test]
    fn every_permission_is_some_roles() {
        for permission in Permission::ALL {
            assert!(Role::Owner.allows(*permission), "{permission}");
        }
    }
}

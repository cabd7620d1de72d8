//! Who may do what: permissions, roles and the one table that joins them.

use crate::domain::visit::words;

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
        /// Read visits, without Restricted values.
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

    /// True where nobody of this role does anything without a second factor, whatever their organization says.
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
        )
    }
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
    fn every_permission_is_some_roles() {
        for permission in Permission::ALL {
            assert!(Role::Owner.allows(*permission), "{permission}");
        }
    }
}

//! What entries say was done, and to what.

use crate::domain::visit::words;

words! {
    /// What was done. Never renamed, only superseded.
    Action {
        /// Access was revoked: by a reviewer, at a deadline, or because it was not used.
        AccessRevoked = "access.revoked",
        /// The last owner keeps access that would have been taken.
        AccessSpared = "access.spared",
        /// Seven days later it was looked whether what was revoked has access again.
        AccessReviewChecked = "access_review.checked",
        /// An access review ended.
        AccessReviewClosed = "access_review.closed",
        /// A reviewer decided.
        AccessReviewDecided = "access_review.decided",
        /// An access review was opened; its hash is that of its snapshot.
        AccessReviewOpened = "access_review.opened",
        /// A caller with a valid credential was refused.
        AccessRefused = "access.refused",
        /// An API token was made.
        ApiTokenCreated = "api_token.created",
        /// An API token was ended.
        ApiTokenRevoked = "api_token.revoked",
        /// The audit log was read.
        AuditLogRead = "audit_log.read",
        /// What identity documents of a site's visits said was destroyed, since its time was over.
        DocumentsPurged = "documents.purged",
        /// A bundle was made; its digest is that of its manifest.
        ExportBuilt = "export.built",
        /// A link to a bundle was given out.
        ExportDownloaded = "export.downloaded",
        /// A bundle was given up.
        ExportFailed = "export.failed",
        /// A new key of the HMACs of bundles took the place of the one before it.
        ExportKeyRotated = "export_key.rotated",
        /// A bundle was asked for.
        ExportRequested = "export.requested",
        /// A host was entered.
        HostCreated = "host.created",
        /// Scans that no check-in cited within their hour were destroyed.
        IdScansDestroyed = "id_scans.destroyed",
        /// An identity document was scanned; the entry has verdicts, and no value.
        IdScanRecorded = "id_scan.recorded",
        /// Staff were let in, or let to Restricted values.
        ImpersonationApproved = "impersonation.approved",
        /// An impersonation was ended.
        ImpersonationEnded = "impersonation.ended",
        /// A member of the staff was given a token to go over with.
        ImpersonationHandedOff = "impersonation.handed_off",
        /// A member of the staff came in.
        ImpersonationOpened = "impersonation.opened",
        /// It was decided anew whether staff wait to be let in.
        ImpersonationPolicyChanged = "impersonation_policy.changed",
        /// A member of the staff asked to come in.
        ImpersonationRequested = "impersonation.requested",
        /// The code that a device showed was confirmed: a kiosk was entered, whose place the device takes.
        KioskCreated = "kiosk.created",
        /// A device took a kiosk's place.
        KioskPaired = "kiosk.paired",
        /// A code was typed that no device shows.
        KioskRefused = "kiosk.refused",
        /// A kiosk was given another name.
        KioskRenamed = "kiosk.renamed",
        /// A kiosk's credential was revoked.
        KioskRevoked = "kiosk.revoked",
        /// The documents of a visit are kept, whatever the site's rule says.
        LegalHoldPlaced = "legal_hold.placed",
        /// The site's rule counts for a visit again.
        LegalHoldReleased = "legal_hold.released",
        /// A mail to a member was given up.
        MailGivenUp = "mail.given_up",
        /// A mail to a member was handed over.
        MailSent = "mail.sent",
        /// Everything was taken from a member.
        MemberDeactivated = "member.deactivated",
        /// A person was invited to become a member, or invited again.
        MemberInvited = "member.invited",
        /// An invited person chose a password, and is a member.
        MemberJoined = "member.joined",
        /// A member chose another password, knowing the one before.
        MemberPasswordChanged = "member.password_changed",
        /// A member chose another password by a link that was sent to them.
        MemberPasswordReset = "member.password_reset",
        /// A member was let in again.
        MemberReactivated = "member.reactivated",
        /// A member was given another role.
        MemberRoleChanged = "member.role_changed",
        /// A member's second factor was taken away.
        MemberSecondFactorReset = "member.second_factor_reset",
        /// A version of a text was published.
        NoticePublished = "notice.published",
        /// A version of a text was retired.
        NoticeRetired = "notice.retired",
        /// The first entry of every log.
        OrganizationCreated = "organization.created",
        /// Visits, entries and events were held against each other.
        ReconciliationRead = "reconciliation.read",
        /// A day without a seal would look like a log that was taken away.
        LogHeartbeat = "log.heartbeat",
        /// In the operator's log: a customer's log was changed past the functions, and nothing is written to it.
        LogFoundBroken = "log.found_broken",
        /// What was anchored of a broken log was put back, and it goes on.
        LogRecovered = "log.recovered",
        /// A stream of the log was set up.
        LogStreamCreated = "log_stream.created",
        /// A stream of the log was ended, and its secrets destroyed.
        LogStreamEnded = "log_stream.ended",
        /// A stream of the log was stopped for a while.
        LogStreamPaused = "log_stream.paused",
        /// A stream of the log goes on, or tries again at once.
        LogStreamResumed = "log_stream.resumed",
        /// A stream of the log delivers again from an earlier entry.
        LogStreamRewound = "log_stream.rewound",
        /// A site keeps documents for another time.
        RetentionChanged = "retention.changed",
        /// It was decided anew what members prove when they sign in.
        SignInPolicyChanged = "sign_in_policy.changed",
        /// New recovery codes took the place of all old ones.
        RecoveryCodesReplaced = "recovery_codes.replaced",
        /// A member removed a second factor that they were not required to have.
        SecondFactorDropped = "second_factor.dropped",
        /// A member has a second factor, or another one.
        SecondFactorEnrolled = "second_factor.enrolled",
        /// A session was ended.
        SessionEnded = "session.ended",
        /// A password was right, and a second factor is asked for.
        SessionOpened = "session.opened",
        /// A password or a second factor was wrong.
        SessionRefused = "session.refused",
        /// A member is signed in.
        SessionStarted = "session.started",
        /// A site was entered.
        SiteCreated = "site.created",
        /// A site was changed.
        SiteChanged = "site.changed",
        /// A member of the operator's own organization became staff.
        StaffAppointed = "staff.appointed",
        /// A member of the operator's own organization is staff no longer.
        StaffDismissed = "staff.dismissed",
        /// A held visitor or driver was let in.
        VisitAdmitted = "visit.admitted",
        /// A visitor or driver arrived.
        VisitCheckedIn = "visit.checked_in",
        /// A visitor or driver left.
        VisitCheckedOut = "visit.checked_out",
        /// A held visitor or driver was turned away.
        VisitDeclined = "visit.declined",
        /// A visitor or driver arrived, and waits for a decision.
        VisitHeld = "visit.held",
        /// Restricted values were read.
        VisitRevealed = "visit.revealed",
        /// A version of a visit type was published.
        VisitTypePublished = "visit_type.published",
        /// An entry was put on the watchlist.
        WatchlistEntryCreated = "watchlist_entry.created",
        /// An entry of the watchlist was ended.
        WatchlistEntryEnded = "watchlist_entry.ended",
        /// What stands in an entry of the watchlist was read.
        WatchlistEntryRevealed = "watchlist_entry.revealed",
        /// A visitor is who an entry of the watchlist means.
        WatchlistMatchConfirmed = "watchlist_match.confirmed",
        /// A visitor is not who an entry of the watchlist means.
        WatchlistMatchDismissed = "watchlist_match.dismissed",
        /// A comparison with the watchlist was made again.
        WatchlistMatchReplayed = "watchlist_match.replayed",
    }

    /// What an entry speaks of.
    TargetKind {
        /// An access review.
        AccessReview = "access_review",
        /// An API token.
        ApiToken = "api_token",
        /// The audit log itself.
        AuditLog = "audit_log",
        /// A bundle.
        Export = "export",
        /// A key of the HMACs of bundles.
        ExportKey = "export_key",
        /// A host.
        Host = "host",
        /// A scan of an identity document.
        IdScan = "id_scan",
        /// What a member of the operator's staff opened, or asked to.
        Impersonation = "impersonation",
        /// A kiosk.
        Kiosk = "kiosk",
        /// A stream of the log.
        LogStream = "log_stream",
        /// A member of the organization.
        Member = "member",
        /// A version of a text.
        Notice = "notice",
        /// An organization.
        Organization = "organization",
        /// A route of the API, as `POST /v1/visits`.
        Route = "route",
        /// A session of a member.
        Session = "session",
        /// A site.
        Site = "site",
        /// A visit.
        Visit = "visit",
        /// A version of a visit type.
        VisitType = "visit_type",
        /// An entry of the watchlist.
        WatchlistEntry = "watchlist_entry",
        /// A visitor who met an entry of the watchlist.
        WatchlistMatch = "watchlist_match",
    }
}

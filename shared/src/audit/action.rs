//! What entries say was done, and to what.

use crate::domain::visit::words;

words! {
    /// What was done. Never renamed, only superseded.
    Action {
        /// A caller with a valid credential was refused.
        AccessRefused = "access.refused",
        /// An API token was made.
        ApiTokenCreated = "api_token.created",
        /// An API token was ended.
        ApiTokenRevoked = "api_token.revoked",
        /// The audit log was read.
        AuditLogRead = "audit_log.read",
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
        /// A kiosk was entered and waits to be paired.
        KioskCreated = "kiosk.created",
        /// A device took a kiosk's place.
        KioskPaired = "kiosk.paired",
        /// A kiosk was given another name.
        KioskRenamed = "kiosk.renamed",
        /// A kiosk's credential was revoked.
        KioskRevoked = "kiosk.revoked",
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
        /// A site was entered.
        SiteCreated = "site.created",
        /// A site was changed.
        SiteChanged = "site.changed",
        /// Somebody came.
        VisitCheckedIn = "visit.checked_in",
        /// Somebody left.
        VisitCheckedOut = "visit.checked_out",
        /// Restricted values were read.
        VisitRevealed = "visit.revealed",
        /// A version of a visit type was published.
        VisitTypePublished = "visit_type.published",
    }

    /// What an entry speaks of.
    TargetKind {
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
        /// A kiosk.
        Kiosk = "kiosk",
        /// A stream of the log.
        LogStream = "log_stream",
        /// A version of a text.
        Notice = "notice",
        /// An organization.
        Organization = "organization",
        /// A route of the API, as `POST /v1/visits`.
        Route = "route",
        /// A site.
        Site = "site",
        /// A visit.
        Visit = "visit",
        /// A version of a visit type.
        VisitType = "visit_type",
    }
}

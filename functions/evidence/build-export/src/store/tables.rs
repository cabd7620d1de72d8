//! The tables that an export of data takes along, without what is sealed in them.

use shared::tenant::{Lookup, Statement};

/// Rows that are read at a time.
const PAGE: i64 = 2_000;

/// A row of a table.
pub(crate) struct TableRow {
    pub(crate) key: String,
    /// All that is exported of it, as one JSON object.
    pub(crate) object: String,
}

macro_rules! tables {
    ($($variant:ident $name:ident by $key:ident: $($column:ident)+;)+) => {
        /// A table that is taken along.
        #[derive(Clone, Copy)]
        pub(crate) enum Table { $($variant,)+ }

        impl Table {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }

            pub(crate) const fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[stringify!($key), $(stringify!($column)),+],)+ }
            }

            /// Some rows behind a key, each as one JSON object, with its key.
            pub(crate) fn page(self, after: Option<&str>) -> Lookup<Vec<TableRow>> {
                Statement::new(match self { $(Self::$variant => concat!(
                    "-- build-export.", "page_of_", stringify!($name), "\n",
                    "SELECT t.", stringify!($key), "::text AS key, row_to_json(t)::text AS row FROM (SELECT ",
                    stringify!($key), $(", ", stringify!($column),)+ " FROM ", stringify!($name),
                    " WHERE $1 IS NULL OR ", stringify!($key), " > $1::uuid ORDER BY ", stringify!($key), " LIMIT $2) AS t ORDER BY 1",
                ),)+ })
                .bind(after.map(str::to_owned))
                .bind(PAGE)
                .all(|row| Ok(TableRow { key: row.read("key")?, object: row.read("row")? }))
            }
        }
    };
}

tables! {
    AccessReviewItems access_review_items by item_id: review_id number subject_kind subject_id name email role permissions site_id member_id
        granted_at last_used_at decision how reason decided_by decided_at revoked_at;
    AccessReviews access_reviews by review_id: quarter opened_at deadline_at item_count closed_at checked_at came_back;
    Credentials credentials by credential_id: kind name permissions site_id expires_at revoked_at created_at last_used_at member_id assurance;
    Exports exports by export_id: kind visit_id from_at to_at requested_by requested_by_kind state created_at built_at expires_at failure;
    Hosts hosts by host_id: person_id name email phone locale created_at;
    IdScanObjects id_scan_objects by object_id: id_scan_id side media_type bytes created_at;
    IdScans id_scans by id_scan_id: site_id person_id visit_id credential_id sources verdicts algorithm score created_at expires_at purged_at
        face_verdict face_reason face_score face_min face_notice_version_id;
    Impersonations impersonations by impersonation_id: staff_id staff_organization_id staff_name staff_role role reason requested_at
        approved_at restricted_approved_at credential_id opened_at expires_at ended_at ended_by;
    Kiosks kiosks by kiosk_id: site_id name device credential_id paired_at revoked_at created_at;
    Mails mails by mail_id: member_id kind requested_at sent_at given_up_at is_refused;
    Members members by member_id: person_id email name role state created_at last_sign_in_at standing_since;
    Notices notices by version_id: kind locale version title text published_at retired_at;
    Organizations organizations by organization_id: name plan environment created_at requires_mfa requires_staff_approval;
    Outbox outbox by event_id: kind subject_kind subject_id facts request_id occurred_at ready_at;
    People people by person_id: kind created_at;
    Sites sites by site_id: name time_zone locale requires_nda id_check_age_min id_check_rules id_check_face_min document_retention_hours created_at;
    VisitObjects visit_objects by object_id: visit_id kind media_type bytes created_at;
    VisitTypes visit_types by visit_type_id: site_id name applies_to version answers_schema created_at;
    Visits visits by visit_id: site_id person_id host_id visit_type_id type state hold_reasons badge_number name company email phone purpose answers
        nda_version_id nda_signed_at carrier bills_of_lading appointment load_type seal un_number hazard_class dangerous_goods trailer co_driver tractor_plate trailer_plate
        checked_in_at checked_out_at occurred_at device_seq checked_out_occurred_at checked_out_device_seq
        decision decided_at decided_by decided_by_member licence_person_id licence_purged_at legal_hold_since legal_hold_by created_at;
    WatchlistEntries watchlist_entries by entry_id: person_id list severity created_at created_by ended_at;
    WatchlistMatches watchlist_matches by match_id: visit_id entry_id rule score is_weak algorithm list_digest created_at outcome reviewed_at
        reviewed_by reviewed_by_member;
    WatchlistScreenings watchlist_screenings by visit_id: person_id today compared created_at;
}

//! The class of everything that is kept or sent: one table that tests and `docs/DATA.md` come from (promise P12).
//!
//! The class decides whether a value may stand in the clear, how long it stays and what an erasure does to it. A column
//! of the database that stands in no row here fails a test, and so does a row without a column.

mod retention;
mod words;

pub use retention::{DOCUMENT_RULE, Retention};

/// How much harm a value does in the wrong hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It may be public.
    Public,
    /// For the organization and those it lets in; says nothing about a person by itself.
    Internal,
    /// About a person. Never in logs, metrics, traces, errors, URLs, messages or names of files.
    Restricted,
}

/// How a value stands where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Readable by all who may read the row.
    Clear,
    /// Encrypted by the store, under the KMS key of the organization.
    Encrypted,
    /// In an envelope under the person's key or the tenant key.
    Sealed,
    /// A key in an envelope under another key.
    Wrapped,
}

/// What the erasure of a person does to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// It is destroyed, and with it whatever it wraps.
    Destroyed,
    /// It goes by itself before an erasure is due.
    Expires,
    /// It says nothing about a person.
    Kept,
    /// Something that says nothing takes its place, so that history and counts stay.
    Replaced,
    /// It stays and cannot be opened any more.
    Unreadable,
}

/// One column, kind of object or field, with everything that is decided about it.
#[derive(Clone, Copy, Debug)]
pub struct Classified {
    /// The table; `bucket`, `event` or `message` for what stands in none.
    pub place: &'static str,
    /// The column, the kind of object, or the field.
    pub name: &'static str,
    /// How much harm it does.
    pub class: Class,
    /// How it stands there.
    pub form: Form,
    /// How long it stays.
    pub retention: Retention,
    /// What an erasure does to it.
    pub erasure: Erasure,
}

macro_rules! classified {
    ($($(#[$doc:meta])* $list:ident {
        $($place:ident, $retention:ident { $($($name:ident)+: $class:ident $form:ident $erasure:ident;)+ })+
    })+) => {$(
        $(#[$doc])*
        pub const $list: &[Classified] = &[$($($(Classified {
            place: stringify!($place),
            name: stringify!($name),
            class: Class::$class,
            form: Form::$form,
            retention: Retention::$retention,
            erasure: Erasure::$erasure,
        },)+)+)+];
    )+};
}

classified! {
    /// Every column of every table. A line reads: columns, class, form, and what an erasure does. A table whose columns
    /// stay differently long stands here once for each.
    COLUMNS {
        plans, Deployment {
            plan reads_per_second reads_capacity writes_per_second writes_capacity has_own_kms_key: Public Clear Kept;
            seal_interval_seconds image_service_calls_per_month: Public Clear Kept;
        }
        directory, Deployment {
            organization_id slug stripe_customer_id status request_key_sha256: Internal Clear Kept;
        }
        pending_work, Work { organization_id kind due_at mark_id: Internal Clear Kept; }
        audit_actions, Deployment { role action needs_reason: Public Clear Kept; }
        staff, Deployment { staff_id organization_id term appointed_at dismissed_at: Internal Clear Kept; }
        schema_migrations, Deployment { name sha256 applied_at: Public Clear Kept; }
        organizations, Organization {
            organization_id name plan environment created_at requires_mfa requires_staff_approval: Internal Clear Kept;
        }
        tenant_keys, Organization {
            organization_id key_id kms_key_id created_at retired_at: Internal Clear Kept;
            wrapped_key wrapped_index_key: Internal Wrapped Kept;
        }
        people, Organization {
            organization_id person_id kind key_id created_at: Internal Clear Kept;
            wrapped_key: Internal Wrapped Destroyed;
        }
        members, Organization {
            organization_id member_id person_id role state created_at last_sign_in_at standing_since: Internal Clear Kept;
            email name: Restricted Clear Replaced;
        }
        member_proofs, Organization {
            organization_id member_id password_phc password_changed_at: Internal Clear Kept;
            totp_confirmed_at totp_step recovery_salt: Internal Clear Kept;
            totp_sealed totp_pending_sealed: Internal Sealed Kept;
        }
        recovery_codes, Organization { organization_id member_id code_hash used_at: Internal Clear Kept; }
        guesses, Guess { organization_id tokens refilled_at: Internal Clear Expires; subject_sha256: Restricted Clear Expires; }
        known_sources, KnownSource {
            organization_id member_id seen_at is_proven: Internal Clear Expires; source_sha256: Restricted Clear Expires;
        }
        access_reviews, Organization {
            organization_id review_id quarter opened_at deadline_at item_count snapshot_sha256 reminded_days: Internal Clear Kept;
            closed_at check_due_at checked_at came_back: Internal Clear Kept;
        }
        access_review_items, Organization {
            organization_id item_id review_id number subject_kind subject_id named_commit role permissions: Internal Clear Kept;
            site_id member_id granted_at last_used_at decision how reason decided_by: Internal Clear Kept;
            decided_at revoked_at: Internal Clear Kept;
            named_salt: Internal Clear Destroyed;
            name email: Restricted Clear Replaced;
        }
        mails, Mail {
            organization_id mail_id member_id kind requested_at not_before attempts: Internal Clear Expires;
            sent_at given_up_at is_refused: Internal Clear Expires;
        }
        sites, Organization {
            organization_id site_id name time_zone locale requires_nda created_at: Internal Clear Kept;
            id_check_age_min id_check_rules id_check_face_min document_retention_hours: Internal Clear Kept;
        }
        credentials, Organization {
            organization_id credential_id kind sha256 name permissions site_id: Internal Clear Kept;
            expires_at revoked_at created_at last_used_at used_by member_id assurance made_by: Internal Clear Kept;
        }
        impersonations, Organization {
            organization_id impersonation_id staff_id staff_term staff_organization_id staff_role role: Internal Clear Kept;
            reason requested_under requested_at needs_approval approved_at restricted_approved_at: Internal Clear Kept;
            hand_off_id hand_off_expires_at credential_id opened_at opened_by_request expires_at: Internal Clear Kept;
            ended_at ended_by: Internal Clear Kept;
            staff_name: Restricted Clear Replaced;
        }
        rate_buckets, Organization { organization_id kind tokens refilled_at: Internal Clear Kept; }
        refused_sources, Source {
            organization_id window_start failures: Internal Clear Expires;
            source_sha256: Restricted Clear Expires;
        }
        answers, Answer {
            organization_id credential_id key_sha256 fingerprint request_id state: Internal Clear Expires;
            leased_until expires_at: Internal Clear Expires;
            answer_sealed: Restricted Sealed Expires;
        }
        audit_heads, Log { organization_id seq link at broken_since: Internal Clear Kept; }
        audit_log, Log {
            draft leaf link organization_id seq action actor_id target_kind target_id: Internal Clear Kept;
            entry: Internal Clear Unreadable;
        }
        export_keys, Organization {
            organization_id export_key_id key_id created_at retired_at: Internal Clear Kept;
            key_sealed: Internal Sealed Kept;
        }
        exports, Organization {
            organization_id export_id kind visit_id from_at to_at requested_by requested_by_kind state: Internal Clear Kept;
            created_at attempt leased_until failures not_before first_seq tree_size entries_done upload_id: Internal Clear Kept;
            bytes manifest_sha256 built_at expires_at failure: Internal Clear Kept;
        }
        log_tiles, Log { organization_id level tile hashes: Internal Clear Kept; }
        log_breaks, Log {
            organization_id broken_since cause seq found_by told_operator_at recovered_at: Internal Clear Kept;
        }
        log_checkpoints, Log { organization_id size root link note sealed_at: Internal Clear Kept; }
        log_comparisons, Log { organization_id next_seq: Internal Clear Kept; }
        log_set_aside, Log {
            organization_id broken_since seq leaf link: Internal Clear Kept;
            entry: Internal Clear Unreadable;
        }
        log_streams, Organization {
            organization_id stream_id slot kind bucket region account url key_id state: Internal Clear Kept;
            secret_sealed token_sealed: Internal Sealed Kept;
            next_seq link checkpoint_size sending_to leased_until acknowledged_at: Internal Clear Kept;
            failing_since failure failures retry_at created_at ended_at: Internal Clear Kept;
        }
        log_keys, Deployment { purpose public_key valid_from valid_until revoked_at: Public Clear Kept; }
        hosts, Organization {
            organization_id host_id person_id locale created_at: Internal Clear Kept;
            name email phone: Restricted Clear Replaced;
        }
        visit_types, Organization {
            organization_id visit_type_id site_id name applies_to version answers_schema created_at: Internal Clear Kept;
        }
        notices, Organization {
            organization_id version_id kind locale version title text text_sha256: Internal Clear Kept;
            published_at retired_at: Internal Clear Kept;
        }
        kiosks, Organization {
            organization_id kiosk_id site_id name device pairing_expires_at: Internal Clear Kept;
            credential_id paired_at revoked_at created_at: Internal Clear Kept;
        }
        kiosk_pairings, Pairing {
            organization_id device_sha256 code_sha256 device kiosk_id expires_at created_at: Internal Clear Expires;
            source_sha256: Restricted Clear Expires;
        }
        image_service_calls, Organization { organization_id month used: Internal Clear Kept; }
        badge_counters, Organization { organization_id site_id last: Internal Clear Kept; }
        visits, Visit {
            organization_id visit_id site_id person_id host_id visit_type_id type state hold_reasons: Internal Clear Kept;
            badge_number badge_sha256 nda_version_id nda_text_sha256 nda_signed_at: Internal Clear Kept;
            bills_of_lading appointment load_type seal un_number hazard_class dangerous_goods trailer: Internal Clear Kept;
            checked_in_at checked_out_at occurred_at device_seq: Internal Clear Kept;
            checked_out_occurred_at checked_out_device_seq created_at: Internal Clear Kept;
            decision decided_at decided_by decided_by_member legal_hold_since legal_hold_by: Internal Clear Kept;
            licence_person_id licence_purged_at: Internal Clear Kept;
            name company email phone purpose answers carrier co_driver: Restricted Clear Replaced;
            tractor_plate trailer_plate: Restricted Clear Replaced;
        }
        visits, Document {
            licence_number_sealed: Restricted Sealed Unreadable;
            licence_number_index: Restricted Clear Replaced;
        }
        visit_objects, Visit {
            organization_id object_id visit_id kind media_type bytes created_at: Internal Clear Kept;
        }
        id_scans, Visit {
            organization_id id_scan_id site_id person_id visit_id credential_id sources: Internal Clear Kept;
            verdicts algorithm score created_at expires_at purged_at: Internal Clear Kept;
            face_verdict face_reason face_score face_min face_notice_version_id: Internal Clear Kept;
        }
        id_scans, Document {
            values_sealed: Restricted Sealed Unreadable;
            number_index: Restricted Clear Replaced;
        }
        id_scan_objects, Document {
            organization_id object_id id_scan_id side media_type bytes created_at: Internal Clear Kept;
        }
        watchlist_entries, Organization {
            organization_id entry_id person_id list severity created_at created_by ended_at: Internal Clear Kept;
            content_sealed: Restricted Sealed Unreadable;
        }
        watchlist_keys, Organization { organization_id entry_id: Internal Clear Kept; key: Restricted Clear Destroyed; }
        watchlist_matches, Visit {
            organization_id match_id visit_id entry_id rule score is_weak algorithm list_digest created_at: Internal Clear Kept;
            outcome reviewed_at reviewed_by reviewed_by_member: Internal Clear Kept;
        }
        watchlist_screenings, Visit {
            organization_id visit_id person_id today compared created_at: Internal Clear Kept; asked_sealed: Restricted Sealed Unreadable;
        }
        outbox, Event {
            organization_id event_id kind subject_kind subject_id facts request_id: Internal Clear Kept;
            occurred_at ready_at: Internal Clear Kept;
        }
    }

    /// Every kind of object in the bucket.
    OBJECTS {
        bucket, Visit { photo signature: Restricted Sealed Unreadable; }
        bucket, Document { front back: Restricted Sealed Unreadable; }
        bundles, Bundle { bundle progress: Restricted Encrypted Expires; }
    }

    /// Every field of what leaves a transaction: the facts of an event in the outbox, and a message of a queue.
    FIELDS {
        event, Event { site_id export_kind: Internal Clear Kept; }
        message, Work { v id organization_id kind ref request_id traceparent: Internal Clear Kept; }
    }
}

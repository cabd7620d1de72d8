//! A call of each function that runs with the rights of the owner. `{o}` is the organization that is open, and `{x}` the one whose
//! ids and secrets are named: the same, or another one. What is there beside the seed stands in `definers.sql`.

use What::{AnyOrganization, NoIds, OwnIds};

/// What a call may name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Things of the organization that is open: of another one, nothing is told and nothing is done.
    OwnIds,
    /// Nothing that belongs to a person or an organization.
    NoIds,
    /// Another organization by purpose: which, is the caller's to say. `docs/DEFINER_FUNCTIONS.md` says why.
    AnyOrganization,
}

const ADMIN: &str = "md5('{o} admin')::uuid";
const MEMBER: &str = "md5('{x} member')::uuid";

/// Functions that answer nothing and leave nothing in a table of a tenant.
pub(super) const QUIET: [&str; 8] = [
    "app.count_refused_reason",
    "app.refused_reasons_wait",
    "app.resume",
    "audit.broken_since",
    "audit.first_difference",
    "directory.enter_log_key",
    "directory.mark",
    "directory.take_turn",
];

/// The name of each function, what it may name, and a call that does something where it names what is its own.
pub(super) const CALLS: &[(&str, What, &str)] = &[
    ("app.accept_password", OwnIds, "app.accept_password({member}, '$scrypt$host', '$scrypt$anew', sha256('s'))"),
    (
        "app.add_api_token",
        OwnIds,
        "app.add_api_token(md5('{x} admin')::uuid, gen_random_uuid(), sha256('n'), 'New', '{visit.read}', NULL, now() + interval '1 day', now())",
    ),
    (
        "app.add_link",
        OwnIds,
        "app.add_link('{x}', 'member_invitation', gen_random_uuid(), sha256('n'), now() + interval '1 hour', now())",
    ),
    (
        "app.admit",
        OwnIds,
        "nullif((app.admit('{o}', sha256('{x}'), 'api_token', 'visit.check_in', true, '192.0.2.1', 'write', NULL, now(), sha256('another key'), sha256('body'), 'another request', now())).outcome, 'unauthenticated')",
    ),
    ("app.approve_impersonation", OwnIds, "app.approve_impersonation(md5('{x} waiting')::uuid, true, '{}', now())"),
    (
        "app.begin_impersonation",
        OwnIds,
        "(app.begin_impersonation(md5('{x} waiting')::uuid, gen_random_uuid(), sha256('n'), 'client', '{session.open}', now() + interval '1 hour', 'request', now())).opened_at",
    ),
    (
        "app.begin_kiosk_pairing",
        NoIds,
        "app.begin_kiosk_pairing(sha256('new device'), sha256('new code'), 'device', '192.0.2.1', now() + interval '10 minutes', now())",
    ),
    (
        "app.begin_password_change",
        OwnIds,
        "(app.begin_password_change(sha256('{x} session'), '192.0.2.1', now())).role",
    ),
    (
        "app.begin_second_factor",
        OwnIds,
        "(app.begin_second_factor({member}, md5('{x} session')::uuid, '192.0.2.1', now())).role",
    ),
    ("app.begin_sign_in", OwnIds, "(app.begin_sign_in('{x}@example.com', '192.0.2.1', now())).member_id"),
    ("app.begin_totp", OwnIds, "app.begin_totp(sha256('{x} session'), '\\x09', now())"),
    (
        "app.change_password",
        OwnIds,
        "app.change_password({member}, '$scrypt$host', '$scrypt$anew', md5('{x} session')::uuid, gen_random_uuid(), sha256('s'), gen_random_uuid(), now())",
    ),
    ("app.change_role", OwnIds, "app.change_role({admin}, {member}, 'host', '{}', 'auditor', '{}', now())"),
    ("app.clear_second_factor", OwnIds, "app.clear_second_factor({admin}, {member}, 'host', '{}', now())"),
    (
        "app.confirm_kiosk_pairing",
        OwnIds,
        "app.confirm_kiosk_pairing(sha256('{x} device'), sha256('{x} code'), gen_random_uuid(), '{o}', 'Kiosk', sha256('g'), now())",
    ),
    (
        "app.confirm_totp",
        OwnIds,
        "app.confirm_totp(sha256('{x} session'), '\\x08', 7, substring(sha256('salt') FOR 16), ARRAY[sha256('new code')], now())",
    ),
    ("app.count_refused", NoIds, "app.count_refused('192.0.2.1', now())"),
    ("app.count_refused_reason", OwnIds, "app.count_refused_reason('{x}', now())"),
    ("app.deactivate_member", OwnIds, "app.deactivate_member({admin}, {member}, 'host', '{}', now())"),
    ("app.drop_second_factor", OwnIds, "app.drop_second_factor(sha256('{x} session'), now())"),
    ("app.end_impersonation", OwnIds, "app.end_impersonation(md5('{x} waiting')::uuid, 'customer', now())"),
    ("app.end_session", OwnIds, "app.end_session({member}, md5('{x} session')::uuid, now())"),
    ("app.environment", NoIds, "app.environment()"),
    (
        "app.find_kiosk_pairing",
        OwnIds,
        "(app.find_kiosk_pairing(sha256('g'), sha256('{x} code'), '192.0.2.1', now())).device",
    ),
    ("app.forget_answers", NoIds, "app.forget_answers(now() + interval '400 days', 10)"),
    ("app.forget_credentials", NoIds, "app.forget_credentials(now() + interval '400 days', 10)"),
    ("app.forget_id_scans", NoIds, "(app.forget_id_scans(now() + interval '400 days', 10)).scans"),
    ("app.forget_kiosk_pairings", NoIds, "app.forget_kiosk_pairings(now() + interval '400 days', 10)"),
    ("app.forget_known_sources", NoIds, "app.forget_known_sources(now() + interval '400 days', 10)"),
    ("app.forget_mails", NoIds, "app.forget_mails(now() + interval '400 days', 10)"),
    ("app.forget_quiet_guesses", NoIds, "app.forget_quiet_guesses(now() + interval '400 days', 10)"),
    ("app.forget_sources", NoIds, "app.forget_sources(now() + interval '400 days', 10)"),
    (
        "app.hand_off_impersonation",
        OwnIds,
        "(app.hand_off_impersonation(md5('{x} waiting')::uuid, {member}, gen_random_uuid(), now() + interval '5 minutes', now())).state",
    ),
    (
        "app.impersonation_state",
        OwnIds,
        "(SELECT app.impersonation_state(i, now()) FROM impersonations AS i WHERE i.impersonation_id = '{x}')",
    ),
    (
        "app.link",
        OwnIds,
        "nullif((app.link(sha256('{x} link'), 'password_reset', '192.0.2.1', 'request', now())).outcome, 'unknown')",
    ),
    ("app.may_record_refusal", NoIds, "app.may_record_refusal(now())"),
    (
        "app.opening_of",
        OwnIds,
        "nullif((app.opening_of(md5('{x} waiting')::uuid, md5('{x} hand-off')::uuid, '192.0.2.1', 'request', now())).outcome, 'closed')",
    ),
    (
        "app.poll_kiosk_pairing",
        OwnIds,
        "nullif((app.poll_kiosk_pairing(sha256('{x} confirmed'), gen_random_uuid(), sha256('n'), '{visit.check_in}', '192.0.2.1', now())).outcome, 'unknown')",
    ),
    (
        "app.prove_session",
        OwnIds,
        "app.prove_session(sha256('{x} session'), 'host', gen_random_uuid(), sha256('n'), 'client', '192.0.2.1', now() + interval '1 hour', now())",
    ),
    (
        "app.purge_documents",
        OwnIds,
        "nullif((app.purge_documents('{x}', now() + interval '400 days', 10)).licences, 0)",
    ),
    ("app.reach_of", OwnIds, "(app.reach_of(sha256('{x}'))).permissions"),
    ("app.reactivate_member", OwnIds, "app.reactivate_member({admin}, md5('{x} gone')::uuid, 'host', '{}', now())"),
    ("app.refused_reasons_wait", OwnIds, "app.refused_reasons_wait(sha256('{x}'), now())"),
    ("app.release", OwnIds, "app.release('{x}', sha256('key'))"),
    ("app.rename_kiosk", OwnIds, "app.rename_kiosk('{x}', 'Seeded', 'Renamed')"),
    ("app.renew_invitation", OwnIds, "app.renew_invitation({admin}, md5('{x} invited')::uuid, 'host', '{}', now())"),
    (
        "app.renew_session",
        OwnIds,
        "app.renew_session(sha256('{x} session'), 'host', gen_random_uuid(), sha256('n'), 'client', '192.0.2.1', now())",
    ),
    (
        "app.replace_recovery_codes",
        OwnIds,
        "app.replace_recovery_codes(sha256('{x} session'), substring(sha256('salt') FOR 16), ARRAY[sha256('new code')], now())",
    ),
    (
        "app.request_impersonation",
        AnyOrganization,
        "(app.request_impersonation(gen_random_uuid(), md5('{o} member')::uuid, '{o}', 'Staff', 'owner', 'owner', 'To look at what they wrote about', sha256('r'), now())).state",
    ),
    ("app.request_reset", OwnIds, "app.request_reset('{x}@example.com', '192.0.2.1', gen_random_uuid(), now())"),
    ("app.require_mfa", NoIds, "app.require_mfa(true, now())"),
    ("app.require_staff_approval", NoIds, "app.require_staff_approval(true, now())"),
    ("app.resume", OwnIds, "app.resume('{o}', '{x}', sha256('key'), 'request', now())"),
    ("app.resume_and_settle", OwnIds, "app.resume_and_settle('{o}', '{x}', sha256('key'), 'request', '\\x01', now())"),
    ("app.revoke_api_token", OwnIds, "app.revoke_api_token('{x}', ARRAY[md5('{x} child')::uuid], now())"),
    ("app.revoke_kiosk", OwnIds, "app.revoke_kiosk('{x}', '{x}', now())"),
    ("app.seal_interval_seconds", NoIds, "app.seal_interval_seconds()"),
    ("app.second_factor_of", OwnIds, "(app.second_factor_of({member}, md5('{x} session')::uuid)).role"),
    (
        "app.set_password_by_link",
        OwnIds,
        "app.set_password_by_link(sha256('{x} link'), 'password_reset', '$scrypt$anew', '192.0.2.1', 'request', gen_random_uuid(), now())",
    ),
    ("app.settle", OwnIds, "app.settle('{x}', sha256('key'), '\\x01', now())"),
    ("app.staff_asking", OwnIds, "(app.staff_asking(sha256('{x} session'), now())).staff_id"),
    ("app.staff_standing", OwnIds, "(app.staff_standing(md5('{x} session')::uuid, now())).staff_id"),
    (
        "app.start_session",
        OwnIds,
        "app.start_session({member}, 'host', NULL, gen_random_uuid(), sha256('n'), 'client', '{session.open}', 'password', '192.0.2.1', now() + interval '1 hour', now())",
    ),
    ("app.take_image_service_calls", NoIds, "app.take_image_service_calls(1, now())"),
    ("app.take_recovery_code", OwnIds, "app.take_recovery_code({member}, sha256('code'), sha256('s'), now())"),
    ("app.take_totp_step", OwnIds, "app.take_totp_step({member}, 7, '\\x06', NULL, sha256('s'))"),
    ("app.tokens_made_with", OwnIds, "nullif(app.tokens_made_with('{x}'), '{}')"),
    ("app.withdraw_api_token", OwnIds, "app.withdraw_api_token('{x}', NULL, now())"),
    ("app.withdraw_kiosk", OwnIds, "app.withdraw_kiosk('{x}', NULL, now())"),
    ("app.withdraw_member", OwnIds, "nullif(app.withdraw_member({member}, NULL, now()), 'nothing')"),
    ("audit.begin", NoIds, "audit.begin()"),
    ("audit.broken_since", NoIds, "audit.broken_since()"),
    ("audit.compare_next", NoIds, "(audit.compare_next(10)).cause"),
    ("audit.first_difference", NoIds, "audit.first_difference(0, 10)"),
    ("audit.mark_broken", NoIds, "audit.mark_broken(NULL, now())"),
    ("audit.mark_broken_by_anchor", NoIds, "audit.mark_broken_by_anchor('tree_differs', 1, now())"),
    ("audit.restore", NoIds, "(audit.restore(0, '{}')).restored"),
    ("audit.settle", NoIds, "(audit.settle(1, now())).kept"),
    ("directory.appoint_staff", OwnIds, "directory.appoint_staff('{o}', md5('{x} admin member')::uuid, now())"),
    ("directory.by_slug", AnyOrganization, "directory.by_slug('s' || substring(md5('{o}') FOR 20))"),
    ("directory.dismiss_staff", OwnIds, "directory.dismiss_staff('{o}', {member}, now())"),
    (
        "directory.due",
        AnyOrganization,
        "(SELECT count(*) FROM directory.due('outbox', '00000000-0000-0000-0000-000000000000', 10, now()))",
    ),
    ("directory.enter", AnyOrganization, "directory.enter(gen_random_uuid(), 'new-organization', sha256('new'))"),
    (
        "directory.enter_log_key",
        AnyOrganization,
        "directory.enter_log_key(CASE session_user WHEN 'fn_build_export' THEN 'bundle' ELSE 'log' END, sha256('k'), now())",
    ),
    ("directory.in_turn", AnyOrganization, "(SELECT count(*) FROM directory.in_turn('seal', 10, now()))"),
    (
        "directory.intake",
        AnyOrganization,
        "(directory.intake('new-organization', sha256('new'), 'standard')).has_limits",
    ),
    ("directory.log_keys", AnyOrganization, "(SELECT count(*) FROM directory.log_keys())"),
    ("directory.mark", AnyOrganization, "directory.mark('{o}', 'export', now())"),
    ("directory.take", AnyOrganization, "directory.take('{o}', 'outbox')"),
    ("directory.take_turn", AnyOrganization, "directory.take_turn('{o}', 'seal', now())"),
];

/// The call with the ids of one organization in the other.
pub(super) fn filled(call: &str, organization: &str, whose: &str) -> String {
    call.replace("{member}", MEMBER).replace("{admin}", ADMIN).replace("{o}", organization).replace("{x}", whose)
}

//! What a role may not make of a function that runs with the rights of the owner, each beside what it may. The organization
//! is furnished by `definers.sql`.

/// A role, a call within one organization that it may not make, the SQLSTATE, and the same call as it may be made.
pub(super) const ATTACKS: &[(&str, &str, &str, &str)] = &[
    // A token under a maker whose claim this transaction does not hold; with what is a session's own.
    (
        "fn_manage_api_tokens",
        "app.add_api_token(md5('{o} session')::uuid, gen_random_uuid(), sha256('n'), 'N', '{visit.decide}', NULL, now(), now())",
        "42501",
        "app.add_api_token(md5('{o} admin')::uuid, gen_random_uuid(), sha256('n'), 'N', '{visit.decide}', NULL, now(), now())",
    ),
    (
        "fn_manage_api_tokens",
        "app.add_api_token(md5('{o} admin')::uuid, gen_random_uuid(), sha256('n'), 'N', '{session.own}', NULL, now(), now())",
        "42501",
        "app.add_api_token(md5('{o} admin')::uuid, gen_random_uuid(), sha256('n'), 'N', '{visit.read}', NULL, now(), now())",
    ),
    // In the name of a maker that asked for nothing; of a role that its arguments make small.
    (
        "fn_manage_members",
        "app.change_role(md5('{o} session')::uuid, md5('{o} member')::uuid, 'host', '{}', 'host', '{}', now())",
        "42501",
        "app.change_role(md5('{o} admin')::uuid, md5('{o} member')::uuid, 'host', '{}', 'host', '{}', now())",
    ),
    (
        "fn_manage_access_reviews",
        "app.deactivate_member('{o}', md5('{o} member')::uuid, 'host', '{}', now())",
        "42501",
        "app.deactivate_member(md5('{o} admin')::uuid, md5('{o} member')::uuid, 'host', '{}', now())",
    ),
    // A session of anybody's: with a proof that no password is, with more than the role, in the place of another.
    (
        "fn_sign_in",
        "app.start_session(md5('{o} member')::uuid, 'host', NULL, gen_random_uuid(), sha256('n'), 'c', '{session.open}', 'second_factor', NULL, now(), now())",
        "42501",
        "app.start_session(md5('{o} member')::uuid, 'host', NULL, gen_random_uuid(), sha256('n'), 'c', '{session.open}', 'password', NULL, now(), now())",
    ),
    (
        "fn_sign_in",
        "app.start_session(md5('{o} member')::uuid, 'host', NULL, gen_random_uuid(), sha256('n'), 'c', '{session.open,member.manage}', 'password', NULL, now(), now())",
        "42501",
        "app.start_session(md5('{o} member')::uuid, 'host', NULL, gen_random_uuid(), sha256('n'), 'c', '{session.open}', 'password', NULL, now(), now())",
    ),
    (
        "fn_sign_in",
        "app.start_session(md5('{o} member')::uuid, 'host', md5('{o} session')::uuid, gen_random_uuid(), sha256('n'), 'c', '{session.open}', 'password', NULL, now(), now())",
        "42501",
        "app.start_session(md5('{o} member')::uuid, 'host', NULL, gen_random_uuid(), sha256('n'), 'c', '{session.open}', 'password', NULL, now(), now())",
    ),
    // In the place of a session that has ended, of one whose role is another, of a token, of a link.
    (
        "fn_set_password",
        "app.renew_session(sha256('{o} ended'), 'host', gen_random_uuid(), sha256('n'), 'c', NULL, now())",
        "40001",
        "app.renew_session(sha256('{o} session'), 'host', gen_random_uuid(), sha256('n'), 'c', NULL, now())",
    ),
    (
        "fn_set_password",
        "app.renew_session(sha256('{o} session'), 'owner', gen_random_uuid(), sha256('n'), 'c', NULL, now())",
        "40001",
        "app.renew_session(sha256('{o} session'), 'host', gen_random_uuid(), sha256('n'), 'c', NULL, now())",
    ),
    (
        "fn_set_password",
        "app.renew_session(sha256('{o}'), 'owner', gen_random_uuid(), sha256('n'), 'c', NULL, now())",
        "40001",
        "app.renew_session(sha256('{o} admin'), 'owner', gen_random_uuid(), sha256('n'), 'c', NULL, now())",
    ),
    (
        "fn_enrol_second_factor",
        "app.prove_session(sha256('{o} link'), 'host', gen_random_uuid(), sha256('n'), 'c', NULL, now(), now())",
        "40001",
        "app.prove_session(sha256('{o} session'), 'host', gen_random_uuid(), sha256('n'), 'c', NULL, now(), now())",
    ),
    (
        "fn_enrol_second_factor",
        "app.confirm_totp(sha256('{o} ended'), '\\x08', 7, substring(sha256('salt') FOR 16), ARRAY[sha256('c')], now())",
        "40001",
        "app.confirm_totp(sha256('{o} session'), '\\x08', 7, substring(sha256('salt') FOR 16), ARRAY[sha256('c')], now())",
    ),
    (
        "fn_set_password",
        "app.begin_password_change(sha256('{o} ended'), NULL, now())",
        "40001",
        "app.begin_password_change(sha256('{o} session'), NULL, now())",
    ),
    // A kiosk, or staff, who may do more than theirs; a hand-off that was not made.
    (
        "fn_pair_kiosk",
        "app.poll_kiosk_pairing(sha256('{o} confirmed'), gen_random_uuid(), sha256('n'), '{visit.check_in,visit.reveal}', NULL, now())",
        "42501",
        "app.poll_kiosk_pairing(sha256('{o} confirmed'), gen_random_uuid(), sha256('n'), '{visit.check_in}', NULL, now())",
    ),
    (
        "fn_begin_impersonation",
        "app.begin_impersonation(md5('{o} waiting')::uuid, gen_random_uuid(), sha256('n'), 'c', '{member.manage}', now(), 'r', now())",
        "42501",
        "app.begin_impersonation(md5('{o} waiting')::uuid, gen_random_uuid(), sha256('n'), 'c', '{visit.read}', now(), 'r', now())",
    ),
    (
        "fn_begin_impersonation",
        "app.begin_impersonation(md5('{o} waiting')::uuid, gen_random_uuid(), sha256('n'), 'c', '{visit.read}', now(), 'r', now() + interval '6 minutes')",
        "42501",
        "app.begin_impersonation(md5('{o} waiting')::uuid, gen_random_uuid(), sha256('n'), 'c', '{visit.read}', now(), 'r', now() + interval '4 minutes')",
    ),
    // A key for what the role does not sign.
    (
        "fn_build_export",
        "directory.enter_log_key('log', sha256('k'), now())",
        "42501",
        "directory.enter_log_key('bundle', sha256('k'), now())",
    ),
    (
        "fn_seal_audit_log",
        "directory.enter_log_key('bundle', sha256('k'), now())",
        "42501",
        "directory.enter_log_key('log', sha256('k'), now())",
    ),
];

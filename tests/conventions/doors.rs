//! The doors that are named so that one search lists them. What stands here may only become less: a new use needs a
//! decision record, and a use that goes takes its line with it.

use std::collections::BTreeMap;

use super::wiring::{Checked, files, read};

/// Where a secret leaves its wrapping, work is done for no caller, or a ban is passed over: file, door, uses, why.
const PASSED: &[(&str, &str, usize, &str)] = &[
    ("functions/staff/appoint-staff/src/handler.rs", ".with_tenant(", 2, "the operator invokes"),
    ("functions/staff/begin-impersonation/src/handler.rs", ".with_tenant(", 2, "a token that we signed names them"),
    ("functions/staff/request-impersonation/src/asking.rs", ".with_tenant(", 1, "staff who were admitted ask"),
    ("functions/staff/request-impersonation/src/handing_off.rs", ".with_tenant(", 1, "staff who were admitted go over"),
    ("functions/evidence/build-export/src/build.rs", ".with_tenant(", 1, "a message or a tick asks"),
    ("functions/evidence/build-export/src/cover.rs", ".with_tenant(", 4, "a message or a tick asks"),
    ("functions/evidence/build-export/src/data.rs", ".with_tenant(", 1, "a message or a tick asks"),
    (
        "functions/evidence/build-export/src/evidence/contents.rs",
        ".expose_secret()",
        1,
        "photo and signature are members of the evidence that was asked for",
    ),
    ("functions/evidence/build-export/src/evidence/gathering.rs", ".with_tenant(", 3, "a message or a tick asks"),
    ("functions/evidence/build-export/src/evidence/openings.rs", ".expose_secret()", 3, "opening is what it is for"),
    (
        "functions/evidence/build-export/src/evidence/page.rs",
        ".expose_secret()",
        1,
        "the page shows photo and signature",
    ),
    ("functions/evidence/build-export/src/handler.rs", ".with_tenant(", 4, "a message or a tick asks"),
    ("functions/evidence/build-export/src/job.rs", ".with_tenant(", 2, "a message or a tick asks"),
    ("functions/evidence/build-export/src/log.rs", ".with_tenant(", 2, "a message or a tick asks"),
    ("functions/evidence/build-export/src/manifest.rs", ".with_tenant(", 2, "a message or a tick asks"),
    ("functions/evidence/build-export/src/progress.rs", ".with_tenant(", 1, "a message or a tick asks"),
    ("functions/visits/check-in/src/receipt.rs", ".expose_secret()", 1, "the badge's QR is shown in the answer"),
    (
        "functions/operations/create-organization/src/handler.rs",
        ".expose_secret()",
        1,
        "the first API token is shown once",
    ),
    (
        "functions/operations/create-organization/src/handler.rs",
        ".with_tenant(",
        5,
        "the operator invokes; no caller has a credential yet",
    ),
    (
        "functions/evidence/manage-log-streams/src/new.rs",
        ".expose_secret()",
        3,
        "secrets are sealed, and one of them is shown once",
    ),
    ("functions/access/manage-api-tokens/src/new.rs", ".expose_secret()", 1, "a token is shown once"),
    (
        "functions/operations/migrate/build.rs",
        "clippy::disallowed",
        1,
        "a build script is told its folder by the environment",
    ),
    ("functions/sites/pair-kiosk/src/asking.rs", ".expose_secret()", 2, "a device is given its two codes once"),
    ("functions/sites/pair-kiosk/src/asking.rs", ".with_tenant(", 1, "a device that asks has nothing yet"),
    ("functions/sites/pair-kiosk/src/fetching.rs", ".expose_secret()", 1, "a kiosk's credential is shown once"),
    ("functions/sites/pair-kiosk/src/fetching.rs", ".with_tenant(", 1, "a device has a code and no credential yet"),
    ("functions/access/open-access-reviews/src/handler.rs", ".with_tenant(", 1, "a tick asks"),
    ("functions/messages/relay-outbox/src/handler.rs", ".with_tenant(", 1, "a message or a tick asks"),
    ("functions/visits/reveal-visit/src/open.rs", ".expose_secret()", 2, "revealing is what it is for"),
    ("functions/evidence/rotate-export-key/src/handler.rs", ".expose_secret()", 1, "an export key is shown once"),
    ("functions/evidence/recover-log/src/handler.rs", ".with_tenant(", 6, "the operator invokes"),
    ("functions/evidence/seal-audit-log/src/breaking.rs", ".with_tenant(", 5, "a message or a tick asks"),
    ("functions/evidence/seal-audit-log/src/handler.rs", ".with_tenant(", 2, "a message or a tick asks"),
    ("functions/evidence/seal-audit-log/src/seal.rs", ".with_tenant(", 4, "a message or a tick asks"),
    ("functions/messages/send-mail/src/handler.rs", ".expose_secret()", 1, "a link stands in the mail that carries it"),
    ("functions/messages/send-mail/src/handler.rs", ".with_tenant(", 5, "a message or a tick asks"),
    ("functions/messages/send-mail/src/link.rs", ".expose_secret()", 1, "a link ends with its credential"),
    ("functions/access/set-password/src/change.rs", ".with_tenant(", 4, "a member in their session asks"),
    ("functions/access/set-password/src/use_link.rs", ".with_tenant(", 2, "a person with a link has no credential yet"),
    ("functions/access/set-password/src/reset.rs", ".with_tenant(", 1, "a person who wants a link has no credential"),
    ("functions/evidence/stream-audit-log/src/delivery.rs", ".expose_secret()", 1, "the collector's token is sent"),
    ("functions/evidence/stream-audit-log/src/handler.rs", ".with_tenant(", 6, "a tick asks"),
    ("functions/access/sweep-access-reviews/src/deadline.rs", ".with_tenant(", 2, "a tick asks"),
    ("functions/access/sweep-access-reviews/src/dormant.rs", ".with_tenant(", 2, "a tick asks"),
    ("functions/access/sweep-access-reviews/src/reminders.rs", ".with_tenant(", 1, "a tick asks"),
    ("functions/access/sweep-access-reviews/src/second_look.rs", ".with_tenant(", 1, "a tick asks"),
    ("functions/operations/sweep-leftovers/src/bundles.rs", ".with_tenant(", 2, "a tick asks"),
    ("functions/operations/sweep-leftovers/src/handler.rs", ".with_tenant(", 1, "a tick asks"),
    ("functions/operations/sweep-leftovers/src/objects.rs", ".with_tenant(", 1, "a tick asks"),
    ("shared/src/authn/pairing.rs", ".expose_secret()", 1, "a code is hashed"),
    ("shared/src/authn/password.rs", ".expose_secret()", 6, "a password is measured, hashed and compared"),
    ("shared/src/authn/password/weakness.rs", ".expose_secret()", 1, "a password is looked at for what makes it weak"),
    ("shared/src/authn/signing.rs", ".expose_secret()", 2, "a delivery is signed, and its secret shown once"),
    ("shared/src/broken_logs.rs", ".with_tenant(", 2, "a message or a tick asks"),
    ("shared/src/clock.rs", "clippy::disallowed", 1, "the one caller of the system's time"),
    ("shared/src/domain/stream.rs", ".expose_secret()", 1, "a header's form is checked"),
    ("shared/src/http/request.rs", ".expose_secret()", 2, "a credential is parsed"),
    ("shared/src/idempotency.rs", ".expose_secret()", 1, "a kept answer is given again"),
    ("shared/src/mail.rs", ".expose_secret()", 1, "a mail is handed to SES"),
    ("shared/src/work.rs", "app.open_for_system(", 1, "the one place that opens a tenant for no caller"),
    ("shared/src/settings.rs", ".expose_secret()", 1, "variables are read"),
    ("shared/src/settings.rs", "clippy::disallowed", 1, "the one reader of the environment"),
    ("shared/src/tenant/connection.rs", ".expose_secret()", 1, "the database's password is sent"),
    ("shared/src/tenant/iam_token.rs", ".expose_secret()", 2, "a sign-in is signed"),
    ("shared/src/vault/aws.rs", ".expose_secret()", 2, "calls to AWS are signed"),
    ("shared/src/vault/envelope.rs", ".expose_secret()", 1, "a key is derived"),
    ("shared/src/vault/kms.rs", ".expose_secret()", 1, "an unwrapped key is measured"),
    ("shared/src/vault/mod.rs", ".expose_secret()", 2, "a manifest is authenticated, and a seed derived"),
    ("shared/src/vault/secrets_manager.rs", ".expose_secret()", 2, "both versions of the root secret are read"),
    ("shared/src/vault/tenant_key.rs", ".expose_secret()", 3, "keys are wrapped"),
    ("functions/access/enrol-second-factor/src/standing.rs", ".with_tenant(", 1, "a member in their session"),
    ("functions/access/enrol-second-factor/src/codes.rs", ".expose_secret()", 1, "a recovery code is hashed"),
    ("functions/access/enrol-second-factor/src/recovery.rs", ".with_tenant(", 1, "a member in their session"),
    ("functions/access/enrol-second-factor/src/totp.rs", ".expose_secret()", 1, "a secret is sealed"),
    ("functions/access/enrol-second-factor/src/totp.rs", ".with_tenant(", 3, "a member in their session"),
    ("functions/access/manage-sessions/src/own.rs", ".with_tenant(", 2, "a member in their session"),
    ("functions/access/manage-sessions/src/sessions.rs", ".with_tenant(", 2, "a member in their session"),
    ("functions/access/sign-in/src/password.rs", ".with_tenant(", 3, "who signs in has no credential yet"),
    (
        "functions/access/sign-in/src/second_factor.rs",
        ".expose_secret()",
        2,
        "a recovery code is hashed, and a secret sealed anew",
    ),
    ("functions/access/sign-in/src/second_factor.rs", ".with_tenant(", 3, "a member in their session"),
    (
        "functions/operations/sweep-id-scans/src/handler.rs",
        ".with_tenant(",
        1,
        "scans are destroyed in each organization",
    ),
    (
        "functions/operations/sweep-retention/src/handler.rs",
        ".with_tenant(",
        2,
        "documents are destroyed in each organization",
    ),
    ("functions/visits/check-in/src/document.rs", ".expose_secret()", 1, "a scanned document is compared"),
    ("functions/visits/decide-visit/src/handler.rs", ".expose_secret()", 1, "a badge is shown once"),
    ("functions/visits/scan-id/src/answer.rs", ".expose_secret()", 1, "what was read is answered once"),
    ("functions/visits/scan-id/src/reading.rs", ".expose_secret()", 2, "a barcode's and a device's text is parsed"),
    ("functions/visits/scan-id/src/record.rs", ".expose_secret()", 1, "what was read is sealed"),
    ("functions/visits/scan-id/src/scan.rs", ".expose_secret()", 1, "the typed name is compared"),
    ("functions/visits/scan-id/src/store.rs", ".expose_secret()", 1, "what a first side said is opened"),
    ("functions/visits/scan-id/src/submission.rs", ".expose_secret()", 1, "a device's text is measured"),
    ("shared/src/documents/analyze_id.rs", ".expose_secret()", 1, "a zone outranks what a service guessed"),
    ("shared/src/documents/document.rs", ".expose_secret()", 1, "what was read is kept, to be sealed"),
    ("shared/src/documents/private.rs", ".expose_secret()", 1, "the one way to a value of a document"),
    ("shared/src/aws_json.rs", ".expose_secret()", 2, "a request to AWS is signed"),
    ("shared/src/watchlist.rs", ".expose_secret()", 1, "an entry is compared or revealed"),
    ("shared/src/watchlist/asked.rs", ".expose_secret()", 1, "what was compared is compared again"),
    ("shared/src/documents/reading.rs", ".expose_secret()", 1, "a reading is read"),
    ("shared/src/authn/recovery.rs", ".expose_secret()", 1, "a recovery code is shown once"),
    ("shared/src/authn/session.rs", ".expose_secret()", 2, "a session is put into its cookie, and its token derived"),
    ("shared/src/authn/totp.rs", ".expose_secret()", 2, "a code is compared"),
    ("shared/src/runtime/http.rs", ".expose_secret()", 1, "a cookie is set"),
];

const DOORS: [&str; 4] = [".expose_secret()", "app.open_for_system(", ".with_tenant(", "clippy::disallowed"];

fn uses() -> Checked<BTreeMap<(String, &'static str), usize>> {
    let mut found = BTreeMap::new();
    for file in files("shared/src", "rs")?.into_iter().chain(files("functions", "rs")?) {
        let code = read(&file)?;
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        if file.contains("tests") {
            continue;
        }
        let lines: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for door in DOORS {
            let count = lines.iter().map(|line| line.matches(door).count()).sum();
            if count > 0 {
                found.insert((file.clone(), door), count);
            }
        }
    }
    Ok(found)
}

#[test]
fn the_unsafe_doors_are_used_where_it_is_known_and_nowhere_else() -> Checked {
    let listed: BTreeMap<_, _> =
        PASSED.iter().map(|(file, door, count, _)| (((*file).to_owned(), *door), *count)).collect();
    let found = uses()?;
    let line = |(file, door): &(String, &str), count: usize| format!("    (\"{file}\", \"{door}\", {count}),");
    let more: Vec<_> =
        found.iter().filter(|(use_, count)| listed.get(use_) < Some(count)).map(|(u, c)| line(u, *c)).collect();
    let less: Vec<_> =
        listed.iter().filter(|(use_, count)| found.get(use_) < Some(count)).map(|(u, c)| line(u, *c)).collect();
    assert!(more.is_empty(), "used more than the list knows:\n{}", more.join("\n"));
    assert!(less.is_empty(), "used less than the list says; shorten it:\n{}", less.join("\n"));
    Ok(())
}

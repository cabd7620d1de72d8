//! A log that was changed past the functions: it is found, marked and said, nothing is written to it, and `recover-log`
//! puts back what was anchored and lets it go on.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    Error, Result,
    access::Role,
    clock::Clock,
    http::read_json,
    id::MemberId,
    runtime::{self, Fired, Invocation},
};

use crate::harness::{
    Event, World, chain,
    event::Answer,
    exports,
    log::{seal, sealer},
    mails, stack,
};

mod tampering;

const REASON: &str = "A superuser of the database changed entries by hand";

/// Invokes `recover-log`, as the operator does.
async fn recover(world: &World, more: Value) -> Result<Value> {
    let deps = stack::connect::<recover_log::Deps>(&stack::variables("fn_recover_log", &[])).await;
    let mut body = json!({ "slug": world.slug, "reason": REASON });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let invocation = Invocation::new(uuid::Uuid::new_v4().to_string());
    let recovered = recover_log::handle(&deps, &invocation, read_json(body.to_string().as_bytes())?).await?;
    Ok(serde_json::to_value(recovered).expect("JSON"))
}

fn problem(outcome: Result<Value>) -> String {
    let error = outcome.expect_err("a refusal");
    error.fields().iter().map(|field| format!("{}:{}", field.pointer, field.code)).collect()
}

/// Why the log is marked, if it is.
async fn cause(world: &World) -> Option<String> {
    let sql = "SELECT b.cause FROM log_breaks AS b JOIN audit_heads AS h USING (organization_id, broken_since)
        WHERE organization_id = $1 AND b.recovered_at IS NULL";
    world.own_rows(sql).await.first().map(|row| row.get(0))
}

async fn check_in(world: &World, key: &str) -> Answer {
    let deps = stack::connect::<check_in::Deps>(&stack::variables("fn_check_in", &[])).await;
    let body = json!({ "type": "visitor", "site_id": world.site, "name": "Vera Visitor" });
    let event = Event::new("POST", "/v1/visits", &[]).bearer(&world.kiosk).idempotent(key).json(&body);
    event.send(&deps, check_in::handle).await
}

async fn checkpoint(world: &World) -> Answer {
    let deps = stack::connect::<prove_audit_log::Deps>(&stack::variables("fn_prove_audit_log", &[])).await;
    Event::new("GET", "/v1/audit-log/checkpoint", &[]).bearer(&world.token).send(&deps, prove_audit_log::handle).await
}

/// A customer whose newest entries were taken away, with their head: what is written now would use their numbers again.
async fn cut_back() -> (World, MemberId) {
    let world = World::posting_by_hand().await;
    let owner = world.member(Role::Owner).await;
    for key in ["one", "two", "three"] {
        assert_eq!(check_in(&world, key).await.status, 201);
    }
    assert!(seal(&world, &sealer(&[]).await).await);
    let rewind = "DELETE FROM audit_log WHERE organization_id = '{o}' AND seq >= 1; \
        UPDATE audit_heads SET seq = 0, link = (SELECT link FROM audit_log WHERE organization_id = '{o}') WHERE organization_id = '{o}'";
    world.tamper(rewind).await;
    (world, owner)
}

#[tokio::test]
async fn nothing_is_written_to_a_broken_log_and_what_was_anchored_comes_back() {
    let (world, _) = cut_back().await;
    let before = world.anchored().await.pop().unwrap().1;

    assert!(!seal(&world, &sealer(&[]).await).await);

    assert_eq!(cause(&world).await.as_deref(), Some("log_shorter"));
    let refused = check_in(&world, "four").await;
    assert_eq!((refused.status, refused.problem().as_str()), (503, "503 log_broken"), "{}", refused.text);
    assert_eq!(refused.headers["retry-after"], "60");
    let export = exports::asking(&world, &json!({ "kind": "audit" }));
    assert_eq!(export.send(&exports::requester().await, request_export::handle).await.problem(), "503 log_broken");
    assert_eq!((world.count("visits").await, world.count("audit_log").await), (3, 1));
    let shown = checkpoint(&world).await;
    assert_eq!((shown.status, &shown.body["note"]), (200, &json!(before)));
    assert!(shown.body["broken_since"].is_string(), "{}", shown.text);

    let recovered = recover(&world, json!({})).await.unwrap();

    let expected = [("anchored_size", 3), ("restored", 2), ("replaced", 0), ("kept", 0), ("lost", 0)];
    assert!(expected.iter().all(|(name, number)| recovered[name] == *number), "{recovered}");
    assert_eq!(checkpoint(&world).await.body["broken_since"], Value::Null);
    assert_eq!(world.actions().await, ["visit.checked_in", "visit.checked_in", "visit.checked_in", "log.recovered"]);
    let entry = world.entries().await.pop().unwrap();
    assert_eq!((&entry["reason"], &entry["actor"]["id"]), (&json!(REASON), &json!("recover-log")));
    assert_eq!(entry["diff"]["added"]["cause"], "log_shorter");
    // What the kiosk kept is let in under its own key.
    assert_eq!(check_in(&world, "four").await.status, 201);
    assert_eq!(chain::verify(&world.database, world.organization.uuid()).await, 5);
    let bundle = exports::bundle(&world, &json!({ "kind": "audit" })).await;
    assert_eq!(exports::verify(&world, &bundle, &[]).await.0, 0);
    assert_eq!(problem(recover(&world, json!({})).await), "/slug:not_broken");
}

#[tokio::test]
async fn the_owners_are_told_once_by_mail_although_nothing_can_be_entered() {
    let (world, owner) = cut_back().await;
    for _ in 0..3 {
        assert!(!seal(&world, &sealer(&[]).await).await);
    }
    assert_eq!(world.count("log_breaks").await, 1);
    // A mail that waits is not sent: its entry could not be written.
    world.ask_for_mail(owner, "password_changed").await;

    let address = world.address_of(owner).await;
    let mail = mails::sent_to(&world, &address).await;

    assert!(mail.subject.contains("was changed from outside"), "{}", mail.subject);
    assert_eq!((mails::to(&address).len(), world.count("audit_log").await), (1, 1));
    recover(&world, json!({})).await.unwrap();
    assert!(mails::sent_to(&world, &address).await.subject.contains("password"));
    assert_eq!(world.actions().await.last().unwrap(), "mail.sent");
}

/// One tick of the sealer's schedule in which no other organization is due: it is of a time long gone, and so is the world's turn.
async fn tick_for(world: &World, deps: &seal_audit_log::Deps) {
    let others = "INSERT INTO pending_work SELECT organization_id, 'seal', now() FROM directory ON CONFLICT DO NOTHING";
    world.execute(others, &[]).await;
    let due =
        "UPDATE pending_work SET due_at = now() - interval '10 years' WHERE organization_id = $1 AND kind = 'seal'";
    world.execute(due, &[&world.organization]).await;
    let fired = Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(60) };
    let clock = Clock::System { offset_s: -5 * 365 * 86_400 };
    runtime::sweep(clock, deps, seal_audit_log::sweep, fired).await.unwrap();
}

#[tokio::test]
async fn the_operator_is_told_by_mail_and_by_an_entry_in_its_own_log() {
    let (world, _) = cut_back().await;
    let operator = World::posting_by_hand().await;
    let owner = operator.member(Role::Owner).await;
    let deps = sealer(&[("OPERATOR_SLUG", &operator.slug)]).await;

    for _ in 0..5 {
        tick_for(&world, &deps).await;
    }

    let entries = operator.entries().await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(
        (&entries[0]["action"], &entries[0]["target"]["id"]),
        (&json!("log.found_broken"), &json!(world.organization))
    );
    assert_eq!(entries[0]["diff"]["added"]["cause"], "log_shorter");
    let address = operator.address_of(owner).await;
    assert!(mails::sent_to(&operator, &address).await.subject.contains("the audit log of a customer"));
    assert_eq!(mails::to(&address).len(), 1);
    assert!(
        world
            .own_rows("SELECT 1 FROM log_breaks WHERE organization_id = $1 AND told_operator_at IS NOT NULL")
            .await
            .len()
            == 1
    );
}

#[tokio::test]
async fn what_cannot_be_read_or_is_not_broken_is_refused() {
    let world = World::new().await;
    assert_eq!(problem(recover(&world, json!({})).await), "/slug:not_broken");
    assert_eq!(problem(recover(&world, json!({ "slug": "unknown-s" })).await), "/slug:unknown_value");
    assert_eq!(problem(recover(&world, json!({ "reason": "short" })).await), "/reason:too_short");
    assert_eq!(problem(recover(&world, json!({ "size": 1 })).await), "/size:unknown_field");
    assert!(world.actions().await.is_empty());
}

/// A lost answer at any step leaves a log that is still broken, or one that goes on.
#[tokio::test]
async fn a_recovery_that_is_cut_off_is_run_again() {
    for part in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_KMS"] {
        for answers in 0..3 {
            let (world, _) = cut_back().await;
            assert!(!seal(&world, &sealer(&[]).await).await);
            let (tap, url) = crate::harness::tap::Tap::before_url(&stack::variable(part)).await;
            tap.lose_answers_after(answers);
            let deps = stack::connect::<recover_log::Deps>(&stack::variables("fn_recover_log", &[(part, &url)])).await;
            let body = json!({ "slug": world.slug, "reason": REASON }).to_string();
            let asked = read_json(body.as_bytes()).unwrap();
            let first = recover_log::handle(&deps, &Invocation::new("cut off".to_owned()), asked).await;
            tap.close();

            if let Err(error) = first {
                assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
                assert_eq!(check_in(&world, "four").await.status, 503);
                recover(&world, json!({})).await.unwrap();
            }
            assert_eq!(check_in(&world, "four").await.status, 201);
            assert_eq!(chain::verify(&world.database, world.organization.uuid()).await, 5, "{part} after {answers}");
        }
    }
}

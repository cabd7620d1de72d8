//! `open-access-reviews` promises: once a quarter each organization has a review of everything that has access at one
//! moment, whole or not at all, with a hash in the log by which an edit shows.

use serde_json::{Value, json};
use shared::{
    access::{Permission, Role},
    authn::session::Assurance,
    clock::{Clock, Timestamp},
    runtime,
    schedule::Outcome,
};

use crate::harness::{
    World,
    reviews::{Apart, One, days, fired, now, open, opener, try_open},
    stack,
    tap::Tap,
};

async fn sweep(deps: &open_access_reviews::Deps, moment: Timestamp) -> Outcome {
    runtime::sweep(Clock::Fixed(moment), deps, open_access_reviews::sweep, fired())
        .await
        .expect("a tick that ends well")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

/// One number about a world.
async fn number(world: &World, sql: &str) -> i64 {
    world.own_rows(sql).await[0].get(0)
}

/// A world in which each kind has access, and each kind has lost it.
async fn peopled() -> World {
    let world = World::new().await;
    let owner = world.member(Role::Owner).await;
    world.session_of(owner, &["member.manage"], Assurance::SecondFactor).await;
    world.token_of(owner, &["visit.read", "audit.read"]).await;
    let (invited, gone) = (world.member(Role::Host).await, world.member(Role::Auditor).await);
    world.execute("UPDATE members SET state = 'invited' WHERE member_id = $1", &[&invited]).await;
    world.execute("UPDATE members SET state = 'deactivated' WHERE member_id = $1", &[&gone]).await;
    let (ended, expired) = (world.token_of(owner, &[]).await, world.token_of(owner, &[]).await);
    for (secret, change) in [(ended, "revoked_at = now()"), (expired, "expires_at = now() - interval '1 second'")] {
        let sql = format!("UPDATE credentials SET {change} WHERE credential_id = $1");
        world.execute(&sql, &[&world.credential_id(&secret).await]).await;
    }
    world.paired_kiosk("Main entrance").await;
    let (revoked, _) = world.paired_kiosk("Back door").await;
    world.execute("UPDATE kiosks SET revoked_at = now() WHERE kiosk_id = $1", &[&revoked]).await;
    world.impersonation(days(now(), -3)).await;
    world.impersonation(days(now(), -93)).await;
    world
}

#[tokio::test]
async fn a_review_holds_everything_that_has_access_and_nothing_else() {
    let world = peopled().await;

    let review = open(&world, now()).await;

    let held =
        "SELECT subject_kind, count(*) FROM access_review_items WHERE organization_id = $1 GROUP BY 1 ORDER BY 1";
    let held: Vec<(String, i64)> = world.own_rows(held).await.iter().map(|row| (row.get(0), row.get(1))).collect();
    let live = [
        (
            "api_token",
            "credentials WHERE organization_id = $1 AND kind = 'api_token' AND revoked_at IS NULL AND coalesce(expires_at > now(), true)",
        ),
        ("impersonation", "impersonations WHERE organization_id = $1 AND requested_at > now() - interval '92 days'"),
        ("kiosk", "kiosks WHERE organization_id = $1 AND revoked_at IS NULL"),
        ("member", "members WHERE organization_id = $1 AND state IN ('invited', 'active')"),
    ];
    let mut expected = Vec::new();
    for (kind, from) in live {
        expected.push((kind.to_owned(), number(&world, &format!("SELECT count(*) FROM {from}")).await));
    }
    assert_eq!(held, expected);
    assert_eq!(held.iter().map(|(_, count)| count).collect::<Vec<_>>(), [&2, &1, &1, &2]);
    let numbers = "SELECT count(*) FROM access_review_items WHERE organization_id = $1 AND number BETWEEN 1 AND 6
        AND decision IS NULL";
    assert_eq!((number(&world, numbers).await, world.count("access_review_items").await), (6, 6));
    let opened = "SELECT item_count FROM access_reviews WHERE review_id = $1";
    assert_eq!(world.rows(opened, &[&review]).await[0].get::<_, i64>(0), 6);
}

#[tokio::test]
async fn an_item_says_what_could_be_done_and_when_it_was_used_last() {
    let world = World::new().await;
    let member = world.member(Role::Host).await;
    let token = world.token_of(member, &["visit.decide"]).await;
    let token = world.credential_id(&token).await;
    let used = "UPDATE credentials SET last_used_at = '2026-10-03T10:00:00Z' WHERE credential_id = $1";
    world.execute(used, &[&token]).await;
    let signed_in = "UPDATE members SET last_sign_in_at = '2026-10-02T10:00:00Z' WHERE member_id = $1";
    world.execute(signed_in, &[&member]).await;

    let review = open(&world, now()).await;

    let item = "SELECT to_jsonb(i) FROM access_review_items AS i WHERE item_id = $1";
    let of_member: Value = world.rows(item, &[&world.item_of(review, member.uuid()).await]).await[0].get(0);
    let of_token: Value = world.rows(item, &[&world.item_of(review, token.uuid()).await]).await[0].get(0);
    let words: Vec<_> = Role::Host.permissions().map(Permission::word).collect();
    assert_eq!((&of_member["role"], &of_member["permissions"]), (&json!("host"), &json!(words)));
    assert_eq!(of_member["email"], json!(world.address_of(member).await));
    assert_eq!((&of_token["member_id"], &of_token["permissions"]), (&json!(member), &json!(["visit.decide"])));
    for item in [&of_member, &of_token] {
        assert!(item["last_used_at"].as_str().unwrap().starts_with("2026-10-03T"), "{item}");
    }
}

#[tokio::test]
async fn review_items_event_and_entry_are_written_in_one_transaction() {
    let world = peopled().await;
    let opened = now();

    let review = open(&world, opened).await;

    let written = "SELECT count(*), count(DISTINCT written) FROM (
        SELECT xmin::text AS written FROM access_reviews WHERE organization_id = $1
        UNION ALL SELECT xmin::text FROM access_review_items WHERE organization_id = $1
        UNION ALL SELECT xmin::text FROM outbox WHERE organization_id = $1
        UNION ALL SELECT xmin::text FROM audit_log WHERE organization_id = $1) AS rows";
    let row = &world.own_rows(written).await[0];
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1 + 6 + 1 + 1, 1));
    let entry = world.entries().await.pop().unwrap();
    assert_eq!(
        (&entry["action"], &entry["actor"]["id"]),
        (&json!("access_review.opened"), &json!("open-access-reviews"))
    );
    assert_eq!(entry["target"], json!({ "kind": "access_review", "id": review }));
    let hash = "SELECT encode(snapshot_sha256, 'hex') FROM access_reviews WHERE organization_id = $1";
    let hash: String = world.own_rows(hash).await[0].get(0);
    let said = &entry["diff"]["added"];
    assert_eq!((&said["items"], &said["snapshot_sha256"]), (&json!(6), &json!(hash)));
    assert_eq!(said["deadline_at"], json!(days(opened, 30)));
    let event = "SELECT kind, subject_kind, subject_id, facts::text FROM outbox WHERE organization_id = $1";
    let row = &world.own_rows(event).await[0];
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("access_review.opened", "access_review"));
    assert_eq!((row.get::<_, uuid::Uuid>(2), row.get::<_, &str>(3)), (review.uuid(), "{}"));
}

#[tokio::test]
async fn a_quarter_has_one_review_and_the_next_has_another() {
    let world = World::new().await;
    let deps = opener(&[]).await;
    let one = One { db: &deps.db, organization: world.organization };

    let mut opened = Vec::new();
    for moment in [
        "2026-10-01T00:00:00Z",
        "2026-10-01T01:00:00Z",
        "2026-12-31T23:59:59Z",
        "2027-01-01T00:00:00Z",
        "2027-01-01T05:00:00Z",
    ] {
        opened.push(try_open(&one, at(moment)).await.unwrap());
    }

    assert_eq!(opened, [1, 0, 0, 1, 0]);
    assert_eq!(world.actions().await, ["access_review.opened"; 2]);
    let quarters = "SELECT quarter FROM access_reviews WHERE organization_id = $1 ORDER BY opened_at";
    let quarters: Vec<String> = world.own_rows(quarters).await.iter().map(|row| row.get(0)).collect();
    assert_eq!(quarters, ["2026-Q4", "2027-Q1"]);
}

#[tokio::test]
async fn staff_are_asked_about_since_the_review_before() {
    let world = World::new().await;
    let first = world.impersonation(at("2026-09-30T10:00:00Z")).await;

    let autumn = open(&world, at("2026-10-01T00:00:00Z")).await;
    let second = world.impersonation(at("2026-11-02T10:00:00Z")).await;
    let winter = open(&world, at("2027-01-01T00:00:00Z")).await;

    let sql = "SELECT subject_id FROM access_review_items WHERE review_id = $1 AND subject_kind = 'impersonation'";
    let mut found = Vec::new();
    for review in [autumn, winter] {
        let rows = world.rows(sql, &[&review]).await;
        found.push(rows.iter().map(|row| row.get::<_, uuid::Uuid>(0)).collect::<Vec<_>>());
    }
    assert_eq!(found, [vec![first.uuid()], vec![second.uuid()]]);
}

#[tokio::test]
async fn two_openings_at_once_leave_one_review() {
    let world = peopled().await;
    let (first, second) = (opener(&[]).await, opener(&[]).await);
    let (one, other) = [&first, &second].map(|deps| One { db: &deps.db, organization: world.organization }).into();

    let moment = now();
    let (one, other) = tokio::join!(try_open(&one, moment), try_open(&other, moment));

    // The second waits for the first, and is refused by the table or finds the review.
    assert_eq!([one, other].into_iter().filter_map(Result::ok).sum::<u64>(), 1);
    assert_eq!((world.count("access_reviews").await, world.count("access_review_items").await), (1, 6));
    assert_eq!(world.actions().await, ["access_review.opened"]);
}

#[tokio::test]
async fn a_database_that_fails_leaves_nothing_and_the_next_tick_opens() {
    let world = World::new().await;
    let variables = stack::variables("fn_open_access_reviews", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = opener(&[("DATABASE_URL", &url)]).await;
    let one = One { db: &deps.db, organization: world.organization };
    tap.close();

    let failed = try_open(&one, now()).await;
    let left = (world.count("access_reviews").await, world.actions().await.len());
    tap.open();
    let opened = try_open(&one, now()).await;

    assert_eq!((failed.is_err(), left, opened.ok()), (true, (0, 0), Some(1)));
}

#[tokio::test]
async fn every_active_organization_has_its_review_and_a_second_run_changes_nothing() {
    let apart = Apart::with(3).await;
    let closed = apart.organizations[2];
    let close = format!("UPDATE directory SET status = 'closed' WHERE organization_id = '{closed}'");
    apart.client.batch_execute(&close).await.unwrap();
    let (deps, first) = (apart.opener(&[]).await, now());

    let run = sweep(&deps, first).await;
    let again = sweep(&deps, first.plus_seconds(3600)).await;

    assert_eq!(run, Outcome { organizations: 2, done: 2, failed: 0 });
    assert_eq!(again, Outcome { organizations: 2, done: 0, failed: 0 });
    let of_closed =
        format!("SELECT count(*) FROM access_reviews WHERE organization_id = '{closed}' AND quarter <> '2001-Q1'");
    assert_eq!(apart.number(&of_closed).await, 0);
    assert_eq!(apart.number("SELECT count(*) FROM access_reviews WHERE quarter <> '2001-Q1'").await, 2);
    // No review holds anything of another organization.
    let strangers = "SELECT count(*) FROM access_review_items WHERE subject_id <> organization_id";
    assert_eq!(apart.number(strangers).await, 0);
}

#[tokio::test]
async fn a_run_that_is_killed_in_the_middle_is_gone_on_with() {
    let apart = Apart::with(4).await;
    let variables = stack::variables("fn_open_access_reviews", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let slow = apart.opener(&[("DATABASE_URL", &url)]).await;
    tap.delay(std::time::Duration::from_millis(40));
    let (first, reviews) = (now(), "SELECT count(*) FROM access_reviews WHERE quarter <> '2001-Q1'");

    tokio::select! {
        outcome = sweep(&slow, first) => panic!("it was to be cut off: {outcome:?}"),
        () = apart.wait_for(reviews, 1) => {}
    }
    let begun = apart.number(reviews).await;
    let halves = "SELECT count(*) FROM access_reviews AS r WHERE r.quarter <> '2001-Q1'
        AND (r.item_count <> (SELECT count(*) FROM access_review_items AS i WHERE i.review_id = r.review_id)
          OR NOT EXISTS (SELECT FROM audit_log AS l WHERE l.target_id = r.review_id::text AND l.action = 'access_review.opened'))";
    let halves_begun = apart.number(halves).await;
    let rest = sweep(&apart.opener(&[]).await, first.plus_seconds(3600)).await;

    assert!((1..4).contains(&begun) && halves_begun == 0, "{begun} {halves_begun}");
    assert_eq!((rest.failed, apart.number(reviews).await, apart.number(halves).await), (0, 4, 0));
}

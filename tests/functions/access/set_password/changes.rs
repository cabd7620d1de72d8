//! A member who knows their password changes it.

use shared::{authn::session::forgery_token, secret::Secret};

use super::*;

/// What stands of the session with this text.
async fn stored(world: &World, session: &str) -> Value {
    let hash = sha256(session.as_bytes());
    let sql = "SELECT to_jsonb(c) FROM credentials AS c WHERE organization_id = $1 AND sha256 = $2";
    world.rows(sql, &[&world.organization, &hash.as_slice()]).await[0].get(0)
}

#[tokio::test]
async fn a_change_ends_every_session_but_the_one_that_goes_on() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let (own, elsewhere) =
        (session(&world, member, Assurance::Password).await, session(&world, member, Assurance::Password).await);
    let colleagues = session(&world, with_password(&world, Role::FrontDesk).await, Assurance::Password).await;
    let link = world.link_of(member, CredentialKind::PasswordReset).await;
    let warm = deps(&[]).await;

    let answer = changing(&own, PASSWORD, ANOTHER).send(&warm, set_password::handle).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(is_password(&world, member, ANOTHER).await);
    let new = answer.session().to_owned();
    assert!(new != own && new.starts_with("dbs_test_"));
    assert_eq!(answer.body["csrf_token"], json!(forgery_token(&Secret::new(new.clone()))));
    for (session, problem) in [
        (&own, "401 unauthenticated"),
        (&elsewhere, "401 unauthenticated"),
        (&new, "422 unprocessable /current:wrong"),
        (&colleagues, "422 unprocessable /current:wrong"),
    ] {
        let probe = changing(session, "not the password", PASSWORD);
        assert_eq!(probe.send(&warm, set_password::handle).await.problem(), problem);
    }
    assert!(!is_open(&world, &link).await);
    assert_eq!(mails(&world).await, ["password_changed"]);
    assert_eq!(world.actions().await, ["member.password_changed", "session.refused", "session.refused"]);
    let entry = world.entries().await.remove(0);
    assert_eq!(entry["actor"], json!({ "kind": "member", "id": member }));
    assert_eq!(entry["target"], json!({ "kind": "member", "id": member }));
    assert_eq!(entry["diff"]["added"], json!({ "session_id": answer.body["session_id"] }));
}

#[tokio::test]
async fn the_session_that_goes_on_proves_no_more_and_lasts_no_longer() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::Owner).await;
    enrol(&world, member).await;
    let own = session(&world, member, Assurance::SecondFactor).await;
    let before = "UPDATE credentials SET created_at = now() - interval '2 hours'
        WHERE organization_id = $1 AND kind = 'session'";
    world.execute(before, &[&world.organization]).await;
    let old = stored(&world, &own).await;

    let answer = ask(&changing(&own, PASSWORD, ANOTHER)).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let new = stored(&world, answer.session()).await;
    for column in ["assurance", "created_at", "expires_at", "member_id", "site_id"] {
        assert_eq!(new[column], old[column], "{column}");
    }
    let held: Vec<_> = Role::Owner.permissions().map(|permission| permission.word()).collect();
    let granted: Vec<&str> = new["permissions"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(granted, [held, vec!["session.open", "session.own"]].concat());
    let ends = "SELECT expires_at = $2::text::timestamptz FROM credentials
        WHERE organization_id = $1 AND revoked_at IS NULL AND kind = 'session'";
    let told = answer.body["expires_at"].as_str().unwrap();
    assert!(world.rows(ends, &[&world.organization, &told]).await[0].get::<_, bool>(0), "{told}");
}

#[tokio::test]
async fn a_wrong_password_is_counted_and_written_down() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let own = session(&world, member, Assurance::Password).await;
    for _ in 0..10 {
        let wrong = ask(&changing(&own, "not the password", ANOTHER)).await;
        assert_eq!(wrong.problem(), "422 unprocessable /current:wrong");
    }

    let right = ask(&changing(&own, PASSWORD, ANOTHER)).await;

    assert_eq!(right.problem(), "429 throttled");
    let seconds: i64 = right.headers["retry-after"].parse().expect("seconds");
    assert!((1..=900).contains(&seconds), "{seconds}");
    assert!(is_password(&world, member, PASSWORD).await);
    assert_eq!(world.actions().await, vec!["session.refused"; 10]);
    let entry = world.entries().await.remove(0);
    assert_eq!(
        (&entry["target"]["id"], &entry["diff"]["added"]),
        (&json!(member), &json!({ "step": "password_change" }))
    );
    assert_eq!(mails(&world).await.len(), 0);
}

#[tokio::test]
async fn a_weak_new_password_costs_no_guess() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let own = session(&world, member, Assurance::Password).await;
    for _ in 0..11 {
        let weak = ask(&changing(&own, PASSWORD, "too short")).await;
        assert_eq!(weak.problem(), "422 unprocessable /new:too_short");
    }

    let answer = ask(&changing(&own, PASSWORD, ANOTHER)).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(world.actions().await, ["member.password_changed"]);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let (here, there) =
        (session(&world, member, Assurance::Password).await, session(&world, member, Assurance::Password).await);
    let (one, other) = (changing(&here, PASSWORD, ANOTHER), changing(&there, PASSWORD, "seven small lanterns at dawn"));

    let (one, other) = tokio::join!(ask(&one), ask(&other));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401], "{} {}", one.text, other.text);
    let open =
        "SELECT count(*) FROM credentials WHERE organization_id = $1 AND kind = 'session' AND revoked_at IS NULL";
    assert_eq!(world.own_rows(open).await[0].get::<_, i64>(0), 1);
    assert_eq!(world.actions().await, ["member.password_changed"]);
}

#[tokio::test]
async fn a_session_that_waits_or_is_forged_changes_nothing() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::Owner).await;
    let waiting = world.session_of(member, &["session.open"], Assurance::Password).await;
    let own = session(&world, member, Assurance::SecondFactor).await;
    let whole = changing(&own, PASSWORD, ANOTHER);
    let token = "x-csrf-token";
    let others = forgery_token(&Secret::new(waiting.clone()));

    for (event, problem) in [
        (changing(&waiting, PASSWORD, ANOTHER), "403 forbidden"),
        (whole.clone().without_header("origin"), "403 forbidden #origin:not_the_console"),
        (whole.clone().header("origin", "https://console.evil.example"), "403 forbidden #origin:not_the_console"),
        (whole.clone().header("origin", "null"), "403 forbidden #origin:not_the_console"),
        (whole.clone().without_header(token), "403 forbidden #x-csrf-token:wrong"),
        (whole.clone().header(token, &others), "403 forbidden #x-csrf-token:wrong"),
        (Event::new("POST", CHANGE, &[]).json(&json!({ "current": PASSWORD, "new": ANOTHER })), "401 unauthenticated"),
        (whole.clone().bearer(&own), "401 unauthenticated"),
        (whole.clone().bearer(&world.kiosk), "403 forbidden"),
        (whole.clone().bearer(&world.token), "403 forbidden"),
    ] {
        assert_eq!(ask(&event.again()).await.problem(), problem);
    }

    assert!(is_password(&world, member, PASSWORD).await && is_open(&world, &own).await);
    assert_eq!(
        world.actions().await,
        vec!["access.refused"; 3],
        "for want of a right; a forged request names no member"
    );
    assert_eq!(ask(&whole.again()).await.status, 200, "the right one does");
}

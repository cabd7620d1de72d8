//! What is refused, and what fails.

use super::*;
use crate::harness::{refusals, tap::Tap};

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::posting_by_hand().await;
    for (change, problem) in [
        (json!({ "email": "no address" }), "/email:wrong_form"),
        (json!({ "email": "" }), "/email:empty"),
        (json!({ "name": "N".repeat(201) }), "/name:too_long"),
        (json!({ "role": "superuser" }), "/role:unknown_value"),
        (json!({ "organization_id": world.organization }), "/organization_id:unknown_field"),
        (json!({ "member_id": uuid::Uuid::new_v4() }), "/member_id:unknown_field"),
        (json!({ "person_id": uuid::Uuid::new_v4() }), "/person_id:unknown_field"),
        (json!({ "state": "active" }), "/state:unknown_field"),
        (json!({ "status": "active" }), "/status:unknown_field"),
        (json!({ "has_second_factor": true }), "/has_second_factor:unknown_field"),
    ] {
        let mut body = frida();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = ask(&inviting(&world.token, &body)).await;
        assert_eq!(answer.problem(), format!("400 malformed {problem}"), "{body}");
    }
    assert_eq!((world.actions().await, world.count("members").await), (Vec::new(), 0));
}

#[tokio::test]
async fn what_a_body_may_not_say_of_a_member_or_the_policy_is_refused() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Auditor).await;
    let before = read(&world, member).await;
    let changing = |route, method, body: Value| write(&world.token, method, route, &[&member.to_string()]).json(&body);
    let policy = |body: Value| write(&world.token, "PATCH", POLICY, &[]).json(&body);
    for (event, problem) in [
        (changing(MEMBER, "PATCH", json!({})), "/role:missing"),
        (changing(MEMBER, "PATCH", json!({ "role": "owner", "state": "active" })), "/state:unknown_field"),
        (changing(MEMBER, "PATCH", json!({ "role": "owner", "email": "a@b.c" })), "/email:unknown_field"),
        (changing(MEMBER, "PATCH", json!({ "role": "owner", "member_id": member })), "/member_id:unknown_field"),
        (changing(DEACTIVATE, "POST", json!({ "reason": "short" })), "/reason:too_short"),
        (changing(DEACTIVATE, "POST", json!({ "state": "active" })), "/state:unknown_field"),
        (changing(REACTIVATE, "POST", json!({ "role": "owner" })), "/role:unknown_field"),
        (changing(REACTIVATE, "POST", json!({ "organization_id": member })), "/organization_id:unknown_field"),
        (changing(INVITE, "POST", json!({ "email": "a@b.c" })), "/email:unknown_field"),
        (changing(RESET, "POST", json!({ "member_id": member })), "/member_id:unknown_field"),
        (policy(json!({})), "/requires_mfa:missing"),
        (policy(json!({ "requires_mfa": "yes" })), "/requires_mfa:wrong_type"),
        (policy(json!({ "requires_mfa": true, "organization_id": member })), "/organization_id:unknown_field"),
    ] {
        assert_eq!(ask(&event).await.problem(), format!("400 malformed {problem}"));
    }
    assert_eq!((read(&world, member).await, world.actions().await.len()), (before, 0));
}

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Auditor).await;
    for event in routes(&world, member) {
        refusals::without_a_credential(&world, &event, &deps(&[]).await, manage_members::handle).await;
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_or_of_one_site_is_403_and_recorded() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Auditor).await;
    let other = world.token_with(&["token.manage", "review.decide", "audit.read"]).await;
    let of_one_site = world.token_with(&["member.manage"]).await;
    let bound = "UPDATE credentials SET site_id = $3 WHERE organization_id = $1 AND sha256 = $2";
    let hash = sha256(of_one_site.as_bytes());
    world.execute(bound, &[&world.organization, &hash.as_slice(), &world.site]).await;
    for event in routes(&world, member) {
        for token in [&other, &of_one_site] {
            refusals::without_the_permission(&world, &event, token, &deps(&[]).await, manage_members::handle).await;
        }
    }
    assert_eq!(world.count("members").await, 1);
}

#[tokio::test]
async fn another_organizations_member_is_answered_like_none() {
    let (world, other) = (World::posting_by_hand().await, World::posting_by_hand().await);
    let theirs = other.member(Role::Auditor).await;
    let before = read(&other, theirs).await;
    let asking: [fn(&World, &str) -> Event; 6] = [
        |world, id| Event::new("GET", MEMBER, &[id]).bearer(&world.token),
        |world, id| write(&world.token, "PATCH", MEMBER, &[id]).json(&json!({ "role": "host" })),
        |world, id| write(&world.token, "POST", INVITE, &[id]),
        |world, id| write(&world.token, "POST", DEACTIVATE, &[id]),
        |world, id| write(&world.token, "POST", REACTIVATE, &[id]),
        |world, id| write(&world.token, "POST", RESET, &[id]),
    ];
    for asking in asking {
        let (theirs, absent_id) = (theirs.to_string(), uuid::Uuid::new_v4().to_string());
        let [theirs, absent, no_id] = [theirs.as_str(), absent_id.as_str(), "nonsense"].map(|id| asking(&world, id));
        refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, manage_members::handle).await;
    }
    assert_eq!((read(&other, theirs).await, world.actions().await.len()), (before, 0));
    let listed = ask(&Event::new("GET", MEMBERS, &[]).bearer(&world.token)).await;
    assert_eq!(listed.body["items"], json!([]));
}

#[tokio::test]
async fn a_replay_gives_the_first_answer_and_writes_nothing() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Auditor).await;
    for event in [inviting(&world.token, &frida()), giving(&world.token, member, Role::Host), requiring(&world, true)] {
        let (first, second) = (ask(&event).await, ask(&event.again()).await);
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert_eq!(second.headers["idempotency-replayed"], "true");
    }
    assert_eq!(world.actions().await, ["member.invited", "member.role_changed", "sign_in_policy.changed"]);
    assert_eq!(mails(&world).await, ["member_invitation"]);
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let world = World::posting_by_hand().await;
    let variables = stack::variables("fn_manage_members", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(1);
    let invited = inviting(&world.token, &frida()).send(&deps, manage_members::handle).await;
    assert_eq!((invited.status, &invited.body["state"]), (201, &json!("invited")), "{}", invited.text);
    let member: MemberId = serde_json::from_value(invited.body["member_id"].clone()).expect("an id");
    tap.lose_one_answer_after(1);
    let ended = to(&world, member, DEACTIVATE).send(&deps, manage_members::handle).await;
    assert_eq!((ended.status, &ended.body["state"]), (200, &json!("deactivated")), "{}", ended.text);
    assert_eq!(world.actions().await, ["member.invited", "member.deactivated"]);
    assert_eq!((world.count("members").await, mails(&world).await.len(), world.count("outbox").await), (1, 1, 1));
}

#[tokio::test]
async fn a_part_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let variables = stack::variables("fn_manage_members", &[]);
    for part in ["DATABASE_URL", "AWS_ENDPOINT_URL_KMS"] {
        let world = World::posting_by_hand().await;
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        let event = inviting(&world.token, &frida());
        tap.close();

        let failed = event.send(&deps, manage_members::handle).await;

        let left = (world.actions().await.len(), world.count("members").await, mails(&world).await.len());
        assert_eq!((failed.problem().as_str(), left), ("503 unavailable", (0, 0, 0)), "{part}");
        tap.open();
        assert_eq!(event.again().send(&deps, manage_members::handle).await.status, 201, "{part}");
    }
}

//! Ninety days.

use shared::authn::session::Assurance;

use super::super::manage_members::Unfinished;
use super::*;
use crate::harness::{
    Event,
    reviews::{Apart, DAY_S, One, try_sweep},
    stack,
};

const NINETY_DAYS_S: i64 = 90 * DAY_S;

#[tokio::test]
async fn at_ninety_days_to_the_second_everything_unused_goes_and_the_last_owner_stays() {
    let world = World::new().await;
    let (owner, member) = (world.member(Role::Owner).await, world.member(Role::Host).await);
    let session = world.session_of(member, &[], Assurance::Password).await;
    let (kiosk, device) = world.paired_kiosk("Main entrance").await;
    let made = now().plus_seconds(-NINETY_DAYS_S);
    age(&world, made).await;
    // Never used, and still alive: what ends is access that is there.
    let alive = "UPDATE credentials SET last_used_at = now() WHERE credential_id = $1";
    world.execute(alive, &[&world.credential_id(&session).await]).await;

    let early = sweep(&world, made.plus_seconds(NINETY_DAYS_S - 1)).await;
    let left = (state_of(&world, member).await, world.is_live(&world.token).await, world.is_live(&device).await);
    let on_time = sweep(&world, made.plus_seconds(NINETY_DAYS_S)).await;

    assert_eq!((early, left), (0, ("active".to_owned(), true, true)));
    // The world's token, the kiosk and the host.
    assert_eq!((on_time, state_of(&world, member).await.as_str()), (3, "deactivated"));
    for secret in [&session, &world.token, &device] {
        assert!(!world.is_live(secret).await);
    }
    assert_eq!(state_of(&world, owner).await, "active");
    let revoked = entries(&world, "access.revoked").await;
    let targets: Vec<_> = revoked.iter().map(|entry| entry["target"]["kind"].as_str().unwrap()).collect();
    assert_eq!(targets.len(), 3);
    for kind in ["api_token", "kiosk", "member"] {
        assert!(targets.contains(&kind), "{targets:?}");
    }
    assert!(revoked.iter().any(|entry| entry["target"]["id"] == json!(kiosk)));
    for entry in &revoked {
        assert_eq!((&entry["diff"]["added"], &entry["reason"]), (&json!({ "cause": "dormant" }), &Value::Null));
    }
}

#[tokio::test]
async fn every_kind_of_use_counts() {
    let world = World::new().await;
    let (_, host) = (world.member(Role::Owner).await, world.member(Role::Host).await);
    let (signed_in, by_token) = (world.member(Role::Host).await, world.member(Role::Host).await);
    let (anew, idle) = (world.member(Role::Host).await, world.member(Role::Host).await);
    let (token, old) = (world.token_of(by_token, &[]).await, world.token_of(idle, &[]).await);
    let moment = now();
    age(&world, days(moment, -100)).await;
    set(&world, signed_in, "last_sign_in_at = now() - interval '89 days'").await;
    set(&world, anew, "standing_since = now() - interval '89 days'").await;
    for (secret, ago) in [(&token, 89), (&old, 91)] {
        let used = "UPDATE credentials SET last_used_at = $2, revoked_at = now() WHERE credential_id = $1";
        world.execute(used, &[&world.credential_id(secret).await, &days(moment, -ago)]).await;
    }

    sweep(&world, moment).await;

    let mut states = Vec::new();
    for member in [host, signed_in, by_token, anew, idle] {
        states.push(state_of(&world, member).await);
    }
    assert_eq!(states, ["deactivated", "active", "active", "active", "deactivated"]);
    let last = entries(&world, "access.revoked").await.pop().unwrap();
    assert_eq!(last["target"]["id"], json!(idle));
    assert_eq!(last["diff"]["added"]["last_used_at"], json!(days(moment, -91)));
}

#[tokio::test]
async fn ninety_days_are_as_long_across_a_leap_day_and_a_change_of_clocks_in_any_time_zone() {
    // Of each: the last use, and ninety days later by the calendar of UTC.
    for (used, later) in [
        ("2028-02-10T12:00:00Z", "2028-05-10T12:00:00Z"),
        ("2027-02-10T12:00:00Z", "2027-05-11T12:00:00Z"),
        ("2028-09-01T00:00:00Z", "2028-11-30T00:00:00Z"),
    ] {
        let apart = Apart::with(1).await;
        let zone = format!("ALTER DATABASE {} SET TimeZone = 'America/New_York'", apart.name);
        apart.client.batch_execute(&zone).await.unwrap();
        for change in [
            format!("UPDATE members SET role = 'host', created_at = '{used}', last_sign_in_at = '{used}'"),
            format!("UPDATE credentials SET created_at = '{used}', last_used_at = '{used}'"),
            format!("UPDATE kiosks SET created_at = '{used}'"),
        ] {
            apart.client.batch_execute(&change).await.unwrap();
        }
        let deps = apart.sweeper(&[]).await;
        let one = One { db: &deps.db, organization: apart.organizations[0] };
        let later = Timestamp::parse(later).unwrap();

        let early = try_sweep(&one, later.plus_seconds(-1)).await.unwrap();
        let on_time = try_sweep(&one, later).await.unwrap();
        let again = try_sweep(&one, days(later, 1)).await.unwrap();

        // A member, a token and a kiosk.
        assert_eq!((early, on_time, again), (0, 3, 0), "{used}");
    }
}

#[tokio::test]
async fn the_last_owner_is_reported_once_for_each_last_use() {
    let world = World::new().await;
    let owner = world.member(Role::Owner).await;
    let moment = now();
    age(&world, days(moment, -200)).await;

    for day in [0, 1, 2] {
        sweep(&world, days(moment, day)).await;
    }
    let never = entries(&world, "access.spared").await;
    set(&world, owner, "last_sign_in_at = now()").await;
    for day in [89, 91, 92] {
        sweep(&world, days(moment, day)).await;
    }

    assert_eq!((never.len(), &never[0]["diff"]["added"]), (1, &json!({ "cause": "dormant" })));
    let spared = entries(&world, "access.spared").await;
    assert_eq!(spared.len(), 2);
    assert!(spared[1]["diff"]["added"]["last_used_at"].is_string());
    assert_eq!(state_of(&world, owner).await, "active");
}

#[tokio::test]
async fn a_member_let_in_or_invited_again_starts_anew() {
    let world = World::posting_by_hand().await;
    let (_, member) = (world.member(Role::Owner).await, world.member(Role::Host).await);
    let moment = now();
    set(&world, member, "created_at = now() - interval '200 days', state = 'deactivated'").await;
    let write = |route| {
        Event::new("POST", route, &[&member.to_string()])
            .bearer(&world.token)
            .idempotent(&uuid::Uuid::new_v4().to_string())
    };
    let variables = stack::variables("fn_manage_members", &[]);
    let deps = stack::connect::<manage_members::Deps>(&variables).await;

    for route in ["/v1/members/{member_id}/reactivate", "/v1/members/{member_id}/invite"] {
        set(&world, member, "standing_since = NULL").await;
        let answer = write(route).send(&deps, manage_members::handle).await;
        assert_eq!((answer.status, &answer.body["state"]), (200, &json!("invited")), "{}", answer.text);

        assert_eq!(sweep(&world, days(moment, 89)).await, 0, "{route}");
        assert_eq!(state_of(&world, member).await, "invited", "{route}");
    }
    sweep(&world, days(moment, 91)).await;
    assert_eq!(state_of(&world, member).await, "deactivated");
}

#[tokio::test]
async fn a_sign_in_that_is_under_way_is_waited_for_and_counts() {
    let world = World::new().await;
    let (_, member) = (world.member(Role::Owner).await, world.member(Role::Host).await);
    let moment = now();
    age(&world, days(moment, -100)).await;
    let signing_in = format!("UPDATE members SET last_sign_in_at = now() WHERE member_id = '{member}'");
    let unfinished = Unfinished::begin(&world, &signing_in).await;

    let (_, ()) = tokio::join!(sweep(&world, moment), unfinished.commit_when_awaited_by(&world, 1));

    assert_eq!(state_of(&world, member).await, "active");
}

//! `sweep-leftovers` promises: what is past its time goes, what a visit refers to stays, and everybody has a turn.

use std::time::Duration;

use shared::{
    access::Role,
    clock::{Clock, Timestamp},
    id::{ObjectId, PersonId},
    objects::{ObjectKey, ObjectSweeper, ObjectWriter},
    runtime,
    schedule::Outcome,
    vault::{MediaType, PHOTO},
    wiring::Part,
};
use tokio::sync::Mutex;

use crate::harness::{
    World, arrivals,
    leftovers::{self, sweeper},
    stack,
    tap::Tap,
};

/// A sweep of all looks at every organization, those of the test beside it too.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

const CLOCK: Clock = Clock::System { offset_s: 0 };
const DAY_S: i64 = 86_400;

async fn sweep_all(deps: &sweep_leftovers::Deps, remaining: Duration) -> Outcome {
    runtime::sweep(CLOCK, deps, sweep_leftovers::sweep, leftovers::fired(remaining)).await.unwrap()
}

async fn bucket<P: Part>() -> P {
    let variables = stack::variables("fn_sweep_leftovers", &[]);
    stack::connect(&variables).await
}

fn days_ago(days: i64) -> Timestamp {
    CLOCK.now().plus_seconds(-days * DAY_S)
}

/// An object of that day that no row names.
async fn store_object(world: &World, day: Timestamp) -> ObjectId {
    let tenant = world.vault.tenant_key(&world.wrapped).await.unwrap();
    let (person, object) = (tenant.new_person(PersonId::new(day)).unwrap(), ObjectId::new(day));
    let sealed = person.seal_object(PHOTO.of(object.uuid()), MediaType::Jpeg, b"an image").unwrap();
    bucket::<ObjectWriter>().await.put_sealed(&ObjectKey::new(world.organization, object), &sealed).await.unwrap();
    object
}

async fn stored(world: &World, day: Timestamp) -> Vec<ObjectId> {
    bucket::<ObjectSweeper>().await.list_day(world.organization, day, None).await.unwrap().objects
}

#[tokio::test]
async fn removes_objects_that_no_visit_refers_to() {
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    let (yesterday, before) = (days_ago(1), days_ago(2));
    let named = store_object(&world, yesterday).await;
    let name = "UPDATE visit_objects SET object_id = $2 WHERE organization_id = $1 AND kind = 'photo'";
    world.execute(name, &[&world.organization, &named]).await;
    store_object(&world, yesterday).await;
    store_object(&world, before).await;
    let todays = store_object(&world, CLOCK.now()).await;

    let removed = leftovers::sweep(&world, 0).await;

    assert_eq!(removed, 2);
    assert_eq!((stored(&world, yesterday).await, stored(&world, before).await), (vec![named], vec![]));
    assert!(stored(&world, CLOCK.now()).await.contains(&todays));
}

#[tokio::test]
async fn removes_rows_that_are_past_their_time() {
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let expire = "UPDATE answers SET expires_at = now() - interval '1 second' WHERE organization_id = $1
        AND key_sha256 = (SELECT key_sha256 FROM answers WHERE organization_id = $1 LIMIT 1)";
    world.execute(expire, &[&world.organization]).await;
    let sources =
        "INSERT INTO refused_sources SELECT $1::uuid, sha256(n::text::bytea), now() - n * interval '1 hour', 1
        FROM generate_series(1, 30) AS n";
    world.execute(sources, &[&world.organization]).await;

    leftovers::sweep(&world, 0).await;

    assert_eq!((world.count("answers").await, world.count("refused_sources").await), (1, 23));
}

#[tokio::test]
async fn forgets_what_signing_in_left_behind_and_keeps_what_still_counts() {
    let world = World::new().await;
    let member = world.member(Role::Host).await;
    for (kind, days) in [("session", 31), ("session", 29), ("member_invitation", 31), ("password_reset", 29)] {
        let insert = "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at,
              created_at, last_used_at, member_id, assurance)
            SELECT $1::uuid, gen_random_uuid(), $2::text, sha256(gen_random_uuid()::text::bytea), 'old', '{}', ended, ended, ended, $4::uuid,
              CASE $2::text WHEN 'session' THEN 'password' END FROM (SELECT now() - $3::double precision * interval '1 day' AS ended) AS old";
        world.execute(insert, &[&world.organization, &kind, &f64::from(days), &member]).await;
    }
    for days in [0, 2] {
        let guess = "INSERT INTO guesses SELECT $1::uuid, sha256($2::double precision::text::bytea), 1, now() - $2::double precision * interval '1 day'";
        world.execute(guess, &[&world.organization, &f64::from(days)]).await;
    }
    for days in [89, 91] {
        let known = "INSERT INTO known_sources SELECT $1::uuid, $2::uuid, sha256($3::double precision::text::bytea), now() - $3::double precision * interval '1 day'";
        world.execute(known, &[&world.organization, &member, &f64::from(days)]).await;
    }
    for days in [29, 31] {
        let mail = "INSERT INTO mails (organization_id, mail_id, member_id, kind, requested_at, not_before, sent_at)
            SELECT $1::uuid, gen_random_uuid(), $2::uuid, 'password_changed', sent, sent, sent
            FROM (SELECT now() - $3::double precision * interval '1 day' AS sent) AS old";
        world.execute(mail, &[&world.organization, &member, &f64::from(days)]).await;
    }

    leftovers::sweep(&world, 0).await;

    let kept = "SELECT kind FROM credentials WHERE organization_id = $1 AND name = 'old' ORDER BY kind";
    let kept: Vec<String> = world.own_rows(kept).await.iter().map(|row| row.get(0)).collect();
    assert_eq!(kept, ["password_reset", "session"]);
    let counts = (world.count("guesses").await, world.count("known_sources").await, world.count("mails").await);
    assert_eq!(counts, (1, 1, 1));
}

#[tokio::test]
async fn forgets_devices_whose_ten_minutes_are_over() {
    let world = World::new().await;
    for seconds in [-1, 60] {
        let pairing = "INSERT INTO kiosk_pairings (organization_id, device_sha256, code_sha256, source_sha256, expires_at, created_at)
            SELECT $1::uuid, sha256(gen_random_uuid()::text::bytea), sha256(gen_random_uuid()::text::bytea), sha256('address'),
              now() + $2::double precision * interval '1 second', now()";
        world.execute(pairing, &[&world.organization, &f64::from(seconds)]).await;
    }

    leftovers::sweep(&world, 0).await;

    let left = "SELECT FROM kiosk_pairings WHERE organization_id = $1 AND expires_at > now()";
    assert_eq!((world.count("kiosk_pairings").await, world.own_rows(left).await.len()), (1, 1));
}

#[tokio::test]
async fn every_active_organization_has_its_turn_and_a_closed_one_has_none() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (world, closed) = (World::new().await, World::new().await);
    closed.execute("UPDATE directory SET status = 'closed' WHERE organization_id = $1", &[&closed.organization]).await;
    let turns = "SELECT due_at::text FROM pending_work WHERE organization_id = $1 AND kind = 'sweep'";

    let idle = sweep_all(&sweeper(&[]).await, Duration::ZERO).await;
    let before = world.own_rows(turns).await.len();
    sweep_all(&sweeper(&[]).await, Duration::from_secs(60)).await;
    let first: String = world.own_rows(turns).await[0].get(0);
    sweep_all(&sweeper(&[]).await, Duration::from_secs(60)).await;
    let second: String = world.own_rows(turns).await[0].get(0);

    assert_eq!((idle, before), (Outcome::default(), 0));
    assert!(first < second, "{first} {second}");
    assert_eq!(closed.own_rows(turns).await.len(), 0);
}

#[tokio::test]
async fn a_bucket_that_fails_passes_over_the_organization_until_the_next_tick() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    let orphan = store_object(&world, days_ago(1)).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    let deps = sweeper(&[("AWS_ENDPOINT_URL_S3", &url)]).await;
    // Only this organization is left to look at, so that the others do not wait for a dead bucket.
    let others = "INSERT INTO pending_work SELECT organization_id, 'sweep', now() + interval '1 hour' FROM directory
        WHERE organization_id <> $1 ON CONFLICT (organization_id, kind, mark_id) DO UPDATE SET due_at = excluded.due_at";
    world.execute(others, &[&world.organization]).await;
    tap.close();

    let failed = sweep_all(&deps, Duration::from_secs(60)).await;
    let kept = stored(&world, days_ago(1)).await;
    tap.open();
    sweep_all(&deps, Duration::from_secs(60)).await;

    assert!(failed.failed >= 1, "{failed:?}");
    assert_eq!((kept, stored(&world, days_ago(1)).await), (vec![orphan], vec![]));
    world
        .execute("DELETE FROM pending_work WHERE kind = 'sweep' AND organization_id <> $1", &[&world.organization])
        .await;
}

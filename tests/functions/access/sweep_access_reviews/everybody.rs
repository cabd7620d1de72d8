//! Every organization has its turn, and whatever keeps one from ending well is mended by the next tick.

use shared::{clock::Clock, runtime, schedule::Outcome};

use super::*;
use crate::harness::{
    reviews::{Apart, One, fired, sweeper, try_sweep},
    stack,
    tap::Tap,
};

async fn sweep_all(deps: &sweep_access_reviews::Deps, moment: Timestamp) -> Outcome {
    let swept = runtime::sweep(Clock::Fixed(moment), deps, sweep_access_reviews::sweep, fired()).await;
    swept.expect("a tick that ends well")
}

const LIVE: &str = "SELECT count(*) FROM credentials WHERE kind = 'api_token' AND revoked_at IS NULL";

#[tokio::test]
async fn every_active_organization_has_its_turn_and_a_closed_one_has_none() {
    let apart = Apart::with(3).await;
    let closed = apart.organizations[2];
    let close = format!("UPDATE directory SET status = 'closed' WHERE organization_id = '{closed}'");
    apart.client.batch_execute(&close).await.unwrap();
    let (deps, moment) = (apart.sweeper(&[]).await, days(now(), 91));
    let before = apart.number(LIVE).await;

    let run = sweep_all(&deps, moment).await;
    let again = sweep_all(&deps, days(moment, 1)).await;

    // Of each, the token and the kiosk; its only member is its last owner.
    assert_eq!(run, Outcome { organizations: 2, done: 4, failed: 0 });
    assert_eq!(again, Outcome { organizations: 2, done: 0, failed: 0 });
    let of_closed = format!("{LIVE} AND organization_id = '{closed}'");
    assert_eq!((apart.number(LIVE).await, apart.number(&of_closed).await), (before / 3, before / 3));
    let spared = "SELECT count(*) FROM audit_log WHERE action = 'access.spared'";
    assert_eq!(
        (apart.number(spared).await, apart.number("SELECT count(*) FROM members WHERE state = 'active'").await),
        (2, 3)
    );
}

#[tokio::test]
async fn a_run_that_is_killed_in_the_middle_is_gone_on_with() {
    let apart = Apart::with(4).await;
    let variables = stack::variables("fn_sweep_access_reviews", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let slow = apart.sweeper(&[("DATABASE_URL", &url)]).await;
    tap.delay(std::time::Duration::from_millis(20));
    let (moment, revoked) = (days(now(), 91), "SELECT count(*) FROM audit_log WHERE action = 'access.revoked'");

    tokio::select! {
        outcome = sweep_all(&slow, moment) => panic!("it was to be cut off: {outcome:?}"),
        () = apart.wait_for(revoked, 1) => {}
    }
    let begun = apart.number(revoked).await;
    let rest = sweep_all(&apart.sweeper(&[]).await, days(moment, 1)).await;

    assert!((1..8).contains(&begun), "{begun}");
    assert_eq!((rest.failed, apart.number(revoked).await), (0, 8));
    let halves = "SELECT count(*) FROM kiosks AS k JOIN credentials AS c USING (organization_id, credential_id)
        WHERE k.revoked_at IS NULL OR c.revoked_at IS NULL";
    assert_eq!(apart.number(halves).await, 0);
}

#[tokio::test]
async fn a_database_that_fails_leaves_nothing_half_done_and_the_next_tick_goes_on() {
    let world = World::new().await;
    let (_, member) = (world.member(Role::Owner).await, world.member(Role::Host).await);
    let opened = days(now(), -40);
    let review = open(&world, opened).await;
    let variables = stack::variables("fn_sweep_access_reviews", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = sweeper(&[("DATABASE_URL", &url)]).await;
    let one = One { db: &deps.db, organization: world.organization };
    let halves = "SELECT count(*) FROM access_review_items AS i WHERE i.organization_id = $1 AND i.decision IS NOT NULL
        AND NOT EXISTS (SELECT FROM audit_log AS l WHERE l.organization_id = i.organization_id AND l.target_id = i.subject_id::text
          AND l.action IN ('access.revoked', 'access.spared'))";

    for answers in [0, 2, 5, 9, 14] {
        tap.lose_answers_after(answers);
        assert!(try_sweep(&one, days(opened, 30)).await.is_err(), "{answers}");
        assert_eq!(number(&world, halves).await, 0, "{answers}");
    }
    tap.open();
    try_sweep(&one, days(opened, 30)).await.expect("a tick that ends well");

    assert_eq!(outcome(&world, review, member.uuid()).await.1, "undecided");
    let actions: Vec<_> = world.actions().await.into_iter().filter(|action| action.starts_with("access")).collect();
    // The world's own token, the host, the owner, and the end.
    assert_eq!(actions.len(), 1 + 3 + 1, "{actions:?}");
}

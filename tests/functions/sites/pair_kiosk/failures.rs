//! What is left when the database fails before or after it did what it was asked.

use super::*;
use crate::harness::{stack, tap::Tap};

/// The function behind a tap on the way to its database.
async fn tapped() -> (Tap, pair_kiosk::Deps) {
    let variables = stack::variables("fn_pair_kiosk", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    let variables = stack::variables("fn_pair_kiosk", &[("DATABASE_URL", &url)]);
    (tap, stack::connect::<pair_kiosk::Deps>(&variables).await)
}

#[tokio::test]
async fn a_device_that_asks_hears_of_codes_that_work_whatever_answer_was_lost() {
    let entrance = Entrance::now().await;
    // Look-up, then BEGIN, realm, the device, COMMIT.
    for lost in 0..5 {
        let world = World::new().await;
        let (tap, deps) = tapped().await;
        tap.lose_one_answer_after(lost);

        let answer = asking(&world.slug).send(&deps, pair_kiosk::handle).await;

        let device = Device::of(&answer);
        assert_eq!(entrance.confirm(&world, &device.code).await.status, 201, "{lost} answers");
        assert_eq!(entrance.fetch(&device).await.body["state"], "paired");
        assert!((1..=2).contains(&world.count("kiosk_pairings").await));
    }
}

#[tokio::test]
async fn a_device_that_fetches_hears_of_a_credential_that_works_whatever_answer_was_lost() {
    let entrance = Entrance::now().await;
    // BEGIN, the credential, the entry, COMMIT.
    for lost in 0..4 {
        let world = World::new().await;
        let device = entrance.begin(&world).await;
        entrance.confirm(&world, &device.code).await;
        let (tap, deps) = tapped().await;
        tap.lose_one_answer_after(lost);

        let answer = fetching(&device.secret).send(&deps, pair_kiosk::handle).await;

        assert_eq!(answer.status, 200, "{lost} answers: {}", answer.text);
        assert_eq!(entrance.checks_in(&world, &text(&answer, "kiosk_token")).await, 201);
        assert_eq!(world.actions().await[..2], ["kiosk.created", "kiosk.paired"]);
        let own = "SELECT FROM credentials WHERE organization_id = $1 AND name = 'Main entrance'";
        assert_eq!(world.own_rows(own).await.len(), 1);
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_everything_as_it_was() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    entrance.confirm(&world, &device.code).await;
    let (tap, deps) = tapped().await;
    tap.close();

    for event in [asking(&world.slug), fetching(&device.secret)] {
        let failed = event.send(&deps, pair_kiosk::handle).await;
        assert_eq!(failed.problem(), "503 unavailable");
        assert!(!failed.text.contains(&device.secret), "{}", failed.text);
    }

    assert_eq!((world.count("kiosk_pairings").await, world.actions().await.len()), (1, 1));
    tap.open();
    assert_eq!(fetching(&device.secret).send(&deps, pair_kiosk::handle).await.body["state"], "paired");
}

//! What fails on the way in, before and after it happened.

use super::*;
use crate::harness::{stack, tap::Tap};

async fn tapped() -> (Tap, begin_impersonation::Deps) {
    let variables = stack::variables("fn_begin_impersonation", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let told = stack::variables("fn_begin_impersonation", &[("DATABASE_URL", &url)]);
    let deps = stack::connect::<begin_impersonation::Deps>(&told).await;
    (tap, deps)
}

#[tokio::test]
async fn it_is_opened_once_whichever_answer_is_lost_and_the_session_that_is_given_works() {
    for lost in 0..9 {
        let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
        let id = staff.request(&customer, Role::Owner).await;
        let (event, (tap, deps)) = (coming_in(&staff.token(&customer, &id).await), tapped().await);
        tap.lose_one_answer_after(lost);

        let answer = event.send(&deps, begin_impersonation::handle).await;

        assert_eq!(answer.status, 200, "{lost}: {}", answer.text);
        let opened = customer.actions().await.iter().filter(|action| *action == "impersonation.opened").count();
        assert_eq!(opened, 1, "{lost}");
        let visits = crate::harness::Event::new("GET", "/v1/visits", &[]).in_session(answer.session());
        assert_eq!(ask(&visits).await.status, 200, "{lost}");
        // Another request of the same token is not the one that opened it.
        assert_eq!(ask(&event.again()).await.problem(), "401 unauthenticated");
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_the_token_as_it_was() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let (event, (tap, deps)) = (coming_in(&staff.token(&customer, &id).await), tapped().await);
    tap.close();

    assert_eq!(event.send(&deps, begin_impersonation::handle).await.problem(), "503 unavailable");

    tap.open();
    assert_eq!(event.again().send(&deps, begin_impersonation::handle).await.status, 200);
}

//! What is not answered: a period without an end, a caller who may not, a look that cannot be recorded.

use super::{HOUR, asking, deps, lines, send};
use crate::harness::{Event, World, refusals, stack, tap::Tap};

#[tokio::test]
async fn a_period_is_asked_for_and_has_an_end() {
    let world = World::new().await;
    let (from, to) = ("from=2026-11-01T00:00:00Z", "to=2026-11-02T00:00:00Z");

    for (query, problem) in [
        (String::new(), "400 malformed ?from:missing"),
        (from.to_owned(), "400 malformed ?to:missing"),
        (to.to_owned(), "400 malformed ?from:missing"),
        (format!("from=today&{to}"), "400 malformed ?from:wrong_value"),
        (format!("{from}&to=2026-11-01"), "400 malformed ?to:wrong_value"),
        (format!("{from}&to=2026-11-01T01:00:00%2B01:00"), "400 malformed ?from:not_before_to"),
        (format!("{from}&to=2026-10-31T00:00:00Z"), "400 malformed ?from:not_before_to"),
        (format!("{from}&to=2026-12-02T00:00:00.000001Z"), "400 malformed ?to:period_too_long"),
        (format!("{from}&{to}&limit=201"), "400 malformed ?limit:wrong_value"),
        (format!("{from}&{to}&cursor=zzz"), "400 malformed ?cursor:wrong_value"),
        (format!("{from}&{to}&kind=visit"), "400 malformed ?kind:unknown_parameter"),
    ] {
        let event = Event::new("GET", "/v1/reconciliation", &[]).bearer(&world.token).query(&query);
        assert_eq!(send(&event).await.problem(), problem, "{query}");
    }
    assert_eq!(world.actions().await, [""; 0]);
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = World::new().await;
    let deps = deps(&[]).await;
    let event = asking(&world, (-HOUR, HOUR), "");

    refusals::without_a_credential(&world, &event, &deps, reconcile_records::handle).await;
    let reader = world.token_with(&["visit.read"]).await;
    for token in [&reader, &world.kiosk] {
        refusals::without_the_permission(&world, &event, token, &deps, reconcile_records::handle).await;
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let world = World::new().await;
    world.write_entries(1).await;
    let variables = stack::variables("fn_reconcile_records", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    // Admission, opening and four questions are answered; from the entry on the database is silent.
    tap.lose_answers_after(6);

    let answer = asking(&world, (-HOUR, HOUR), "").send(&deps, reconcile_records::handle).await;

    assert_eq!(answer.problem(), "503 unavailable");
    assert!(!answer.text.contains("lacks"));
}

#[tokio::test]
async fn a_lost_answer_is_asked_again() {
    let world = World::new().await;
    world.write_entries(1).await;
    let variables = stack::variables("fn_reconcile_records", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;

    tap.lose_one_answer_after(7);
    let answer = asking(&world, (-HOUR, HOUR), "").send(&deps, reconcile_records::handle).await;

    assert_eq!(lines(&answer), ["entry visit.checked_in lacks visit event"]);
    assert_eq!(world.actions().await, ["visit.checked_in", "reconciliation.read", "reconciliation.read"]);
}

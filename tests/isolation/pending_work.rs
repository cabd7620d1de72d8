//! No event waits for ever: the transaction that takes an organization's mark away sees every event that was written
//! under it.

use std::time::Duration;

use tokio_postgres::Client;

use super::database::{connect, run, text, two_organizations};

fn event(organization: &str) -> String {
    format!(
        "INSERT INTO outbox VALUES ('{organization}', gen_random_uuid(), 'visit.checked_in', 'visit', gen_random_uuid(), '{{}}', 'r', now(), NULL)"
    )
}

/// As the relay does: the mark away and what waits made ready, in one transaction.
async fn relay(client: &Client, organization: &str) {
    run(
        client,
        &format!(
            "BEGIN; SELECT app.bind('{organization}', NULL); SELECT directory.take('{organization}', 'outbox'); \
         UPDATE outbox SET ready_at = now() WHERE organization_id = '{organization}' AND ready_at IS NULL; COMMIT"
        ),
    )
    .await;
}

async fn waiting(client: &Client, organization: &str) -> String {
    text(client, &format!("SELECT count(*) FROM outbox WHERE organization_id = '{organization}' AND ready_at IS NULL"))
        .await
}

async fn waiting_unmarked(client: &Client, organization: &str) -> String {
    text(client, &format!(
        "SELECT count(*) FROM outbox WHERE organization_id = '{organization}' AND ready_at IS NULL \
         AND NOT EXISTS (SELECT FROM pending_work AS p WHERE p.organization_id = '{organization}' AND p.kind = 'outbox')"
    )).await
}

/// The event is written, not yet committed, when the relay comes: it waits, and then sees the event.
#[tokio::test]
async fn a_relay_waits_for_an_event_under_the_mark_that_it_takes() {
    let (writer, reader, admin) = (connect().await, connect().await, connect().await);
    let (ours, _) = two_organizations(&admin).await;
    let reader_waits = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid = {}",
        text(&reader, "SELECT pg_backend_pid()").await
    );
    run(&writer, &format!("BEGIN; {}", event(&ours))).await;

    let commit = async {
        while text(&admin, &reader_waits).await == "0" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        run(&writer, "COMMIT").await;
    };
    let both = async { tokio::join!(relay(&reader, &ours), commit) };
    tokio::time::timeout(Duration::from_secs(20), both).await.expect("the relay waits and goes on");

    assert_eq!(waiting(&admin, &ours).await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_waits_without_a_mark() {
    let admin = connect().await;
    let (ours, _) = two_organizations(&admin).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (organization, written) = (ours.clone(), event(&ours));
        tasks.spawn(async move {
            let client = connect().await;
            for _ in 0..50 {
                run(&client, &format!("BEGIN; {written}; COMMIT")).await;
            }
        });
        tasks.spawn(async move {
            let client = connect().await;
            for _ in 0..50 {
                relay(&client, &organization).await;
                assert_eq!(waiting_unmarked(&client, &organization).await, "0");
            }
        });
    }
    tasks.join_all().await;

    relay(&admin, &ours).await;
    assert_eq!(waiting_unmarked(&admin, &ours).await, "0");
    assert_eq!(waiting(&admin, &ours).await, "0");
}

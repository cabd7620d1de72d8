//! No event waits for ever, and no writer waits for a relay: whatever a relay and a writer do at the same time, an event that
//! is committed either is ready or has its mark.

use tokio_postgres::Client;

use super::database::{connect, connect_as, run, text, two_organizations};

fn event(organization: &str) -> String {
    format!(
        "INSERT INTO outbox VALUES ('{organization}', gen_random_uuid(), 'visit.checked_in', 'visit', gen_random_uuid(), '{{}}', 'r', now(), NULL)"
    )
}

/// Writes an event with a limit on waiting for a lock that a wait of any length would break, and leaves it uncommitted.
async fn write_without_waiting(client: &Client, organization: &str) {
    run(client, &format!("BEGIN; SET LOCAL lock_timeout = '50ms'; {}", event(organization))).await;
}

/// As the relay does before it lets go of a mark: the mark away, in an open transaction.
async fn take(client: &Client, organization: &str) -> String {
    run(client, &format!("BEGIN; SELECT app.bind('{organization}', NULL)")).await;
    text(client, &format!("SELECT directory.take('{organization}', 'outbox')")).await
}

/// The second half, with the statement of the relay: what waits is made ready, in one order, so that two relays meet no deadlock.
async fn make_ready(client: &Client, organization: &str) -> String {
    text(
        client,
        &format!(
            "WITH waiting AS (SELECT organization_id, event_id FROM outbox WHERE organization_id = '{organization}' AND ready_at IS NULL \
             ORDER BY event_id FOR UPDATE), \
             ready AS (UPDATE outbox AS o SET ready_at = now() FROM waiting AS w \
             WHERE o.organization_id = w.organization_id AND o.event_id = w.event_id RETURNING 1) \
             SELECT count(*) FROM ready"
        ),
    )
    .await
}

/// The whole of it in one transaction.
async fn relay(client: &Client, organization: &str) {
    take(client, organization).await;
    make_ready(client, organization).await;
    run(client, "COMMIT").await;
}

async fn waiting(client: &Client, organization: &str) -> String {
    text(client, &format!("SELECT count(*) FROM outbox WHERE organization_id = '{organization}' AND ready_at IS NULL"))
        .await
}

async fn marks(client: &Client, organization: &str) -> String {
    text(
        client,
        &format!("SELECT count(*) FROM pending_work WHERE organization_id = '{organization}' AND kind = 'outbox'"),
    )
    .await
}

async fn waiting_unmarked(client: &Client, organization: &str) -> String {
    text(client, &format!(
        "SELECT count(*) FROM outbox WHERE organization_id = '{organization}' AND ready_at IS NULL \
         AND NOT EXISTS (SELECT FROM pending_work AS p WHERE p.organization_id = '{organization}' AND p.kind = 'outbox')"
    )).await
}

/// An organization without a mark and without waiting events.
async fn quiet_organization(client: &Client) -> String {
    let (ours, _) = two_organizations(client).await;
    relay(client, &ours).await;
    assert_eq!((waiting(client, &ours).await, marks(client, &ours).await), ("0".to_owned(), "0".to_owned()));
    ours
}

#[tokio::test]
async fn a_check_in_never_waits_for_a_relay_in_the_middle_of_its_transaction() {
    let (writer, reader, admin) = (connect().await, connect().await, connect().await);
    let ours = quiet_organization(&admin).await;
    run(&admin, &event(&ours)).await;

    assert_eq!(take(&reader, &ours).await, "t");
    assert_eq!(make_ready(&reader, &ours).await, "1");
    write_without_waiting(&writer, &ours).await;
    run(&writer, "COMMIT").await;
    run(&reader, "COMMIT").await;

    // It was committed after the relay looked, so it waits, and has a mark of its own.
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("1".to_owned(), "1".to_owned()));
}

/// The event is written under the mark and not yet committed when the relay comes to take the mark away: neither waits.
#[tokio::test]
async fn a_relay_leaves_a_mark_under_which_an_event_is_being_written() {
    let (writer, reader, admin) = (connect().await, connect().await, connect().await);
    let ours = quiet_organization(&admin).await;
    run(&admin, &event(&ours)).await;
    write_without_waiting(&writer, &ours).await;

    run(&reader, "SET lock_timeout = '50ms'").await;
    let is_taken = take(&reader, &ours).await;
    let ready = make_ready(&reader, &ours).await;
    run(&reader, "COMMIT").await;
    run(&writer, "COMMIT").await;

    assert_eq!((is_taken.as_str(), ready.as_str()), ("f", "1"), "the one before is ready, the mark is not taken");
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("1".to_owned(), "1".to_owned()));
    relay(&reader, &ours).await;
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("0".to_owned(), "0".to_owned()));
}

/// The event is begun after the relay took the mark and committed before the relay looks: it is ready, and its mark is one too
/// many, which the next look takes away.
#[tokio::test]
async fn an_event_between_the_taking_of_the_mark_and_the_look_is_found_by_that_look() {
    let (writer, reader, admin) = (connect().await, connect().await, connect().await);
    let ours = quiet_organization(&admin).await;
    run(&admin, &event(&ours)).await;

    assert_eq!(take(&reader, &ours).await, "t");
    write_without_waiting(&writer, &ours).await;
    run(&writer, "COMMIT").await;
    let ready = make_ready(&reader, &ours).await;
    run(&reader, "COMMIT").await;

    assert_eq!((ready.as_str(), marks(&admin, &ours).await.as_str()), ("2", "1"));
    relay(&reader, &ours).await;
    assert_eq!(marks(&admin, &ours).await, "0");
}

/// Any role may take any advisory lock. One that holds an organization's makes its writers set marks of their own, and nothing
/// else: no writer waits, and every event is made ready.
#[tokio::test]
async fn a_role_that_holds_the_lock_of_another_organization_stops_nothing() {
    let (writer, reader, admin) = (connect().await, connect().await, connect().await);
    let intruder = connect_as("fn_list_visits").await;
    let ours = quiet_organization(&admin).await;
    run(&intruder, &format!("SELECT pg_advisory_lock(hashtextextended('{ours}' || 'outbox', 0))")).await;

    for _ in 0..2 {
        write_without_waiting(&writer, &ours).await;
        run(&writer, "COMMIT").await;
    }
    run(&reader, "SET lock_timeout = '50ms'").await;
    assert_eq!(take(&reader, &ours).await, "f", "the lock is held");
    assert_eq!(make_ready(&reader, &ours).await, "2");
    run(&reader, "COMMIT").await;
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("0".to_owned(), "2".to_owned()));

    run(&intruder, "SELECT pg_advisory_unlock_all()").await;
    relay(&reader, &ours).await;
    assert_eq!(marks(&admin, &ours).await, "0");
}

/// Several first events at once have a mark each, so that none waits for another; one look takes all of them.
#[tokio::test]
async fn first_events_at_the_same_time_do_not_wait_for_each_other() {
    let (one, other, admin) = (connect().await, connect().await, connect().await);
    let ours = quiet_organization(&admin).await;

    write_without_waiting(&one, &ours).await;
    write_without_waiting(&other, &ours).await;
    run(&other, "COMMIT").await;
    run(&one, "COMMIT").await;

    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("2".to_owned(), "2".to_owned()));
    let due = format!(
        "SELECT count(*) FROM directory.due('outbox', '00000000-0000-0000-0000-000000000000', 100000, now()) AS due WHERE due = '{ours}'"
    );
    assert_eq!(text(&admin, &due).await, "1", "the schedule is told of it once");
    relay(&admin, &ours).await;
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("0".to_owned(), "0".to_owned()));
}

#[tokio::test]
async fn a_relay_that_is_killed_leaves_events_and_mark_as_they_were() {
    let (reader, admin) = (connect().await, connect().await);
    let ours = quiet_organization(&admin).await;
    run(&admin, &event(&ours)).await;
    let process = text(&reader, "SELECT pg_backend_pid()").await;

    assert_eq!(take(&reader, &ours).await, "t");
    assert_eq!(make_ready(&reader, &ours).await, "1");
    run(&admin, &format!("SELECT pg_terminate_backend({process}, 10000)")).await;

    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("1".to_owned(), "1".to_owned()));
    relay(&admin, &ours).await;
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("0".to_owned(), "0".to_owned()));
}

/// A busy organization keeps its mark: an event finds it there and writes nothing.
#[tokio::test]
async fn an_event_of_a_marked_organization_writes_no_mark() {
    let admin = connect().await;
    let ours = quiet_organization(&admin).await;
    let version = format!("SELECT ctid::text FROM pending_work WHERE organization_id = '{ours}' AND kind = 'outbox'");
    run(&admin, &event(&ours)).await;
    let before = text(&admin, &version).await;

    for _ in 0..5 {
        run(&admin, &event(&ours)).await;
        make_ready(&admin, &ours).await;
    }

    assert_eq!((text(&admin, &version).await, marks(&admin, &ours).await), (before, "1".to_owned()));
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
    assert_eq!((waiting(&admin, &ours).await, marks(&admin, &ours).await), ("0".to_owned(), "0".to_owned()));
}

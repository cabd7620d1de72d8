//! Streams of a log: set up as a customer does, delivered as a tick does, and read as a destination does.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    Result,
    audit::{hex, tree},
    clock::Clock,
    id::OrganizationId,
    runtime::{self, Fired},
    schedule::{Outcome, Tick},
};

use super::{Event, World, collector, stack};

/// A streamer that trusts the collectors of these tests, with some settings changed.
pub(crate) async fn streamer(changes: &[(&str, &str)]) -> stream_audit_log::Deps {
    let authority = collector::authority_file();
    let changes = [&[("OUTGOING_TEST_CA_FILE", authority.as_str())], changes].concat();
    let variables = stack::variables("fn_stream_audit_log", &changes);
    stack::connect::<stream_audit_log::Deps>(&variables).await
}

/// A streamer whose clock is ahead.
pub(crate) async fn streamer_later(seconds: i64) -> stream_audit_log::Deps {
    streamer(&[("CLOCK_OFFSET_SECONDS", &seconds.to_string())]).await
}

struct One<'d> {
    deps: &'d stream_audit_log::Deps,
    organization: OrganizationId,
}

async fn stream_one(one: &One<'_>, tick: &Tick) -> Result<Outcome> {
    let work = tick.work(&one.deps.db, one.organization);
    let done = stream_audit_log::stream(one.deps, &work, || tick.has_time()).await?;
    Ok(Outcome { organizations: 1, done, failed: 0 })
}

/// What a tick does in one organization; says how many deliveries were taken.
pub(crate) async fn try_stream(world: &World, deps: &stream_audit_log::Deps) -> Option<u64> {
    let one = One { deps, organization: world.organization };
    let fired = Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(100) };
    let swept = runtime::sweep(Clock::System { offset_s: 0 }, &one, stream_one, fired).await;
    swept.ok().map(|outcome| outcome.done)
}

/// The same where nothing of ours fails.
pub(crate) async fn stream(world: &World, deps: &stream_audit_log::Deps) -> u64 {
    try_stream(world, deps).await.expect("a tick that ends well")
}

/// Asks `manage-log-streams`.
pub(crate) async fn ask(event: &Event) -> super::event::Answer {
    let variables = stack::variables("fn_manage_log_streams", &[]);
    let deps = stack::connect::<manage_log_streams::Deps>(&variables).await;
    event.send(&deps, manage_log_streams::handle).await
}

/// A request of the world's token with an Idempotency-Key of its own.
pub(crate) fn write(world: &World, method: &'static str, route: &'static str, parameters: &[&str]) -> Event {
    Event::new(method, route, parameters).bearer(&world.token).idempotent(&uuid::Uuid::new_v4().to_string())
}

/// Sets a stream up and gives the answer.
pub(crate) async fn create(world: &World, body: &Value) -> Value {
    let answer = ask(&write(world, "POST", "/v1/audit-log/streams", &[]).json(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body
}

/// Sets a stream to a collector up.
pub(crate) async fn create_https(world: &World, collector: &collector::Collector) -> Value {
    create(world, &json!({ "kind": "https", "url": collector.url(), "authorization": "Splunk canary-token" })).await
}

/// Does one of `pause`, `resume` and `rewind` to a stream.
pub(crate) async fn change(
    world: &World,
    stream: &Value,
    route: &'static str,
    body: Option<Value>,
) -> super::event::Answer {
    let id = stream["stream"]["stream_id"].as_str().unwrap_or_else(|| stream["stream_id"].as_str().unwrap());
    let event = write(world, "POST", route, &[id]);
    ask(&body.map_or(event.clone(), |body| event.json(&body))).await
}

/// Reads lines as a destination would that knows nothing but the organization: from genesis on each entry has the next
/// number, its leaf and its link; what was delivered twice is the same both times. Says how many entries there are, and the
/// sizes of the checkpoints in the order of their arrival, each after the entries that it is of.
pub(crate) fn verify(organization: OrganizationId, lines: &[String]) -> (u64, Vec<u64>) {
    let (mut seen, mut sizes): (Vec<String>, Vec<u64>) = (Vec::new(), Vec::new());
    let mut link = tree::genesis(organization);
    for line in lines {
        let parsed: Value = serde_json::from_str(line).expect("a line is JSON");
        if let Some(size) = parsed["checkpoint"]["size"].as_u64() {
            assert!(usize::try_from(size).unwrap() <= seen.len(), "a checkpoint of entries that did not come");
            assert!(parsed["checkpoint"]["note"].as_str().unwrap().contains(&format!("\n{size}\n")));
            sizes.push(size);
            continue;
        }
        let seq = usize::try_from(parsed["seq"].as_u64().expect("a seq")).unwrap();
        if seq < seen.len() {
            assert_eq!(&seen[seq], line, "an entry was delivered twice and differs");
            continue;
        }
        assert_eq!(seq, seen.len(), "a gap");
        let (_, entry) = line.split_once("\"entry\": ").expect("an entry");
        let leaf = tree::leaf_hash(entry.strip_suffix('}').unwrap().as_bytes());
        link = tree::link_hash(&link, &leaf);
        assert_eq!(
            (parsed["leaf"].as_str(), parsed["link"].as_str()),
            (Some(&*hex(&leaf)), Some(&*hex(&link))),
            "seq {seq}"
        );
        seen.push(line.clone());
    }
    (u64::try_from(seen.len()).unwrap(), sizes)
}

/// How a world's only stream stands: `next_seq`, `checkpoint_size`, `failure`.
pub(crate) async fn standing(world: &World) -> (i64, i64, Option<String>) {
    let rows = world
        .own_rows(
            "SELECT next_seq, checkpoint_size, failure FROM log_streams WHERE organization_id = $1 ORDER BY created_at",
        )
        .await;
    (rows[0].get(0), rows[0].get(1), rows[0].get(2))
}

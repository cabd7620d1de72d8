//! Sixteen at once, a function killed in the middle, the database crashed under load: what was acknowledged is there.

use std::{collections::HashMap, fs, process::Command, time::Duration};

use serde_json::json;
use tokio_postgres::Client as Database;

use super::{client::Client, running::Running};

const CALLERS: usize = 16;
const ARRIVALS_EACH: usize = 30;

/// Sends an arrival until it is acknowledged, with the same key, as a kiosk does.
async fn arrive(client: &Client, site: &str, key: &str) -> String {
    for _ in 0..400 {
        let body = json!({ "type": "visitor", "site_id": site, "name": format!("Visitor {key}") });
        match client.try_post("/v1/visits", key, &body).await {
            Some(answer) if answer.status == 201 => return answer.body["visit_id"].as_str().expect("an id").to_owned(),
            // Still running elsewhere, gone away, or crashed: the same request again.
            Some(answer) => assert!(
                matches!(answer.status, 409 | 500 | 502 | 503 | 504),
                "{key}: {} {}",
                answer.status,
                answer.body
            ),
            None => {}
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{key} was never acknowledged");
}

/// The processes of a function that this stack runs.
fn environments(stack: u32, function: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe.ends_with(function)))
        .filter(|pid| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            status.lines().any(|line| line == format!("PPid:\t{stack}"))
        })
        .collect()
}

fn kill(pid: u32) {
    let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status().expect("kill runs");
    assert!(killed.success(), "process {pid} could not be killed");
}

/// Kills a backend: PostgreSQL then drops every connection and recovers from its log, as after a power cut.
async fn crash(database: &Database) {
    let rows = database.simple_query("SELECT pid FROM pg_stat_activity WHERE usename = 'fn_check_in' LIMIT 1").await;
    let rows = rows.expect("an answer");
    let pid = rows.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get("pid").map(str::to_owned),
        _ => None,
    });
    kill(pid.expect("check-in is connected").parse().expect("a process id"));
}

async fn disturb(running: &Running, database: &Database) {
    tokio::time::sleep(Duration::from_secs(2)).await;
    let victims = environments(running.pid(), "check-in");
    assert!(!victims.is_empty(), "no environment of check-in is running");
    kill(victims[0]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    crash(database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_arrival_is_there_once_and_the_chain_is_unbroken() {
    let running = Running::start().await;
    let database = running.database().await;
    let (owner, site) = (running.owner(0), running.told(0, "site_id"));
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let (owner, site) = (owner.clone(), site.clone());
        callers.spawn(async move {
            let mut acknowledged = Vec::new();
            for at in 0..ARRIVALS_EACH {
                let key = format!("arrival-{caller}-{at}");
                acknowledged.push((key.clone(), arrive(&owner, &site, &key).await));
                // A pace at which the disturbances fall into the middle.
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
            acknowledged
        });
    }

    disturb(&running, &database).await;
    let acknowledged: Vec<(String, String)> = callers.join_all().await.into_iter().flatten().collect();

    let database = running.database().await;
    let organization: uuid::Uuid = running.told(0, "organization_id").parse().expect("an id");
    let sql = "SELECT visit_id::text, name, badge_number FROM visits WHERE organization_id = $1";
    let statement = database.prepare(sql).await.expect("a statement");
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    let rows = database.query(&statement, &[&organization]).await.expect("rows");
    let there: HashMap<String, String> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(rows.len(), CALLERS * ARRIVALS_EACH, "one visit for each key");
    for (key, visit) in &acknowledged {
        assert_eq!(there.get(visit), Some(&format!("Visitor {key}")));
    }
    let badges: std::collections::HashSet<i32> = rows.iter().map(|row| row.get(2)).collect();
    assert_eq!(badges.len(), rows.len(), "a badge number is worn once");
    let entries = crate::harness::chain::verify(&database, organization).await;
    assert!(entries > rows.len(), "an entry for each visit");
}

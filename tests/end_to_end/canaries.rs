//! Restricted values planted at the door are found nowhere in the clear but where the contract says.

use std::{fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::running::Running;
use crate::harness::pictures;

/// In the clear nowhere: sealed before they touch the disk.
const SEALED: [&str; 2] = ["CANARYLICENCE77", "CANARYREASONPHOTO"];
/// In the clear in the columns of `visits` and `hosts` alone, under row-level security.
const SEARCHABLE: [&str; 6] =
    ["CanaryName", "CanaryCompany", "canary@mail.example", "+4930555012345", "CanaryPlate", "CanaryPurpose"];

fn driver(site: &str) -> Value {
    json!({
        "type": "driver", "site_id": site, "name": "CanaryName", "company": "CanaryCompany", "email": "canary@mail.example",
        "phone": "+4930555012345", "purpose": "CanaryPurpose", "licence_number": "CANARYLICENCE77", "carrier": "CanaryCompany",
        "bills_of_lading": ["B1"], "tractor_plate": "CanaryPlate", "photo": pictures::jpeg(),
    })
}

/// Files below a directory that hold one of the words, in any case.
fn holding(directory: &Path, words: &[&str], found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            holding(&path, words, found);
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            found.extend(
                words
                    .iter()
                    .filter(|word| text.contains(&word.to_lowercase()))
                    .map(|word| format!("{}: {word}", path.display())),
            );
        }
    }
}

/// Every row of every table as text, with its table.
async fn dump(database: &tokio_postgres::Client) -> Vec<(String, String)> {
    let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let mut rows = Vec::new();
    for table in texts(database, sql).await {
        for row in texts(database, &format!("SELECT t::text FROM {table} AS t")).await {
            rows.push((table.clone(), row));
        }
    }
    rows
}

async fn texts(database: &tokio_postgres::Client, sql: &str) -> Vec<String> {
    let messages = database.simple_query(sql).await.expect("an answer");
    let row = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_values_are_found_nowhere_they_must_not_be() {
    let running = Running::start().await;
    let (owner, site) = (running.owner(0), running.told(0, "site_id"));

    let arrived = owner.post("/v1/visits", "canary-1", &driver(&site)).await;
    assert_eq!(arrived.status, 201, "{}", arrived.body);
    let visit = arrived.body["visit_id"].as_str().expect("an id").to_owned();
    let mut refusals =
        vec![owner.post("/v1/visits", "canary-2", &json!({ "name": "CanaryName", "CanaryPlate": 1 })).await.body];
    let reveal = json!({ "fields": ["licence_number", "photo"], "reason": "CANARYLICENCE77 was asked for by customs" });
    refusals.push(owner.post(&format!("/v1/visits/{visit}/reveal"), "canary-3", &reveal).await.body);
    let reveal = json!({ "fields": ["licence_number", "photo"], "reason": "Customs asked for the document today" });
    let revealed = owner.post(&format!("/v1/visits/{visit}/reveal"), "canary-4", &reveal).await;
    assert_eq!(revealed.body["values"]["licence_number"], "CANARYLICENCE77");
    let left = owner.post(&format!("/v1/visits/{visit}/check-out"), "canary-5", &json!({})).await;
    assert_eq!(left.status, 200, "{}", left.body);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;

    for refusal in &refusals {
        assert!(refusal["code"].is_string(), "{refusal}");
        assert!(!refusal.to_string().to_lowercase().contains("canaryname"), "{refusal}");
        assert!(!refusal.to_string().contains(SEALED[0]), "{refusal}");
    }
    let mut in_logs = Vec::new();
    holding(&running.local().join("logs"), &[SEALED.as_slice(), SEARCHABLE.as_slice()].concat(), &mut in_logs);
    assert_eq!(in_logs, [""; 0], "in the logs of functions, database and stand-ins");
    assert!(!running.output().contains("Canary"));

    let photo = BASE64_STANDARD.decode(pictures::jpeg()).expect("base64");
    for (table, row) in dump(&running.database().await).await {
        for word in SEALED {
            assert!(!row.contains(word), "{table} holds {word}");
        }
        for word in SEARCHABLE {
            assert!(table == "visits" || !row.contains(word), "{table} holds {word}");
        }
        assert!(!row.contains(&shared::audit::hex(&photo[..64])), "{table} holds the photo");
    }
}

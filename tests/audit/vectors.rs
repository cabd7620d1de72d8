//! The known answers of the contract, from the very functions that the trigger calls.

use serde_json::Value;

use super::log::{connect, text};

fn vectors() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/audit-log.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[tokio::test]
async fn the_genesis_is_the_contracts() {
    let client = connect().await;
    let vectors = vectors();

    let genesis = format!("SELECT encode(audit.genesis('{}'), 'hex')", vectors["org"].as_str().unwrap());

    assert_eq!(text(&client, &genesis).await, vectors["genesis"].as_str().unwrap());
}

#[tokio::test]
async fn every_leaf_and_link_is_the_contracts() {
    let client = connect().await;
    let vectors = vectors();
    let entries = vectors["entries"].as_array().unwrap();
    let mut previous = vectors["genesis"].as_str().unwrap();

    for (number, entry) in entries.iter().enumerate() {
        let leaf = format!("audit.leaf($vector${}$vector$)", entry.as_str().unwrap());
        let link = format!("audit.link('\\x{previous}', {leaf})");
        let hashes = format!("SELECT encode({leaf}, 'hex') || ' ' || encode({link}, 'hex')");

        previous = vectors["link"][number].as_str().unwrap();
        let wanted = format!("{} {previous}", vectors["leaf"][number].as_str().unwrap());
        assert_eq!(text(&client, &hashes).await, wanted, "entry {number}");
    }
    assert!(entries.len() > 10, "the vectors were read");
}

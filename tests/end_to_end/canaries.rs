//! Restricted values planted at the door are found nowhere in the clear but where the contract says: not in the logs, the
//! queues, the buckets and the anchors, and in the database only in columns that are searched by.

use std::{fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use shared::{
    authn::{CredentialKind, NewCredential, Realm},
    domain::class::{COLUMNS, Class, Form},
    id::OrganizationId,
};

use super::running::Running;
use crate::harness::{buckets, mails, pictures};

/// In the clear nowhere: sealed before they touch the disk.
const SEALED: [&str; 4] = ["CANARYLICENCE77", "CANARYREASONPHOTO", PASSWORD, LISTED];
/// Why a match is dismissed.
const REVIEWED: &str = "The passport shows another birth date";
/// A name on the watchlist, and the number of a driver who met it.
const LISTED: &str = "CANARYLISTED66";
/// A password, of which a slow hash is kept and nothing else.
const PASSWORD: &str = "CANARYPASSPHRASE55";
/// In the clear in Restricted columns that are searched by alone, under row-level security.
const SEARCHABLE: [&str; 6] =
    ["CanaryName", "CanaryCompany", "canary@mail.example", "+4930555012345", "CanaryPlate", "CanaryPurpose"];

fn driver(site: &str) -> Value {
    json!({
        "type": "driver", "site_id": site, "name": "CanaryName", "company": "CanaryCompany", "email": "canary@mail.example",
        "phone": "+4930555012345", "purpose": "CanaryPurpose", "licence_number": "CANARYLICENCE77", "carrier": "CanaryCompany",
        "bills_of_lading": ["B1"], "tractor_plate": "CanaryPlate", "photo": pictures::jpeg(),
    })
}

/// The ways in which a word may stand in a text: itself, in hex, and in base64 at each of the three places of a triple.
fn forms(word: &str) -> Vec<String> {
    let in_base64 = (0..3).map(|before| {
        let text = BASE64_STANDARD.encode([&vec![0; before], word.as_bytes()].concat());
        // What depends on the neighbours is left out.
        let (from, to) = ([0, 2, 3][before], (before + word.len()) * 8 / 6);
        text[from..to].to_owned()
    });
    [word.to_owned(), shared::audit::hex(word.as_bytes())].into_iter().chain(in_base64).collect()
}

/// The words that stand in a text in any form; a word itself in any case.
fn found_in<'w>(text: &[u8], words: &[&'w str]) -> Vec<&'w str> {
    let text = String::from_utf8_lossy(text);
    let lower = text.to_lowercase();
    let stands =
        |word: &str| lower.contains(&word.to_lowercase()) || forms(word).iter().any(|form| text.contains(form));
    words.iter().copied().filter(|word| stands(word)).collect()
}

/// Files below a directory that hold one of the words.
fn holding(directory: &Path, words: &[&str], found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            holding(&path, words, found);
        } else if let Ok(bytes) = fs::read(&path) {
            found.extend(found_in(&bytes, words).iter().map(|word| format!("{}: {word}", path.display())));
        }
    }
}

/// Every value of every table as text, with table and column.
async fn dump(database: &tokio_postgres::Client) -> Vec<(String, String, String)> {
    let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let mut values = Vec::new();
    for table in texts(database, sql).await {
        for row in texts(database, &format!("SELECT to_jsonb(t)::text FROM {table} AS t")).await {
            let row: serde_json::Map<String, Value> = serde_json::from_str(&row).expect("a row is an object");
            // A text as it is, without the escapes of JSON.
            let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            values.extend(row.into_iter().map(|(column, value)| (table.clone(), column, text(value))));
        }
    }
    values
}

async fn texts(database: &tokio_postgres::Client, sql: &str) -> Vec<String> {
    let messages = database.simple_query(sql).await.expect("an answer");
    let row = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}

/// True where a Restricted value may stand in the clear.
fn is_searched_by(table: &str, column: &str) -> bool {
    COLUMNS.iter().any(|one| {
        one.place == table && one.name == column && one.class == Class::Restricted && one.form == Form::Clear
    })
}

/// A visitor arrives, is looked at and leaves, with refusals in between; gives the id of the visit.
async fn plant(running: &Running) -> String {
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
    let (from, to) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    assert_eq!(owner.get(&format!("/v1/reconciliation?from={from}&to={to}")).await.status, 200);

    for refusal in &refusals {
        assert!(refusal["code"].is_string(), "{refusal}");
        assert!(!refusal.to_string().to_lowercase().contains("canaryname"), "{refusal}");
        assert!(!refusal.to_string().contains(SEALED[0]), "{refusal}");
    }
    visit
}

/// An entry of the watchlist holds a driver. The match is compared again and dismissed, and the driver is let in.
async fn meet_the_watchlist(running: &Running) {
    let (owner, site) = (running.owner(0), running.told(0, "site_id"));
    let entry = json!({ "name": format!("{LISTED} Person"), "document_number": LISTED, "reason": format!("{LISTED} took pallets") });
    let entry = json!({ "list": "deny", "severity": "high", "entry": entry });
    let mut driver = driver(&site);
    driver["licence_number"] = json!(LISTED);
    let mut answers = vec![owner.post("/v1/watchlist", "listed-1", &entry).await];
    answers.push(owner.post("/v1/visits", "listed-2", &driver).await);
    assert_eq!(answers[1].body["hold_reasons"], json!(["watchlist"]), "{}", answers[1].body);
    let visit = answers[1].body["visit_id"].as_str().expect("an id").to_owned();
    answers.push(owner.get(&format!("/v1/watchlist-matches?visit_id={visit}")).await);
    let id = answers[2].body["items"][0]["match_id"].as_str().expect("an id").to_owned();
    answers.push(owner.post(&format!("/v1/watchlist-matches/{id}/replay"), "listed-3", &json!({})).await);
    assert_eq!(answers[3].body["reproduced"], true, "{}", answers[3].body);
    for (key, reason) in
        [("listed-4", format!("Number {LISTED} is of another person")), ("listed-5", REVIEWED.to_owned())]
    {
        let review = json!({ "outcome": "dismissed", "reason": reason });
        answers.push(owner.post(&format!("/v1/watchlist-matches/{id}/review"), key, &review).await);
    }
    let decision = json!({ "decision": "admit", "reason": REVIEWED });
    answers.push(owner.post(&format!("/v1/visits/{visit}/decision"), "listed-6", &decision).await);
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [201, 201, 200, 200, 422, 200, 201]);
    assert!(!answers.iter().any(|answer| answer.body.to_string().contains(LISTED)));
}

/// The credentials of the links by which the owners were invited: in their mails, and nowhere else.
fn links(running: &Running) -> Vec<String> {
    running.tick("send-mail");
    let sent = mails::all_in(&running.local().join("mail.jsonl"));
    let lines = sent.iter().flat_map(|mail| mail.text.lines());
    let links: Vec<_> = lines.filter_map(|line| Some(line.split_once("/join#")?.1.to_owned())).collect();
    assert_eq!(links.len(), 3, "each owner is invited");
    links
}

/// An invited person chooses a password, after a link that is none and a password that is too short.
async fn join(running: &Running) {
    let organization: OrganizationId = running.told(0, "organization_id").parse().expect("an id");
    let new = NewCredential::generate(CredentialKind::MemberInvitation, Realm::Test, organization).expect("a link");
    let sql = format!(
        "INSERT INTO people (organization_id, person_id, kind, key_id, created_at)
           SELECT organization_id, gen_random_uuid(), 'member', key_id, now() FROM tenant_keys
           WHERE organization_id = '{organization}' AND retired_at IS NULL;
         INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at)
           SELECT organization_id, person_id, person_id, person_id::text || '@example.com', 'Guest', 'host', 'invited', now() FROM people
           WHERE organization_id = '{organization}' AND kind = 'member' ORDER BY created_at DESC LIMIT 1;
         INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, member_id)
           SELECT organization_id, gen_random_uuid(), 'member_invitation', decode('{}', 'hex'), 'Link', '{{}}',
             now() + interval '1 hour', now(), member_id FROM members
           WHERE organization_id = '{organization}' AND name = 'Guest'",
        shared::audit::hex(&new.sha256)
    );
    running.database().await.batch_execute(&sql).await.expect("an invitation");
    let anybody = running.owner(0);
    let joining = |link: &str, password: &str| json!({ "invitation": link, "password": password });
    let link = new.text.expose_secret();
    let route = "/v1/member-invitations/accept";
    for (body, status) in [
        (joining(&link[1..], PASSWORD), 400),
        (joining(link, &PASSWORD[..14]), 422),
        (joining(link, PASSWORD), 200),
        (joining(link, PASSWORD), 404),
    ] {
        let answer = anybody.post(route, "none", &body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(!answer.body.to_string().contains(&PASSWORD[..14]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_values_are_found_nowhere_they_must_not_be() {
    let running = Running::start().await;
    let visit = plant(&running).await;
    meet_the_watchlist(&running).await;
    join(&running).await;
    running.tick("seal-audit-log");
    let links = links(&running);
    let sealed: Vec<&str> = SEALED.into_iter().chain(links.iter().map(String::as_str)).collect();
    let all = [sealed.as_slice(), SEARCHABLE.as_slice()].concat();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;

    let logs = running.local().join("logs");
    let messages = fs::read_to_string(logs.join("sqs.log")).expect("the log of the queues");
    assert!(messages.contains("outbox.nudge"), "no message was sent: {messages}");
    let mut in_logs = Vec::new();
    holding(&logs, &all, &mut in_logs);
    assert_eq!(in_logs, [""; 0], "in the logs of functions, database and stand-ins, and in the messages of the queues");
    assert!(!running.output().contains("Canary"));

    let objects = buckets::all_objects(&running.variable("AWS_ENDPOINT_URL_S3")).await;
    let sealed_entries = objects
        .iter()
        .find(|(name, _)| name.contains("/entries/") && name.contains(&running.told(0, "organization_id")));
    assert!(
        String::from_utf8_lossy(&sealed_entries.expect("anchored entries").1).contains(&visit),
        "the visit's entries"
    );
    assert!(objects.iter().any(|(name, _)| name.contains("/visits/")), "the photo was stored");
    for (name, bytes) in &objects {
        assert_eq!(found_in(bytes, &all), [""; 0], "in the object {name}");
        assert_eq!(found_in(name.as_bytes(), &all), [""; 0], "in the name {name}");
        let is_image = image::guess_format(bytes).is_ok();
        assert!(!is_image, "{name} is an image");
    }

    let photo = BASE64_STANDARD.decode(pictures::jpeg()).expect("base64");
    let mut seen = Vec::new();
    for (table, column, value) in dump(&running.database().await).await {
        assert_eq!(found_in(value.as_bytes(), &sealed), [""; 0], "in {table}.{column}");
        let found = found_in(value.as_bytes(), &SEARCHABLE);
        assert!(found.is_empty() || is_searched_by(&table, &column), "{table}.{column} holds {found:?}");
        assert!(!value.contains(&shared::audit::hex(&photo[..64])), "{table}.{column} holds the photo");
        seen.extend(found);
    }
    assert!(SEARCHABLE.iter().all(|word| seen.contains(word)), "the database was read");
}

#[test]
fn a_word_is_found_in_whatever_form_it_stands() {
    let base64 = |text: &str| BASE64_STANDARD.encode(text);
    for text in [
        "xx canarylicence77 yy".to_owned(),
        shared::audit::hex(b"..CANARYLICENCE77.."),
        base64("CANARYLICENCE77"),
        base64("1CANARYLICENCE77, and more"),
        base64("12CANARYLICENCE77"),
        base64("123CANARYLICENCE77!"),
    ] {
        assert_eq!(found_in(text.as_bytes(), &SEALED), [SEALED[0]], "{text}");
    }
    assert_eq!(found_in(base64("CANARYLICENCE78").as_bytes(), &SEALED), [""; 0]);
}

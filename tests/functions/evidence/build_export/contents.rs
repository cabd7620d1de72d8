//! What is in a bundle: of one visit, and of everything.

use serde_json::{Value, json};

use super::{REASON, manifest};
use crate::harness::{
    World, arrivals,
    exports::{self, build, builder, bundle, members, request, verify},
};

#[tokio::test]
async fn the_evidence_of_a_visit_proves_and_opens_it() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let made = bundle(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;

    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!(exit, 0, "{report}");
    assert_eq!(report["entries"], json!(2), "the arrival, and that it was opened for this");
    let members = members(&made);
    let openings = String::from_utf8(members["audit/openings.jsonl"].clone()).unwrap();
    let opened: Vec<Value> = openings.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let value = |name: &str| {
        opened.iter().find(|one| one["pointer"] == format!("/diff/added/{name}")).map(|one| one["value"].clone())
    };
    assert_eq!(value("name"), Some(json!("Vera Visitor")));
    assert_eq!(value("email"), Some(json!("vera@example.com")));
    assert!(members.contains_key("photo.jpg") && members.contains_key("signature.png"));
    let nda = world.own_rows("SELECT text FROM notices WHERE organization_id = $1").await[0].get::<_, String>(0);
    assert_eq!(members["nda.txt"], nda.into_bytes());
    let page = String::from_utf8(members["evidence.html"].clone()).unwrap();
    for shown in ["Vera Visitor", "Sample Works", REASON, "data:image/jpeg;base64,", "the exact text that was signed"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(
        !page.contains("<script") && !page.contains("http://") && !page.contains("https://"),
        "the page asks for nothing"
    );
}

#[tokio::test]
async fn the_page_speaks_to_people_names_what_has_an_id_and_tells_the_time_of_the_site() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    world
        .execute("UPDATE sites SET time_zone = 'Asia/Kathmandu' WHERE organization_id = $1", &[&world.organization])
        .await;
    let names = "SELECT (SELECT name FROM hosts WHERE organization_id = $1), (SELECT name FROM sites WHERE organization_id = $1)";
    let names = world.own_rows(names).await;

    let made = bundle(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;

    let page = String::from_utf8(members(&made)["evidence.html"].clone()).unwrap();
    let (host, site): (String, String) = (names[0].get(0), names[0].get(1));
    for shown in [
        "<h2>Details given at check-in</h2>".to_owned(),
        "<h3>Checked in</h3>".to_owned(),
        "<h3>Sealed values were read</h3>".to_owned(),
        "<p class=\"state\">On site when this bundle was made</p>".to_owned(),
        "<th scope=\"row\">SHA-256 of the signed text</th>".to_owned(),
        "<th>steps in the proof</th>".to_owned(),
        "<td>Licence number, Photo, Signature</td>".to_owned(),
        format!("<th scope=\"row\">Host</th><td>{host} <code>{}</code></td>", world.host),
        format!("<th scope=\"row\">Site</th><td>{site} <code>{}</code></td>", world.site),
        // The credential's name, since no kiosk of the world is named after it.
        "by API token test <code>".to_owned(),
        format!("<footer class=\"running\">Evidence of visit <code>{visit}</code>"),
    ] {
        assert!(page.contains(&shown), "{shown}\n{page}");
    }
    let at = world.entries().await[0]["at"].as_str().unwrap()[14..16].parse::<u32>().unwrap();
    let there = format!(":{:02}:", (at + 45) % 60);
    assert!(page.contains("UTC · ") && page.contains(" Asia/Kathmandu") && page.contains(&there), "{page}");
    assert!(!page.contains("visit.checked_in") && !page.contains("nda text sha256"));
}

/// A zone that was typed once and that PostgreSQL does not know must not keep the evidence from being made.
#[tokio::test]
async fn a_time_zone_that_does_not_exist_leaves_utc() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    world
        .execute("UPDATE sites SET time_zone = 'Nowhere/Land' WHERE organization_id = $1", &[&world.organization])
        .await;
    let made = bundle(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;
    let page = String::from_utf8(members(&made)["evidence.html"].clone()).unwrap();
    assert!(page.contains(" UTC</time>") && !page.contains("Nowhere"));
}

#[tokio::test]
async fn what_was_typed_is_never_markup_in_the_evidence() {
    let world = World::new().await;
    let mut body = arrivals::visitor(&world);
    body["name"] = json!("<img src=x onerror=alert(1)> \u{202e}Vera");
    let visit = arrivals::visit_of(&world, &body).await;
    let made = bundle(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;
    let page = String::from_utf8(members(&made)["evidence.html"].clone()).unwrap();
    assert!(!page.contains("<img src=x") && page.contains("&lt;img src=x"));
    assert_eq!(verify(&world, &made, &[]).await.0, 0);
}

#[tokio::test]
async fn what_was_erased_is_named_and_its_entries_still_proved() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    world
        .execute(
            "UPDATE people SET wrapped_key = NULL WHERE organization_id = $1 AND kind = 'visitor'",
            &[&world.organization],
        )
        .await;

    let made = bundle(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;

    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!(exit, 0, "{report}");
    let members = members(&made);
    assert!(members["audit/openings.jsonl"].is_empty() && !members.contains_key("photo.jpg"));
    let page = String::from_utf8(members["evidence.html"].clone()).unwrap();
    assert!(page.contains("<h2>Erased</h2>") && page.contains("<li>Signature <span"));
    assert!(!page.contains("Vera"));
}

#[tokio::test]
async fn a_document_whose_time_is_over_is_named_as_erased_and_all_else_is_opened() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let purge = "UPDATE people SET wrapped_key = NULL WHERE organization_id = $1 AND kind = 'document'";
    world.execute(purge, &[&world.organization]).await;

    let made = bundle(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;

    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!(exit, 0, "{report}");
    let page = String::from_utf8(members(&made)["evidence.html"].clone()).unwrap();
    assert!(page.contains("<h2>Erased</h2>") && page.contains("<li>Licence number <span"), "{page}");
    assert!(page.contains("Dora Driver") && !page.contains(arrivals::LICENCE_NUMBER));
}

/// The exporter and the two verifiers write each cell by a rule of their own; where one differs, a genuine log is called wrong.
#[tokio::test]
async fn a_cell_that_reads_as_a_formula_is_guarded_as_both_verifiers_expect() {
    let world = World::new().await;
    let formulas = [
        "=1",
        "+1",
        "-1",
        "@x",
        "\t1",
        "\r1",
        " =1",
        "\n=1",
        "\u{85}=1",
        "\u{a0}=1",
        "\u{3000}=1",
        "\u{feff}=1",
        "\u{200b}=1",
        "\u{ad}\u{2060}@x",
        "\u{202e}=1",
        "\u{ff1d}1",
        "\u{ff0b}1",
        "\u{ff0d}1",
        "\u{ff20}1",
        "\u{fe66}1",
        "\u{fe62}1",
        "\u{fe63}1",
        "\u{fe6b}1",
        "\u{2212}1",
        " \t1",
        "\u{b}=1",
        "\u{2028}=1",
        "\u{180e}=1",
    ];
    let plain = ["1=1", "a", "", "\u{e4}=1", "\u{1f69a}=1", "\"=1\"", "\u{301}=1", "'=1", "\u{1c}=1"];
    world.write_reasons(&[&formulas[..], &plain[..]].concat()).await;

    let made = bundle(&world, &json!({ "kind": "audit" })).await;

    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!(exit, 0, "{report}");
    let table = String::from_utf8(members(&made)["audit/entries.csv"].clone()).unwrap();
    assert!(table.starts_with("\u{feff}seq,at,"), "a spreadsheet takes it for UTF-8");
    for formula in &formulas[..formulas.len() - 1] {
        assert!(table.contains(&format!("\"'{formula}\"")), "{formula:?}");
    }
    assert!(!table.contains("\"'1=1\"") && !table.contains("\"''=1\""));
}

#[tokio::test]
async fn data_takes_everything_along_but_what_is_sealed() {
    let (world, other) = (World::new().await, World::new().await);
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    arrivals::visit_of(&other, &arrivals::visitor(&other)).await;

    let made = bundle(&world, &json!({ "kind": "data" })).await;

    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!(exit, 0, "{report}");
    let members = members(&made);
    let visits: Vec<Value> = serde_json::from_slice(&members["data/visits.json"]).unwrap();
    assert_eq!(visits.iter().map(|visit| &visit["name"]).collect::<Vec<_>>(), ["Dora Driver", "Vera Visitor"]);
    let table = String::from_utf8(members["data/visits.csv"].clone()).unwrap();
    assert!(table.starts_with("\u{feff}visit_id,site_id,") && table.contains("\"Dora Driver\""));
    assert!(table.contains("\"'+49 30 123456\""), "a number that begins with a plus is no formula");
    let all: Vec<u8> = made.clone();
    let text = String::from_utf8_lossy(&all);
    for absent in ["licence_number_sealed", "wrapped_key", "sha256(", arrivals::LICENCE_NUMBER] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert!(!text.contains(&other.organization.to_string()), "another organization is in it");
    assert_eq!(manifest(&made)["counts"]["visits"], json!(2));
    let empty: Vec<Value> = serde_json::from_slice(&members["data/visit_types.json"]).unwrap();
    assert!(empty.is_empty());
}

/// What no bundle of kind `data` holds as a table: what only a machine needs, what is a secret or its hash, and the log, which
/// is in it as a log.
const LEFT_OUT: [&str; 21] = [
    "answers",
    "audit_heads",
    "audit_log",
    "badge_counters",
    "export_keys",
    "guesses",
    "image_service_calls",
    "kiosk_pairings",
    "known_sources",
    "log_breaks",
    "log_checkpoints",
    "log_comparisons",
    "log_set_aside",
    "log_streams",
    "log_tiles",
    "member_proofs",
    "rate_buckets",
    "recovery_codes",
    "refused_sources",
    "tenant_keys",
    "watchlist_keys",
];

#[tokio::test]
async fn every_table_of_a_tenant_is_taken_along_or_known_not_to_be() {
    let world = World::new().await;
    let made = bundle(&world, &json!({ "kind": "data" })).await;
    let sql = "SELECT c.relname FROM pg_class AS c WHERE $1::uuid IS NOT NULL AND c.relrowsecurity
        AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1";
    let tables: Vec<String> = world.own_rows(sql).await.iter().map(|row| row.get(0)).collect();

    let members = members(&made);
    let absent: Vec<_> = tables.iter().filter(|table| !members.contains_key(&format!("data/{table}.json"))).collect();

    assert!(tables.len() > LEFT_OUT.len());
    assert_eq!(absent, LEFT_OUT);
}

#[tokio::test]
async fn a_table_of_several_pages_is_there_row_by_row() {
    let world = World::new().await;
    let rows = "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) \
        SELECT $1, gen_random_uuid(), 'visitor', $2, NULL, now() FROM generate_series(1, 4100)";
    world.execute(rows, &[&world.organization, &world.wrapped.key_id]).await;

    let made = bundle(&world, &json!({ "kind": "data" })).await;

    let people: Vec<Value> = serde_json::from_slice(&members(&made)["data/people.json"]).unwrap();
    let ids: std::collections::BTreeSet<_> = people.iter().map(|one| one["person_id"].as_str().unwrap()).collect();
    let there = usize::try_from(world.count("people").await).unwrap();
    assert_eq!((people.len(), ids.len()), (there, there));
    assert_eq!(verify(&world, &made, &[]).await.0, 0);
}

#[tokio::test]
async fn a_bundle_lies_under_the_key_of_its_organization() {
    let world = World::new().await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    build(&world, &builder(&[]).await).await;

    let headers = exports::stored_headers(&world, &export).await;

    assert_eq!(headers["x-amz-server-side-encryption"], "aws:kms");
    assert_eq!(headers["x-amz-server-side-encryption-aws-kms-key-id"], world.wrapped.kms_key_id.as_str());
}

//! Every case of `vectors/cases/documents.json`: an input that broke another reader, and the right answer.

mod comparing;
mod expected;
mod reading;

use serde_json::Value;

use super::VECTORS;

fn run(case: &Value) -> Result<(), String> {
    let input = &case["input"];
    match case["kind"].as_str().unwrap() {
        "aamva" => reading::aamva(input, &case["expect"]),
        "mrz" => reading::mrz(input, &case["expect"]),
        #[cfg(all(feature = "barcodes", feature = "objects"))]
        "pdf417-image" => super::barcodes::case(input, &case["expect"]),
        "textract-analyze-id" => reading::analyze_id(input, &case["expect"]),
        "rekognition-compare" => comparing::faces(input, &case["expect"]),
        "name-compare" => comparing::names(input, &case["expect"]),
        "number-compare" => comparing::numbers(input, &case["expect"]),
        "date-compare" => comparing::dates(input, &case["expect"]),
        "watchlist-screen" => comparing::watchlist(input, &case["expect"]),
        other => Err(format!("no test runs cases of kind {other}")),
    }
}

#[test]
fn every_case_has_its_right_answer() {
    let file: Value = serde_json::from_str(
        &std::fs::read_to_string(format!("{VECTORS}/cases/documents.json")).expect("the vectors are there"),
    )
    .unwrap();
    let mut failed = Vec::new();
    let mut passed = std::collections::BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let (id, kind) = (case["id"].as_str().unwrap(), case["kind"].as_str().unwrap());
        // The decoder is built for the functions that name it; the whole workspace has it.
        if kind == "pdf417-image" && cfg!(not(all(feature = "barcodes", feature = "objects"))) {
            continue;
        }
        match run(case) {
            Ok(()) => {
                println!("{id}: right");
                *passed.entry(kind).or_insert(0) += 1;
            }
            Err(why) => failed.push(format!("{id}: {why}")),
        }
    }
    println!("{passed:?}");
    assert!(failed.is_empty(), "{} wrong:\n{}", failed.len(), failed.join("\n"));
}

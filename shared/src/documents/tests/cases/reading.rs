//! Cases that read a document.

use std::time::Instant;

use crate::documents::{aamva, analyze_id, dates::PartialDate, mrz as zones};
use serde_json::Value;
use time::Date;

use super::expected::Seen;
use crate::documents::tests::base64::from_base64;

/// Inputs of one case: text, bytes, text repeated, or several texts.
fn inputs(input: &Value) -> Vec<Vec<u8>> {
    if let Some(text) = input["text"].as_str() {
        return vec![text.as_bytes().to_vec()];
    }
    if let Some(base64) = input["bytes_base64"].as_str() {
        return vec![from_base64(base64)];
    }
    if let Some(parts) = input["text_parts"].as_array() {
        let part = |part: &Value| part[0].as_str().unwrap().repeat(usize::try_from(part[1].as_u64().unwrap()).unwrap());
        return vec![parts.iter().map(part).collect::<String>().into_bytes()];
    }
    let each = input["text_each"].as_array().expect("an input of a kind that is known");
    each.iter().map(|text| text.as_str().unwrap().as_bytes().to_vec()).collect()
}

pub(super) fn today(input: &Value) -> Date {
    PartialDate::parse(input["now"].as_str().unwrap()).and_then(PartialDate::full).unwrap()
}

pub(super) fn aamva(input: &Value, expect: &Value) -> Result<(), String> {
    for bytes in inputs(input) {
        let began = Instant::now();
        let outcome = aamva::read_bytes(&bytes);
        let took_ms = began.elapsed().as_millis();
        Seen::of(&outcome).check(expect)?;
        if expect["within_ms"].as_u64().is_some_and(|limit| took_ms > u128::from(limit)) {
            return Err(format!("took {took_ms} ms"));
        }
    }
    Ok(())
}

pub(super) fn mrz(input: &Value, expect: &Value) -> Result<(), String> {
    let today = today(input);
    inputs(input)
        .iter()
        .try_for_each(|text| Seen::of(&zones::read(&String::from_utf8_lossy(text), today)).check(expect))
}

pub(super) fn analyze_id(input: &Value, expect: &Value) -> Result<(), String> {
    let answer = serde_json::from_value(input["response"].clone()).map_err(|error| error.to_string())?;
    Seen::of(&analyze_id::read(&answer, analyze_id::CONFIDENCE_FLOOR, today(input))).check(expect)
}

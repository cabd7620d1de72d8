//! The checksums by which SDKs find out whether a queue stored what they sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use serde_json::Value;

const STRING: u8 = 1;
const BINARY: u8 = 2;

/// The checksum of a body.
pub(super) fn of_body(body: &str) -> String {
    hex(&Md5::digest(body.as_bytes()))
}

/// The checksum of message attributes: sorted by name, each part preceded by its length. None where there are none.
pub(super) fn of_attributes(attributes: &Value) -> Option<String> {
    let attributes = attributes.as_object().filter(|attributes| !attributes.is_empty())?;
    let mut names: Vec<&String> = attributes.keys().collect();
    names.sort_unstable();
    let mut digest = Md5::new();
    for name in names {
        let attribute = attributes.get(name)?;
        part(&mut digest, name.as_bytes());
        part(&mut digest, attribute.get("DataType")?.as_str()?.as_bytes());
        match attribute.get("StringValue").and_then(Value::as_str) {
            Some(text) => {
                digest.update([STRING]);
                part(&mut digest, text.as_bytes());
            }
            None => {
                let bytes = BASE64.decode(attribute.get("BinaryValue")?.as_str()?).ok()?;
                digest.update([BINARY]);
                part(&mut digest, &bytes);
            }
        }
    }
    Some(hex(&digest.finalize()))
}

fn part(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_checksum_that_amazon_documents() {
        assert_eq!(of_body("This is a test message"), "fafb00f5732ab283681e124bf8747ed1");
    }

    #[test]
    fn attributes_are_counted_in_the_order_of_their_names() {
        let one = serde_json::json!({"b": {"DataType": "String", "StringValue": "2"}, "a": {"DataType": "Number", "StringValue": "1"}});
        let other = serde_json::json!({"a": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "String", "StringValue": "2"}});
        assert_eq!(of_attributes(&one), of_attributes(&other));
        assert_eq!(of_attributes(&serde_json::json!({})), None);
    }
}

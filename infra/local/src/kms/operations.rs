//! The operations of KMS that the application uses, with the refusals of the real service.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::key::{self, Key, Spec, State, Usage};
use super::store::Store;
use crate::aws_json::{Outcome, Refusal};
use crate::machine::{self, ACCOUNT};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const PLAINTEXT_BYTES_MAX: usize = 4096;

/// Performs one operation.
pub(super) fn call(store: &mut Store, operation: &str, input: &Value) -> Outcome {
    match operation {
        "CreateKey" => create_key(store, input),
        "DescribeKey" => Ok(json!({"KeyMetadata": metadata(find(store, input)?)})),
        "DisableKey" => set_state(store, input, State::Disabled),
        "EnableKey" => set_state(store, input, State::Enabled),
        "ScheduleKeyDeletion" => schedule_deletion(store, input),
        "GenerateDataKey" => generate_data_key(store, input),
        "Encrypt" => encrypt(store, input),
        "Decrypt" => decrypt(store, input),
        "GetPublicKey" => public_key(store, input),
        "Sign" => sign(store, input),
        _ => Err(Refusal::new("UnsupportedOperationException", format!("the local KMS does not know {operation}"))),
    }
}

fn create_key(store: &mut Store, input: &Value) -> Outcome {
    let spec = match text(input, "KeySpec").or(text(input, "CustomerMasterKeySpec")) {
        None | Some("SYMMETRIC_DEFAULT") => Spec::Symmetric,
        Some("ECC_NIST_EDWARDS25519") => Spec::Ed25519,
        Some(other) => return Err(invalid(&format!("the local KMS makes no {other} keys"))),
    };
    let key = store.create(spec).map_err(|error| Refusal::new("KMSInternalException", error.to_string()))?;
    if text(input, "KeyUsage").is_some_and(|usage| usage != usage_name(&key)) {
        return Err(invalid("KeyUsage does not fit KeySpec"));
    }
    Ok(json!({"KeyMetadata": metadata(&key)}))
}

fn set_state(store: &mut Store, input: &Value, state: State) -> Outcome {
    let mut key = find(store, input)?.clone();
    refuse_pending_deletion(&key)?;
    key.state = state;
    keep(store, key)?;
    Ok(json!({}))
}

fn schedule_deletion(store: &mut Store, input: &Value) -> Outcome {
    let days = input.get("PendingWindowInDays").and_then(Value::as_u64).unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(invalid("PendingWindowInDays must be between 7 and 30"));
    }
    let mut key = find(store, input)?.clone();
    refuse_pending_deletion(&key)?;
    key.state = State::PendingDeletion;
    key.deletion_ms = Some(machine::now_ms().saturating_add(days.saturating_mul(DAY_MS)));
    let answer = json!({"KeyId": key.arn(), "DeletionDate": key.deletion_ms.map(seconds),
        "KeyState": "PendingDeletion", "PendingWindowInDays": days});
    keep(store, key)?;
    Ok(answer)
}

fn generate_data_key(store: &Store, input: &Value) -> Outcome {
    let key = usable(find(store, input)?, Usage::EncryptDecrypt)?;
    let bytes = match (text(input, "KeySpec"), input.get("NumberOfBytes").and_then(Value::as_u64)) {
        (Some("AES_256"), None) | (None, Some(32)) => 32,
        (Some("AES_128"), None) | (None, Some(16)) => 16,
        (None, Some(64)) => 64,
        _ => return Err(invalid("give KeySpec AES_256 or AES_128, or NumberOfBytes 16, 32 or 64")),
    };
    let random: [u8; 64] =
        machine::random().map_err(|error| Refusal::new("KMSInternalException", error.to_string()))?;
    let plaintext = random.get(..bytes).unwrap_or_default();
    let blob = key.encrypt(plaintext, &context(input)?)?;
    Ok(json!({"KeyId": key.arn(), "Plaintext": BASE64.encode(plaintext), "CiphertextBlob": BASE64.encode(blob)}))
}

fn encrypt(store: &Store, input: &Value) -> Outcome {
    let key = usable(find(store, input)?, Usage::EncryptDecrypt)?;
    let plaintext = bytes(input, "Plaintext")?;
    if plaintext.is_empty() || plaintext.len() > PLAINTEXT_BYTES_MAX {
        return Err(invalid("Plaintext must have 1 to 4096 bytes"));
    }
    let blob = key.encrypt(&plaintext, &context(input)?)?;
    Ok(json!({"KeyId": key.arn(), "CiphertextBlob": BASE64.encode(blob), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}))
}

fn decrypt(store: &Store, input: &Value) -> Outcome {
    let blob = bytes(input, "CiphertextBlob")?;
    let named = key::split(&blob).and_then(|(id, _)| store.find_by_id(id)).ok_or_else(key::invalid_ciphertext)?;
    if input.get("KeyId").is_some() && find(store, input)?.id != named.id {
        return Err(Refusal::new("IncorrectKeyException", "the ciphertext was made by another key"));
    }
    let key = usable(named, Usage::EncryptDecrypt)?;
    let plaintext = key.decrypt(&blob, &context(input)?)?;
    Ok(json!({"KeyId": key.arn(), "Plaintext": BASE64.encode(plaintext), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}))
}

fn public_key(store: &Store, input: &Value) -> Outcome {
    let key = usable(find(store, input)?, Usage::SignVerify)?;
    Ok(json!({"KeyId": key.arn(), "PublicKey": BASE64.encode(key.public_key()?), "KeySpec": key.spec,
        "CustomerMasterKeySpec": key.spec, "KeyUsage": usage_name(key),
        "SigningAlgorithms": ["ED25519_SHA_512"]}))
}

fn sign(store: &Store, input: &Value) -> Outcome {
    let key = usable(find(store, input)?, Usage::SignVerify)?;
    if text(input, "SigningAlgorithm") != Some("ED25519_SHA_512") {
        return Err(invalid("an Ed25519 key signs by ED25519_SHA_512"));
    }
    if text(input, "MessageType").is_some_and(|kind| kind != "RAW") {
        return Err(invalid("ED25519_SHA_512 takes the message itself: MessageType RAW"));
    }
    let message = bytes(input, "Message")?;
    if message.is_empty() || message.len() > PLAINTEXT_BYTES_MAX {
        return Err(invalid("Message must have 1 to 4096 bytes"));
    }
    Ok(
        json!({"KeyId": key.arn(), "Signature": BASE64.encode(key.sign(&message)?), "SigningAlgorithm": "ED25519_SHA_512"}),
    )
}

fn find<'store>(store: &'store Store, input: &Value) -> Result<&'store Key, Refusal> {
    let name = text(input, "KeyId").ok_or_else(|| invalid("KeyId is missing"))?;
    store.find(name).ok_or_else(|| Refusal::new("NotFoundException", format!("key {name} does not exist")))
}

fn usable(key: &Key, usage: Usage) -> Result<&Key, Refusal> {
    refuse_pending_deletion(key)?;
    if key.state == State::Disabled {
        return Err(Refusal::new("DisabledException", format!("{} is disabled", key.arn())));
    }
    if key.usage() != usage {
        return Err(Refusal::new("InvalidKeyUsageException", format!("{} is not for this use", key.arn())));
    }
    Ok(key)
}

fn refuse_pending_deletion(key: &Key) -> Result<(), Refusal> {
    match key.state {
        State::PendingDeletion => {
            Err(Refusal::new("KMSInvalidStateException", format!("{} is pending deletion", key.arn())))
        }
        State::Enabled | State::Disabled => Ok(()),
    }
}

fn keep(store: &mut Store, key: Key) -> Result<(), Refusal> {
    store.keep(key).map_err(|error| Refusal::new("KMSInternalException", error.to_string()))
}

/// The encryption context in one form whatever its order: what is authenticated, never stored.
fn context(input: &Value) -> Result<Vec<u8>, Refusal> {
    let pairs: BTreeMap<String, String> = match input.get("EncryptionContext") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(given) => {
            serde_json::from_value(given.clone()).map_err(|_| invalid("EncryptionContext maps text to text"))?
        }
    };
    serde_json::to_vec(&pairs).map_err(|error| invalid(&error.to_string()))
}

fn metadata(key: &Key) -> Value {
    let (algorithms, values) = match key.usage() {
        Usage::EncryptDecrypt => ("EncryptionAlgorithms", ["SYMMETRIC_DEFAULT"]),
        Usage::SignVerify => ("SigningAlgorithms", ["ED25519_SHA_512"]),
    };
    let mut metadata = json!({"AWSAccountId": ACCOUNT, "KeyId": key.id, "Arn": key.arn(),
        "CreationDate": seconds(key.created_ms), "Enabled": key.state == State::Enabled, "KeyState": key.state,
        "KeyUsage": usage_name(key), "KeySpec": key.spec, "CustomerMasterKeySpec": key.spec,
        "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "MultiRegion": false, "Description": ""});
    if let Some(fields) = metadata.as_object_mut() {
        fields.insert(algorithms.to_owned(), json!(values));
        if let Some(at) = key.deletion_ms {
            fields.insert("DeletionDate".to_owned(), seconds(at));
        }
    }
    metadata
}

// Whole seconds: the JSON protocol's dates are seconds since 1970.
fn seconds(ms: u64) -> Value {
    json!(ms / 1000)
}

fn usage_name(key: &Key) -> &'static str {
    match key.usage() {
        Usage::EncryptDecrypt => "ENCRYPT_DECRYPT",
        Usage::SignVerify => "SIGN_VERIFY",
    }
}

fn text<'input>(input: &'input Value, name: &str) -> Option<&'input str> {
    input.get(name).and_then(Value::as_str)
}

fn bytes(input: &Value, name: &str) -> Result<Vec<u8>, Refusal> {
    let encoded = text(input, name).ok_or_else(|| invalid(&format!("{name} is missing")))?;
    BASE64.decode(encoded).map_err(|_| invalid(&format!("{name} is no base64")))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new("ValidationException", message)
}

#[cfg(test)]
#[path = "operations_tests.rs"]
mod tests;

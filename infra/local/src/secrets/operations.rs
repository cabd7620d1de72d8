//! The operation of Secrets Manager that the application uses, and those that tests need beside it.

use serde_json::{Value, json};

use super::store::{CURRENT, Secret, Store};
use crate::aws_json::{Outcome, Refusal};

/// Performs one operation.
pub(super) fn call(store: &mut Store, operation: &str, input: &Value) -> Outcome {
    match operation {
        "GetSecretValue" => read(store, input),
        "CreateSecret" => create(store, input),
        "PutSecretValue" => put(store, input),
        _ => {
            let message = format!("the local Secrets Manager does not know {operation}");
            Err(Refusal::new("UnsupportedOperationException", message))
        }
    }
}

fn read(store: &mut Store, input: &Value) -> Outcome {
    if input.get("VersionId").is_some() {
        return Err(Refusal::new("UnsupportedOperationException", "the local Secrets Manager finds versions by label"));
    }
    let label = input.get("VersionStage").and_then(Value::as_str).unwrap_or(CURRENT);
    let secret = find(store, input)?;
    let missing = || Refusal::new("ResourceNotFoundException", format!("no version has the label {label}"));
    let version = secret.labelled(label).ok_or_else(missing)?;
    Ok(json!({"ARN": secret.arn(), "Name": secret.name, "VersionId": version.id, "SecretString": version.text,
        "VersionStages": [label]}))
}

fn create(store: &mut Store, input: &Value) -> Outcome {
    let (name, value) = (text(input, "Name")?, text(input, "SecretString")?);
    if store.find(name).is_some() {
        return Err(Refusal::new("ResourceExistsException", format!("there is a secret {name}")));
    }
    store.create(name, value.to_owned());
    find(store, &json!({"SecretId": name})).map(|secret| described(secret))
}

fn put(store: &mut Store, input: &Value) -> Outcome {
    let value = text(input, "SecretString")?.to_owned();
    let secret = find(store, input)?;
    secret.put(value);
    Ok(described(secret))
}

fn described(secret: &Secret) -> Value {
    let version = secret.labelled(CURRENT).map(|version| version.id.as_str());
    json!({"ARN": secret.arn(), "Name": secret.name, "VersionId": version, "VersionStages": [CURRENT]})
}

fn find<'store>(store: &'store mut Store, input: &Value) -> Result<&'store mut Secret, Refusal> {
    let id = text(input, "SecretId")?;
    store.find(id).ok_or_else(|| Refusal::new("ResourceNotFoundException", format!("there is no secret {id}")))
}

fn text<'input>(input: &'input Value, name: &str) -> Result<&'input str, Refusal> {
    let missing = || Refusal::new("InvalidParameterException", format!("{name} is missing"));
    input.get(name).and_then(Value::as_str).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(store: &mut Store, label: &str) -> Result<String, &'static str> {
        let answer = call(store, "GetSecretValue", &json!({"SecretId": "root", "VersionStage": label}));
        answer.map(|answer| answer["SecretString"].as_str().unwrap().to_owned()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_new_version_moves_both_labels() {
        let mut store = Store::default();
        assert_eq!(value(&mut store, "AWSCURRENT"), Err("ResourceNotFoundException"));

        call(&mut store, "CreateSecret", &json!({"Name": "root", "SecretString": "one"})).unwrap();
        assert_eq!(value(&mut store, "AWSCURRENT"), Ok("one".to_owned()));
        assert_eq!(value(&mut store, "AWSPREVIOUS"), Err("ResourceNotFoundException"));

        call(&mut store, "PutSecretValue", &json!({"SecretId": "root", "SecretString": "two"})).unwrap();
        assert_eq!(value(&mut store, "AWSCURRENT"), Ok("two".to_owned()));
        assert_eq!(value(&mut store, "AWSPREVIOUS"), Ok("one".to_owned()));
        assert_eq!(value(&mut store, "AWSPENDING"), Err("ResourceNotFoundException"));
    }

    #[test]
    fn a_secret_is_found_by_its_arn_and_made_once() {
        let mut store = Store::default();
        let named = json!({"Name": "root", "SecretString": "one"});
        let arn = call(&mut store, "CreateSecret", &named).unwrap()["ARN"].clone();

        assert_eq!(call(&mut store, "GetSecretValue", &json!({"SecretId": arn})).unwrap()["SecretString"], "one");
        assert_eq!(call(&mut store, "CreateSecret", &named).unwrap_err().code, "ResourceExistsException");
    }
}

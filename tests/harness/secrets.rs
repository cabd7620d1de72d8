//! Secrets of a test's own in Secrets Manager, put there as an operator would.

use serde_json::{Value, json};

use super::{loopback, stack::variable};

/// A secret of one deployment, with versions that a rotation puts.
pub(crate) struct RootSecret {
    pub(crate) id: String,
}

/// A version as the template generates it.
pub(crate) fn kept(version: u16, letter: &str) -> String {
    json!({ "version": version, "secret": letter.repeat(43) }).to_string()
}

impl RootSecret {
    /// The secret of the stack itself.
    pub(crate) fn of_stack() -> Self {
        Self { id: variable("DOORBOOK_TEST_ROOT_SECRET_ID") }
    }

    /// Another one, as of another deployment.
    pub(crate) async fn new(text: &str) -> Self {
        let name = format!("root-secret-{}", uuid::Uuid::new_v4());
        let made = call("CreateSecret", &json!({ "Name": name, "SecretString": text })).await;
        Self { id: made["ARN"].as_str().expect("an ARN").to_owned() }
    }

    /// What it holds.
    pub(crate) async fn text(&self) -> String {
        let found = call("GetSecretValue", &json!({ "SecretId": self.id })).await;
        found["SecretString"].as_str().expect("text").to_owned()
    }

    /// Puts another version in front, as a rotation does.
    pub(crate) async fn put(&self, text: &str) {
        call("PutSecretValue", &json!({ "SecretId": self.id, "SecretString": text })).await;
    }
}

async fn call(operation: &str, input: &Value) -> Value {
    let request = hyper::Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("secretsmanager.{operation}"));
    let answer = loopback::send(&variable("AWS_ENDPOINT_URL_SECRETS_MANAGER"), request, input.to_string()).await;
    serde_json::from_slice(&answer).expect("Secrets Manager answers JSON")
}

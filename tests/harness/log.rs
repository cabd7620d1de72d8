//! A log to be sealed: entries written through the trigger, and the anchors that the sealer left.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use shared::{
    anchors::{Anchored, Anchors},
    audit::{
        checkpoint::{Checkpoint, log_key_name},
        note::{SignedNote, VerifierKey},
        tree::{self, GrowingTree, Hash},
    },
    clock::Clock,
    queue::SEAL_REQUEST,
    runtime::{self, Fired},
    settings::AwsSettings,
    vault::Signer,
};
use tokio_postgres::error::SqlState;

use super::{World, buckets, loopback, stack};

const CLOCK: Clock = Clock::System { offset_s: 0 };

/// A sealer with the settings of the stack, and some changed.
pub(crate) async fn sealer(changes: &[(&str, &str)]) -> seal_audit_log::Deps {
    let variables = stack::variables("fn_seal_audit_log", changes);
    stack::connect::<seal_audit_log::Deps>(&variables).await
}

/// Asks for a seal of one log, as an export does. True when it was sealed.
pub(crate) async fn seal(world: &World, deps: &seal_audit_log::Deps) -> bool {
    let body = json!({
        "v": 1, "id": uuid::Uuid::new_v4(), "organization_id": world.organization, "kind": SEAL_REQUEST,
        "ref": world.organization, "request_id": "test", "traceparent": null,
    });
    let event = json!({ "Records": [{ "messageId": "one", "body": body.to_string() }] });
    let fired = Fired { event, request_id: "test".to_owned(), remaining: Duration::from_secs(60) };
    let answer = runtime::work(CLOCK, deps, seal_audit_log::consume, seal_audit_log::sweep, fired).await;
    answer.expect("an answer")["batchItemFailures"] == json!([])
}

/// The bucket of anchors.
pub(crate) async fn anchors() -> Anchors {
    let variables = stack::variables("fn_seal_audit_log", &[]);
    stack::connect(&variables).await
}

/// Puts a second version over an anchor, as an attacker with the bucket's own key could.
pub(crate) async fn overwrite_anchor(world: &World, size: u64, note: &str) {
    let bucket = stack::variable("DOORBOOK_TEST_ANCHORS_BUCKET");
    let path = format!("/{bucket}/checkpoints/{}/{size:020}.note", world.organization);
    // A bucket that locks what it is given takes nothing without a checksum.
    let checksum = BASE64_STANDARD.encode(crc32fast::hash(note.as_bytes()).to_be_bytes());
    let request = hyper::Request::put(path).header("authorization", buckets::CREDENTIAL);
    let request = request.header("x-amz-checksum-crc32", checksum);
    loopback::send(&stack::variable("AWS_ENDPOINT_URL_S3"), request, note.to_owned()).await;
}

/// Makes a key that signs, as the operator does before a rotation.
pub(crate) async fn create_signing_key() -> String {
    let request = hyper::Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "TrentService.CreateKey");
    let body = json!({ "KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY" }).to_string();
    let answer = loopback::send(&stack::variable("AWS_ENDPOINT_URL_KMS"), request, body).await;
    let answer: Value = serde_json::from_slice(&answer).expect("KMS answers JSON");
    answer["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned()
}

impl World {
    /// Writes entries through the trigger, as a function would.
    pub(crate) async fn write_entries(&self, count: i32) {
        let sql = format!(
            "BEGIN; SET LOCAL SESSION AUTHORIZATION fn_check_in; \
             SELECT set_config('app.organization_id', '{}', true); \
             INSERT INTO audit_log (draft) SELECT jsonb_build_object('actor', jsonb_build_object('kind', 'kiosk', 'id', 'k'), \
               'ip', '192.0.2.7', 'ua', 'agent', 'action', 'visit.checked_in', \
               'target', jsonb_build_object('kind', 'visit', 'id', 'v' || n % 7), 'reason', NULL, \
               'diff', '{{\"added\": {{}}, \"removed\": {{}}, \"changed\": {{}}}}'::jsonb, 'request_id', 'r' || n) \
             FROM generate_series(1, {count}) AS n; COMMIT",
            self.organization
        );
        self.database.batch_execute(&sql).await.expect("entries");
    }

    /// Writes entries of so many bytes and some.
    pub(crate) async fn write_long_entries(&self, count: i32, bytes: i32) {
        let sql = format!(
            "BEGIN; SET LOCAL SESSION AUTHORIZATION fn_check_in; \
             SELECT set_config('app.organization_id', '{}', true); \
             INSERT INTO audit_log (draft) SELECT jsonb_build_object('actor', jsonb_build_object('kind', 'kiosk', 'id', 'k'), \
               'ip', '192.0.2.7', 'ua', 'agent', 'action', 'visit.checked_in', \
               'target', jsonb_build_object('kind', 'visit', 'id', 'v' || n), 'reason', repeat('x', {bytes}), \
               'diff', '{{\"added\": {{}}, \"removed\": {{}}, \"changed\": {{}}}}'::jsonb, 'request_id', 'r' || n) \
             FROM generate_series(1, {count}) AS n; COMMIT",
            self.organization
        );
        self.database.batch_execute(&sql).await.expect("entries");
    }

    /// Writes an entry for each of some reasons.
    pub(crate) async fn write_reasons(&self, reasons: &[&str]) {
        let reasons = json!(reasons).to_string().replace('\'', "''");
        let sql = format!(
            "BEGIN; SET LOCAL SESSION AUTHORIZATION fn_check_in; \
             SELECT set_config('app.organization_id', '{}', true); \
             INSERT INTO audit_log (draft) SELECT jsonb_build_object('actor', jsonb_build_object('kind', 'kiosk', 'id', 'k'), \
               'ip', '192.0.2.7', 'ua', 'agent', 'action', 'visit.checked_in', \
               'target', jsonb_build_object('kind', 'visit', 'id', 'v'), 'reason', reason, \
               'diff', '{{\"added\": {{}}, \"removed\": {{}}, \"changed\": {{}}}}'::jsonb, 'request_id', 'r') \
             FROM jsonb_array_elements('{reasons}'::jsonb) AS r (reason); COMMIT",
            self.organization
        );
        self.database.batch_execute(&sql).await.expect("entries");
    }

    /// Something that only a superuser can do, with the trigger that forbids it switched off. All writers of all tests queue
    /// behind one that waits for the table, and are refused after two seconds: so it waits only shortly, and comes again.
    pub(crate) async fn tamper(&self, sql: &str) {
        let sql = sql.replace("{o}", &self.organization.to_string());
        let quiet = format!(
            "BEGIN; SET LOCAL lock_timeout = '100ms'; ALTER TABLE audit_log DISABLE TRIGGER append_only; {sql}; \
             ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append_only; COMMIT"
        );
        for _ in 0..600 {
            let Err(failure) = self.database.batch_execute(&quiet).await else { return };
            self.database.batch_execute("ROLLBACK").await.expect("a session");
            let is_held = failure.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
            assert!(is_held, "what a superuser may do: {failure:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the table was never free");
    }

    /// The notes of the anchored checkpoints, smallest first.
    pub(crate) async fn anchored(&self) -> Vec<(Anchored, String)> {
        let anchors = anchors().await;
        let mut notes = Vec::new();
        for anchored in anchors.checkpoints_from(self.organization, 0).await.unwrap() {
            let note = anchors.note(self.organization, &anchored).await.unwrap();
            notes.push((anchored, note));
        }
        notes
    }

    /// The key that the stack's sealer signs with for this organization.
    pub(crate) async fn log_key(&self) -> VerifierKey {
        let variables = stack::variables("fn_seal_audit_log", &[]);
        let signer = Signer::new(&AwsSettings::read(&variables).unwrap(), variables.required("LOG_KEY_ID").unwrap());
        let name = log_key_name(variables.required("LOG_ORIGIN").unwrap(), self.organization);
        VerifierKey::new(&name, signer.public_key().await.unwrap())
    }

    /// The checkpoint that the entries lead to at a size, computed from their text alone.
    pub(crate) async fn computed(&self, size: usize) -> (Hash, Hash) {
        let rows = self.own_rows("SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq").await;
        let (mut tree, mut link) = (GrowingTree::default(), tree::genesis(self.organization));
        for row in rows.iter().take(size) {
            let leaf = tree::leaf_hash(row.get::<_, String>(0).as_bytes());
            link = tree::link_hash(&link, &leaf);
            tree.append(leaf);
        }
        (tree.root(), link)
    }

    /// What a note says, when the key signed it.
    pub(crate) fn read_note(note: &str, key: &VerifierKey) -> Option<Checkpoint> {
        let note = SignedNote::of_stored(note.to_owned());
        note.text_signed_by(key).and_then(Checkpoint::parse)
    }
}

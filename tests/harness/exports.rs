//! A bundle from the wish to the auditor's desk: asked for, made, taken away by its link, verified by both verifiers.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use shared::{
    audit::{checkpoint::bundle_key_name, note::VerifierKey},
    bundles::{BundleKey, BundleWriter},
    clock::Clock,
    queue::EXPORT_REQUEST,
    runtime::{self, Fired},
    settings::AwsSettings,
    vault::Signer,
};

use super::{
    Event, World,
    event::Answer,
    log::{seal, sealer},
    loopback, stack,
};

const CLOCK: Clock = Clock::System { offset_s: 0 };

/// `request-export` as the stack runs it.
pub(crate) async fn requester() -> request_export::Deps {
    let variables = stack::variables("fn_request_export", &[]);
    stack::connect::<request_export::Deps>(&variables).await
}

/// `build-export`, with some settings changed.
pub(crate) async fn builder(changes: &[(&str, &str)]) -> build_export::Deps {
    let variables = stack::variables("fn_build_export", changes);
    stack::connect::<build_export::Deps>(&variables).await
}

/// A wish.
pub(crate) fn asking(world: &World, body: &Value) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", "/v1/exports", &[]).bearer(&world.token).idempotent(&key).json(body)
}

/// Asks for a bundle and gives its id.
pub(crate) async fn request(world: &World, body: &Value) -> String {
    let answer = asking(world, body).send(&requester().await, request_export::handle).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.body["export_id"].as_str().expect("an id").to_owned()
}

/// Lets a worker do what the organization waits for, as a message would. The log is sealed before that.
pub(crate) async fn build(world: &World, deps: &build_export::Deps) {
    assert!(seal(world, &sealer(&[]).await).await);
    build_within(world, deps, Duration::from_secs(60)).await;
}

/// The same with so much time and no seal.
pub(crate) async fn build_within(world: &World, deps: &build_export::Deps, remaining: Duration) {
    let body = json!({
        "v": 1, "id": uuid::Uuid::new_v4(), "organization_id": world.organization, "kind": EXPORT_REQUEST,
        "ref": world.organization, "request_id": "test", "traceparent": null,
    });
    let event = json!({ "Records": [{ "messageId": "one", "body": body.to_string() }] });
    let fired = Fired { event, request_id: "test".to_owned(), remaining };
    let answer = runtime::work(CLOCK, deps, build_export::consume, build_export::sweep, fired).await;
    assert_eq!(answer.expect("an answer")["batchItemFailures"], json!([]));
}

/// What `GET /v1/exports/{export_id}` says.
pub(crate) async fn read(world: &World, export: &str) -> Value {
    let variables = stack::variables("fn_read_export", &[]);
    let deps = stack::connect::<read_export::Deps>(&variables).await;
    let event = Event::new("GET", "/v1/exports/{export_id}", &[export]).bearer(&world.token);
    let answer = event.send(&deps, read_export::handle).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

/// `download-export` as the stack runs it.
pub(crate) async fn downloader() -> download_export::Deps {
    let variables = stack::variables("fn_download_export", &[]);
    stack::connect::<download_export::Deps>(&variables).await
}

/// Asks for a link.
pub(crate) async fn link(world: &World, export: &str) -> Answer {
    let key = uuid::Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/exports/{export_id}/download", &[export]).bearer(&world.token);
    event.idempotent(&key).send(&downloader().await, download_export::handle).await
}

/// Follows a link, without any credential of ours.
pub(crate) async fn follow(url: &str) -> Vec<u8> {
    let uri: hyper::Uri = url.parse().expect("a URL");
    let path = uri.path_and_query().expect("a path").as_str();
    let authority = uri.authority().expect("an authority").as_str();
    loopback::send(authority, hyper::Request::get(path), String::new()).await.to_vec()
}

/// What the store says of a bundle that lies in it.
pub(crate) async fn stored_headers(world: &World, export: &str) -> hyper::HeaderMap {
    let bucket = stack::variable("DOORBOOK_TEST_BUNDLES_BUCKET");
    let path = format!("/{bucket}/bundles/{}/{export}.zip", world.organization);
    let credential =
        "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let request = hyper::Request::head(path).header("authorization", credential);
    loopback::exchange(&stack::variable("AWS_ENDPOINT_URL_S3"), request, String::new()).await.0
}

/// The bucket, with some settings changed, and where a bundle lies in it.
pub(crate) async fn in_the_bucket(world: &World, export: &str, changes: &[(&str, &str)]) -> (BundleWriter, BundleKey) {
    let variables = stack::variables("fn_build_export", changes);
    let bundles = stack::connect(&variables).await;
    let (organization, export) = (world.wrapped.organization, export.parse().expect("an id"));
    (bundles, BundleKey { organization, export, kms_key_id: world.wrapped.kms_key_id.clone() })
}

/// Takes a finished bundle away.
pub(crate) async fn download(world: &World, export: &str) -> Vec<u8> {
    let answer = link(world, export).await;
    assert_eq!(answer.status, 200, "{}: {}", answer.text, read(world, export).await);
    follow(answer.body["url"].as_str().expect("a link")).await
}

/// Asks, builds, and takes away.
pub(crate) async fn bundle(world: &World, body: &Value) -> Vec<u8> {
    let export = request(world, body).await;
    build(world, &builder(&[]).await).await;
    download(world, &export).await
}

/// The verifier keys of the organization, one of its log and one of its bundles.
pub(crate) async fn keys(world: &World) -> [String; 2] {
    let variables = stack::variables("fn_build_export", &[]);
    let signer = Signer::new(&AwsSettings::read(&variables).unwrap(), variables.required("DOCUMENT_KEY_ID").unwrap());
    let name = bundle_key_name(variables.required("LOG_ORIGIN").unwrap(), world.organization);
    let bundle = VerifierKey::new(&name, signer.public_key().await.unwrap());
    [world.log_key().await.to_string(), bundle.to_string()]
}

/// What both verifiers say of a bundle: exit and reason, which must be the same, and the Rust command's report.
pub(crate) async fn verify(world: &World, bundle: &[u8], more: &[&str]) -> (i32, Value) {
    let folder = std::env::temp_dir().join(format!("doorbook-bundle-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).expect("a folder");
    let (file, keys_file) = (folder.join("bundle.zip"), folder.join("audit-key.vkey"));
    std::fs::write(&file, bundle).expect("a bundle");
    std::fs::write(&keys_file, keys(world).await.join("\n")).expect("keys");
    let arguments = [file.to_str().unwrap(), "--key", keys_file.to_str().unwrap(), "--json"];
    let arguments: Vec<&str> = arguments.into_iter().chain(more.iter().copied()).collect();
    let script = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../verifier/verify.mjs"));
    let command = stack::binary("doorbook-verify");
    let rust = std::process::Command::new(command).args(&arguments).output().expect("doorbook-verify");
    let node = std::process::Command::new("node").arg(script).args(&arguments).output().expect("node");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let [said, also] = [&rust, &node].map(|output| {
        let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        serde_json::from_slice::<Value>(&text).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&text)))
    });
    assert_eq!((rust.status.code(), &said["reason"]), (node.status.code(), &also["reason"]), "{said}\n{also}");
    (rust.status.code().unwrap(), said)
}

/// The members of a bundle, all of which are stored. A reader of its own: the directory, and nothing else.
pub(crate) fn members(bundle: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, bytes: usize| {
        bundle[at..at + bytes].iter().rev().fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte))
    };
    let end = bundle.len() - 22;
    let mut at = number(end + 16, 4);
    let mut members = BTreeMap::new();
    for _ in 0..number(end + 10, 2) {
        let (bytes, name) = (number(at + 20, 4), number(at + 28, 2));
        let (local, crc) = (number(at + 42, 4), number(at + 16, 4));
        let text = String::from_utf8(bundle[at + 46..at + 46 + name].to_vec()).unwrap();
        let begin = local + 30 + name;
        let content = bundle[begin..begin + bytes].to_vec();
        assert_eq!(usize::try_from(crc32fast::hash(&content)).unwrap(), crc, "the CRC of {text}");
        members.insert(text, content);
        at += 46 + name;
    }
    members
}

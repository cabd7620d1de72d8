//! What a collector is sent, and which host is never spoken to.

use shared::{authn::signing::SigningSecret, domain::stream::Undelivered, secret::Secret};

use super::*;
use crate::harness::{collector::Answer, stack};
use base64::{Engine as _, prelude::BASE64_STANDARD};

#[tokio::test]
async fn a_delivery_says_whose_and_which_it_is_and_is_signed() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    let created = create_https(&world, &collector).await;
    world.write_entries(3).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    stream(&world, &deps).await;

    let text = created["signing_secret"].as_str().expect("a secret").strip_prefix("whsec_").expect("its prefix");
    let secret = SigningSecret::of_bytes(Secret::new(BASE64_STANDARD.decode(text).unwrap()));
    let id = created["stream"]["stream_id"].as_str().unwrap();
    let deliveries = collector.deliveries();
    assert_eq!(deliveries.len(), 2);
    for (delivery, name) in deliveries.iter().zip([format!("{id}_entries_0_4"), format!("{id}_checkpoint_4")]) {
        let header = |name: &str| delivery.headers[name].as_str();
        assert_eq!(header("webhook-id"), name);
        let seconds = header("webhook-timestamp").parse().unwrap();
        assert_eq!(header("webhook-signature"), secret.sign(&name, seconds, delivery.body.as_bytes()));
        assert_eq!(header("doorbook-organization"), world.organization.to_string());
        assert_eq!((header("content-type"), header("authorization")), ("application/x-ndjson", "Splunk canary-token"));
        assert_eq!(delivery.target, "/in?source=doorbook");
    }
    assert_eq!((&*deliveries[0].headers["doorbook-from"], &*deliveries[0].headers["doorbook-to"]), ("0", "4"));
    assert_eq!(&*deliveries[1].headers["doorbook-checkpoint"], "4");
}

/// What one stream to this collector comes to.
async fn word(collector: &Collector, deps: &stream_audit_log::Deps) -> Option<String> {
    let world = World::sealed_by_hand().await;
    create_https(&world, collector).await;
    stream(&world, deps).await;
    standing(&world).await.2
}

#[tokio::test]
async fn nothing_but_an_answer_of_success_acknowledges() {
    let _others = ALONE.read().await;
    let (collector, deps) = (Collector::start().await, streamer(&[]).await);
    for (answer, expected) in [
        (Answer::Status(200), None),
        (Answer::Status(204), None),
        (Answer::Status(299), None),
        (Answer::Status(301), Some(Undelivered::Redirected)),
        (Answer::Status(307), Some(Undelivered::Redirected)),
        (Answer::Status(400), Some(Undelivered::Refused)),
        (Answer::Status(404), Some(Undelivered::Refused)),
        (Answer::Status(429), Some(Undelivered::Refused)),
        (Answer::Status(500), Some(Undelivered::ServerError)),
        (Answer::Status(503), Some(Undelivered::ServerError)),
        (Answer::Lost, Some(Undelivered::ConnectionLost)),
        (Answer::Never, Some(Undelivered::TimedOut)),
    ] {
        let before = collector.connections();
        collector.will(&[answer]);
        let word = word(&collector, &deps).await;
        assert_eq!(word.as_deref(), expected.map(Undelivered::word), "{answer:?}");
        assert_eq!(collector.connections(), before + 1, "{answer:?}: no redirect is followed");
    }
}

#[tokio::test]
async fn a_host_that_cannot_show_who_it_is_gets_nothing() {
    let _others = ALONE.read().await;
    let deps = streamer(&[]).await;
    for collector in [Collector::of_another_name().await, Collector::of_another_authority().await] {
        assert_eq!(word(&collector, &deps).await.as_deref(), Some("tls_failed"));
        assert_eq!((collector.connections(), collector.deliveries().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_spoken_to() {
    let _others = ALONE.read().await;
    let collector = Collector::start().await;
    let variables = stack::variables("fn_stream_audit_log", &[]);
    let deps = stack::connect::<stream_audit_log::Deps>(&variables).await;

    assert_eq!(word(&collector, &deps).await.as_deref(), Some("address_not_public"));

    assert_eq!(collector.connections(), 0);
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named_so() {
    let _others = ALONE.read().await;
    let deps = streamer(&[]).await;
    for (url, expected) in [
        ("https://unknown.invalid/", "name_not_resolved"),
        // The port of a listener that is gone.
        ("https://localhost:1024/", "unreachable"),
    ] {
        let world = World::sealed_by_hand().await;
        create(&world, &json!({ "kind": "https", "url": url })).await;
        stream(&world, &deps).await;
        assert_eq!(standing(&world).await, (0, 0, Some(expected.to_owned())), "{url}");
    }
}

//! `prove-audit-log` promises: proofs that lead from any sealed entry to the signed root, for callers who may read the
//! log.

use serde_json::Value;
use shared::audit::{
    hex,
    tree::{self, Hash},
};

use crate::harness::{
    Event, World,
    event::Answer,
    log::{seal, sealer},
    refusals, stack,
};

async fn deps() -> prove_audit_log::Deps {
    let variables = stack::variables("fn_prove_audit_log", &[]);
    stack::connect::<prove_audit_log::Deps>(&variables).await
}

fn asking(world: &World, what: &str, query: &str) -> Event {
    let route = match what {
        "checkpoint" => "/v1/audit-log/checkpoint",
        "proof" => "/v1/audit-log/proof",
        _ => "/v1/audit-log/consistency",
    };
    Event::new("GET", route, &[]).bearer(&world.token).query(query)
}

async fn ask(world: &World, what: &str, query: &str) -> Answer {
    asking(world, what, query).send(&deps().await, prove_audit_log::handle).await
}

/// A log of two seals: 600 entries and 640.
async fn sealed() -> World {
    let world = World::new().await;
    let sealer = sealer(&[]).await;
    for entries in [600, 40] {
        world.write_entries(entries).await;
        assert!(seal(&world, &sealer).await);
    }
    world
}

fn hash(value: &Value) -> Hash {
    let text = value.as_str().expect("hex");
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    std::array::from_fn(|index| byte(index * 2))
}

fn proof(answer: &Answer) -> Vec<Hash> {
    answer.body["proof"].as_array().expect("a proof").iter().map(hash).collect()
}

#[tokio::test]
async fn gives_the_newest_checkpoint_byte_for_byte() {
    let world = sealed().await;
    world.write_entries(3).await;

    let answer = ask(&world, "checkpoint", "").await;

    let note = answer.body["note"].as_str().expect("a note");
    assert_eq!(note, world.anchored().await[1].1);
    let checkpoint = World::read_note(note, &world.log_key().await).expect("our signature");
    assert_eq!(answer.body["size"], checkpoint.size);
    assert_eq!((hash(&answer.body["root"]), hash(&answer.body["chain"])), (checkpoint.root, checkpoint.chain));
}

#[tokio::test]
async fn every_sealed_entry_is_proved() {
    let world = sealed().await;
    let (root, _) = world.computed(640).await;
    let entries = world.own_rows("SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq").await;

    for seq in [0, 1, 255, 256, 257, 511, 512, 599, 600, 638, 639] {
        let answer = ask(&world, "proof", &format!("seq={seq}")).await;

        let leaf = tree::leaf_hash(entries[seq].get::<_, String>(0).as_bytes());
        assert_eq!(hash(&answer.body["leaf"]), leaf, "{seq}: {}", answer.text);
        let seq = u64::try_from(seq).unwrap();
        assert_eq!(tree::root_of_proof(leaf, seq, 640, &proof(&answer)), Some(root), "{seq}");
    }
}

#[tokio::test]
async fn a_log_is_shown_to_have_grown_out_of_itself() {
    let world = sealed().await;
    let leaves: Vec<Hash> = {
        let rows = world.own_rows("SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq").await;
        rows.iter().map(|row| tree::leaf_hash(row.get::<_, String>(0).as_bytes())).collect()
    };
    for (from, to) in [(1, 640), (256, 640), (600, 640), (512, 513), (639, 640), (640, 640), (300, 512), (255, 257)] {
        let answer = ask(&world, "consistency", &format!("from={from}&to={to}")).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut tiles = tree::Tiles::new();
        let mut tree = tree::GrowingTree::default();
        leaves.iter().take(to).for_each(|leaf| tree.append(*leaf));
        for (id, hashes) in tree.take_finished().into_iter().chain(tree.unfinished()) {
            tiles.insert(id, &hashes);
        }
        let [from, to] = [from, to].map(|size| u64::try_from(size).unwrap());
        assert_eq!(Some(proof(&answer)), tiles.hashes(&tree::consistency(from, to).unwrap()), "{from} to {to}");
    }
}

#[tokio::test]
async fn what_is_not_sealed_is_not_proved() {
    let world = sealed().await;
    world.write_entries(3).await;
    let never = World::new().await;
    never.write_entries(3).await;

    for (world, what, query, problem) in [
        (&world, "proof", "seq=640", "404 not_found"),
        (&world, "proof", "seq=9223372036854775807", "404 not_found"),
        (&world, "consistency", "from=1&to=641", "404 not_found"),
        (&never, "checkpoint", "", "404 not_found"),
        (&never, "proof", "seq=0", "404 not_found"),
        (&never, "consistency", "from=1&to=1", "404 not_found"),
    ] {
        assert_eq!(ask(world, what, query).await.problem(), problem, "{what} {query}");
    }
}

#[tokio::test]
async fn malformed_questions_are_refused_by_place() {
    let world = World::new().await;
    for (what, query, problem) in [
        ("proof", "", "400 malformed ?seq:missing"),
        ("proof", "seq=-1", "400 malformed ?seq:wrong_value"),
        ("proof", "seq=%2B1", "400 malformed ?seq:wrong_value"),
        ("proof", "seq=18446744073709551615", "400 malformed ?seq:wrong_value"),
        ("proof", "seq=1&size=2", "400 malformed ?size:unknown_parameter"),
        ("consistency", "from=1", "400 malformed ?to:missing"),
        ("consistency", "from=2&to=1", "400 malformed ?from:out_of_range"),
        ("consistency", "from=0&to=1", "400 malformed ?from:out_of_range"),
        ("checkpoint", "seq=1", "400 malformed ?seq:unknown_parameter"),
    ] {
        assert_eq!(ask(&world, what, query).await.problem(), problem, "{what} {query}");
    }
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = sealed().await;
    let event = asking(&world, "proof", "seq=1");
    refusals::without_a_credential(&world, &event, &deps().await, prove_audit_log::handle).await;
    refusals::without_the_permission(&world, &event, &world.kiosk, &deps().await, prove_audit_log::handle).await;
}

/// The credential names the tenant, so another's log cannot even be asked for.
#[tokio::test]
async fn another_organizations_log_proves_nothing_here() {
    let (world, other) = (sealed().await, World::new().await);
    other.write_entries(2).await;
    assert!(seal(&other, &sealer(&[]).await).await);

    let answer = ask(&other, "proof", "seq=1").await;

    assert_eq!(answer.body["checkpoint"]["size"], 2);
    assert_ne!(answer.body["checkpoint"]["note"].as_str().unwrap(), world.anchored().await[0].1);
    assert_ne!(answer.body["leaf"], hex(&world.computed(1).await.0));
}

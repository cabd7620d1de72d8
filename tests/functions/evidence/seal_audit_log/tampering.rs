//! An attacker who may do anything in the database, with every trigger off, and one who may write to the anchors: what
//! they did is not signed.

use shared::audit::tree::{self, GrowingTree, TileId};

use super::sealed;
use crate::harness::{
    World,
    log::{self, anchors, seal, sealer},
    stack,
    tap::Tap,
};

async fn refuses(world: &World) {
    let before = world.anchored().await.len();
    assert!(!seal(world, &sealer(&[]).await).await, "it was sealed");
    assert_eq!(world.anchored().await.len(), before, "something was anchored");
}

#[tokio::test]
async fn a_log_whose_tree_was_lost_is_not_signed() {
    let world = sealed(20).await;
    world.write_entries(1).await;
    world.execute("DELETE FROM log_tiles WHERE organization_id = $1", &[&world.organization]).await;
    refuses(&world).await;
}

/// Rewritten with right hashes by an attacker who may do anything in the database.
#[tokio::test]
async fn newest_entries_that_were_taken_away_are_missed() {
    let rewind = "DELETE FROM audit_log WHERE organization_id = '{o}' AND seq >= 15; \
        UPDATE audit_heads SET seq = 14, link = (SELECT link FROM audit_log WHERE organization_id = '{o}' AND seq = 14) \
        WHERE organization_id = '{o}'";
    for others in [0, 8] {
        let world = sealed(20).await;
        world.tamper(rewind).await;
        // Others in their place do not pass for them.
        world.write_entries(others).await;
        refuses(&world).await;
    }
}

#[tokio::test]
async fn an_entry_that_no_trigger_wrote_is_not_signed() {
    let world = sealed(20).await;
    world.write_entries(2).await;
    world
        .tamper("UPDATE audit_log SET entry = replace(entry, '192.0.2.7', '192.0.2.8') WHERE organization_id = '{o}' AND seq = 21")
        .await;
    refuses(&world).await;
}

#[tokio::test]
async fn a_checkpoint_that_was_forged_in_the_database_is_not_continued() {
    let world = sealed(20).await;
    world.write_entries(2).await;
    world.tamper("UPDATE log_checkpoints SET root = sha256(root) WHERE organization_id = '{o}'").await;
    refuses(&world).await;
}

#[tokio::test]
async fn an_anchor_with_a_second_version_stops_the_seal() {
    let world = sealed(20).await;
    world.write_entries(2).await;
    log::overwrite_anchor(&world, 20, "another history").await;

    let anchored = anchors().await.checkpoints_from(world.organization, 0).await.unwrap();
    assert!(anchored[0].is_disturbed);
    // The first version still counts.
    let note = anchors().await.note(world.organization, &anchored[0]).await.unwrap();
    assert!(World::read_note(&note, &world.log_key().await).is_some());
    refuses(&world).await;
}

/// Takes the entries from a number on away, and whatever the database keeps of them.
async fn forget_from(world: &World, seq: i32) {
    world
        .tamper(&format!(
            "DELETE FROM audit_log WHERE organization_id = '{{o}}' AND seq >= {seq}; \
             UPDATE audit_heads SET seq = {seq} - 1, link = coalesce((SELECT link FROM audit_log \
               WHERE organization_id = '{{o}}' AND seq = {seq} - 1), audit.genesis('{{o}}')) WHERE organization_id = '{{o}}'; \
             DELETE FROM log_checkpoints WHERE organization_id = '{{o}}' AND size > {seq}"
        ))
        .await;
}

/// Row and entries lead to an older anchor as if nothing had come after it; no new entry has to come first.
#[tokio::test]
async fn entries_that_went_together_with_their_checkpoint_are_missed_at_once() {
    for left in [20, 0] {
        let world = sealed(20).await;
        world.write_entries(5).await;
        assert!(seal(&world, &sealer(&[]).await).await);
        forget_from(&world, left).await;
        refuses(&world).await;
    }
}

/// The newest checkpoint that the database keeps must be an anchored one.
#[tokio::test]
async fn a_checkpoint_without_its_anchor_is_not_continued() {
    let world = sealed(20).await;
    world.tamper("UPDATE log_checkpoints SET size = 19 WHERE organization_id = '{o}'").await;
    refuses(&world).await;
}

/// What watching a log costs in which nothing happens.
#[tokio::test]
async fn a_turn_without_new_entries_asks_the_anchors_once() {
    let world = sealed(20).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    let deps = sealer(&[("AWS_ENDPOINT_URL_S3", &url), ("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")]).await;

    tap.lose_answers_after(1);
    assert!(seal(&world, &deps).await, "one answer is enough");
    tap.lose_answers_after(0);
    assert!(!seal(&world, &deps).await, "and it is asked for");
}

/// An older entry is rewritten, every hash after it and everything that is kept of the tree made anew, so that the
/// database agrees with itself. What was signed cannot be made to agree.
#[tokio::test]
async fn a_log_that_was_rewritten_as_a_whole_is_not_continued() {
    for note in ["note", "replace(note, encode(root, 'base64'), encode(sha256(root), 'base64'))", "'no note at all'"] {
        let world = sealed(300).await;
        let (tree, link, entries) = rewritten(&world, 5).await;
        let tiles = tiles(tree.1);
        let root = shared::audit::hex(&tree.0);
        world
            .tamper(&format!(
                "{entries} UPDATE audit_heads SET link = '\\x{link}' WHERE organization_id = '{{o}}'; \
                 DELETE FROM log_tiles WHERE organization_id = '{{o}}'; {tiles} \
                 UPDATE log_checkpoints SET note = {note}, root = '\\x{root}', link = '\\x{link}' WHERE organization_id = '{{o}}'"
            ))
            .await;
        world.write_entries(3).await;
        refuses(&world).await;
    }
}

/// Root and tiles of the log with one entry rewritten, its last link, and the statements that make the entries so.
async fn rewritten(world: &World, seq: usize) -> (([u8; 32], Vec<(TileId, Vec<u8>)>), String, String) {
    let rows = world.own_rows("SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq").await;
    let (mut tree, mut link, mut statements) =
        (GrowingTree::default(), tree::genesis(world.organization), String::new());
    for (number, row) in rows.iter().enumerate() {
        let mut entry: String = row.get(0);
        if number == seq {
            entry = entry.replace("192.0.2.7", "192.0.2.8");
        }
        let leaf = tree::leaf_hash(entry.as_bytes());
        link = tree::link_hash(&link, &leaf);
        tree.append(leaf);
        let (leaf, link) = (shared::audit::hex(&leaf), shared::audit::hex(&link));
        statements.push_str(&format!(
            "UPDATE audit_log SET entry = '{entry}', leaf = '\\x{leaf}', link = '\\x{link}' \
             WHERE organization_id = '{{o}}' AND seq = {number}; "
        ));
    }
    let tiles = tree.take_finished().into_iter().chain(tree.unfinished()).collect();
    ((tree.root(), tiles), shared::audit::hex(&link), statements)
}

fn tiles(tiles: Vec<(TileId, Vec<u8>)>) -> String {
    let row = |(id, hashes): (TileId, Vec<u8>)| {
        let hashes = shared::audit::hex(&hashes);
        format!("INSERT INTO log_tiles VALUES ('{{o}}', {}, {}, '\\x{hashes}'); ", id.level, id.index)
    };
    tiles.into_iter().map(row).collect()
}

/// Rows of one's own writing behind the newest, with the trigger off: `{e}` is the newest entry's text, made the next
/// one.
const FORGED: [(&str, &str); 4] = [
    ("hashes of something else", "SELECT e, sha256('leaf'), sha256('link') FROM next"),
    ("a link to nothing", "SELECT e, audit.leaf(e), audit.link(sha256('link'), audit.leaf(e)) FROM next"),
    (
        "a number left out",
        "SELECT f, audit.leaf(f), audit.link(link, audit.leaf(f)) FROM (SELECT replace(e, '\"seq\": 20', '\"seq\": 21') AS f, link FROM next) AS n",
    ),
    (
        "a time before the entry before it",
        "SELECT f, audit.leaf(f), audit.link(link, audit.leaf(f)) FROM (SELECT regexp_replace(e, '\"at\": \"....', '\"at\": \"1999') AS f, link FROM next) AS n",
    ),
];

#[tokio::test]
async fn a_row_of_ones_own_writing_is_not_signed() {
    for (what, rows) in FORGED {
        let world = sealed(20).await;
        world
            .tamper(&format!(
                "ALTER TABLE audit_log DISABLE TRIGGER append; SET LOCAL session_replication_role = replica; \
                 WITH next AS (SELECT replace(entry, '\"seq\": 19', '\"seq\": 20') AS e, link FROM audit_log \
                   WHERE organization_id = '{{o}}' AND seq = 19) INSERT INTO audit_log (entry, leaf, link) {rows}; \
                 ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append"
            ))
            .await;
        assert_eq!(world.count("audit_log").await, 21, "{what}");
        refuses(&world).await;
    }
}

/// An attacker who can write to the bucket and to the database, and has no key.
#[tokio::test]
async fn an_anchor_that_no_key_of_ours_signed_is_not_continued() {
    let world = sealed(20).await;
    let (_, note) = world.anchored().await.remove(0);
    world.write_entries(5).await;
    let (root, link) = world.computed(25).await;
    let (own_text, signature) = note.split_once("\n\n").unwrap();
    let time = own_text.rsplit_once("time ").unwrap().1;
    let name = own_text.split('\n').next().unwrap();
    let encoded = |hash: [u8; 32]| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, hash);
    let forged = format!("{name}\n25\n{}\nchain {}\ntime {time}\n\n{signature}", encoded(root), encoded(link));
    log::overwrite_anchor(&world, 25, &forged).await;
    refuses(&world).await;

    // With the row and the tree that would go with it.
    let mut tree = GrowingTree::default();
    for row in world.own_rows("SELECT leaf FROM audit_log WHERE organization_id = $1 ORDER BY seq").await {
        tree.append(row.get::<_, &[u8]>(0).try_into().unwrap());
    }
    let tiles = tiles(tree.take_finished().into_iter().chain(tree.unfinished()).collect());
    let (root, link) = (shared::audit::hex(&root), shared::audit::hex(&link));
    world
        .tamper(&format!(
            "DELETE FROM log_tiles WHERE organization_id = '{{o}}'; {tiles} \
             INSERT INTO log_checkpoints VALUES ('{{o}}', 25, '\\x{root}', '\\x{link}', '{forged}', now())"
        ))
        .await;
    world.write_entries(1).await;
    refuses(&world).await;
}

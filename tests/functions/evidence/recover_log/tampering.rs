//! Whatever a superuser did to a log: it is marked for certain, and what was anchored comes back to the byte. What
//! an attacker does who has only the bucket, or nothing, marks no log.

use serde_json::json;
use shared::runtime::Invocation;

use super::{REASON, cause, chain, check_in, problem, recover, seal, sealer, stack};
use crate::harness::{World, log};

const EDIT: &str =
    "UPDATE audit_log SET entry = replace(entry, '192.0.2.7', '192.0.2.8') WHERE organization_id = '{o}'";
/// Computes every hash anew, so that the rows agree with each other.
const REHASH: &str = "UPDATE audit_log SET leaf = audit.leaf(entry) WHERE organization_id = '{o}'; \
    DO $$ DECLARE e record; l bytea := audit.genesis('{o}'); BEGIN \
      FOR e IN SELECT seq, leaf FROM audit_log WHERE organization_id = '{o}' ORDER BY seq LOOP \
        l := audit.link(l, e.leaf); \
        UPDATE audit_log SET link = l WHERE organization_id = '{o}' AND seq = e.seq; END LOOP; \
      UPDATE audit_heads SET link = l WHERE organization_id = '{o}'; END $$";

async fn texts(world: &World) -> Vec<String> {
    let rows = world.own_rows("SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq").await;
    rows.iter().map(|row| row.get(0)).collect()
}

/// A log of 300 sealed entries, and some behind them.
async fn world(behind: i32) -> World {
    let world = World::sealed_by_hand().await;
    world.write_entries(300).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    world.write_entries(behind).await;
    world
}

#[tokio::test]
async fn each_change_of_what_was_anchored_is_found_without_a_new_entry_and_put_back() {
    let edited = format!("{EDIT} AND seq = 7");
    let rewritten = format!("{EDIT} AND seq = 7; {REHASH}");
    let with_checkpoint = format!(
        "{EDIT} AND seq = 7; {REHASH}; UPDATE log_checkpoints SET link = (SELECT link FROM audit_log \
         WHERE organization_id = '{{o}}' AND seq = 299) WHERE organization_id = '{{o}}'"
    );
    for (tampering, behind, expected) in [
        (edited.as_str(), 0, "entry_changed"),
        (rewritten.as_str(), 0, "checkpoint_differs"),
        // The anchor alone tells, and it is read when there is something to sign.
        (with_checkpoint.as_str(), 2, "anchor_differs"),
        ("UPDATE audit_log SET leaf = sha256(leaf) WHERE organization_id = '{o}' AND seq = 299", 0, "entry_changed"),
        ("DELETE FROM audit_log WHERE organization_id = '{o}' AND seq = 8", 0, "entry_missing"),
        ("DELETE FROM audit_log WHERE organization_id = '{o}' AND seq >= 290", 0, "head_differs"),
        ("UPDATE audit_heads SET seq = 200 WHERE organization_id = '{o}'", 0, "head_differs"),
        ("UPDATE audit_heads SET link = sha256(link) WHERE organization_id = '{o}'", 0, "head_differs"),
        (
            "UPDATE audit_log SET entry = replace(entry, '\"seq\": 299', '\"seq\": 300') WHERE organization_id = '{o}' AND seq = 299",
            0,
            "head_differs",
        ),
        ("UPDATE log_checkpoints SET size = 301 WHERE organization_id = '{o}'", 0, "log_shorter"),
        ("UPDATE log_checkpoints SET note = 'no note' WHERE organization_id = '{o}'", 2, "anchor_differs"),
        ("DELETE FROM log_tiles WHERE organization_id = '{o}'", 2, "tree_differs"),
    ] {
        let world = world(behind).await;
        let before = texts(&world).await;
        world.tamper(tampering).await;

        assert!(!seal(&world, &sealer(&[]).await).await, "{tampering}");

        assert_eq!(cause(&world).await.as_deref(), Some(expected), "{tampering}");
        assert_eq!(check_in(&world, "key").await.problem(), "503 log_broken");
        recover(&world, json!({ "gives_up_unproven": tampering.contains("\"seq\": 300") })).await.unwrap();
        let after = texts(&world).await;
        assert_eq!((&after[..300], &after[300..after.len() - 1]), (&before[..300], &before[300..]), "{tampering}");
        assert_eq!(chain::verify(&world.database, world.organization.uuid()).await, before.len() + 1);
        assert!(seal(&world, &sealer(&[]).await).await, "{tampering}");
        let newest = world.anchored().await.pop().unwrap();
        let checkpoint = World::read_note(&newest.1, &world.log_key().await).unwrap();
        assert_eq!((checkpoint.root, checkpoint.chain), world.computed(after.len()).await, "{tampering}");
    }
}

/// Writes went on behind a cut, under numbers that were anchored before. What was anchored counts; the others are kept.
#[tokio::test]
async fn entries_under_numbers_that_were_used_before_are_set_aside() {
    let world = world(0).await;
    let before = texts(&world).await;
    let rewind = "DELETE FROM audit_log WHERE organization_id = '{o}' AND seq >= 295; UPDATE audit_heads SET seq = 294, \
        link = (SELECT link FROM audit_log WHERE organization_id = '{o}' AND seq = 294) WHERE organization_id = '{o}'";
    world.tamper(rewind).await;
    world.write_entries(8).await;
    let written = texts(&world).await;

    assert!(!seal(&world, &sealer(&[]).await).await);
    assert_eq!(cause(&world).await.as_deref(), Some("checkpoint_differs"));
    let recovered = recover(&world, json!({})).await.unwrap();

    // Three of the eight lie behind the anchored ones. They were linked to others, and stay under their numbers.
    assert_eq!((&recovered["restored"], &recovered["replaced"], &recovered["kept"]), (&json!(5), &json!(5), &json!(3)));
    let after = texts(&world).await;
    assert_eq!((&after[..300], &after[300..303]), (&before[..], &written[300..303]));
    let aside = world.own_rows("SELECT entry FROM log_set_aside WHERE organization_id = $1 ORDER BY seq").await;
    let aside: Vec<String> = aside.iter().map(|row| row.get(0)).collect();
    assert_eq!((&aside[..5], &aside[5..]), (&written[295..300], &written[300..303]));
    assert_eq!(chain::verify(&world.database, world.organization.uuid()).await, 304);
    assert!(seal(&world, &sealer(&[]).await).await);
}

#[tokio::test]
async fn unproven_entries_that_do_not_fit_are_given_up_only_when_the_operator_says_so() {
    for (tampering, kept, lost) in [
        (format!("{EDIT} AND seq = 302"), 2, 3),
        ("DELETE FROM audit_log WHERE organization_id = '{o}' AND seq >= 303".to_owned(), 3, 2),
    ] {
        let world = world(5).await;
        world.tamper(&tampering).await;
        assert!(!seal(&world, &sealer(&[]).await).await);

        assert_eq!(problem(recover(&world, json!({})).await), "/gives_up_unproven:unproven_entries");
        assert!(cause(&world).await.is_some(), "nothing of the refused recovery stays");
        let recovered = recover(&world, json!({ "gives_up_unproven": true })).await.unwrap();

        assert_eq!((&recovered["kept"], &recovered["lost"]), (&json!(kept), &json!(lost)), "{tampering}");
        assert_eq!(world.entries().await.pop().unwrap()["diff"]["added"]["lost"], lost);
        assert!(seal(&world, &sealer(&[]).await).await);
    }
}

/// A false mark would stop an organization's doors.
#[tokio::test]
async fn what_an_attacker_with_the_bucket_alone_does_marks_no_log() {
    let world = world(2).await;
    log::overwrite_anchor(&world, 300, "another history").await;
    assert!(!seal(&world, &sealer(&[]).await).await);
    log::overwrite_anchor(&world, 9_000, "a log that is longer").await;
    assert!(!seal(&world, &sealer(&[]).await).await);
    // A bucket that is not the log's looks like one from which every anchor was taken away.
    let elsewhere = [("ANCHORS_BUCKET", &*stack::variable("DOORBOOK_TEST_OBJECTS_BUCKET"))];
    assert!(!seal(&world, &sealer(&elsewhere).await).await);

    assert_eq!((cause(&world).await, check_in(&world, "key").await.status), (None, 201));
}

#[tokio::test]
async fn writers_and_sealers_at_work_make_nothing_look_wrong() {
    let world = world(0).await;
    let deps = [sealer(&[]).await, sealer(&[]).await];
    for _ in 0..6 {
        let looking = async {
            for _ in 0..10 {
                assert_eq!(call(&world, "fn_stream_audit_log", "audit.mark_broken(NULL, now())").await, Ok(None));
            }
        };
        let (one, two, (), ()) =
            tokio::join!(seal(&world, &deps[0]), seal(&world, &deps[1]), world.write_entries(30), looking);
        assert!(one && two);
    }
    assert_eq!(cause(&world).await, None);
}

/// What a function of the database answers a role, or the code that it fails with.
async fn call(world: &World, role: &str, question: &str) -> Result<Option<String>, String> {
    let client = crate::harness::postgres::superuser().await;
    let bound = format!(
        "SET ROLE {role}; SELECT set_config('app.organization_id', '{}', false); SELECT ({question})::text",
        world.organization
    );
    let rows = client.simple_query(&bound).await.map_err(|error| error.code().expect("a code").code().to_owned())?;
    let last = rows.into_iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
        _ => None,
    });
    Ok(last.last().flatten())
}

#[tokio::test]
async fn no_role_marks_a_sound_log_or_changes_one_that_is_not_broken() {
    let world = world(0).await;
    for suspect in ["NULL", "7", "299", "300", "-1"] {
        for role in ["fn_stream_audit_log", "fn_build_export", "fn_seal_audit_log"] {
            let asked = format!("audit.mark_broken({suspect}, now())");
            assert_eq!(call(&world, role, &asked).await, Ok(None), "{role} {suspect}");
        }
    }
    // The sealer says what an anchor says, but not what the log itself answers.
    let shorter = "audit.mark_broken_by_anchor('log_shorter', 300, now())";
    assert_eq!(call(&world, "fn_seal_audit_log", shorter).await, Ok(None));
    let foreign = ["fn_stream_audit_log", "fn_check_in"].map(|role| call(&world, role, shorter));
    for refused in foreign {
        assert_eq!(refused.await, Err("42501".to_owned()));
    }
    for change in ["audit.restore(0, ARRAY['an entry'])", "audit.settle(300, now())"] {
        assert_eq!(call(&world, "fn_recover_log", change).await, Err("42501".to_owned()), "{change}");
        assert_eq!(call(&world, "fn_seal_audit_log", change).await, Err("42501".to_owned()), "{change}");
    }
    assert_eq!((cause(&world).await, texts(&world).await.len()), (None, 300));
}

/// A log of any length costs a turn the same: a page, from where the turn before it ended.
#[tokio::test]
async fn older_entries_are_compared_page_by_page_and_then_anew() {
    let world = world(0).await;
    let turn = async || {
        let asked = "(SELECT cause || ' ' || seq FROM audit.compare_next(100))";
        call(&world, "fn_seal_audit_log", asked).await.unwrap()
    };
    world.tamper(&format!("{EDIT} AND seq = 207")).await;
    let found = [turn().await, turn().await, turn().await, turn().await];
    assert_eq!(found, [None, None, Some("entry_changed 207".to_owned()), None]);
    assert_eq!([turn().await, turn().await].map(|found| found.is_some()), [false, true], "and anew");
}

/// An attacker removed anchored entries too, as far as the bucket lets them: nothing is changed without proof.
#[tokio::test]
async fn a_recovery_without_proof_changes_nothing() {
    let world = world(0).await;
    world.tamper(&format!("{EDIT} AND seq = 7")).await;
    assert!(!seal(&world, &sealer(&[]).await).await);
    let before = texts(&world).await;
    // The key of another deployment signed nothing here, so nothing is proved.
    let other = log::create_signing_key().await;
    let variables = stack::variables("fn_recover_log", &[("LOG_KEY_ID", &other)]);
    let deps = stack::connect::<recover_log::Deps>(&variables).await;
    let body = json!({ "slug": world.slug, "reason": REASON }).to_string();
    let asked = shared::http::read_json(body.as_bytes()).unwrap();

    let refused = recover_log::handle(&deps, &Invocation::new("test".to_owned()), asked).await;

    let refused = refused.map(|recovered| serde_json::to_value(recovered).unwrap());
    assert_eq!(problem(refused), "/slug:anchors_unsigned");
    assert_eq!((texts(&world).await, cause(&world).await.is_some()), (before, true));
}

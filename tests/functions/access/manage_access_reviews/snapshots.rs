//! A snapshot as it is shown, and what shows that it was edited.

use super::*;

#[tokio::test]
async fn a_review_shows_its_hash_and_that_of_the_log() {
    let world = World::new().await;
    world.member(Role::Owner).await;
    let review = reviews::open(&world, reviews::now()).await;

    let shown = read(&world, review).await;
    let listed = ask(&reading(&world.token, REVIEWS, &[])).await;

    let entry = world.entries().await.pop().unwrap();
    assert_eq!(shown["recorded_sha256"], entry["diff"]["added"]["snapshot_sha256"]);
    assert_eq!((&shown["snapshot_sha256"], &shown["is_snapshot_intact"]), (&shown["recorded_sha256"], &json!(true)));
    let item = listed.body["items"][0].as_object().expect("a review");
    assert!(item.iter().all(|(name, value)| shown[name] == *value), "{item:?}");
    assert_eq!((&item["counts"]["waiting"], &item["state"]), (&json!(2), &json!("open")));
    assert_eq!((listed.body["items"].as_array().unwrap().len(), &listed.body["next_cursor"]), (1, &Value::Null));
}

#[tokio::test]
async fn an_edit_of_any_row_shows_whatever_role_made_it() {
    for edit in [
        "UPDATE access_review_items SET name = 'Another name' WHERE organization_id = $1 AND subject_kind = 'member'",
        "UPDATE access_review_items SET email = 'else@example.com' WHERE organization_id = $1 AND subject_kind = 'member'",
        "UPDATE access_review_items SET role = 'host' WHERE organization_id = $1 AND subject_kind = 'member'",
        "UPDATE access_review_items SET permissions = '{}' WHERE organization_id = $1 AND subject_kind = 'api_token'",
        "UPDATE access_review_items SET last_used_at = now() WHERE organization_id = $1 AND subject_kind = 'api_token'",
        "UPDATE access_review_items SET number = number + 100 WHERE organization_id = $1 AND number = 1",
        "DELETE FROM access_review_items WHERE organization_id = $1 AND subject_kind = 'member'",
        // Even where the review is made to agree, the log does not.
        "UPDATE access_reviews SET snapshot_sha256 = sha256('another') WHERE organization_id = $1",
    ] {
        let world = World::new().await;
        world.member(Role::Owner).await;
        let review = reviews::open(&world, reviews::now()).await;
        assert_eq!(read(&world, review).await["is_snapshot_intact"], true);

        assert_eq!(world.execute(edit, &[&world.organization]).await, 1, "{edit}");

        assert_eq!(read(&world, review).await["is_snapshot_intact"], false, "{edit}");
    }
}

#[tokio::test]
async fn decisions_and_an_erasure_leave_a_snapshot_intact() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Owner).await;
    let member = world.member(Role::Host).await;
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, member.uuid()).await;

    assert_eq!(ask(&deciding(&reviewer, review, item, "revoke")).await.status, 200);
    let erase = "UPDATE access_review_items SET name = 'Erased', email = NULL, named_salt = NULL WHERE item_id = $1";
    world.execute(erase, &[&item]).await;

    assert_eq!(read(&world, review).await["is_snapshot_intact"], true);
}

#[tokio::test]
async fn items_come_page_by_page_in_the_snapshots_order() {
    let world = World::new().await;
    for _ in 0..4 {
        world.member(Role::Host).await;
    }
    let review = reviews::open(&world, reviews::now()).await.to_string();
    let page = |cursor: Option<String>| {
        let query = cursor.map_or("limit=2".to_owned(), |cursor| format!("limit=2&cursor={cursor}"));
        reading(&world.token, ITEMS, &[&review]).query(&query)
    };

    let (mut numbers, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let answer = ask(&page(cursor)).await;
        let items = answer.body["items"].as_array().expect("items").clone();
        numbers.extend(items.iter().map(|item| item["number"].as_i64().unwrap()));
        pages += 1;
        cursor = answer.body["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }

    assert_eq!((numbers, pages), (vec![1, 2, 3, 4, 5], 3));
}

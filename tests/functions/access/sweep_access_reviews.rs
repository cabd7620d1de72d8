//! `sweep-access-reviews` promises: owners are told in time and once, what stayed undecided is gone at the deadline and
//! still a week later, what is not used is gone after ninety days to the second, and the last owner stays.

mod deadline;
mod dormant;
mod everybody;
mod reminders;
mod second_look;

use serde_json::{Value, json};
use shared::{
    access::Role,
    clock::Timestamp,
    id::{AccessReviewId, MemberId},
};

use crate::harness::{
    World,
    reviews::{days, now, open, sweep},
};

/// Changes columns of a member, as a superuser.
async fn set(world: &World, member: MemberId, change: &str) {
    let sql = format!("UPDATE members SET {change} WHERE organization_id = $1 AND member_id = $2");
    assert_eq!(world.execute(&sql, &[&world.organization, &member]).await, 1);
}

async fn state_of(world: &World, member: MemberId) -> String {
    world.rows("SELECT state FROM members WHERE member_id = $1", &[&member]).await[0].get(0)
}

/// Entries of one action, oldest first.
async fn entries(world: &World, action: &str) -> Vec<Value> {
    world.entries().await.into_iter().filter(|entry| entry["action"] == action).collect()
}

/// A number about a world.
async fn number(world: &World, sql: &str) -> i64 {
    world.own_rows(sql).await[0].get(0)
}

/// How an item came to its decision: decision and how.
async fn outcome(world: &World, review: AccessReviewId, subject: uuid::Uuid) -> (String, String) {
    let sql = "SELECT decision, how FROM access_review_items WHERE review_id = $1 AND subject_id = $2";
    let row = &world.rows(sql, &[&review, &subject]).await[0];
    (row.get(0), row.get(1))
}

/// Puts everything that a world has so far at a moment of its own: made, and never used.
async fn age(world: &World, made: Timestamp) {
    for table in ["members", "kiosks", "credentials"] {
        let sql = format!("UPDATE {table} SET created_at = $2 WHERE organization_id = $1");
        world.execute(&sql, &[&world.organization, &made]).await;
    }
    world
        .execute("UPDATE credentials SET last_used_at = NULL WHERE organization_id = $1", &[&world.organization])
        .await;
}

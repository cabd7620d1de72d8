//! `@name@` promises: SAY WHAT.

use std::time::Duration;

use serde_json::json;
use shared::{
    clock::Clock,
    runtime::{self, Fired},
};

use crate::harness::stack;

#[tokio::test]
async fn a_tick_ends_well() {
    let deps = stack::connect(&stack::variables("fn_@snake@", &[])).await;
    let fired = Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(60) };

    let outcome = runtime::sweep(Clock::System { offset_s: 0 }, &deps, @snake@::sweep, fired).await.unwrap();

    assert_eq!(outcome.failed, 0, "{outcome:?}");
}

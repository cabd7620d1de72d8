//! Prints the table of the architecture's "Speed", everything side by side in one run. Started by `make bench`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement may fail loudly"
)]

mod arrival;
mod barcodes;
mod cold_start;
mod cpu;
mod driver;
mod durations;
mod evidence;
mod growth;
mod log;
mod node;
mod parameters;
mod pgbench;
mod plan;
mod reference;
mod round_trips;
mod running;
mod runtime_api;
mod samples;
mod scanning;
mod sealing;
mod sign_in;
mod sizes;
mod table;
mod tenants;
mod verifying;
mod warm;
mod watchlist;

/// Parts of the tests' harness: where the stack is, and the proxy that counts.
#[path = "../harness"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod harness {
    pub(crate) mod counting_proxy;
    pub(crate) mod photos;
    pub(crate) mod postgres;
    pub(crate) mod stack;
}

use plan::Plan;
use table::Table;

#[tokio::main]
async fn main() {
    // Whatever fails says why.
    shared::telemetry::start(&harness::stack::common(&harness::stack::variables(
        "fn_seal_audit_log",
        &[("LOG_LEVEL", "error")],
    )));
    let plan = Plan::read();
    let mut table = Table::new();
    if plan.is_of_check_ins {
        sizes::measure(&plan, &mut table);
        cold_start::measure(&plan, &mut table).await;
        sealing::measure(&mut table).await;
        barcodes::measure(&mut table);
    }
    if plan.is_of_the_log {
        verifying::measure(&mut table);
    }

    table.progress("making 1,000 organizations");
    let tenants = tenants::Tenants::create(plan.organizations).await;
    if plan.is_of_check_ins {
        check_ins(&plan, &tenants, &mut table).await;
    }
    if plan.is_of_the_watchlist {
        watchlist::measure(&plan, &tenants, &mut table).await;
    }
    if plan.is_of_sign_ins {
        sign_in::measure(&plan, &tenants, &mut table).await;
    }
    if plan.is_of_the_log {
        evidence::measure(&plan, &tenants, &mut table).await;
    }

    table.print();
}

async fn check_ins(plan: &Plan, tenants: &tenants::Tenants, table: &mut Table) {
    round_trips::measure(tenants, table).await;
    let reference = reference::create(tenants).await;
    let mut warm = warm::Warm::start(plan, tenants, &reference).await;
    warm.one_connection(table).await;
    warm.all_connections(table).await;
    warm.one_organization(table).await;
    warm.stop().await;
    tenants.expect_whole_check_ins().await;
    scanning::measure(tenants, table).await;
    growth::measure(plan, tenants, table).await;
    running::measure(plan, table).await;
}

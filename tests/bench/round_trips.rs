//! Counts, not times: round trips by a proxy, flushes by the server's own statistics.

use std::{sync::Arc, time::Duration};

use crate::{
    arrival::Arrival,
    driver,
    harness::{counting_proxy::CountingProxy, stack},
    samples::{median, number},
    table::{Table, Target},
    tenants::Tenants,
};

/// Longer than sending what is sent at once takes.
const DELAY: Duration = Duration::from_millis(80);
/// Check-ins whose flushes are counted.
const COUNTED: u32 = 300;

pub(crate) async fn measure(tenants: &Tenants, table: &mut Table) {
    let direct = stack::variables("fn_check_in", &[]);
    let (proxy, url) = CountingProxy::before_url(direct.required("DATABASE_URL").expect("a URL"), DELAY).await;
    let deps = driver::warm_deps(tenants, &[("DATABASE_URL", &url)]).await;
    Arrival::of(&tenants.all[0]).check_in(&deps).await;
    let mut trips = Vec::new();
    for tenant in &tenants.all[1..6] {
        let before = proxy.round_trips();
        Arrival::of(tenant).check_in(&deps).await;
        trips.push(number(usize::try_from(proxy.round_trips() - before).expect("a count")));
    }
    drop(deps);
    // On a busy machine one sending may take longer than the proxy waits; the test, which has one thread, is exact.
    table.add("database round trips of a warm check-in", (Target::AtMost(2.0), ""), median(trips));

    // A server process tells its statistics when its connection ends.
    let deps = Arc::new(driver::warm_deps(tenants, &[]).await);
    let before = flushes(tenants).await;
    for nth in 0..COUNTED {
        let tenant = &tenants.all[usize::try_from(nth).expect("small") % tenants.all.len()];
        Arrival::of(tenant).check_in(&deps).await;
    }
    drop(deps);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let counted = flushes(tenants).await - before;
    table.add("flushes of a warm check-in", (Target::AtMost(1.05), ""), counted / f64::from(COUNTED));
    table.note(
        "Flushes are those of the whole server while one client checks in; its writer adds a few of its own a second.",
    );
}

async fn flushes(tenants: &Tenants) -> f64 {
    // Ours of before are told too, or they would count later.
    tenants.script("SELECT pg_stat_force_next_flush()").await;
    let count = tenants.count("SELECT wal_sync FROM pg_stat_wal").await;
    f64::from(u32::try_from(count).expect("a count"))
}

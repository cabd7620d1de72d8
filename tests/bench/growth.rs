//! Whether a long log makes a check-in slower: two organizations, one with a short log and one with a long one.

use crate::{
    arrival::Arrival,
    driver,
    plan::Plan,
    samples::median,
    table::{Table, Target},
    tenants::{Tenant, Tenants},
};

const SHORT: i64 = 1000;

pub(crate) async fn measure(plan: &Plan, tenants: &Tenants, table: &mut Table) {
    let (short, long) = (&tenants.all[10], &tenants.all[11]);
    table.progress(&format!("writing {} audit entries", plan.log_entries));
    fill(tenants, short, SHORT).await;
    fill(tenants, long, plan.log_entries).await;
    tenants.settle().await;
    let deps = driver::warm_deps(tenants, &[]).await;
    let (mut with_short, mut with_long) = (Vec::new(), Vec::new());
    for _ in 0..plan.log_check_ins {
        with_short.push(Arrival::of(short).check_in(&deps).await.as_secs_f64() * 1e3);
        with_long.push(Arrival::of(long).check_in(&deps).await.as_secs_f64() * 1e3);
    }
    let (with_short, with_long) = (median(with_short), median(with_long));
    let what = |entries: i64| format!("warm check-in where the log has {entries} entries, p50");
    table.add(&what(SHORT), (Target::None, " ms"), with_short);
    table.add(&what(plan.log_entries), (Target::None, " ms"), with_long);
    table.add("growth: the latter over the former", (Target::AtMost(1.25), " ×"), with_long / with_short);
    table.note("Entries of the long log are written set-wise past the trigger, with random bytes for hashes: same columns and indexes, shorter than real ones.");
}

/// Entries as the trigger would lay them out, each about another visit.
async fn fill(tenants: &Tenants, tenant: &Tenant, entries: i64) {
    tenants.script("ALTER TABLE audit_log DISABLE TRIGGER append").await;
    tenants
        .execute(
            r#"INSERT INTO audit_log (entry, leaf, link)
               SELECT format('{"v": 1, "org": "%s", "seq": %s, "at": "2026-01-01T00:00:00.000000Z", "via": "fn_check_in", '
                   '"actor": {"id": "%s", "kind": "api_token"}, "ip": "203.0.113.7", "ua": null, "action": "visit.checked_in", '
                   '"target": {"id": "%s", "kind": "visit"}, "prev": null, "reason": null, '
                   '"diff": {"added": {"name": {"commit": "%s", "sealed": "%s"}}, "changed": {}, "removed": {}}, "request_id": "%s"}',
                   $1::text, head.seq + n, $2::text, bench.id(), encode(hash, 'base64'), repeat(encode(hash, 'hex'), 4), gen_random_uuid()), hash, hash
               FROM (SELECT seq FROM audit_heads WHERE organization_id::text = $1::text) AS head,
                 generate_series(1, $3::bigint) AS n, LATERAL (SELECT sha256(int8send(n)) AS hash) AS h"#,
            &[&tenant.organization.to_string(), &tenant.credential.to_string(), &entries],
        )
        .await;
    tenants
        .execute("UPDATE audit_heads SET seq = seq + $2 WHERE organization_id = $1", &[&tenant.organization, &entries])
        .await;
    tenants.script("ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append").await;
}

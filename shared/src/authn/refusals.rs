//! Failures of who comes without a credential, counted by address.

use crate::{
    audit::is_sampled,
    clock::Timestamp,
    error::Result,
    tenant::{Statement, TenantTx},
};

/// Counts a failure against its address. How many that makes within a minute, where the failure gets an entry: a sample
/// of each address's, and no more of all together than sixty at once and then one a minute.
///
/// # Errors
/// When the database fails.
pub async fn count_refused(tx: &mut TenantTx<'_>, source_ip: Option<&str>, now: Timestamp) -> Result<Option<i32>> {
    let count = Statement::new("-- refusals.count\nSELECT app.count_refused($1, $2) AS failures");
    let failures: i32 =
        tx.find(count.bind(source_ip.map(str::to_owned)).bind(now).one(|row| row.read("failures"))).await?;
    if !is_sampled(failures) {
        return Ok(None);
    }
    let ask = Statement::new("-- refusals.may_record\nSELECT app.may_record_refusal($1) AS may_record");
    let may_record: bool = tx.find(ask.bind(now).one(|row| row.read("may_record"))).await?;
    Ok(may_record.then_some(failures))
}

//! Each table of the catalogue × each verb × {unbound, on another's row, moving a row}, and each role's rights.

use super::{database, findings::probe};
use crate::harness::postgres::superuser;

#[tokio::test]
async fn a_database_as_deployed_has_no_finding() {
    let client = database::connect_apart().await;
    let probed = probe(&client).await;

    assert_eq!(probed.findings().await, Vec::<String>::new());
}

/// 11: also after other tests have used it, since a role could lay settings down for itself.
#[tokio::test]
async fn the_database_that_functions_are_using_has_no_finding() {
    let client = superuser().await;
    let probed = probe(&client).await;

    assert_eq!(probed.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn every_tenant_table_is_probed() {
    let client = database::connect_apart().await;
    let probed = probe(&client).await;

    let unseeded = "SELECT t.name FROM pg_temp.tenant_tables() AS t WHERE (xpath('/row/n/text()', query_to_xml(format( \
        'SELECT count(*) AS n FROM pg_temp.%I', replace(t.name, '.', '_')), false, true, '')))[1]::text <> '1'";

    assert_eq!(database::texts(probed.client(), unseeded).await, Vec::<String>::new());
}

//! The chain of an organization's log, recomputed from the entries' bytes alone.

use shared::authn::sha256;
use tokio_postgres::Client;

/// Checks every number, leaf and link, and gives the number of entries.
pub(crate) async fn verify(database: &Client, organization: uuid::Uuid) -> usize {
    let sql = "SELECT entry, leaf, link FROM audit_log WHERE organization_id = $1 ORDER BY seq";
    let statement = database.prepare(sql).await.expect("a statement");
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    let rows = database.query(&statement, &[&organization]).await.expect("rows");
    let mut link = sha256(&[b"\x03doorbook/audit-chain/v1".as_slice(), organization.to_string().as_bytes()].concat());
    for (seq, row) in rows.iter().enumerate() {
        let entry: &str = row.get(0);
        let leaf = sha256(&[b"\x00", entry.as_bytes()].concat());
        link = sha256(&[b"\x02".as_slice(), &link, &leaf].concat());
        let parsed: serde_json::Value = serde_json::from_str(entry).expect("an entry is JSON");
        assert_eq!(parsed["seq"], seq, "a gap before entry {seq}");
        assert_eq!(row.get::<_, &[u8]>(1), leaf, "leaf {seq}");
        assert_eq!(row.get::<_, &[u8]>(2), link, "link {seq}");
    }
    rows.len()
}

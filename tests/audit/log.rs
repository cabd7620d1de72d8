//! An organization whose log tests write to.

use tokio_postgres::Client;

use crate::isolation::database::two_organizations;
pub(super) use crate::isolation::database::{connect, connect_as, outcome, run, text, texts};

/// The role that tests write as; its grants let it write `visit.checked_in`.
pub(super) const WRITER: &str = "fn_check_in";

/// A draft that every rule allows. `#` stands for the target's id.
pub(super) const DRAFT: &str = r##"{"actor": {"kind": "kiosk", "id": "k"}, "ip": "192.0.2.7", "ua": "agent", "action": "visit.checked_in",
    "target": {"kind": "visit", "id": "#"}, "reason": null, "diff": {"added": {}, "removed": {}, "changed": {}}, "request_id": "r"}"##;

/// A new organization; its log holds entry 0.
pub(super) async fn organization(client: &Client) -> String {
    two_organizations(client).await.0
}

/// The statements that append a draft, given as an expression of SQL. They are to stand in a transaction.
pub(super) fn append(organization: &str, draft: &str) -> String {
    format!(
        "SELECT FROM set_config('app.organization_id', '{organization}', true); INSERT INTO audit_log (draft) VALUES ({draft})"
    )
}

/// The draft about a target, as an expression of SQL.
pub(super) fn about(target: &str) -> String {
    format!("'{}'::jsonb", DRAFT.replace('#', target))
}

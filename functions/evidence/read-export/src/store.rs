//! Every SQL statement that `read-export` may run.

use shared::{
    Result,
    audit::hex,
    http::Page,
    id::ExportId,
    tenant::{Lookup, Row, Statement},
};

use crate::{Export, Progress};

/// One export, or a page of them, the newest first. A credential that is bound to a site sees those of its site's visits only.
const EXPORTS: &str = "-- read-export.exports
SELECT e.export_id, e.kind, e.state, e.visit_id, e.from_at, e.to_at, e.created_at, e.first_seq, e.tree_size, e.entries_done,
  e.bytes, e.manifest_sha256, e.built_at, e.expires_at, e.failure
FROM exports AS e
LEFT JOIN visits AS v ON v.organization_id = e.organization_id AND v.visit_id = e.visit_id
WHERE (app.site_id() IS NULL OR app.site_id() = v.site_id)
  AND ($1 IS NULL OR e.export_id = $1) AND ($2 IS NULL OR e.export_id < $2)
ORDER BY e.export_id DESC LIMIT $3";

fn exports(one: Option<ExportId>, before: Option<ExportId>, limit: i64) -> Statement {
    Statement::new(EXPORTS).bind(one).bind(before).bind(limit)
}

/// One export.
pub(crate) fn load_export(export: ExportId) -> Lookup<Export> {
    exports(Some(export), None, 1).one(read_export)
}

/// A page of exports, the newest first, and one more to know whether there is another page.
pub(crate) fn list_exports(page: &Page<ExportId>) -> Lookup<Vec<Export>> {
    exports(None, page.after, page.probe()).all(read_export)
}

fn read_export(row: &Row) -> Result<Export> {
    let (first, size): (Option<i64>, Option<i64>) = (row.read("first_seq")?, row.read("tree_size")?);
    let progress = match first.zip(size) {
        Some((first, size)) => Some(Progress { done: row.read("entries_done")?, total: size - first }),
        None => None,
    };
    Ok(Export {
        export_id: row.read("export_id")?,
        kind: row.read("kind")?,
        state: row.read("state")?,
        visit_id: row.read("visit_id")?,
        from: row.read("from_at")?,
        to: row.read("to_at")?,
        created_at: row.read("created_at")?,
        progress,
        tree_size: size,
        bytes: row.read("bytes")?,
        manifest_sha256: row.read::<Option<&[u8]>>("manifest_sha256")?.map(hex),
        built_at: row.read("built_at")?,
        expires_at: row.read("expires_at")?,
        failure: row.read("failure")?,
    })
}

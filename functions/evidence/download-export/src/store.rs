//! Every SQL statement that `download-export` may run.

use shared::{
    domain::export::ExportState,
    id::ExportId,
    tenant::{Lookup, Statement},
};

/// A finished bundle.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) bytes: i64,
    pub(crate) manifest_sha256: [u8; 32],
}

/// An export; its bundle is null unless it lies ready.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) bundle: Option<Bundle>,
}

/// The export, where the caller sees its site.
pub(crate) fn load_export(export: ExportId) -> Lookup<Found> {
    Statement::new(concat!(
        "-- download-export.load_export\n",
        "SELECT e.state, e.bytes, e.manifest_sha256 FROM exports AS e ",
        "LEFT JOIN visits AS v ON v.organization_id = e.organization_id AND v.visit_id = e.visit_id ",
        "WHERE e.export_id = $1 AND (app.site_id() IS NULL OR app.site_id() = v.site_id)",
    ))
    .bind(export)
    .one(|row| {
        let bundle = match row.read("state")? {
            ExportState::Built => {
                Some(Bundle { bytes: row.read("bytes")?, manifest_sha256: row.read_hash("manifest_sha256")? })
            }
            _ => None,
        };
        Ok(Found { bundle })
    })
}

//! The operation of `scan-id`.

use scan_id::{
    Scanned,
    submission::{ScanBody, VisitScanBody},
};
use shared::access::Permission;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (answer, body, for_visit) = (schemas.of::<Scanned>(), schemas.of::<ScanBody>(), schemas.of::<VisitScanBody>());
    let route = "POST /v1/visits/{visit_id}/id-scan";
    vec![
        Operation::new(route, "scan-id-of-visit", "Adds the scan of a document to a visit.", answer.clone())
            .creates()
            .allowed_by(Permission::VisitCheckIn)
            .body(for_visit),
        Operation::new("POST /v1/id-scans", "scan-id", "Reads an identity document and compares its sides.", answer)
            .creates()
            .allowed_by(Permission::VisitCheckIn)
            .body(body)
            .naming_things(),
    ]
}

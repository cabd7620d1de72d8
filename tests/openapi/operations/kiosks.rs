//! The operations on kiosks, and those of the devices that take their places.

use manage_kiosks::{Kiosk, KioskChange, NewKiosk};
use pair_kiosk::{Asking, BegunPairing, Fetching, PairingProgress};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut operations = kiosks(schemas);
    operations.extend(devices(schemas));
    operations
}

fn kiosks(schemas: &mut Schemas) -> Vec<Operation> {
    let of_site = "POST /v1/sites/{site_id}/kiosks";
    let all_of_site = "GET /v1/sites/{site_id}/kiosks";
    let revoke = "POST /v1/kiosks/{kiosk_id}/revoke";
    vec![
        Operation::new(of_site, "create-kiosk", "Lets in the device that shows this code.", schemas.of::<Kiosk>())
            .creates()
            .allowed_by(Permission::KioskManage)
            .body(schemas.of::<NewKiosk>()),
        Operation::new(all_of_site, "list-kiosks", "Kiosks of a site, the oldest first.", schemas.list_of::<Kiosk>())
            .allowed_by(Permission::KioskManage)
            .paged(),
        Operation::new("PATCH /v1/kiosks/{kiosk_id}", "rename-kiosk", "Renames a kiosk.", schemas.of::<Kiosk>())
            .allowed_by(Permission::KioskManage)
            .body(schemas.of::<KioskChange>()),
        Operation::new(revoke, "revoke-kiosk", "Revokes a kiosk and its credential.", schemas.of::<Kiosk>())
            .allowed_by(Permission::KioskManage)
            .optional_body(schemas.of::<Nothing>()),
    ]
}

fn devices(schemas: &mut Schemas) -> Vec<Operation> {
    let (begun, progress) = (schemas.of::<BegunPairing>(), schemas.of::<PairingProgress>());
    let (ask, fetch) = ("POST /v1/kiosk-pairings", "POST /v1/kiosk-pairings/token");
    vec![
        Operation::new(ask, "begin-pairing", "Gives a device a code to show and one to keep.", begun)
            .creates()
            .without_key()
            .body(schemas.of::<Asking>())
            .naming_things(),
        Operation::new(fetch, "fetch-kiosk-token", "Says how far a device is, and gives it its credential.", progress)
            .without_key()
            .body(schemas.of::<Fetching>())
            .naming_things(),
    ]
}

//! The operation of `@name@`.

use @snake@::Answer;
use shared::access::Permission;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let answer = schemas.of::<Answer>();
    vec![Operation::new("@route@", "@name@", "Say what it answers.", answer).allowed_by(Permission::VisitRead)]
}

//! The operation of `@name@`.

use @snake@::Received;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    vec![Operation::new("@route@", "@name@", "Receives what a third party signs.", schemas.of::<Received>())]
}

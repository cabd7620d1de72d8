//! The operation of `decide-visit`.

use decide_visit::{Decided, DecisionBody};
use shared::access::Permission;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (answer, body) = (schemas.of::<Decided>(), schemas.of::<DecisionBody>());
    let route = "POST /v1/visits/{visit_id}/decision";
    vec![
        Operation::new(route, "decide-visit", "Lets a held visitor in, or turns them away.", answer)
            .creates()
            .allowed_by(Permission::VisitDecide)
            .body(body),
    ]
}

//! The operations of the operator's staff on their way to a customer, and of the customer about them.

use begin_impersonation::{OpenedImpersonation, Passport};
use manage_impersonations::{answering::Approval, impersonation::Impersonation, policy::ImpersonationPolicy};
use request_impersonation::{
    asking::{NewImpersonation, RequestedImpersonation},
    handing_off::{Destination, HandedOff},
};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut operations = of_staff(schemas);
    operations.extend(of_the_customer(schemas));
    operations
}

fn of_staff(schemas: &mut Schemas) -> Vec<Operation> {
    let (requested, handed_off) = (schemas.of::<RequestedImpersonation>(), schemas.of::<HandedOff>());
    let opened = schemas.of::<OpenedImpersonation>();
    let ask = "POST /v1/mission-control/impersonations";
    let hand_off = "POST /v1/mission-control/impersonations/{impersonation_id}/hand-off";
    let begin = "POST /v1/session/impersonation";
    vec![
        Operation::new(ask, "request-impersonation", "Staff ask to act for a customer.", requested)
            .creates()
            .body(schemas.of::<NewImpersonation>())
            .naming_things()
            .in_session(),
        Operation::new(hand_off, "hand-off-impersonation", "A token to go over with, shown once.", handed_off)
            .creates()
            .body(schemas.of::<Destination>())
            .in_session(),
        Operation::new(begin, "begin-impersonation", "Opens an impersonation, which a cookie carries.", opened)
            .without_key()
            .body(schemas.of::<Passport>())
            .proving(),
    ]
}

fn of_the_customer(schemas: &mut Schemas) -> Vec<Operation> {
    let (one, many) = (schemas.of::<Impersonation>(), schemas.list_of::<Impersonation>());
    let policy = schemas.of::<ImpersonationPolicy>();
    let (list, read) = ("GET /v1/impersonations", "GET /v1/impersonations/{impersonation_id}");
    let approve = "POST /v1/impersonations/{impersonation_id}/approve";
    let end = "POST /v1/impersonations/{impersonation_id}/end";
    let (read_policy, change_policy) = ("GET /v1/impersonation-policy", "PATCH /v1/impersonation-policy");
    let operations = vec![
        Operation::new(list, "list-impersonations", "What staff opened or asked for, the oldest first.", many).paged(),
        Operation::new(read, "read-impersonation", "One impersonation.", one.clone()),
        Operation::new(approve, "approve-impersonation", "Lets staff in.", one.clone()).body(schemas.of::<Approval>()),
        Operation::new(end, "end-impersonation", "Ends an impersonation at once.", one)
            .optional_body(schemas.of::<Nothing>()),
        Operation::new(read_policy, "read-impersonation-policy", "Whether staff wait to be let in.", policy.clone()),
        Operation::new(
            change_policy,
            "change-impersonation-policy",
            "Decides whether staff wait to be let in.",
            policy.clone(),
        )
        .body(policy),
    ];
    operations.into_iter().map(|operation| operation.allowed_by(Permission::ImpersonationApprove)).collect()
}

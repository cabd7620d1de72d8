//! The operations on members, and on what they prove to sign in.

use manage_members::{
    invitations::NewMember, member::Member, policy::SignInPolicy, roles::RoleChange, standing::Explained,
};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (member, members) = (schemas.of::<Member>(), schemas.list_of::<Member>());
    let (explained, nothing) = (schemas.of::<Explained>(), schemas.of::<Nothing>());
    let policy = schemas.of::<SignInPolicy>();
    let (invite, list, read) = ("POST /v1/members", "GET /v1/members", "GET /v1/members/{member_id}");
    let (change, again) = ("PATCH /v1/members/{member_id}", "POST /v1/members/{member_id}/invite");
    let (deactivate, reactivate) =
        ("POST /v1/members/{member_id}/deactivate", "POST /v1/members/{member_id}/reactivate");
    let reset = "POST /v1/members/{member_id}/reset-second-factor";
    let (read_policy, change_policy) = ("GET /v1/sign-in-policy", "PATCH /v1/sign-in-policy");
    let operations = vec![
        Operation::new(invite, "invite-member", "Invites a person by a link in a mail.", member.clone())
            .creates()
            .body(schemas.of::<NewMember>()),
        Operation::new(list, "list-members", "Members, the oldest first.", members).paged(),
        Operation::new(read, "read-member", "One member.", member.clone()),
        Operation::new(change, "change-role", "Gives a member another role.", member.clone())
            .body(schemas.of::<RoleChange>()),
        Operation::new(again, "invite-member-again", "Sends another link to who is invited.", member.clone())
            .optional_body(nothing.clone()),
        Operation::new(deactivate, "deactivate-member", "Takes everything from a member at once.", member.clone())
            .optional_body(explained.clone()),
        Operation::new(reactivate, "reactivate-member", "Lets a member in again.", member.clone())
            .optional_body(nothing),
        Operation::new(reset, "reset-second-factor", "Takes a lost second factor from a member.", member)
            .optional_body(explained),
        Operation::new(read_policy, "read-sign-in-policy", "What every member proves to sign in.", policy.clone()),
        Operation::new(
            change_policy,
            "change-sign-in-policy",
            "Changes what everybody proves to sign in.",
            policy.clone(),
        )
        .body(policy),
    ];
    operations.into_iter().map(|operation| operation.allowed_by(Permission::MemberManage)).collect()
}

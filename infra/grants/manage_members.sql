-- What fn_manage_members may do: the statements of functions/access/manage-members/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_members;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_manage_members;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_members;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_members;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_members;
GRANT EXECUTE ON FUNCTION app.reach_of(bytea), app.expect_change(bigint), app.require_mfa(boolean, timestamptz),
  app.change_role(uuid, uuid, text, text[], text, text[], timestamptz), app.deactivate_member(uuid, uuid, text, text[], timestamptz),
  app.reactivate_member(uuid, uuid, text, text[], timestamptz), app.renew_invitation(uuid, uuid, text, text[], timestamptz),
  app.clear_second_factor(uuid, uuid, text, text[], timestamptz)
  TO fn_manage_members;

-- Members are changed only by the functions above.
GRANT SELECT (organization_id, member_id, name, email, role, state, created_at, last_sign_in_at),
  INSERT (organization_id, member_id, person_id, email, name, role, state, created_at) ON members TO fn_manage_members;
-- Whether there is a password or a second factor, and neither itself.
GRANT SELECT (organization_id, member_id, totp_confirmed_at) ON member_proofs TO fn_manage_members;
-- Whether the invitation was refused.
GRANT SELECT (organization_id, mail_id, member_id, kind, is_refused) ON mails TO fn_manage_members;
GRANT SELECT (organization_id, requires_mfa) ON organizations TO fn_manage_members;
GRANT INSERT (organization_id, person_id, kind, key_id, wrapped_key, created_at) ON people TO fn_manage_members;
GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_manage_members;
GRANT INSERT (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ON outbox TO fn_manage_members;
GRANT INSERT (draft) ON audit_log TO fn_manage_members;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_members', 'access.refused'),
  ('fn_manage_members', 'member.deactivated'),
  ('fn_manage_members', 'member.invited'),
  ('fn_manage_members', 'member.reactivated'),
  ('fn_manage_members', 'member.role_changed'),
  ('fn_manage_members', 'member.second_factor_reset'),
  ('fn_manage_members', 'sign_in_policy.changed');

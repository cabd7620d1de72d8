-- What fn_manage_impersonations may do: the statements of functions/staff/manage-impersonations/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_impersonations;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_manage_impersonations;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_impersonations;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_impersonations;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_impersonations;
GRANT EXECUTE ON FUNCTION app.reach_of(bytea), app.expect_change(bigint), app.impersonation_state(impersonations, timestamptz),
  app.approve_impersonation(uuid, boolean, text[], timestamptz), app.end_impersonation(uuid, text, timestamptz),
  app.require_staff_approval(boolean, timestamptz) TO fn_manage_impersonations;

-- The whole row, from which `app.impersonation_state` computes its state; and no right to write it.
GRANT SELECT ON impersonations TO fn_manage_impersonations;
GRANT SELECT (organization_id, requires_staff_approval) ON organizations TO fn_manage_impersonations;
GRANT INSERT (draft) ON audit_log TO fn_manage_impersonations;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_impersonations', 'access.refused'),
  ('fn_manage_impersonations', 'impersonation.approved'),
  ('fn_manage_impersonations', 'impersonation.ended'),
  ('fn_manage_impersonations', 'impersonation_policy.changed');

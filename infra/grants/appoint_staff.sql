-- What fn_appoint_staff may do: the statements of functions/staff/appoint-staff/src/store.rs.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, directory TO fn_appoint_staff;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), directory.by_slug(text) TO fn_appoint_staff;
GRANT EXECUTE ON FUNCTION directory.appoint_staff(uuid, uuid, timestamptz), directory.dismiss_staff(uuid, uuid, timestamptz)
  TO fn_appoint_staff;

GRANT SELECT (organization_id, member_id, email, state) ON members TO fn_appoint_staff;
GRANT INSERT (draft) ON audit_log TO fn_appoint_staff;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_appoint_staff', 'staff.appointed'),
  ('fn_appoint_staff', 'staff.dismissed');

-- What fn_create_organization may do: the statements of functions/operations/create-organization/src/store.rs.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_create_organization;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid) TO fn_create_organization;
GRANT EXECUTE ON FUNCTION directory.intake(text, bytea, text), directory.enter(uuid, text, bytea) TO fn_create_organization;
GRANT EXECUTE ON FUNCTION audit.begin() TO fn_create_organization;

GRANT INSERT ON organizations, tenant_keys, people, members, mails, credentials TO fn_create_organization;
-- No name and no address: a request that comes again is told the owner's id.
GRANT SELECT (organization_id, member_id, created_at) ON members TO fn_create_organization;
GRANT INSERT (draft) ON audit_log TO fn_create_organization;

INSERT INTO audit_actions (role, action) VALUES ('fn_create_organization', 'organization.created');

-- What fn_relay_outbox may do: the statements of functions/messages/relay-outbox/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, directory TO fn_relay_outbox;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid) TO fn_relay_outbox;
GRANT EXECUTE ON FUNCTION directory.due(text, uuid, integer, timestamptz) TO fn_relay_outbox;
GRANT EXECUTE ON FUNCTION directory.take(uuid, text), directory.mark(uuid, text, timestamptz) TO fn_relay_outbox;

GRANT SELECT (organization_id, event_id, ready_at), UPDATE (ready_at) ON outbox TO fn_relay_outbox;

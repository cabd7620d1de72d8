-- What fn_sweep_leftovers may do: the statements of functions/operations/sweep-leftovers/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, directory TO fn_sweep_leftovers;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid) TO fn_sweep_leftovers;
GRANT EXECUTE ON FUNCTION app.forget_answers(timestamptz, integer), app.forget_sources(timestamptz, integer),
  app.forget_credentials(timestamptz, integer), app.forget_quiet_guesses(timestamptz, integer),
  app.forget_known_sources(timestamptz, integer), app.forget_mails(timestamptz, integer),
  app.forget_kiosk_pairings(timestamptz, integer) TO fn_sweep_leftovers;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_sweep_leftovers;

GRANT SELECT (organization_id, object_id) ON visit_objects, id_scan_objects TO fn_sweep_leftovers;
GRANT SELECT (organization_id, export_id, state, expires_at), UPDATE (state) ON exports TO fn_sweep_leftovers;

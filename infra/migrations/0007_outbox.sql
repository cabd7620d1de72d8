-- What has to happen after commit, as a row of the same transaction.

CREATE TABLE outbox (
  organization_id uuid NOT NULL REFERENCES organizations,
  event_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind ~ '^[a-z_]+\.[a-z_]+$'),
  -- Of what the event speaks: ids and states only, never a personal value.
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  facts jsonb NOT NULL DEFAULT '{}',
  -- Ties the event to its audit entry, whose seq and link travel with it.
  request_id text NOT NULL,
  occurred_at timestamptz NOT NULL,
  ready_at timestamptz,
  PRIMARY KEY (organization_id, event_id)
);
CREATE INDEX outbox_waiting ON outbox (organization_id, event_id) WHERE ready_at IS NULL;
CALL app.protect('outbox');

-- Marks the organization as having an event to relay.
CREATE FUNCTION app.mark_outbox() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_new boolean;
BEGIN
  is_new := directory.mark(NEW.organization_id, 'outbox', NEW.occurred_at);
  RETURN NULL;
END $$;
CREATE TRIGGER mark_outbox AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION app.mark_outbox();

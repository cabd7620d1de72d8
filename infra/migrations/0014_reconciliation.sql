-- What `reconcile-records` asks: departures by their time, and the events of one visit. Arrivals, entries and events of
-- a period are found by indexes that are there; so are the entries of one visit.

CREATE INDEX visits_by_check_out ON visits (organization_id, checked_out_at) WHERE checked_out_at IS NOT NULL;
CREATE INDEX outbox_subject ON outbox (organization_id, subject_id);

-- As before, but a log from which entries were removed is searched like any other: where the middle is missing,
-- the next entry that is there answers for it.
CREATE OR REPLACE FUNCTION audit.first_seq_at(wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  low bigint := 0;
  high bigint;
  middle bigint;
  found record;
BEGIN
  SELECT l.seq + 1 INTO high FROM public.audit_log AS l WHERE l.organization_id = organization ORDER BY l.seq DESC LIMIT 1;
  WHILE low < high LOOP
    middle := (low + high) / 2;
    SELECT l.seq, l.entry::jsonb ->> 'at' < wanted COLLATE "C" AS is_before INTO found FROM public.audit_log AS l
      WHERE l.organization_id = organization AND l.seq >= middle AND l.seq < high ORDER BY l.seq LIMIT 1;
    IF found.is_before THEN
      low := found.seq + 1;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN low;
END $$;

-- Decisions on visits that are held: who admitted or declined, and when. The reason stands in the log.
ALTER TABLE visits ADD COLUMN decision text CHECK (decision IN ('admit', 'decline'));
ALTER TABLE visits ADD COLUMN decided_at timestamptz;
-- The credential that decided, and the member whose session or token it was.
ALTER TABLE visits ADD COLUMN decided_by uuid;
ALTER TABLE visits ADD COLUMN decided_by_member uuid;
ALTER TABLE visits ADD CONSTRAINT visits_decided CHECK ((decision IS NULL) = (decided_at IS NULL)
  AND (decision IS NULL) = (decided_by IS NULL) AND (decided_by_member IS NULL OR decided_by IS NOT NULL)
  AND (decision IS DISTINCT FROM 'decline' OR state = 'declined') AND (decision IS DISTINCT FROM 'admit' OR state IN ('on_site', 'left')));
-- A held visit says why.
ALTER TABLE visits ADD CONSTRAINT visits_held_for CHECK (state <> 'held' OR hold_reasons <> '{}') NOT VALID;

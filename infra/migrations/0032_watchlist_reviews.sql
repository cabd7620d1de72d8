-- Reviews of matches of the watchlist, and what a comparison needs to be made again.

-- Who confirmed or dismissed a match, and when. The reason stands in the log.
ALTER TABLE watchlist_matches ADD COLUMN outcome text CHECK (outcome IN ('confirmed', 'dismissed'));
ALTER TABLE watchlist_matches ADD COLUMN reviewed_at timestamptz;
-- The credential that reviewed, and the member whose session or token it was.
ALTER TABLE watchlist_matches ADD COLUMN reviewed_by uuid;
ALTER TABLE watchlist_matches ADD COLUMN reviewed_by_member uuid;
ALTER TABLE watchlist_matches ADD CONSTRAINT watchlist_matches_reviewed CHECK ((outcome IS NULL) = (reviewed_at IS NULL)
  AND (outcome IS NULL) = (reviewed_by IS NULL) AND (reviewed_by_member IS NULL OR reviewed_by IS NOT NULL));
CREATE INDEX watchlist_matches_open ON watchlist_matches (organization_id, match_id) WHERE outcome IS NULL;

-- What was compared where an entry was met, once a visit. Entries are never changed: the ids name exactly what was compared.
CREATE TABLE watchlist_screenings (
  organization_id uuid NOT NULL,
  visit_id uuid NOT NULL,
  -- Whose key keeps what was asked: that of the identity document, where its number is in it, else the visit's person.
  person_id uuid NOT NULL,
  -- Names and numbers of the visitor.
  asked_sealed bytea NOT NULL CHECK (length(asked_sealed) <= 32768),
  -- The site's day, by which entries expire.
  today date NOT NULL,
  compared uuid[] NOT NULL CHECK (cardinality(compared) BETWEEN 1 AND 1000),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, visit_id),
  FOREIGN KEY (organization_id, visit_id) REFERENCES visits ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, person_id) REFERENCES people ON DELETE RESTRICT
);

-- The first entry in force, by which a check-in sees whether there is a list.
CREATE INDEX watchlist_entries_first ON watchlist_entries (organization_id, entry_id) WHERE ended_at IS NULL;

CALL app.protect('watchlist_screenings');

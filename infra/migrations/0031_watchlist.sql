-- The watchlist. An entry is never changed: what is to say something else is a new entry, and the old one ends. So an id names exactly
-- one version, and a match says for ever what was met.

-- Each entry has a person of its own, whose key seals what stands in it.
ALTER TABLE people DROP CONSTRAINT people_kind_check;
ALTER TABLE people ADD CONSTRAINT people_kind_check CHECK (kind IN ('visitor', 'driver', 'host', 'member', 'listed'));

CREATE TABLE watchlist_entries (
  organization_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  person_id uuid NOT NULL,
  list text NOT NULL CHECK (list IN ('deny', 'permit')),
  severity text NOT NULL CHECK (severity IN ('high', 'low')),
  content_sealed bytea NOT NULL CHECK (length(content_sealed) <= 32768),
  created_at timestamptz NOT NULL,
  -- The credential that put it there.
  created_by uuid NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (organization_id, entry_id),
  FOREIGN KEY (organization_id, person_id) REFERENCES people ON DELETE RESTRICT
);
-- Whether there is anything to look for.
CREATE INDEX watchlist_entries_in_force ON watchlist_entries (organization_id) WHERE ended_at IS NULL;

-- What an entry is found by: HMACs of words and numbers under the organization's index key, cut to eight bytes.
CREATE TABLE watchlist_keys (
  organization_id uuid NOT NULL,
  key bytea NOT NULL CHECK (length(key) = 8),
  entry_id uuid NOT NULL,
  PRIMARY KEY (organization_id, key, entry_id),
  FOREIGN KEY (organization_id, entry_id) REFERENCES watchlist_entries ON DELETE RESTRICT
);
CREATE INDEX watchlist_keys_of_entry ON watchlist_keys (organization_id, entry_id);

-- Which entries a visitor met, and how well. No value stands here: the entry and the visit have them.
CREATE TABLE watchlist_matches (
  organization_id uuid NOT NULL,
  match_id uuid NOT NULL,
  visit_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  rule text NOT NULL CHECK (rule IN ('alias', 'company', 'document_number', 'name', 'plate', 'weak_alias')),
  score smallint NOT NULL CHECK (score BETWEEN 0 AND 100),
  is_weak boolean NOT NULL,
  algorithm text NOT NULL CHECK (algorithm ~ '^[a-z0-9-]{1,40}$'),
  -- SHA-256 over the ids of the entries that were compared, in order.
  list_digest bytea NOT NULL CHECK (length(list_digest) = 32),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, match_id),
  UNIQUE (organization_id, visit_id, entry_id),
  FOREIGN KEY (organization_id, visit_id) REFERENCES visits ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, entry_id) REFERENCES watchlist_entries ON DELETE RESTRICT
);
CREATE INDEX watchlist_matches_of_entry ON watchlist_matches (organization_id, entry_id);

CALL app.protect('watchlist_entries');
CALL app.protect('watchlist_keys');
CALL app.protect('watchlist_matches');

-- The row of this call has one more column now, and PostgreSQL does not replace such a function. No released version makes this call.
DROP FUNCTION IF EXISTS app.admit_check_in(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz,
  uuid, uuid, uuid, uuid, uuid, uuid);

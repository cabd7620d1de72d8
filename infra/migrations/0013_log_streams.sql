-- Where an organization has its log streamed to: a bucket of its own, or a collector that speaks HTTPS.

CREATE TABLE log_streams (
  organization_id uuid NOT NULL REFERENCES organizations,
  stream_id uuid NOT NULL,
  -- An organization has few streams at a time: each takes one of three places, and gives it back when it ends.
  slot integer NOT NULL CHECK (slot BETWEEN 1 AND 3),
  kind text NOT NULL CHECK (kind IN ('bucket', 'https')),
  bucket text CHECK (length(bucket) <= 63),
  region text CHECK (length(region) <= 32),
  -- The bucket's owner, which S3 is told to expect: a bucket of that name in other hands gets nothing.
  account text CHECK (length(account) <= 12),
  url text CHECK (length(url) <= 2000),
  -- The tenant key under which the two below are sealed. All three go when the stream ends.
  key_id uuid,
  -- What deliveries are signed with: made here, shown once.
  secret_sealed bytea,
  -- What the collector asks for in `authorization`: given by the customer, never shown.
  token_sealed bytea,
  state text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
  -- The first entry that the destination has not acknowledged, and the link of the one before it as it was delivered:
  -- what is delivered next must continue that, whatever the log says by then.
  next_seq bigint NOT NULL CHECK (next_seq >= 0),
  link bytea NOT NULL CHECK (length(link) = 32),
  -- Size of the newest checkpoint that was acknowledged.
  checkpoint_size bigint NOT NULL CHECK (checkpoint_size >= 0),
  -- The end of a delivery that was begun and not acknowledged: it is repeated to the same end, so that a repeated
  -- delivery is the same delivery.
  sending_to bigint CHECK (sending_to > next_seq),
  -- Until when one streamer alone works on it, and by which value that streamer is known.
  leased_until timestamptz,
  -- Of the deliveries that failed since the last acknowledgement.
  failing_since timestamptz,
  failure text CHECK (failure IN ('access_denied', 'address_not_public', 'chain_broken', 'connection_lost', 'name_not_resolved',
    'no_such_bucket', 'other_region', 'redirected', 'refused', 'server_error', 'timed_out', 'tls_failed', 'unreachable')),
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  retry_at timestamptz,
  acknowledged_at timestamptz,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (organization_id, stream_id),
  FOREIGN KEY (organization_id, key_id) REFERENCES tenant_keys ON DELETE RESTRICT,
  CHECK ((kind = 'bucket') = (bucket IS NOT NULL AND region IS NOT NULL AND account IS NOT NULL)),
  CHECK ((kind = 'https') = (url IS NOT NULL)),
  CHECK ((secret_sealed IS NOT NULL) = (kind = 'https' AND state <> 'ended')),
  CHECK ((key_id IS NOT NULL) = (secret_sealed IS NOT NULL)),
  CHECK (token_sealed IS NULL OR key_id IS NOT NULL),
  CHECK ((failure IS NULL) = (failing_since IS NULL)),
  CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX log_streams_slot ON log_streams (organization_id, slot) WHERE state <> 'ended';
CALL app.protect('log_streams');

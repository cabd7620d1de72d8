-- What was sealed of each log. All of it follows from the entries and can be made again from them, and none of it is
-- believed: the sealer begins at the anchors, and a verifier at the keys that it was given.

-- How long an organization's new entries may wait for their seal.
ALTER TABLE plans ADD COLUMN seal_interval_seconds integer NOT NULL DEFAULT 900 CHECK (seal_interval_seconds >= 60);

-- The tree (C2SP tlog-tiles): a tile of level L holds up to 256 hashes of tree level 8 × L. Its bytes are only added to.
CREATE TABLE log_tiles (
  organization_id uuid NOT NULL REFERENCES organizations,
  level integer NOT NULL CHECK (level BETWEEN 0 AND 6),
  tile bigint NOT NULL CHECK (tile >= 0),
  hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
  PRIMARY KEY (organization_id, level, tile)
);
CALL app.protect('log_tiles');

-- Checkpoints that were signed and anchored. A row comes after its anchor, never before.
CREATE TABLE log_checkpoints (
  organization_id uuid NOT NULL REFERENCES organizations,
  size bigint NOT NULL CHECK (size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  link bytea NOT NULL CHECK (length(link) = 32),
  -- The signed note, byte for byte as it is anchored.
  note text NOT NULL,
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, size)
);
CALL app.protect('log_checkpoints');

-- The public keys that ever signed, for every organization alike: which one a verifier key belongs to is in its name.
CREATE TABLE log_keys (
  purpose text NOT NULL CHECK (purpose IN ('log', 'bundle')),
  public_key bytea NOT NULL CHECK (length(public_key) = 32),
  valid_from timestamptz NOT NULL,
  -- Set when another key took its place; what it signed before stays good.
  valid_until timestamptz,
  -- Set when it must no longer be trusted: of what it signed, only what was anchored before counts.
  revoked_at timestamptz,
  PRIMARY KEY (purpose, public_key)
);

-- Enters the key that signs from now on. One that is known already changes nothing; none is ever removed.
CREATE FUNCTION directory.enter_log_key(wanted text, key bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.log_keys (purpose, public_key, valid_from) VALUES (wanted, key, at) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    UPDATE public.log_keys AS k SET valid_until = at
      WHERE k.purpose = wanted AND k.public_key <> key AND k.valid_until IS NULL;
  END IF;
END $$;

-- Every key that ever signed, the oldest first.
CREATE FUNCTION directory.log_keys()
RETURNS TABLE (purpose text, public_key bytea, valid_from timestamptz, valid_until timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.purpose, k.public_key, k.valid_from, k.valid_until, k.revoked_at FROM public.log_keys AS k
  ORDER BY k.purpose DESC, k.valid_from
$$;

-- How long the bound organization's new entries may wait.
CREATE FUNCTION app.seal_interval_seconds() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.seal_interval_seconds FROM public.organizations AS o JOIN public.plans AS p ON p.plan = o.plan
  WHERE o.organization_id = app.organization_id()
$$;

-- RFC 6962 section 2.1.1: the root that a leaf and its proof lead to; null where the proof has another length than the
-- tree asks for. With it, a proof can be checked where the log lies.
CREATE FUNCTION audit.root_of_proof(leaf bytea, index bigint, size bigint, proof bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  node bigint := index;
  last bigint := size - 1;
  root bytea := leaf;
  other bytea;
BEGIN
  IF index < 0 OR index >= size THEN
    RETURN NULL;
  END IF;
  FOREACH other IN ARRAY proof LOOP
    IF last = 0 THEN
      RETURN NULL;
    END IF;
    IF node % 2 = 1 OR node = last THEN
      root := sha256('\x01'::bytea || other || root);
      -- Levels at which the right edge stands alone have no sibling.
      WHILE node % 2 = 0 AND node > 0 LOOP
        node := node / 2;
        last := last / 2;
      END LOOP;
    ELSE
      root := sha256('\x01'::bytea || root || other);
    END IF;
    node := node / 2;
    last := last / 2;
  END LOOP;
  RETURN CASE WHEN last = 0 THEN root END;
END $$;

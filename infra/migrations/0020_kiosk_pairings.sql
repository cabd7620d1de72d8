-- How a device becomes a kiosk, as in RFC 8628: it asks and shows a code, a member with the permission confirms it, and the
-- device fetches the credential, which is made at that moment. Only the functions below reach these rows.

-- Devices that ask. What they hold and what they show stand here as hashes alone.
CREATE TABLE kiosk_pairings (
  organization_id uuid NOT NULL REFERENCES organizations,
  -- SHA-256 of the device's code, by which it alone asks how far it is.
  device_sha256 bytea NOT NULL CHECK (length(device_sha256) = 32),
  -- SHA-256 of organization and what the device shows. Gone once it is confirmed: a code is used once.
  code_sha256 bytea CHECK (length(code_sha256) = 32),
  -- SHA-256 of organization and address of the device.
  source_sha256 bytea NOT NULL CHECK (length(source_sha256) = 32),
  -- What the device calls itself: its User-Agent.
  device text CHECK (length(device) BETWEEN 1 AND 200),
  kiosk_id uuid,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, device_sha256),
  FOREIGN KEY (organization_id, kiosk_id) REFERENCES kiosks ON DELETE RESTRICT,
  CHECK ((kiosk_id IS NULL) = (code_sha256 IS NOT NULL))
);
CREATE UNIQUE INDEX kiosk_pairings_code ON kiosk_pairings (organization_id, code_sha256);
CALL app.protect('kiosk_pairings');

-- Whose attempts are counted: those of one credential, address or device, or those of all callers where none is named.
CREATE FUNCTION app.pairing_subject(attempt text, whose bytea) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  RETURN sha256(convert_to(organization::text || ' kiosk pairing ' || attempt || ' ' || coalesce(encode(whose, 'hex'), ''), 'UTF8'));
END $$;

-- A device asks. Null when it was taken down, else the seconds to wait: ten times at once from one address, then once a
-- minute; and never while fifty of the organization's wait to be confirmed, or ten of one address.
CREATE FUNCTION app.begin_kiosk_pairing(device_secret bytea, code bytea, called text, source_address text,
  expires timestamptz, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  source CONSTANT bytea := app.source_sha256(organization, source_address);
  wait_s integer;
  of_everybody integer;
  of_address integer;
BEGIN
  wait_s := app.take_guess(app.pairing_subject('address', source), 10, 60, at);
  IF wait_s IS NOT NULL THEN
    RETURN wait_s;
  END IF;
  -- Held until COMMIT, so that devices that ask at once are counted one after the other.
  PERFORM pg_advisory_xact_lock(hashtextextended('kiosk pairing ' || organization::text, 0));
  SELECT count(*), count(*) FILTER (WHERE p.source_sha256 = source) INTO of_everybody, of_address
    FROM public.kiosk_pairings AS p
    WHERE p.organization_id = organization AND p.kiosk_id IS NULL AND p.expires_at > at;
  IF of_everybody >= 50 OR of_address >= 10 THEN
    RETURN 60;
  END IF;
  INSERT INTO public.kiosk_pairings (organization_id, device_sha256, code_sha256, source_sha256, device, expires_at, created_at)
    VALUES (organization, device_secret, code, source, called, expires, at);
  RETURN NULL;
END $$;

-- Takes a guess at a code, and says which device shows it, if one does: ten at once for each credential, then one a minute;
-- thirty at once for all of an organization's, then one in twenty seconds. `failures` is how many wrong ones the address has
-- had within a minute. Finds nothing, and counts nothing, for a caller that the door has refused.
CREATE FUNCTION app.find_kiosk_pairing(guesser bytea, code bytea, source_address text, at timestamptz,
  OUT retry_after_s integer, OUT failures integer, OUT device_sha256 bytea, OUT device text, OUT expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM FROM public.organizations AS o WHERE o.organization_id = organization;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  retry_after_s := app.take_guess(app.pairing_subject('code', guesser), 10, 60, at);
  IF retry_after_s IS NULL THEN
    retry_after_s := app.take_guess(app.pairing_subject('code', NULL), 30, 20, at);
  END IF;
  IF retry_after_s IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT p.device_sha256, p.device, p.expires_at INTO device_sha256, device, expires_at FROM public.kiosk_pairings AS p
    WHERE p.organization_id = organization AND p.code_sha256 = code AND p.expires_at > at;
  IF NOT FOUND THEN
    failures := app.count_refused(source_address, at);
  END IF;
END $$;

-- Gives one guess back: a right code is none.
CREATE FUNCTION app.return_guess(subject bytea, capacity integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.guesses AS g SET tokens = least(capacity, g.tokens + 1)
    WHERE g.organization_id = organization AND g.subject_sha256 = subject;
END $$;

-- Enters the kiosk whose place the device will take, and uses the code up. Raises as a serialization failure does when
-- another member confirmed it meanwhile, so the whole request is run again and finds no such code.
CREATE FUNCTION app.confirm_kiosk_pairing(device_secret bytea, code bytea, kiosk uuid, site uuid, kiosk_name text, guesser bytea,
  at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  INSERT INTO public.kiosks (organization_id, kiosk_id, site_id, name, device, pairing_expires_at, created_at)
    SELECT organization, kiosk, site, kiosk_name, p.device, p.expires_at, at FROM public.kiosk_pairings AS p
    WHERE p.organization_id = organization AND p.device_sha256 = device_secret AND app.reaches_site(site);
  UPDATE public.kiosk_pairings AS p SET kiosk_id = kiosk, code_sha256 = NULL
    WHERE p.organization_id = organization AND p.device_sha256 = device_secret AND p.code_sha256 = code AND p.expires_at > at;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.return_guess(app.pairing_subject('code', guesser), 10);
  PERFORM app.return_guess(app.pairing_subject('code', NULL), 30);
END $$;

-- A device asks how far it is. `outcome` is `waiting`; `paired`, and the credential is made now, so that its secret stood
-- nowhere before; `paired_again`, and the secret takes the place of an unused one, whose answer was lost;
-- `unknown` for a code that is wrong or too old, and for a kiosk that was revoked or is in use; `throttled` for a device that
-- asks too often (five times at once, then once in four seconds), and for an address with too many wrong codes.
CREATE FUNCTION app.poll_kiosk_pairing(device_secret bytea, credential uuid, secret_sha256 bytea, permissions text[],
  source_address text, at timestamptz, OUT outcome text, OUT retry_after_s integer, OUT kiosk_id uuid, OUT site_id uuid,
  OUT credential_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  pairing public.kiosk_pairings;
  kiosk public.kiosks;
BEGIN
  outcome := 'throttled';
  IF app.source_has_failed_often(organization, source_address, at) THEN
    retry_after_s := 60;
    RETURN;
  END IF;
  -- Held until COMMIT: of requests that fetch at once, each finds what the one before it left.
  SELECT * INTO pairing FROM public.kiosk_pairings AS p
    WHERE p.organization_id = organization AND p.device_sha256 = device_secret AND p.expires_at > at FOR UPDATE;
  IF NOT FOUND THEN
    outcome := 'unknown';
    PERFORM app.source_is_refused(organization, source_address, at);
    RETURN;
  END IF;
  retry_after_s := app.take_guess(app.pairing_subject('device', device_secret), 5, 4, at);
  IF retry_after_s IS NOT NULL THEN
    RETURN;
  END IF;
  outcome := 'waiting';
  IF pairing.kiosk_id IS NULL THEN
    RETURN;
  END IF;

  SELECT * INTO kiosk FROM public.kiosks AS k
    WHERE k.organization_id = organization AND k.kiosk_id = pairing.kiosk_id FOR UPDATE;
  kiosk_id := kiosk.kiosk_id;
  site_id := kiosk.site_id;
  outcome := 'unknown';
  IF kiosk.revoked_at IS NOT NULL THEN
    RETURN;
  ELSIF kiosk.credential_id IS NULL THEN
    outcome := 'paired';
    credential_id := credential;
    INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, site_id, created_at)
      VALUES (organization, credential, 'kiosk', secret_sha256, kiosk.name, permissions, kiosk.site_id, at);
    UPDATE public.kiosks AS k SET credential_id = credential, paired_at = at
      WHERE k.organization_id = organization AND k.kiosk_id = kiosk.kiosk_id;
    RETURN;
  END IF;
  UPDATE public.credentials AS c SET sha256 = secret_sha256
    WHERE c.organization_id = organization AND c.credential_id = kiosk.credential_id
      AND c.last_used_at IS NULL AND c.revoked_at IS NULL;
  IF FOUND THEN
    outcome := 'paired_again';
    credential_id := kiosk.credential_id;
  END IF;
END $$;

-- Devices that were never confirmed, or that have what they asked for. A page at a time; says how many rows went.
CREATE FUNCTION app.forget_kiosk_pairings(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH old AS (
    SELECT p.organization_id, p.device_sha256 FROM public.kiosk_pairings AS p
    WHERE p.organization_id = app.organization_id() AND p.expires_at <= at
    LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.kiosk_pairings AS p USING old AS o
    WHERE p.organization_id = o.organization_id AND p.device_sha256 = o.device_sha256 RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- What else gets a credential: staff, kiosks and links in mails; and whose keys are published.

-- Opens an impersonation, as before: where a hand-off was made that has not lapsed, and with no more than the row allows.
CREATE OR REPLACE FUNCTION app.begin_impersonation(impersonation uuid, credential uuid, secret_sha256 bytea, client text, reach text[],
  expires timestamptz, request text, at timestamptz, OUT opened_at timestamptz, OUT expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  ends CONSTANT timestamptz := least(expires, at + interval '30 minutes');
BEGIN
  UPDATE public.credentials AS c SET sha256 = secret_sha256
    FROM public.impersonations AS i
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation AND i.opened_by_request = request
      AND c.organization_id = organization AND c.credential_id = i.credential_id
    RETURNING i.opened_at, i.expires_at INTO opened_at, expires_at;
  IF FOUND THEN
    RETURN;
  END IF;
  PERFORM FROM public.impersonations AS i
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation AND i.hand_off_expires_at > at
      AND reach <@ (app.permissions_of_staff(i.staff_role, i.role, i.restricted_approved_at IS NOT NULL) || '{session.open}'::text[]);
  IF NOT FOUND THEN
    PERFORM app.refuse_argument('impersonation or reach');
  END IF;
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, last_used_at)
    VALUES (organization, credential, 'impersonation', secret_sha256, client, reach, ends, at, at);
  UPDATE public.impersonations AS i SET credential_id = credential, opened_at = at, opened_by_request = request, expires_at = ends
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation AND app.impersonation_state(i, at) = 'approved'
    RETURNING i.opened_at, i.expires_at INTO opened_at, expires_at;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Approves an impersonation, as before. What that adds to what they may do is what both roles may of Restricted values; `reach`
-- is no longer looked at.
CREATE OR REPLACE FUNCTION app.approve_impersonation(impersonation uuid, restricted boolean, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  opened uuid;
  added text[];
BEGIN
  UPDATE public.impersonations AS i
    SET approved_at = coalesce(i.approved_at, at),
      restricted_approved_at = CASE WHEN restricted THEN coalesce(i.restricted_approved_at, at) ELSE i.restricted_approved_at END
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation
      AND app.impersonation_state(i, at) IN ('requested', 'approved', 'open')
    RETURNING i.credential_id, ARRAY(SELECT p FROM unnest(app.permissions_of_staff(i.staff_role, i.role, true)) AS p
      WHERE p <> ALL (app.permissions_of_staff(i.staff_role, i.role, false))) INTO opened, added;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  IF restricted THEN
    UPDATE public.credentials AS c SET permissions = c.permissions || added
      WHERE c.organization_id = organization AND c.credential_id = opened AND NOT added <@ c.permissions;
  END IF;
END $$;

-- A link lasts no longer than the longest that any does, three days.
CREATE OR REPLACE FUNCTION app.add_link(mail uuid, link_kind text, credential uuid, secret_sha256 bytea, expires timestamptz, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, member_id)
    SELECT organization, credential, link_kind, secret_sha256, 'Link in a mail', '{}',
      least(expires, at + CASE link_kind WHEN 'password_reset' THEN interval '1 hour' ELSE interval '72 hours' END), at, m.member_id
    FROM public.mails AS m
    WHERE m.organization_id = organization AND m.mail_id = mail AND m.kind = link_kind AND m.sent_at IS NULL AND m.given_up_at IS NULL
      AND link_kind IN ('member_invitation', 'password_reset');
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Which of the two keys a role signs with is that role's alone to enter.
CREATE OR REPLACE FUNCTION directory.enter_log_key(wanted text, key bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.is_function() AND (wanted, app.caller()) NOT IN (('log', 'fn_seal_audit_log'), ('bundle', 'fn_build_export')) THEN
    PERFORM app.refuse_argument('wanted');
  END IF;
  INSERT INTO public.log_keys (purpose, public_key, valid_from) VALUES (wanted, key, at) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    UPDATE public.log_keys AS k SET valid_until = at
      WHERE k.purpose = wanted AND k.public_key <> key AND k.valid_until IS NULL;
  END IF;
END $$;

-- A device fetches its credential, as before, which may do no more than a kiosk may.
CREATE OR REPLACE FUNCTION app.poll_kiosk_pairing(device_secret bytea, credential uuid, secret_sha256 bytea, permissions text[],
  source_address text, at timestamptz, OUT outcome text, OUT retry_after_s integer, OUT kiosk_id uuid, OUT site_id uuid,
  OUT credential_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  pairing public.kiosk_pairings;
  kiosk public.kiosks;
BEGIN
  IF NOT permissions <@ app.permissions_of_kiosk() THEN
    PERFORM app.refuse_argument('permissions');
  END IF;
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

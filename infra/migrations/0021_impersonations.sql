-- The operator's staff, and the impersonations that they open at an organization, which sees, approves and ends them.

-- Which members of the operator's own organization may help others: no personal data, since the member is a row of that
-- organization. A dismissal ends every impersonation of theirs with its next request, whosever it is.
CREATE TABLE staff (
  staff_id uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  -- Counts what begins anew: an appointment, another role, another password or second factor. What was asked for in one
  -- term opens nothing in the next, so nothing that was ended comes back.
  term integer NOT NULL,
  appointed_at timestamptz NOT NULL,
  dismissed_at timestamptz
);

-- Appoints a member of an organization; false where they are staff already.
CREATE FUNCTION directory.appoint_staff(organization uuid, member uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Held until COMMIT: a deactivation of the member waits, and then dismisses them.
  PERFORM FROM public.members AS m
    WHERE m.organization_id = organization AND m.member_id = member AND m.state = 'active' FOR SHARE;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  INSERT INTO public.staff AS s VALUES (member, organization, 1, at, NULL)
    ON CONFLICT (staff_id) DO UPDATE SET term = s.term + 1, appointed_at = at, dismissed_at = NULL
    WHERE s.organization_id = organization AND s.dismissed_at IS NOT NULL;
  RETURN FOUND;
END $$;

-- Dismisses a member of an organization; false where they are not staff.
CREATE FUNCTION directory.dismiss_staff(organization uuid, member uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.staff AS s SET dismissed_at = at
    WHERE s.staff_id = member AND s.organization_id = organization AND s.dismissed_at IS NULL;
  RETURN FOUND;
END $$;

-- Whether a member is staff, and has been without a break since a term began.
CREATE FUNCTION directory.is_in_term(staff_member uuid, wanted integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.staff AS s WHERE s.staff_id = staff_member AND s.term = wanted AND s.dismissed_at IS NULL)
$$;

-- Who loses their place in the operator's organization is staff no longer.
CREATE FUNCTION app.dismiss_with_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The moment is the database's own: the entry of the deactivation says its own.
  UPDATE public.staff AS s SET dismissed_at = clock_timestamp() WHERE s.staff_id = NEW.member_id AND s.dismissed_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER dismiss_with_membership AFTER UPDATE OF state ON members FOR EACH ROW
  WHEN (NEW.state = 'deactivated') EXECUTE FUNCTION app.dismiss_with_membership();

-- What ends the sessions of a member ends what they opened elsewhere: another role, another password or second factor.
CREATE FUNCTION app.begin_new_term() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.staff AS s SET term = s.term + 1 WHERE s.staff_id = NEW.member_id;
  RETURN NULL;
END $$;
CREATE TRIGGER begin_new_term AFTER UPDATE OF role ON members FOR EACH ROW
  WHEN (OLD.role <> NEW.role) EXECUTE FUNCTION app.begin_new_term();
CREATE TRIGGER begin_new_term AFTER UPDATE ON member_proofs FOR EACH ROW
  WHEN (OLD.password_changed_at <> NEW.password_changed_at OR OLD.totp_confirmed_at IS DISTINCT FROM NEW.totp_confirmed_at)
  EXECUTE FUNCTION app.begin_new_term();

CREATE TABLE impersonations (
  organization_id uuid NOT NULL REFERENCES organizations,
  impersonation_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  staff_term integer NOT NULL,
  -- The operator's own organization, as a member of which they are signed in.
  staff_organization_id uuid NOT NULL,
  staff_name text NOT NULL CHECK (length(staff_name) BETWEEN 1 AND 200),
  -- What they are at the operator's, and what they act as here: they may do what both may.
  staff_role text NOT NULL CHECK (staff_role IN ('owner', 'admin', 'security', 'front_desk', 'host', 'auditor', 'billing', 'kiosk_manager')),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'security', 'front_desk', 'host', 'auditor', 'billing', 'kiosk_manager')),
  reason text NOT NULL CHECK (length(reason) BETWEEN 20 AND 500),
  -- SHA-256 of organization, credential and key of the request that asked, so that the same one, sent again, asks once.
  requested_under bytea NOT NULL CHECK (length(requested_under) = 32),
  requested_at timestamptz NOT NULL,
  needs_approval boolean NOT NULL,
  approved_at timestamptz,
  -- Since when Restricted values may be revealed in it.
  restricted_approved_at timestamptz,
  -- The only hand-off that opens it: the newest.
  hand_off_id uuid,
  hand_off_expires_at timestamptz,
  credential_id uuid,
  opened_at timestamptz,
  -- The request that opened it, so that the same one, run again after a lost connection, is not refused.
  opened_by_request text,
  expires_at timestamptz,
  ended_at timestamptz,
  ended_by text CHECK (ended_by IN ('staff', 'customer', 'review')),
  PRIMARY KEY (organization_id, impersonation_id),
  UNIQUE (organization_id, requested_under),
  FOREIGN KEY (organization_id, credential_id) REFERENCES credentials ON DELETE RESTRICT,
  CHECK ((opened_at IS NULL) = (credential_id IS NULL) AND (opened_at IS NULL) = (expires_at IS NULL)),
  CHECK ((opened_at IS NULL) = (opened_by_request IS NULL)),
  CHECK ((hand_off_id IS NULL) = (hand_off_expires_at IS NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX impersonations_credential ON impersonations (organization_id, credential_id) WHERE credential_id IS NOT NULL;
CALL app.protect('impersonations');

-- Where an impersonation stands at a moment. One whose staff were dismissed has ended, although no row says
-- so, and one that was not opened within a day of the request has lapsed.
CREATE FUNCTION app.impersonation_state(i impersonations, at timestamptz) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN i.ended_at IS NOT NULL OR i.expires_at <= at OR NOT directory.is_in_term(i.staff_id, i.staff_term) THEN 'ended'
    WHEN i.opened_at IS NOT NULL THEN 'open'
    WHEN i.requested_at <= at - interval '24 hours' THEN 'lapsed'
    WHEN i.needs_approval AND i.approved_at IS NULL THEN 'requested'
    ELSE 'approved'
  END
$$;

-- Which staff member acts by the credential of an impersonation; none where the operator has dismissed them.
CREATE FUNCTION app.staff_behind(credential uuid, OUT impersonation_id uuid, OUT staff_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.impersonation_id, i.staff_id FROM public.impersonations AS i
  WHERE i.organization_id = app.organization_id() AND i.credential_id = credential AND i.ended_at IS NULL
    AND directory.is_in_term(i.staff_id, i.staff_term)
$$;

-- Who asks in a session of the operator's organization, if they are staff and proved a second factor in it; else nulls.
CREATE FUNCTION app.staff_standing(session uuid, at timestamptz, OUT staff_id uuid, OUT name text, OUT role text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT m.member_id, m.name, m.role INTO staff_id, name, role
    FROM public.credentials AS c
    JOIN public.members AS m ON m.organization_id = c.organization_id AND m.member_id = c.member_id
    JOIN public.staff AS s ON s.staff_id = m.member_id AND s.organization_id = m.organization_id AND s.dismissed_at IS NULL
    WHERE c.organization_id = organization AND c.credential_id = session AND c.kind = 'session' AND c.assurance = 'second_factor'
      AND c.revoked_at IS NULL AND c.expires_at > at AND c.last_used_at > at - app.idle_limit() AND m.state = 'active';
END $$;

-- The same of the session with this secret.
CREATE FUNCTION app.staff_asking(secret_sha256 bytea, at timestamptz, OUT staff_id uuid, OUT name text, OUT role text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT s.staff_id, s.name, s.role INTO staff_id, name, role
    FROM public.credentials AS c CROSS JOIN LATERAL app.staff_standing(c.credential_id, at) AS s
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256;
END $$;

-- Asks for an impersonation, once: the same request, run again, finds what it asked for. Nulls where they are staff no
-- longer. A change of the policy is waited for, and then holds for this one too; or it finds this one.
CREATE FUNCTION app.request_impersonation(impersonation uuid, staff uuid, staff_organization uuid, name_of_staff text, role_of_staff text,
  wanted_role text, written_reason text, request_sha256 bytea, at timestamptz, OUT impersonation_id uuid, OUT is_new boolean, OUT state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  INSERT INTO public.impersonations (organization_id, impersonation_id, staff_id, staff_term, staff_organization_id, staff_name,
      staff_role, role, reason, requested_under, requested_at, needs_approval)
    SELECT organization, impersonation, staff, s.term, staff_organization, name_of_staff, role_of_staff, wanted_role, written_reason,
      request_sha256, at, o.requires_staff_approval
    FROM public.organizations AS o
    JOIN public.staff AS s ON s.staff_id = staff AND s.organization_id = staff_organization AND s.dismissed_at IS NULL
    WHERE o.organization_id = organization FOR SHARE OF o
    ON CONFLICT (organization_id, requested_under) DO NOTHING;
  is_new := FOUND;
  SELECT i.impersonation_id, app.impersonation_state(i, at) INTO impersonation_id, state FROM public.impersonations AS i
    WHERE i.organization_id = organization AND i.requested_under = request_sha256;
END $$;

-- Makes a hand-off the one that opens the impersonation, in place of any before it. `state` says where it stands; nulls
-- where this member of the staff never asked for it.
CREATE FUNCTION app.hand_off_impersonation(impersonation uuid, staff uuid, hand_off uuid, hand_off_expires timestamptz, at timestamptz,
  OUT state text, OUT role text, OUT reason text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT app.impersonation_state(i, at), i.role, i.reason INTO state, role, reason FROM public.impersonations AS i
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation AND i.staff_id = staff FOR UPDATE;
  IF state = 'approved' THEN
    UPDATE public.impersonations AS i SET hand_off_id = hand_off, hand_off_expires_at = hand_off_expires
      WHERE i.organization_id = organization AND i.impersonation_id = impersonation;
  END IF;
END $$;

-- What a hand-off opens, held until COMMIT. `outcome` is `opens`; `opened` for the request that opened it, run again; `closed`
-- for one that is used, replaced, too old or ended; `throttled` for an address with too many of those.
CREATE FUNCTION app.opening_of(impersonation uuid, hand_off uuid, source_address text, request text, at timestamptz,
  OUT outcome text, OUT staff_id uuid, OUT staff_role text, OUT role text, OUT reason text, OUT reveals_restricted boolean,
  OUT environment text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  outcome := 'throttled';
  IF app.source_has_failed_often(organization, source_address, at) THEN
    RETURN;
  END IF;
  SELECT CASE WHEN i.opened_at IS NULL THEN 'opens' ELSE 'opened' END, i.staff_id, i.staff_role, i.role, i.reason,
      i.restricted_approved_at IS NOT NULL, o.environment
    INTO outcome, staff_id, staff_role, role, reason, reveals_restricted, environment
    FROM public.impersonations AS i JOIN public.organizations AS o ON o.organization_id = i.organization_id
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation AND i.hand_off_id = hand_off
      AND CASE app.impersonation_state(i, at)
        WHEN 'approved' THEN i.hand_off_expires_at > at
        WHEN 'open' THEN i.opened_by_request = request
        ELSE false
      END
    FOR UPDATE OF i;
  outcome := coalesce(outcome, 'closed');
END $$;

-- Opens an impersonation that `app.opening_of` holds in the same transaction. The request that opened it, run again, puts
-- another secret in the place of the one that was lost.
CREATE FUNCTION app.begin_impersonation(impersonation uuid, credential uuid, secret_sha256 bytea, client text, reach text[],
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
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, last_used_at)
    VALUES (organization, credential, 'impersonation', secret_sha256, client, reach, ends, at, at);
  UPDATE public.impersonations AS i SET credential_id = credential, opened_at = at, opened_by_request = request, expires_at = ends
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation AND app.impersonation_state(i, at) = 'approved'
    RETURNING i.opened_at, i.expires_at INTO opened_at, expires_at;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Approves an impersonation; with `restricted`, also for Restricted values, at once where it is open already. `reach` is
-- what that adds to what they may do.
CREATE FUNCTION app.approve_impersonation(impersonation uuid, restricted boolean, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  opened uuid;
BEGIN
  UPDATE public.impersonations AS i
    SET approved_at = coalesce(i.approved_at, at),
      restricted_approved_at = CASE WHEN restricted THEN coalesce(i.restricted_approved_at, at) ELSE i.restricted_approved_at END
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation
      AND app.impersonation_state(i, at) IN ('requested', 'approved', 'open')
    RETURNING i.credential_id INTO opened;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  IF restricted THEN
    UPDATE public.credentials AS c SET permissions = c.permissions || reach
      WHERE c.organization_id = organization AND c.credential_id = opened AND NOT reach <@ c.permissions;
  END IF;
END $$;

-- Ends an impersonation, opened or not. False where it has ended before.
CREATE FUNCTION app.end_impersonation(impersonation uuid, ender text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  opened uuid;
BEGIN
  UPDATE public.impersonations AS i SET ended_at = at, ended_by = ender
    WHERE i.organization_id = organization AND i.impersonation_id = impersonation
      AND app.impersonation_state(i, at) IN ('requested', 'approved', 'open')
    RETURNING i.credential_id INTO opened;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = opened AND c.revoked_at IS NULL;
  RETURN true;
END $$;

-- Whether staff need approval. Turned on, it also holds for those who asked before and have not come in yet.
CREATE FUNCTION app.require_staff_approval(is_required boolean, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.organizations AS o SET requires_staff_approval = is_required WHERE o.organization_id = organization;
  IF is_required THEN
    UPDATE public.impersonations AS i SET needs_approval = true
      WHERE i.organization_id = organization AND i.opened_at IS NULL AND i.ended_at IS NULL;
  END IF;
END $$;

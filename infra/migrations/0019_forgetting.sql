-- What signing in leaves behind and is not needed any more. A page at a time; each says how many rows went.

-- Sessions and links that ended thirty days ago. What they did is in the log, under the member's name.
CREATE FUNCTION app.forget_credentials(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH ended AS (
    SELECT c.organization_id, c.credential_id FROM public.credentials AS c
    WHERE c.organization_id = app.organization_id() AND c.kind IN ('session', 'member_invitation', 'password_reset')
      AND least(c.expires_at, c.revoked_at) <= at - interval '30 days'
      AND NOT EXISTS (SELECT FROM public.answers AS a
        WHERE a.organization_id = c.organization_id AND a.credential_id = c.credential_id)
    LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.credentials AS c USING ended AS e
    WHERE c.organization_id = e.organization_id AND c.credential_id = e.credential_id RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Guesses that have all refilled long ago.
CREATE FUNCTION app.forget_quiet_guesses(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH quiet AS (
    SELECT g.organization_id, g.subject_sha256 FROM public.guesses AS g
    WHERE g.organization_id = app.organization_id() AND g.refilled_at <= at - interval '1 day'
    LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.guesses AS g USING quiet AS q
    WHERE g.organization_id = q.organization_id AND g.subject_sha256 = q.subject_sha256 RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Addresses without a sign-in for ninety days.
CREATE FUNCTION app.forget_known_sources(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH old AS (
    SELECT k.organization_id, k.member_id, k.source_sha256 FROM public.known_sources AS k
    WHERE k.organization_id = app.organization_id() AND k.seen_at <= at - interval '90 days'
    LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.known_sources AS k USING old AS o
    WHERE k.organization_id = o.organization_id AND k.member_id = o.member_id AND k.source_sha256 = o.source_sha256 RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Mail that was sent, or given up, thirty days ago.
CREATE FUNCTION app.forget_mails(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH done AS (
    SELECT m.organization_id, m.mail_id FROM public.mails AS m
    WHERE m.organization_id = app.organization_id() AND coalesce(m.sent_at, m.given_up_at) <= at - interval '30 days'
    LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.mails AS m USING done AS d
    WHERE m.organization_id = d.organization_id AND m.mail_id = d.mail_id RETURNING 1)
  SELECT count(*) FROM gone
$$;

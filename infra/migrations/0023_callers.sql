-- What functions that run with the owner's rights do not believe any more: who calls them, what a role may do, and that the
-- log says what they did. docs/DEFINER_FUNCTIONS.md has the verdict on each function. A session of another role than a function's (the owner,
-- a superuser) is not asked: they could do the same without these functions.

-- The role that called: its login, or what it became. A role that is a member of nothing can change neither.
CREATE FUNCTION app.caller() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(nullif(current_setting('role'), 'none'), session_user)
$$;

CREATE FUNCTION app.is_function() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT app.caller() LIKE 'fn\_%'
$$;

-- Ends a call whose argument is not what the database knows. No request of ours brings such a one.
CREATE FUNCTION app.refuse_argument(argument text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'the database does not believe the argument %', argument USING ERRCODE = '42501';
END $$;

-- What a member of a role may do: the table of shared::access, which a test compares.
CREATE FUNCTION app.permissions_of(role text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (CASE role
    WHEN 'owner' THEN '{audit.read,billing.manage,export.request,host.manage,impersonation.approve,invitation.manage,kiosk.manage,member.manage,
      notice.manage,retention.manage,review.decide,roll_call.run,site.manage,token.manage,visit.amend,visit.check_in,visit.check_out,visit.decide,
      visit.read,visit.reveal,watchlist.manage,watchlist.review,webhook.manage,yard.move}'
    WHEN 'admin' THEN '{audit.read,export.request,host.manage,impersonation.approve,invitation.manage,kiosk.manage,member.manage,notice.manage,
      retention.manage,review.decide,roll_call.run,site.manage,token.manage,visit.amend,visit.check_in,visit.check_out,visit.decide,visit.read,
      visit.reveal,watchlist.manage,watchlist.review,webhook.manage,yard.move}'
    WHEN 'security' THEN '{invitation.manage,review.decide,roll_call.run,visit.amend,visit.check_in,visit.check_out,visit.decide,visit.read,
      visit.reveal,watchlist.manage,watchlist.review,yard.move}'
    WHEN 'front_desk' THEN '{host.manage,invitation.manage,roll_call.run,visit.amend,visit.check_in,visit.check_out,visit.decide,visit.read,
      yard.move}'
    WHEN 'host' THEN '{invitation.manage,visit.decide}'
    WHEN 'auditor' THEN '{audit.read,export.request,visit.read}'
    WHEN 'billing' THEN '{billing.manage}'
    WHEN 'kiosk_manager' THEN '{kiosk.manage}'
  END)::text[]
$$;

-- What a member of the operator's staff may do at a customer's: shared::access::staff_reach, which a test compares.
CREATE FUNCTION app.permissions_of_staff(own text, acting_as text, reveals_restricted boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT p FROM pg_catalog.unnest(app.permissions_of(own)) AS p
    WHERE p = ANY (app.permissions_of(acting_as)) AND (reveals_restricted OR p <> 'visit.reveal')
      AND p <> ALL ('{billing.manage,export.request,impersonation.approve,kiosk.manage,member.manage,retention.manage,
        review.decide,token.manage,webhook.manage}'::text[]))
$$;

-- What a kiosk may do.
CREATE FUNCTION app.permissions_of_kiosk() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '{visit.check_in,visit.check_out}'::text[]
$$;

-- Refuses a caller who is not the one with this credential: their secret was shown at the door, which entered a claim, and
-- `app.resume` found and locked that claim in this very transaction. A role that was not shown the secret cannot do this.
CREATE FUNCTION app.expect_claim_of(credential uuid) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  own CONSTANT xid := pg_current_xact_id()::xid;
BEGIN
  PERFORM FROM public.answers AS a
    WHERE a.organization_id = organization AND a.credential_id = credential AND (a.xmin = own OR a.xmax = own);
  IF NOT FOUND AND app.is_function() THEN
    PERFORM app.refuse_argument('maker');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION app.expect_reach(credential uuid, wanted text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_claim_of(credential);
  PERFORM FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.credential_id = credential AND c.site_id IS NULL AND wanted <@ c.permissions
      AND c.kind IN ('api_token', 'session') AND c.revoked_at IS NULL;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- At COMMIT, refuses a credential that no entry of this transaction speaks of. Entries of this transaction are the newest: it
-- holds the head of the log. Links in mails are no part of this: their mail is a row, and its sending the entry.
CREATE FUNCTION app.expect_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  own CONSTANT xid := pg_current_xact_id()::xid;
  bound CONSTANT text := current_setting('app.organization_id', true);
  restored text;
  is_told boolean;
BEGIN
  IF NOT app.is_function() THEN
    RETURN NULL;
  END IF;
  restored := set_config('app.organization_id', NEW.organization_id::text, true);
  SELECT EXISTS (SELECT FROM (
        SELECT l.xmin AS written, l.entry::jsonb AS said FROM public.audit_log AS l
        WHERE l.organization_id = NEW.organization_id ORDER BY l.seq DESC LIMIT 10) AS newest
    WHERE newest.written = own AND CASE NEW.kind
      WHEN 'session' THEN newest.said ->> 'action'
          IN ('member.password_changed', 'second_factor.enrolled', 'session.opened', 'session.started')
        AND newest.said #>> '{diff,added,session_id}' = NEW.credential_id::text
        AND newest.said #>> '{target,id}' = NEW.member_id::text
      WHEN 'api_token' THEN newest.said ->> 'action' = 'organization.created'
        OR newest.said ->> 'action' = 'api_token.created' AND newest.said #>> '{target,id}' = NEW.credential_id::text
      WHEN 'impersonation' THEN newest.said ->> 'action' = 'impersonation.opened' AND newest.said #>> '{target,id}' = (
        SELECT i.impersonation_id::text FROM public.impersonations AS i
        WHERE i.organization_id = NEW.organization_id AND i.credential_id = NEW.credential_id)
      WHEN 'kiosk' THEN newest.said ->> 'action' = 'kiosk.paired' AND newest.said #>> '{target,id}' = (
        SELECT k.kiosk_id::text FROM public.kiosks AS k
        WHERE k.organization_id = NEW.organization_id AND k.credential_id = NEW.credential_id)
    END) INTO is_told;
  restored := set_config('app.organization_id', coalesce(bound, ''), true);
  IF NOT is_told THEN
    RAISE EXCEPTION 'a credential without an entry of its making' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER expect_entry AFTER INSERT ON credentials DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind IN ('api_token', 'impersonation', 'kiosk', 'session')) EXECUTE FUNCTION app.expect_entry();
ALTER TABLE credentials ENABLE ALWAYS TRIGGER expect_entry;

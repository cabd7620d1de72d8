-- What people type, as the types of `shared::domain::text` take it. Every rule here is about what is written from now on:
-- a row that was written before may hold what it holds, and is changed in its other columns as before.

-- Wider than before, so what is there fits. NOT VALID spares reading every visit to find that out.
ALTER TABLE visits
  DROP CONSTRAINT visits_un_number_check,
  DROP CONSTRAINT visits_hazard_class_check,
  ADD COLUMN dangerous_goods jsonb;
ALTER TABLE visits
  ADD CONSTRAINT visits_un_number_check CHECK (un_number ~ '^(UN|NA|ID)[0-9]{4}$') NOT VALID,
  ADD CONSTRAINT visits_hazard_class_check CHECK (hazard_class ~ '^[1-9](\.[1-6])?[A-Z]?( \([1-9][0-9A-Z., ]*\))?$') NOT VALID,
  -- Fifty goods of a few texts each. The number and class of the first stand in their own columns too.
  ADD CONSTRAINT visits_dangerous_goods_check CHECK (dangerous_goods IS NULL OR (type = 'driver' AND un_number IS NOT NULL
    AND jsonb_typeof(dangerous_goods) = 'array' AND jsonb_array_length(dangerous_goods) BETWEEN 1 AND 50
    AND length(dangerous_goods::text) <= 16384)) NOT VALID;

-- BCP 47: language, script, region and what may follow.
ALTER TABLE sites DROP CONSTRAINT sites_locale_check,
  ADD CONSTRAINT sites_locale_check CHECK (length(locale) <= 64 AND locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$') NOT VALID;
ALTER TABLE hosts DROP CONSTRAINT hosts_locale_check,
  ADD CONSTRAINT hosts_locale_check CHECK (length(locale) <= 64 AND locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$') NOT VALID;
ALTER TABLE notices DROP CONSTRAINT notices_locale_check,
  ADD CONSTRAINT notices_locale_check CHECK (length(locale) <= 64 AND locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$') NOT VALID;

-- Ten characters of Chinese say as much as twenty of English.
ALTER TABLE impersonations DROP CONSTRAINT impersonations_reason_check,
  ADD CONSTRAINT impersonations_reason_check CHECK (length(reason) BETWEEN 10 AND 500) NOT VALID;
ALTER TABLE access_review_items DROP CONSTRAINT access_review_items_reason_check,
  ADD CONSTRAINT access_review_items_reason_check CHECK (length(reason) BETWEEN 10 AND 500) NOT VALID;

-- True where SES refused the mail for good: it was given up at once, and who invited is shown it.
ALTER TABLE mails ADD COLUMN is_refused boolean NOT NULL DEFAULT false CHECK (NOT is_refused OR given_up_at IS NOT NULL);
CREATE INDEX mails_of_invited ON mails (organization_id, member_id, mail_id) WHERE kind = 'member_invitation';

CREATE FUNCTION app.refuse_text() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a text of % shows nothing, or holds what changes the look of others', TG_TABLE_NAME USING ERRCODE = '23514';
END $$;

-- A text shows something, and holds no bidi override, no separator of lines, no tag. A trigger and no CHECK: a CHECK would
-- be asked again whenever an old row is changed, as when a visitor of before leaves. The condition stands in the trigger
-- itself, so that a row that passes calls no function.
CREATE PROCEDURE app.expect_texts(of_table regclass, VARIADIC columns text[]) LANGUAGE plpgsql AS $$
DECLARE
  -- Nothing but blanks, marks without a letter, and what has no width: the characters of `text/shown.rs`, of the marks
  -- those of the alphabets.
  unseen CONSTANT text := '[\s\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff'
    '\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0'
    '\ufff0-\ufffc\U000e0000-\U000e0fff]';
  deceptive CONSTANT text := '[\u202d\u202e\u2028\u2029\U000e0000-\U000e007f]';
  condition text;
BEGIN
  SELECT string_agg(format('NEW.%1$I ~ %2$L OR NEW.%1$I ~ %3$L', name, '^' || unseen || '*$', deceptive), ' OR ')
    INTO condition FROM unnest(columns) AS name;
  -- A trigger before updates makes PostgreSQL compute generated columns anew, with the rights of the role that updates. The table
  -- that has one is of texts that never change.
  EXECUTE format('CREATE TRIGGER refuse_text BEFORE INSERT%s ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION app.refuse_text()',
    CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = of_table AND a.attgenerated <> '')
      THEN ' OR UPDATE OF ' || (SELECT string_agg(quote_ident(name), ', ') FROM unnest(columns) AS name) ELSE '' END, of_table, condition);
END $$;

CALL app.expect_texts('organizations', 'name');
CALL app.expect_texts('members', 'name', 'email');
CALL app.expect_texts('sites', 'name');
CALL app.expect_texts('hosts', 'name', 'email', 'phone');
CALL app.expect_texts('visit_types', 'name');
CALL app.expect_texts('notices', 'title', 'text');
CALL app.expect_texts('kiosks', 'name');
CALL app.expect_texts('credentials', 'name');
CALL app.expect_texts('impersonations', 'reason');
CALL app.expect_texts('access_review_items', 'reason');
CALL app.expect_texts('visits', 'name', 'company', 'email', 'phone', 'purpose', 'carrier', 'appointment', 'load_type', 'seal', 'co_driver',
  'tractor_plate', 'trailer_plate');

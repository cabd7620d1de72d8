-- The same rule for typed texts as before, asked in another order: a text of ASCII that begins with a visible character shows
-- something and holds nothing deceptive, so that no regular expression looks at it. On a visit there were 24 of them.
CREATE OR REPLACE PROCEDURE app.expect_texts(of_table regclass, VARIADIC columns text[]) LANGUAGE plpgsql AS $$
DECLARE
  -- Nothing but blanks, marks without a letter, and what has no width: the characters of `text/shown.rs`, of the marks
  -- those of the alphabets.
  unseen CONSTANT text := '[\s\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff'
    '\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0'
    '\ufff0-\ufffc\U000e0000-\U000e0fff]';
  deceptive CONSTANT text := '[\u202d\u202e\u2028\u2029\U000e0000-\U000e007f]';
  condition text;
BEGIN
  SELECT string_agg(format('(ascii(NEW.%1$I) NOT BETWEEN 33 AND 126 AND NEW.%1$I ~ %2$L) '
      'OR (octet_length(NEW.%1$I) > length(NEW.%1$I) AND NEW.%1$I ~ %3$L)', name, '^' || unseen || '*$', deceptive), ' OR ')
    INTO condition FROM unnest(columns) AS name;
  EXECUTE format('DROP TRIGGER IF EXISTS refuse_text ON %s', of_table);
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

-- The sealer compares the newest checkpoint with its entry in each turn. PostgreSQL joined them by reading the whole log. A checkpoint
-- now looks its entry up by its key, and so does an entry the one before it: OFFSET 0 keeps the look-up from becoming a join. What is
-- found is the same.
CREATE OR REPLACE FUNCTION audit.find_break(suspect bigint, OUT cause text, OUT seq bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT f.cause, f.seq INTO cause, seq FROM (
    SELECT 1 AS rank, 'head_differs' AS cause, least(h.seq, coalesce(n.seq, -1)) + 1 AS seq
      FROM public.audit_heads AS h
      LEFT JOIN LATERAL (SELECT l.seq, l.link FROM public.audit_log AS l WHERE l.organization_id = h.organization_id
        ORDER BY l.seq DESC LIMIT 1) AS n ON true
      WHERE h.organization_id = organization
        AND (h.seq <> coalesce(n.seq, -1) OR h.link <> coalesce(n.link, audit.genesis(organization)))
    UNION ALL
    SELECT 2, 'log_shorter', h.seq + 1
      FROM public.audit_heads AS h
      JOIN LATERAL (SELECT c.size FROM public.log_checkpoints AS c WHERE c.organization_id = h.organization_id
        ORDER BY c.size DESC LIMIT 1) AS n ON n.size > h.seq + 1
      WHERE h.organization_id = organization
    UNION ALL
    SELECT 3, 'entry_changed', l.seq
      FROM public.audit_log AS l
      LEFT JOIN LATERAL (SELECT b.seq, b.link, b.entry FROM public.audit_log AS b
        WHERE b.organization_id = organization AND b.seq = l.seq - 1 OFFSET 0) AS b ON true
      WHERE l.organization_id = organization AND l.seq = suspect AND (l.leaf <> audit.leaf(l.entry)
        OR (l.seq = 0 OR b.seq IS NOT NULL)
          AND l.link <> audit.link(CASE WHEN l.seq = 0 THEN audit.genesis(organization) ELSE b.link END, audit.leaf(l.entry))
        OR l.entry::jsonb ->> 'at' < (b.entry::jsonb ->> 'at') COLLATE "C")
    UNION ALL
    SELECT 4, 'entry_missing', wanted.seq
      FROM (VALUES (suspect - 1), (suspect)) AS wanted (seq)
      WHERE wanted.seq >= 0
        AND NOT EXISTS (SELECT FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = wanted.seq)
        AND EXISTS (SELECT FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq > wanted.seq)
    UNION ALL
    (SELECT 5, 'checkpoint_differs', c.size - 1
      FROM public.log_checkpoints AS c
      CROSS JOIN LATERAL (SELECT l.link FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = c.size - 1 OFFSET 0) AS l
      WHERE c.organization_id = organization AND l.link <> c.link AND (suspect IS NOT NULL OR c.size =
        (SELECT n.size FROM public.log_checkpoints AS n WHERE n.organization_id = organization ORDER BY n.size DESC LIMIT 1))
      ORDER BY c.size LIMIT 1)) AS f
  ORDER BY f.rank, f.seq LIMIT 1;
END $$;

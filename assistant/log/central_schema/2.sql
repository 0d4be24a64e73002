-- Format 2: what the central log itself says, as a list that only grows, with a tree over it (RFC 6962): each push
-- with the signed head of the desk's log, and each text that was emptied. Whoever holds a checkpoint of the list
-- sees when a desk or a push is missing from it.

CREATE TABLE imr.statement (
  number bigint PRIMARY KEY,
  kind text NOT NULL,
  desk text NOT NULL,
  body bytea NOT NULL CHECK (length(body) <= 200000),
  leaf bytea NOT NULL
);

CREATE TABLE imr.checkpoint (
  size bigint NOT NULL,
  note text NOT NULL CHECK (length(note) <= 100000),
  PRIMARY KEY (size, note)
);

CREATE TRIGGER statement_only_grows BEFORE UPDATE OR DELETE ON imr.statement
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();
CREATE TRIGGER checkpoint_only_grows BEFORE UPDATE OR DELETE ON imr.checkpoint
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();

CREATE FUNCTION imr.moment() RETURNS text LANGUAGE sql AS $$
  SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- One statement after the other: the row of the list's name is locked until the transaction ends.
CREATE FUNCTION imr.state(of_kind text, of_desk text, says text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  last bigint;
  locked text;
  data bytea;
BEGIN
  SELECT m.value INTO locked FROM imr.meta m WHERE m.key = 'name' FOR UPDATE;
  SELECT coalesce(max(s.number), 0) INTO last FROM imr.statement s;
  data := convert_to(says, 'UTF8');
  INSERT INTO imr.statement (number, kind, desk, body, leaf)
    VALUES (last + 1, of_kind, of_desk, data, sha256('\x00'::bytea || data));
  RETURN last + 1;
END $$;

-- A desk says that a push is at its end: up to which number, and the signed head of its log.
CREATE FUNCTION imr.pushed(of_desk text, since bigint, size bigint, with_texts boolean, note text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM imr.desk d WHERE d.desk = of_desk AND d.login = session_user) THEN
    RAISE EXCEPTION 'imr: this desk is not yours';
  END IF;
  SELECT max(e.number) INTO last FROM imr.entry e WHERE e.desk = of_desk;
  IF size IS DISTINCT FROM last THEN
    RAISE EXCEPTION 'imr: the push is not at its end: % entries of % are here', coalesce(last, 0), size;
  END IF;
  RETURN imr.state('desk.pushed', of_desk, format(
    '{"at":%s,"desk":%s,"kind":"desk.pushed","note":%s,"since":%s,"size":%s,"texts":%s}',
    to_json(imr.moment()), to_json(of_desk), to_json(note), since, size, to_json(with_texts)));
END $$;

-- A redactor empties a text: its words and their salt are gone, its commitment stays, and a statement says why.
CREATE FUNCTION imr.redact(of_desk text, of_commitment text, reason text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said bigint;
BEGIN
  IF coalesce(trim(reason), '') = '' THEN
    RAISE EXCEPTION 'imr: a reason is needed';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM imr.words w
      WHERE w.desk = of_desk AND w.commitment = of_commitment AND w.body IS NOT NULL) THEN
    RAISE EXCEPTION 'imr: no such text is here, or it is empty already';
  END IF;
  said := imr.state('text.redacted', of_desk, format(
    '{"at":%s,"by":%s,"commitment":%s,"desk":%s,"kind":"text.redacted","reason":%s}',
    to_json(imr.moment()), to_json(session_user::text), to_json(of_commitment), to_json(of_desk), to_json(reason)));
  UPDATE imr.words SET salt = NULL, body = NULL WHERE desk = of_desk AND commitment = of_commitment;
  RETURN said;
END $$;

-- A checkpoint of the list, signed by whoever looked at it; it proves what its signature does.
CREATE FUNCTION imr.keep_checkpoint(of_size bigint, of_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF of_size > (SELECT coalesce(max(s.number), 0) FROM imr.statement s) THEN
    RAISE EXCEPTION 'imr: a checkpoint of more statements than there are';
  END IF;
  INSERT INTO imr.checkpoint (size, note) VALUES (of_size, of_note) ON CONFLICT DO NOTHING;
END $$;

-- The hashes of the list alone, which every desk may see and none can read.
CREATE FUNCTION imr.leaves(after bigint) RETURNS TABLE (number bigint, leaf bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.number, s.leaf FROM imr.statement s WHERE s.number > after ORDER BY s.number
$$;

-- Words may now be emptied, where a statement says so, and in no other way changed.
CREATE FUNCTION imr.check_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.desk = OLD.desk AND NEW.commitment = OLD.commitment AND NEW.salt IS NULL AND NEW.body IS NULL
    AND EXISTS (SELECT 1 FROM imr.statement s WHERE s.kind = 'text.redacted' AND s.desk = OLD.desk
      AND convert_from(s.body, 'UTF8')::jsonb ->> 'commitment' = OLD.commitment) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'imr: the central log is append-only: update of words';
END $$;

DROP TRIGGER words_only_grow ON imr.words;
CREATE TRIGGER words_only_grow BEFORE DELETE ON imr.words FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();
CREATE TRIGGER words_only_emptied BEFORE UPDATE ON imr.words FOR EACH ROW EXECUTE FUNCTION imr.check_words();
CREATE INDEX statement_kind ON imr.statement (kind, desk);

REVOKE ALL ON FUNCTION imr.state(text, text, text), imr.pushed(text, bigint, bigint, boolean, text),
  imr.redact(text, text, text), imr.keep_checkpoint(bigint, text), imr.leaves(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION imr.pushed(text, bigint, bigint, boolean, text) TO imr_desk;
GRANT EXECUTE ON FUNCTION imr.keep_checkpoint(bigint, text), imr.leaves(bigint) TO imr_desk, imr_reader;
GRANT EXECUTE ON FUNCTION imr.redact(text, text, text) TO imr_redactor;
GRANT SELECT ON imr.desk, imr.entry, imr.words TO imr_redactor;
GRANT SELECT ON imr.statement, imr.checkpoint TO imr_reader;
GRANT SELECT ON imr.statement, imr.checkpoint TO imr_desk;

ALTER TABLE imr.statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY every ON imr.statement FOR SELECT TO imr_reader USING (true);
CREATE POLICY own ON imr.statement FOR SELECT TO imr_desk
  USING (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)));
CREATE POLICY redactor ON imr.desk FOR SELECT TO imr_redactor USING (true);
CREATE POLICY redactor ON imr.entry FOR SELECT TO imr_redactor USING (true);
CREATE POLICY redactor ON imr.words FOR SELECT TO imr_redactor USING (true);

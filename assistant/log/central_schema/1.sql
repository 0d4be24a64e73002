-- Format 1 of a central log: what desks have pushed, each under the name of its own log.
-- Only what PostgreSQL 13 and later and the engines that speak its dialect have in common: no extension, no
-- table of settings of its own, triggers for each row.

CREATE TABLE imr.meta (
  key text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE imr.desk (
  desk text PRIMARY KEY CHECK (desk ~ '^[0-9a-f]{32}$'),
  login text NOT NULL DEFAULT session_user,
  called text NOT NULL CHECK (length(called) <= 200),
  key text NOT NULL CHECK (length(key) <= 1000),
  since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE imr.entry (
  desk text NOT NULL,
  number bigint NOT NULL,
  session text NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  ts text NOT NULL,
  entry bytea NOT NULL CHECK (length(entry) <= 65535),
  leaf bytea NOT NULL,
  PRIMARY KEY (desk, number),
  UNIQUE (desk, session, seq)
);

CREATE TABLE imr.words (
  desk text NOT NULL,
  commitment text NOT NULL,
  salt bytea,
  body text,
  PRIMARY KEY (desk, commitment)
);

CREATE TABLE imr.file (
  desk text NOT NULL,
  hash text NOT NULL,
  media text NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (desk, hash)
);

CREATE TABLE imr.desk_checkpoint (
  desk text NOT NULL,
  size bigint NOT NULL,
  note text NOT NULL CHECK (length(note) <= 100000),
  PRIMARY KEY (desk, size)
);

CREATE FUNCTION imr.check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held bytea;
  link text := '';
  tail bytea;
  kind bytea;
BEGIN
  -- Each row is looked up by a whole key, so that no plan that was made on an empty table can be a slow one.
  SELECT e.leaf INTO held FROM imr.entry e WHERE e.desk = NEW.desk AND e.number = NEW.number;
  IF held = NEW.leaf THEN
    RETURN NULL;
  END IF;
  IF held IS NOT NULL THEN
    RAISE EXCEPTION 'imr: a fork: another entry stands at number % already', NEW.number;
  END IF;
  IF NEW.number <> 1 THEN
    PERFORM 1 FROM imr.entry e WHERE e.desk = NEW.desk AND e.number = NEW.number - 1;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'imr: a gap: there is no entry before number %', NEW.number;
    END IF;
  END IF;
  IF NEW.leaf <> sha256('\x00'::bytea || NEW.entry) THEN
    RAISE EXCEPTION 'imr: a wrong hash: the bytes of number % do not give it', NEW.number;
  END IF;
  IF NEW.seq <> 1 THEN
    SELECT encode(e.leaf, 'hex') INTO link FROM imr.entry e
      WHERE e.desk = NEW.desk AND e.session = NEW.session AND e.seq = NEW.seq - 1;
  END IF;
  -- An entry is written in one form, which ends in its link and in what the columns repeat.
  tail := convert_to('","prev":"' || link || '","seq":' || NEW.seq || ',"session":"' || NEW.session || '","ts":"'
    || NEW.ts || '","v":1}', 'UTF8');
  kind := convert_to('"kind":"' || NEW.kind || '","mono_ns":"', 'UTF8');
  IF tail IS NULL OR substring(NEW.entry FROM length(NEW.entry) - length(tail) + 1) <> tail THEN
    RAISE EXCEPTION 'imr: a broken link, or columns that are not those of the bytes, at number %', NEW.number;
  END IF;
  IF position(kind IN substring(NEW.entry FROM greatest(1, length(NEW.entry) - length(tail) - length(kind) - 20))) = 0 THEN
    RAISE EXCEPTION 'imr: the kind beside number % is not that of its bytes', NEW.number;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER check_entry BEFORE INSERT ON imr.entry FOR EACH ROW EXECUTE FUNCTION imr.check_entry();

CREATE FUNCTION imr.check_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF encode(sha256(NEW.body), 'hex') <> NEW.hash THEN
    RAISE EXCEPTION 'imr: a wrong hash: a file is not the one that it is said to be';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER check_file BEFORE INSERT ON imr.file FOR EACH ROW EXECUTE FUNCTION imr.check_file();

CREATE FUNCTION imr.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'imr: the central log is append-only: % of %', lower(TG_OP), TG_TABLE_NAME;
END $$;

CREATE TRIGGER entry_only_grows BEFORE UPDATE OR DELETE ON imr.entry
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();
CREATE TRIGGER words_only_grow BEFORE UPDATE OR DELETE ON imr.words
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();
CREATE TRIGGER file_only_grows BEFORE UPDATE OR DELETE ON imr.file
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();
CREATE TRIGGER desk_only_grows BEFORE UPDATE OR DELETE ON imr.desk
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();
CREATE TRIGGER desk_checkpoint_only_grows BEFORE UPDATE OR DELETE ON imr.desk_checkpoint
  FOR EACH ROW EXECUTE FUNCTION imr.refuse_change();

GRANT USAGE ON SCHEMA imr TO imr_desk, imr_reader, imr_redactor;
GRANT SELECT ON imr.meta TO imr_desk, imr_reader, imr_redactor;
GRANT SELECT, INSERT ON imr.entry, imr.words, imr.file, imr.desk_checkpoint TO imr_desk;
GRANT SELECT, INSERT (desk, called, key) ON imr.desk TO imr_desk;
GRANT SELECT ON imr.desk, imr.entry, imr.words, imr.file, imr.desk_checkpoint TO imr_reader;

ALTER TABLE imr.desk ENABLE ROW LEVEL SECURITY;
ALTER TABLE imr.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE imr.words ENABLE ROW LEVEL SECURITY;
ALTER TABLE imr.file ENABLE ROW LEVEL SECURITY;
ALTER TABLE imr.desk_checkpoint ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON imr.desk TO imr_desk USING (login = session_user) WITH CHECK (login = session_user);
CREATE POLICY own ON imr.entry TO imr_desk
  USING (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)))
  WITH CHECK (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)));
CREATE POLICY own ON imr.words TO imr_desk
  USING (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)))
  WITH CHECK (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)));
CREATE POLICY own ON imr.file TO imr_desk
  USING (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)))
  WITH CHECK (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)));
CREATE POLICY own ON imr.desk_checkpoint TO imr_desk
  USING (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)))
  WITH CHECK (desk = ANY (ARRAY (SELECT d.desk FROM imr.desk d WHERE d.login = session_user)));

CREATE POLICY every ON imr.desk FOR SELECT TO imr_reader USING (true);
CREATE POLICY every ON imr.entry FOR SELECT TO imr_reader USING (true);
CREATE POLICY every ON imr.words FOR SELECT TO imr_reader USING (true);
CREATE POLICY every ON imr.file FOR SELECT TO imr_reader USING (true);
CREATE POLICY every ON imr.desk_checkpoint FOR SELECT TO imr_reader USING (true);

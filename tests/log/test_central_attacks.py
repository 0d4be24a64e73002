"""Whoever administers the central server can do everything there, and no change to what was pushed goes unnamed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.log.central import Central, held_of
from assistant.log.central_verify import CentralVerification, _fences, examine, verify_central
from assistant.log.chain import leaf
from assistant.log.keys import read_verifier_key
from assistant.log.verify_entries import Verdict
from tests.log.central_office import Office, new_office
from tests.log.postgres import ADMIN

TAKE_OUT = """DELETE FROM imr.statement WHERE desk IN (SELECT desk FROM imr.desk WHERE called = 'desk_2');
UPDATE imr.statement SET number = -number;
UPDATE imr.statement s SET number = n.at
  FROM (SELECT number, row_number() OVER (ORDER BY number DESC) AS at FROM imr.statement) n WHERE n.number = s.number;"""


@pytest.fixture(scope="module")
def office(server: str, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three desks that have pushed, one of them twice, and an auditor who has verified once."""
    made = new_office(server, tmp_path_factory.mktemp("office"))
    for desk in ("desk_1", "desk_2", "desk_3", "desk_1"):
        made.work(desk, f"{desk}-a", f"{desk}-b", entries=2)
        made.push(desk)
    with made.at("auditor"):
        assert verify_central(made.url("auditor")).ok
    return made


Attack = Callable[[str | Callable[[Central], None]], CentralVerification]


@pytest.fixture
def attack(office: Office) -> Iterator[Attack]:
    """Does something as the administrator, verifies as the auditor, and undoes it."""
    with office.at("auditor"), Central.open(office.url(ADMIN)) as admin:

        def run(what: str | Callable[[Central], None]) -> CentralVerification:
            admin.run("BEGIN; SET LOCAL session_replication_role = replica")
            if callable(what):
                what(admin)
            else:
                admin.run(what)
            admin.run("SET LOCAL session_replication_role = origin")
            return examine(Central(admin._connection, admin.place), office.url("auditor"))

        try:
            yield run
        finally:
            admin.run("ROLLBACK")


SESSION = "session = 'desk_1-a'"
SECOND = "desk = (SELECT desk FROM imr.desk WHERE called = 'desk_2')"
FIRST = "(SELECT desk FROM imr.desk WHERE called = 'desk_1')"
THIRD = "desk = (SELECT desk FROM imr.desk WHERE called = 'desk_3')"
FORGED = "e" * 32


def exchanged(*tables: str) -> str:
    """What two desks have in these tables, each under the name of the other."""
    parts = []
    for table in tables:
        parts += [
            f"UPDATE imr.{table} SET desk = 'x' WHERE {SECOND}",
            f"UPDATE imr.{table} SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_2') WHERE {THIRD}",
            f"UPDATE imr.{table} SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_3') WHERE desk = 'x'",
        ]
    return "; ".join(parts)


AMONG_DESKS = {
    "two desks have each other's entries": exchanged("entry"),
    "two desks have each other's entries, words and checkpoints": exchanged(
        "entry", "words", "desk_checkpoint"
    ),
    "two desks have changed their names": """UPDATE imr.desk SET key = (SELECT max(d.key) FROM imr.desk d WHERE d.called <> imr.desk.called
        AND d.called <> 'desk_1') WHERE called <> 'desk_1'""",
    "one entry of each is the other's": f"""UPDATE imr.entry SET desk = 'x' WHERE {SECOND} AND number = 2;
        UPDATE imr.entry SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_2') WHERE {THIRD} AND number = 2;
        UPDATE imr.entry SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_3') WHERE desk = 'x'""",
    "a session of one was copied behind the log of another": f"""INSERT INTO imr.entry SELECT {FIRST}, number + 100, session, seq, kind, ts, entry, leaf
        FROM imr.entry WHERE session = 'desk_2-a'""",
    "one desk is as it was before its last push": f"DELETE FROM imr.entry WHERE desk = {FIRST} AND number > 5",
    "one desk is as it was, and its last push was never stated": f"""DELETE FROM imr.entry WHERE desk = {FIRST} AND number > 5;
        DELETE FROM imr.statement WHERE number = 4""",
    "a desk among others is gone, and those after it have moved up": f"""DELETE FROM imr.entry WHERE {SECOND}; DELETE FROM imr.words WHERE {SECOND};
        DELETE FROM imr.desk_checkpoint WHERE {SECOND}; {TAKE_OUT} DELETE FROM imr.desk WHERE called = 'desk_2'""",
    "two pushes were stated the other way round": """UPDATE imr.statement SET number = -1 WHERE number = 2;
        UPDATE imr.statement SET number = 2 WHERE number = 3; UPDATE imr.statement SET number = 3 WHERE number = -1""",
    "the push of one is stated as that of another": """UPDATE imr.statement SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_3'),
        body = convert_to(replace(convert_from(body, 'UTF8'), desk, (SELECT desk FROM imr.desk WHERE called = 'desk_3')), 'UTF8') WHERE number = 2;
        UPDATE imr.statement SET leaf = sha256('\\x00'::bytea || body)""",
    "two desks have become one": f"""UPDATE imr.entry SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_2'), number = number + (SELECT max(e.number) FROM imr.entry e WHERE e.{SECOND}) WHERE {THIRD};
        UPDATE imr.words SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_2') WHERE {THIRD}; DELETE FROM imr.desk_checkpoint WHERE {THIRD};
        DELETE FROM imr.desk WHERE called = 'desk_3'""",
}
"""What can be done where several desks have pushed."""

ATTACKS = {
    "an entry's bytes": f"UPDATE imr.entry SET entry = entry || 'x' WHERE {SESSION} AND seq = 1",
    "a column beside it": f"UPDATE imr.entry SET ts = '2020-01-01T00:00:00.000Z' WHERE {SESSION} AND seq = 1",
    "its kind": f"UPDATE imr.entry SET kind = 'answer.amended' WHERE {SESSION} AND seq = 1",
    "an entry in the middle is gone": f"DELETE FROM imr.entry WHERE {SESSION} AND seq = 2",
    "a whole session is gone": f"DELETE FROM imr.entry WHERE {SESSION}",
    "the end of a desk is cut off": f"DELETE FROM imr.entry WHERE {SECOND} AND number > 3",
    "all entries of a desk are gone": f"DELETE FROM imr.entry WHERE {SECOND}",
    "a desk is gone, entries and all": f"DELETE FROM imr.entry WHERE {SECOND}; DELETE FROM imr.desk WHERE called = 'desk_2'",
    "a desk is not listed": "DELETE FROM imr.desk WHERE called = 'desk_2'",
    "two entries changed places": f"""UPDATE imr.entry SET number = -1 WHERE {SECOND} AND number = 1;
        UPDATE imr.entry SET number = 1 WHERE {SECOND} AND number = 3; UPDATE imr.entry SET number = 3 WHERE number = -1""",
    "an entry stands before the first": f"UPDATE imr.entry SET number = -1 WHERE {SECOND} AND number = 5",
    "a session was moved to another desk": f"""UPDATE imr.entry SET desk = (SELECT desk FROM imr.desk WHERE called = 'desk_2'),
        number = number + 100 WHERE {SESSION}""",
    "the entries of a desk that nobody knows": f"INSERT INTO imr.entry SELECT '{'0' * 32}', number, session, seq, kind, ts, entry, leaf FROM imr.entry WHERE {SECOND}",
    "a text": "UPDATE imr.words SET body = 'something else' WHERE commitment = (SELECT min(commitment) FROM imr.words)",
    "a salt": "UPDATE imr.words SET salt = 'x' WHERE commitment = (SELECT min(commitment) FROM imr.words)",
    "a text is gone without a word": "DELETE FROM imr.words WHERE commitment = (SELECT min(commitment) FROM imr.words)",
    "a text is empty without a word": "UPDATE imr.words SET body = NULL, salt = NULL WHERE commitment = (SELECT min(commitment) FROM imr.words)",
    "a text that nobody said": f"INSERT INTO imr.words SELECT desk, '{'0' * 64}', 'x', 'y' FROM imr.desk LIMIT 1",
    "a file that nothing rests on": "INSERT INTO imr.file SELECT desk, encode(sha256('x'), 'hex'), 'text/case', 'x' FROM imr.desk LIMIT 1",
    "a desk's key": "UPDATE imr.desk SET key = (SELECT key FROM imr.desk WHERE called = 'desk_1') WHERE called = 'desk_2'",
    "a desk's checkpoint": "UPDATE imr.desk_checkpoint SET note = replace(note, chr(10) || size, chr(10) || (size - 1))",
    "a statement": "UPDATE imr.statement SET body = convert_to(replace(convert_from(body, 'UTF8'), 'true', 'false'), 'UTF8')",
    "a statement, with its hash": "UPDATE imr.statement SET body = convert_to(replace(convert_from(body, 'UTF8'), 'true', 'false'), 'UTF8'); UPDATE imr.statement SET leaf = sha256('\\x00'::bytea || body)",
    "the last statement is gone": "DELETE FROM imr.statement WHERE number = (SELECT max(number) FROM imr.statement)",
    "a desk is gone as if it had never been": f"DELETE FROM imr.entry WHERE {SECOND}; DELETE FROM imr.words WHERE {SECOND}; DELETE FROM imr.desk_checkpoint WHERE {SECOND}; {TAKE_OUT} DELETE FROM imr.desk WHERE called = 'desk_2'",
    "everything is gone": "DELETE FROM imr.entry; DELETE FROM imr.words; DELETE FROM imr.statement; DELETE FROM imr.desk; DELETE FROM imr.checkpoint; DELETE FROM imr.desk_checkpoint",
    "it goes by another name": "UPDATE imr.meta SET value = repeat('a', 32) WHERE key = 'name'",
    "it goes by no name": "DELETE FROM imr.meta WHERE key = 'name'",
    "it goes by another name, and a desk is gone as if it had never been": f"""DELETE FROM imr.entry WHERE {SECOND}; DELETE FROM imr.words WHERE {SECOND};
        DELETE FROM imr.desk_checkpoint WHERE {SECOND}; {TAKE_OUT} DELETE FROM imr.desk WHERE called = 'desk_2'; DELETE FROM imr.checkpoint;
        UPDATE imr.meta SET value = repeat('a', 32) WHERE key = 'name'""",
    "statements are numbered below 1": "INSERT INTO imr.statement SELECT -number, kind, desk, body, leaf FROM imr.statement",
    "a statement of nothing before the first": "INSERT INTO imr.statement SELECT 0, 'x', 'y', 'z', sha256('\\x00'::bytea || 'z')",
    "the list of statements has a hole": "UPDATE imr.statement SET number = number + 1 WHERE number = (SELECT max(number) FROM imr.statement)",
    "the kind beside a statement": "UPDATE imr.statement SET kind = 'text.redacted' WHERE number = 1",
    "the desk beside a statement": f"UPDATE imr.statement SET desk = {FIRST} WHERE number = 2",
    "entries stand before the first, of sessions of their own": "INSERT INTO imr.entry SELECT desk, -number, session || 'x', seq, kind, ts, entry, leaf FROM imr.entry",
    "an entry has the highest number": "INSERT INTO imr.entry SELECT desk, 9223372036854775807, session || 'x', seq, kind, ts, entry, leaf FROM imr.entry WHERE number = 1",
    "words of a desk that nobody knows": "INSERT INTO imr.words SELECT repeat('a', 32), commitment, salt, body FROM imr.words LIMIT 1",
    "a file of a desk that nobody knows": "INSERT INTO imr.file SELECT repeat('a', 32), encode(sha256('x'), 'hex'), 'text/case', 'x'",
    "checkpoints of a desk that nobody knows": "INSERT INTO imr.desk_checkpoint SELECT repeat('a', 32), size, note FROM imr.desk_checkpoint LIMIT 1",
    "a desk has the name of another": "UPDATE imr.desk SET called = 'desk_1' WHERE called = 'desk_2'",
    "two desks are called like each other": "UPDATE imr.desk SET called = CASE called WHEN 'desk_1' THEN 'desk_2' ELSE 'desk_1' END WHERE called <> 'desk_3'",
    "a desk is another login's": "UPDATE imr.desk SET login = 'desk_1' WHERE called = 'desk_2'",
}

FENCES = {
    "a trigger is off": "ALTER TABLE imr.entry DISABLE TRIGGER check_entry",
    "a trigger is gone": "DROP TRIGGER words_only_grow ON imr.words",
    "a function lets all through": "CREATE OR REPLACE FUNCTION imr.check_entry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "a trigger of that name looks at nothing": """CREATE FUNCTION public.yes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        DROP TRIGGER check_entry ON imr.entry;
        CREATE TRIGGER check_entry BEFORE INSERT ON imr.entry FOR EACH ROW EXECUTE FUNCTION public.yes()""",
    "a trigger looks at some alone": """DROP TRIGGER check_entry ON imr.entry; CREATE TRIGGER check_entry BEFORE INSERT ON imr.entry
        FOR EACH ROW WHEN (NEW.number > 9) EXECUTE FUNCTION imr.check_entry()""",
    "a function with the words of another": """CREATE OR REPLACE FUNCTION imr.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RETURN NEW; END '""",
    "a function runs with other rights": "ALTER FUNCTION imr.check_entry() SECURITY DEFINER",
    "a function more": "CREATE FUNCTION imr.more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a rule swallows what is pushed": "CREATE RULE nothing AS ON INSERT TO imr.entry DO INSTEAD NOTHING",
    "a view in the place of a table": "ALTER TABLE imr.file RENAME TO files; CREATE VIEW imr.file AS SELECT * FROM imr.files",
    "a desk may change entries": "GRANT UPDATE ON imr.entry TO imr_desk",
    "the rule on rows lets all through": "ALTER POLICY own ON imr.entry USING (true)",
    "a rule on rows more": "CREATE POLICY more ON imr.entry TO imr_desk USING (true)",
    "each desk sees all": "ALTER TABLE imr.entry DISABLE ROW LEVEL SECURITY",
    "a rule on rows holds back instead": """DROP POLICY every ON imr.file;
        CREATE POLICY every ON imr.file AS RESTRICTIVE FOR SELECT TO imr_reader USING (true)""",
    "rows may come in by a child of a table": "CREATE TABLE public.more () INHERITS (imr.entry)",
    "a table is a child of another": "CREATE TABLE public.whole (LIKE imr.words); ALTER TABLE imr.words INHERIT public.whole",
    "a table is lost with the next crash": "ALTER TABLE imr.file SET UNLOGGED",
    "a number may be taken twice": "ALTER TABLE imr.entry DROP CONSTRAINT entry_pkey",
    "a bound is gone": "ALTER TABLE imr.entry DROP CONSTRAINT entry_entry_check",
    "a bound is another": """ALTER TABLE imr.desk DROP CONSTRAINT desk_called_check;
        ALTER TABLE imr.desk ADD CONSTRAINT desk_called_check CHECK (length(called) <= 20000)""",
    "a desk is said to belong to another login": "ALTER TABLE imr.desk ALTER login SET DEFAULT 'desk_1'",
    "a column is counted from a sequence": """CREATE SEQUENCE public.count;
        ALTER TABLE imr.statement ALTER number SET DEFAULT nextval('public.count')""",
    "a column more": "ALTER TABLE imr.entry ADD COLUMN note text",
    "a column may be empty": "ALTER TABLE imr.entry ALTER leaf DROP NOT NULL",
    "a trigger looks at one column alone": """DROP TRIGGER words_only_emptied ON imr.words; CREATE TRIGGER words_only_emptied
        BEFORE UPDATE OF salt ON imr.words FOR EACH ROW EXECUTE FUNCTION imr.check_words()""",
    "a trigger of that name on another table too": """CREATE TRIGGER check_file BEFORE INSERT ON imr.checkpoint
        FOR EACH ROW EXECUTE FUNCTION imr.check_file()""",
    "a function of that name takes something else": """CREATE FUNCTION imr.redact(text, text) RETURNS bigint LANGUAGE sql
        AS 'SELECT 1'""",
    "a function finds what it calls elsewhere": "ALTER FUNCTION imr.redact(text, text, text) SET search_path = public, pg_catalog",
    "a function finds what it calls where its caller says": "ALTER FUNCTION imr.pushed(text, bigint, bigint, boolean, text) RESET search_path",
    "a function belongs to somebody else": "ALTER FUNCTION imr.redact(text, text, text) OWNER TO imr_redactor",
    "a desk may state what it likes": "GRANT INSERT ON imr.statement TO imr_desk",
    "everybody may state what they like": "GRANT EXECUTE ON FUNCTION imr.state(text, text, text) TO PUBLIC",
    "a reader may push": "GRANT INSERT ON imr.entry TO imr_reader",
    "a desk may change one column": "GRANT UPDATE (ts) ON imr.entry TO imr_desk",
    "a desk may add a column that is the server's": "GRANT INSERT (login) ON imr.desk TO imr_desk",
    "a desk may make tables there": "GRANT CREATE ON SCHEMA imr TO imr_desk",
    "a table belongs to the desks": "GRANT CREATE ON SCHEMA imr TO imr_desk; ALTER TABLE imr.entry OWNER TO imr_desk",
    "everything belongs to the desks": """GRANT CREATE ON SCHEMA imr TO imr_desk; ALTER TABLE imr.meta OWNER TO imr_desk;
        ALTER TABLE imr.entry OWNER TO imr_desk; ALTER TABLE imr.words OWNER TO imr_desk; ALTER TABLE imr.file OWNER TO imr_desk;
        ALTER TABLE imr.desk OWNER TO imr_desk; ALTER TABLE imr.statement OWNER TO imr_desk; ALTER TABLE imr.checkpoint OWNER TO imr_desk;
        ALTER TABLE imr.desk_checkpoint OWNER TO imr_desk""",
    "triggers are off for a login": "ALTER ROLE desk_1 SET session_replication_role = replica",
    "triggers are off in the database": "ALTER DATABASE postgres SET session_replication_role = replica",
    "another schema in its place, with the same rows": """ALTER SCHEMA imr RENAME TO kept; CREATE SCHEMA imr;
        CREATE TABLE imr.meta AS SELECT * FROM kept.meta; CREATE TABLE imr.desk AS SELECT * FROM kept.desk;
        CREATE TABLE imr.entry AS SELECT * FROM kept.entry; CREATE TABLE imr.words AS SELECT * FROM kept.words;
        CREATE TABLE imr.file AS SELECT * FROM kept.file; CREATE TABLE imr.statement AS SELECT * FROM kept.statement;
        CREATE TABLE imr.desk_checkpoint AS SELECT * FROM kept.desk_checkpoint; CREATE TABLE imr.checkpoint AS SELECT * FROM kept.checkpoint;
        CREATE FUNCTION imr.leaves(after bigint) RETURNS TABLE (number bigint, leaf bytea) LANGUAGE sql AS 'SELECT number, leaf FROM imr.statement ORDER BY 1'""",
    "a function's answer is kept from an earlier call": "ALTER FUNCTION imr.moment() IMMUTABLE",
    "a function does nothing where something is not said": "ALTER FUNCTION imr.redact(text, text, text) STRICT",
    "a function takes its arguments the other way round": """ALTER FUNCTION imr.pushed(text, bigint, bigint, boolean, text) RENAME TO before;
        DO $x$ BEGIN EXECUTE (SELECT replace(replace(pg_get_functiondef(oid), 'since bigint, size bigint', 'size bigint, since bigint'),
        'imr.before', 'imr.pushed') FROM pg_proc WHERE proname = 'before'); END $x$; DROP FUNCTION imr.before;
        REVOKE ALL ON FUNCTION imr.pushed FROM PUBLIC; GRANT EXECUTE ON FUNCTION imr.pushed TO imr_desk""",
    "a function gives another type": """DROP FUNCTION imr.check_file() CASCADE; CREATE FUNCTION imr.keep_checkpoint(bigint) RETURNS text
        LANGUAGE sql AS 'SELECT 1::text'""",
    "a function has a parsed body behind its words": """CREATE FUNCTION public.then() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT '2020-01-01T00:00:00.000Z'; END;
        UPDATE pg_proc SET prosqlbody = (SELECT prosqlbody FROM pg_proc WHERE oid = 'public.then()'::regprocedure) WHERE oid = 'imr.moment()'::regprocedure""",
    "an index refuses what was pushed twice": "CREATE UNIQUE INDEX more ON imr.entry (session, seq)",
    "an index calls something for each row": """CREATE FUNCTION public.seen(bytea) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
        CREATE INDEX more ON imr.entry (public.seen(entry))""",
    "an index of some rows": "CREATE INDEX more ON imr.entry (session) WHERE seq > 1",
    "a key is no longer looked at": "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'imr.entry_pkey'::regclass",
    "a column is compared in another way": 'ALTER TABLE imr.entry ALTER session TYPE text COLLATE "C"',
    "a column has another type": "ALTER TABLE imr.entry ALTER kind TYPE varchar(200)",
    "a trigger is hidden as the server's own": """CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER zz BEFORE INSERT ON imr.entry FOR EACH ROW EXECUTE FUNCTION public.no(); UPDATE pg_trigger SET tgisinternal = true WHERE tgname = 'zz'""",
    "a table is said to have no triggers": "UPDATE pg_class SET relhastriggers = false WHERE oid = 'imr.entry'::regclass",
    "a table is said to have no bounds": "UPDATE pg_class SET relchecks = 0 WHERE oid = 'imr.entry'::regclass",
    "the server's own functions see no rows": "ALTER TABLE imr.entry FORCE ROW LEVEL SECURITY",
    "a table is parted": """DROP TABLE imr.file; CREATE TABLE imr.file (desk text NOT NULL, hash text NOT NULL, media text NOT NULL,
        body bytea NOT NULL, PRIMARY KEY (desk, hash)) PARTITION BY LIST (desk)""",
    "another table refers to one": """CREATE TABLE public.other (desk text, number bigint, FOREIGN KEY (desk, number) REFERENCES imr.entry ON DELETE CASCADE)""",
    "a type of the name of another": "CREATE DOMAIN imr.text AS pg_catalog.text",
    "an operator that says yes": """CREATE FUNCTION public.no(bytea, bytea) RETURNS bool LANGUAGE sql AS 'SELECT false';
        CREATE OPERATOR imr.<> (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = public.no)""",
    "a setting more": "INSERT INTO imr.meta VALUES ('other', 'x')",
    "triggers are off for a login, in other letters": "ALTER ROLE desk_1 SET session_replication_role = 'REPLICA'",
    "triggers look as if they were on for who verifies": "ALTER ROLE auditor SET session_replication_role = origin",
    "a desk may hand on its rights": "GRANT INSERT ON imr.entry TO imr_desk WITH GRANT OPTION",
    "a desk may no longer push": "REVOKE INSERT ON imr.entry FROM imr_desk",
}
"""What can be changed of what the server checks itself."""


@pytest.mark.parametrize("what", ATTACKS | AMONG_DESKS)
def test_what_an_administrator_changes_is_named(attack: Attack, what: str) -> None:
    found = attack((ATTACKS | AMONG_DESKS)[what])
    assert not found.ok
    assert [one for one in found.verdicts.values() if one.ok is False]


STRONGER = {
    "a login passes by the rules on rows": "ALTER ROLE desk_2 BYPASSRLS",
    "a login may do everything": "ALTER ROLE desk_2 SUPERUSER",
    "a login may write to all tables": "GRANT pg_write_all_data TO desk_2",
    "a login has the owner's rights": f"GRANT {ADMIN} TO desk_2",
    "a login may become the owner": f"ALTER ROLE desk_2 NOINHERIT; GRANT {ADMIN} TO desk_2",
    "a login may become one that passes by the rules on rows": "ALTER ROLE imr_desk BYPASSRLS",
    "a login may empty texts": "GRANT imr_redactor TO desk_2",
    "every desk may empty texts": "GRANT imr_redactor TO imr_desk",
    "a login may give itself other roles": "ALTER ROLE desk_2 CREATEROLE",
    "a login may write the server's files": "GRANT pg_write_server_files TO desk_2",
    "a login may run programs there": "GRANT pg_execute_server_program TO desk_2",
}


def fences_after(admin: Central, change: str) -> Verdict:
    admin.run(f"BEGIN; {change}")
    try:
        return _fences(Central(admin._connection, admin.place))
    finally:
        admin.run("ROLLBACK")


def test_what_is_changed_of_the_servers_own_checks_is_named(office: Office) -> None:
    with Central.open(office.url(ADMIN)) as admin:
        assert fences_after(admin, "SELECT 1").ok
        for what, change in FENCES.items():
            assert fences_after(admin, change).ok is False, what


def test_a_login_that_was_given_more_than_a_desk_needs_is_open(office: Office) -> None:
    with Central.open(office.url(ADMIN)) as admin:
        for what, change in STRONGER.items():
            found = fences_after(admin, change)
            assert found.ok is None, what
            assert "a login that pushes may do more than a desk, and passes them by: desk_" in found.says, (
                what
            )


def test_what_the_server_puts_in_the_way_of_its_own_tables_is_not_looked_at(office: Office) -> None:
    with Central.open(office.url(ADMIN)) as admin:
        admin.run("""CREATE SCHEMA before; CREATE VIEW before.pg_trigger AS SELECT oid, tgrelid, tgfoid, tgname, tgtype, tgqual,
            tgattr, 'O'::"char" AS tgenabled, tgisinternal FROM pg_catalog.pg_trigger; GRANT USAGE ON SCHEMA before TO PUBLIC;
            GRANT SELECT ON before.pg_trigger TO PUBLIC; ALTER ROLE auditor SET search_path = before, pg_catalog;
            ALTER TABLE imr.file DISABLE TRIGGER check_file""")
        try:
            with office.at("auditor"):
                found = verify_central(office.url("auditor")).verdicts["fences"]
        finally:
            admin.run("""ALTER TABLE imr.file ENABLE TRIGGER check_file; ALTER ROLE auditor RESET search_path;
                DROP SCHEMA before CASCADE""")
    assert (found.ok, found.says) == (False, "the trigger check_file is missing or switched off")


FORGERIES = {
    "a desk that nobody set up, with the sessions of another": f"""INSERT INTO imr.desk (desk, login, called, key)
        SELECT '{FORGED}', login, 'desk_4', key FROM imr.desk WHERE called = 'desk_3';
        INSERT INTO imr.entry SELECT '{FORGED}', number, session, seq, kind, ts, entry, leaf FROM imr.entry WHERE {THIRD};
        INSERT INTO imr.words SELECT '{FORGED}', commitment, salt, body FROM imr.words WHERE {THIRD}""",
    "a desk that has one session of its own": f"""INSERT INTO imr.desk (desk, login, called, key)
        SELECT '{FORGED}', login, 'desk_4', key FROM imr.desk WHERE called = 'desk_3'""",
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_desk_that_an_administrator_made_up_is_open(attack: Attack, office: Office, what: str) -> None:
    found = attack(FORGERIES[what])
    assert found.verdicts["desks"].ok is not True
    assert "desk_4 (eeeeeeee)" in found.verdicts["desks"].says


def test_a_desk_whose_key_was_not_named_is_open_where_others_were(office: Office) -> None:
    keys = [read_verifier_key(key) for (key,) in office.rows("SELECT key FROM imr.desk ORDER BY called")]
    with office.at("auditor"), Central.open(office.url("auditor")) as central:
        assert examine(central, office.url("auditor"), keys).verdicts["desks"].ok
        found = examine(central, office.url("auditor"), keys[:2]).verdicts["desks"]
        assert found.ok is None
        assert "no key that you named is of desk_3" in found.says


def test_a_schema_that_was_made_for_the_owner_and_rights_of_reading_are_no_attack(attack: Attack) -> None:
    found = attack(f"""CREATE ROLE keeper; ALTER SCHEMA imr OWNER TO keeper; GRANT ALL ON SCHEMA imr TO {ADMIN};
        GRANT USAGE ON SCHEMA imr TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA imr TO keeper""")
    assert found.verdicts["fences"].ok


def test_nothing_is_named_where_nothing_was_changed(attack: Attack) -> None:
    assert attack("SELECT 1").ok


def test_a_session_written_anew_to_its_end_with_every_hash_right_is_named(attack: Attack) -> None:
    def rewrite(admin: Central) -> None:
        rows = admin.rows("SELECT number, entry FROM imr.entry WHERE session = 'desk_2-b' ORDER BY seq")
        link = ""
        for number, entry in rows:
            fields = json.loads(entry)
            fields["actor"], fields["prev"] = "somebody else", link
            data = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
            link = leaf(data).hex()
            sql = "UPDATE imr.entry SET entry = %s, leaf = %s WHERE session = 'desk_2-b' AND number = %s"
            admin.rows(sql, [data, bytes.fromhex(link), number])

    found = attack(rewrite)
    assert found.verdicts["desks"].ok is False
    assert any("are not those that were pushed" in one.found.verdicts["coverage"].says for one in found.desks)


OLDER = """BEGIN; SET LOCAL session_replication_role = replica;
DELETE FROM imr.statement WHERE number = (SELECT max(number) FROM imr.statement);
DELETE FROM imr.checkpoint WHERE size > (SELECT max(number) FROM imr.statement);
DELETE FROM imr.entry e USING imr.desk d WHERE e.desk = d.desk AND d.called = 'desk_1' AND e.number > 5;
DELETE FROM imr.words w WHERE NOT EXISTS
  (SELECT 1 FROM imr.entry e WHERE position(convert_to(w.commitment, 'UTF8') IN e.entry) > 0);
DELETE FROM imr.desk_checkpoint c WHERE c.size > (SELECT max(e.number) FROM imr.entry e WHERE e.desk = c.desk);
SET LOCAL session_replication_role = origin"""
"""The server as it was before its last push, with every hash, statement and checkpoint of then."""


def test_an_older_dump_is_named_by_what_is_held_and_by_a_witnessed_checkpoint(
    office: Office, tmp_path: Path
) -> None:
    url = office.url("auditor")
    with Central.open(office.url(ADMIN)) as admin:
        admin.run(OLDER)
        with office.at("auditor"):
            own = held_of(admin)
            assert own is not None
            assert "statements are left of the" in examine(admin, url).verdicts["held"].says
        with Office(office.server, tmp_path).at("stranger"):
            assert examine(admin, url).verdicts["held"].ok is None
            assert examine(admin, url, checkpoints=[own]).verdicts["held"].ok is False
        admin.run("ROLLBACK")


def test_a_checkpoint_of_a_log_that_is_not_there_is_named_as_such(office: Office, tmp_path: Path) -> None:
    """Who keeps the server could begin the list anew under another name, and drop a desk on the way."""
    with Central.open(office.url(ADMIN)) as admin:
        with office.at("auditor"):
            own = held_of(admin)
            assert own is not None
        admin.name = "a" * 32
        with Office(office.server, tmp_path).at("stranger"):
            assert examine(admin, office.url("auditor")).verdicts["held"].ok is None
            found = examine(admin, office.url("auditor"), checkpoints=[own]).verdicts["held"]
    assert (found.ok, found.says.endswith("which is not here")) == (False, True)


def test_the_first_break_names_session_and_entry(attack: Attack) -> None:
    found = attack(ATTACKS["a column beside it"])
    assert "session desk_1-a, entry 1" in found.verdicts["desks"].says


def test_who_never_verified_is_told_that_a_desk_could_be_missing(office: Office, tmp_path: Path) -> None:
    stranger = Office(office.server, tmp_path)
    with stranger.at("stranger"):
        found = verify_central(office.url("auditor"))
        assert found.ok
        assert found.verdicts["held"].ok is None
        with Central.open(office.url("auditor")) as central:
            assert held_of(central) is not None
        assert verify_central(office.url("auditor")).verdicts["held"].ok


def test_the_tree_of_the_statements_is_that_of_rfc_6962(office: Office) -> None:
    rows = office.rows("SELECT body, leaf FROM imr.statement ORDER BY number")
    hashes = [hashlib.sha256(b"\0" + body).digest() for body, _ in rows]
    assert hashes == [one for _, one in rows]
    left, right = (hashlib.sha256(b"\1" + one + other).digest() for one, other in (hashes[:2], hashes[2:]))
    root = hashlib.sha256(b"\1" + left + right).hexdigest()
    with office.at("auditor"):
        assert verify_central(office.url("auditor")).root == root

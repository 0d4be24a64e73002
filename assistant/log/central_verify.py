"""Whether a central log is what its desks pushed: every desk's log made again from the server and verified, and the list of pushes.

The server's own checks are looked at, and relied on for nothing: its administrator can pass them by. What counts are
hashes, the desks' signatures, and the checkpoints of the list that somebody else holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.core.access_events import AccessExported
from assistant.core.problem import Refused
from assistant.core.text import counted, one_line
from assistant.core.value import Value
from assistant.log.central import FORMAT, Central, Desk, Statement, held_of, known_as, origin, other_of, seal
from assistant.log.central_copy import Rebuilt, chosen, rebuild, unlike_copy
from assistant.log.central_push import SLACK
from assistant.log.chain import leaf, tree_root
from assistant.log.checkpoint import Held, held
from assistant.log.errors import DAMAGE
from assistant.log.keys import (
    ORIGIN,
    VerifierKey,
    own_keys,
    read_checkpoint,
    read_note,
    read_verifier_key,
    signature_holds,
    signers,
)
from assistant.log.reviewer_keys import REGISTER
from assistant.log.store import open_reader
from assistant.log.timestamps import Outside, Seen, seen_by_witnesses
from assistant.log.tree import StoredTree
from assistant.log.verify import Absent, verify
from assistant.log.verify_entries import Verdict, Verification
from assistant.log.verify_steps import Silent, followed

_OURS = "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'imr'"
_OWNER = "(SELECT o.relowner FROM pg_class o WHERE o.oid = 'imr.meta'::regclass)"
_FENCES = f"""SELECT c.relname, t.tgname, m.nspname || '.' || p.proname, t.tgtype::int, t.tgqual IS NULL AND t.tgattr::text = '',
t.tgenabled::text
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace m ON m.oid = p.pronamespace
JOIN pg_class c ON c.oid = t.tgrelid {_OURS}"""
_TABLES = f"""SELECT c.relname, c.relkind::text, c.relrowsecurity AND NOT c.relforcerowsecurity, EXISTS (SELECT 1 FROM pg_rewrite r WHERE r.ev_class = c.oid),
c.relpersistence::text, EXISTS (SELECT 1 FROM pg_inherits h WHERE c.oid IN (h.inhparent, h.inhrelid)), c.relowner = {_OWNER}
  AND c.relowner NOT IN (SELECT r.oid FROM pg_roles r WHERE r.rolname IN ('imr_desk', 'imr_reader', 'imr_redactor')),
  (c.relhastriggers OR NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid))
  AND c.relchecks = (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c')
FROM pg_class c {_OURS} AND c.relkind NOT IN ('i', 't', 'c')"""
_PARTS = f"""SELECT c.relname, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attcollation <> y.typcollation THEN ' COLLATE' ELSE '' END
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
JOIN pg_class c ON c.oid = a.attrelid {_OURS} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid {_OURS} AND k.contype <> 'n'"""
_INDEXES = f"""SELECT i.relname, c.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid {_OURS} AND (NOT (x.indisvalid AND x.indisready AND x.indislive)
  OR x.indexprs IS NOT NULL OR x.indpred IS NOT NULL
  OR x.indisunique AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid AND k.conrelid = c.oid))"""
"""Indexes that refuse rows, or call something for each, or no longer do what their key says."""

_OTHERS = """SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend d JOIN pg_namespace n ON n.oid = d.refobjid
WHERE d.refclassid = 'pg_namespace'::regclass AND n.nspname = 'imr'
  AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_default_acl'::regclass) ORDER BY 1"""
_FUNCTIONS = f"""SELECT p.proname || '(' || oidvectortypes(p.proargtypes) || ')', p.prosrc, p.prosecdef,
  coalesce(p.proconfig, '{{}}'), p.proowner = {_OWNER}, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
  concat(l.lanname, p.provolatile, p.proparallel, p.proisstrict, p.proleakproof, to_jsonb(p) ->> 'prosqlbody')
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname = 'imr'"""
_RIGHTS = f"""SELECT x.name, coalesce(r.rolname, 'public'), lower(a.privilege_type) || x.part
  || CASE WHEN a.is_grantable THEN ', and let others,' ELSE '' END
FROM (SELECT n.nspname::text AS name, '' AS part, n.nspacl AS acl, n.nspowner AS owner FROM pg_namespace n WHERE n.nspname = 'imr'
  UNION ALL SELECT 'imr.' || c.relname, '', c.relacl, c.relowner FROM pg_class c {_OURS}
  UNION ALL SELECT 'imr.' || c.relname, ' (' || t.attname || ')', t.attacl, c.relowner
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid {_OURS}
  UNION ALL SELECT 'imr.' || p.proname, '', coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'imr') x,
  aclexplode(x.acl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE a.grantee NOT IN (x.owner, {_OWNER}) AND a.privilege_type NOT IN ('SELECT', 'USAGE', 'REFERENCES', 'MAINTAIN')"""
"""The rights of others than the owner, but those of reading."""

_SETTINGS = """SELECT coalesce(r.rolname, 'everybody') FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
  AND EXISTS (SELECT 1 FROM unnest(s.setconfig) c WHERE c LIKE 'session_replication_role=%%')
UNION SELECT 'everybody' WHERE current_setting('session_replication_role') = 'replica'"""
_STRONG = f"""SELECT DISTINCT l.rolname FROM imr.desk d JOIN pg_roles l ON l.rolname = d.login
JOIN pg_roles r ON pg_has_role(l.oid, r.oid, 'MEMBER')
WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication OR r.oid = {_OWNER}
  OR r.rolname IN ('imr_redactor', 'pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files')
  OR has_table_privilege(l.oid, 'imr.entry', 'UPDATE, DELETE, TRUNCATE, TRIGGER') ORDER BY 1"""
"""The logins of desks that may do more than a desk, or become somebody who may."""

_POLICIES = """SELECT p.polname, c.relname, p.polcmd::text || p.polpermissive, coalesce(pg_get_expr(p.polqual, p.polrelid), ''),
coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''), array(SELECT r.rolname::text FROM pg_roles r WHERE r.oid = ANY (p.polroles))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'imr'"""
_TWICE = """SELECT session, count(*) FROM imr.entry WHERE seq = 1 AND session <> %s
GROUP BY session HAVING count(*) > 1 ORDER BY session LIMIT 1000"""
_UNKNOWN = " UNION ".join(
    f"SELECT e.desk FROM imr.{table} e WHERE NOT EXISTS (SELECT 1 FROM imr.desk d WHERE d.desk = e.desk)"
    for table in ("entry", "words", "file", "desk_checkpoint")
)


@dataclass(frozen=True)
class DeskVerified:
    """One desk: what it is called, what verifying its log found, and how far its last signed push reaches."""

    desk: str
    called: str
    found: Verification
    pushed: int
    texts: int


@dataclass(frozen=True)
class CentralVerification:
    """What `verify_central` found; `verdicts` are desks, statements, held, fences and, where asked, times, by name."""

    ok: bool
    place: str
    statements: int
    root: str
    verdicts: dict[str, Verdict]
    desks: list[DeskVerified]
    not_proven: list[str]
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log verify --json` for a central log."""
        return asdict(self)


class _Push(Value):
    """What a desk's push said when it came to its end."""

    number: int
    at: str
    since: int
    size: int
    texts: bool
    note: str


def verify_central(
    url: str,
    *,
    keys: Sequence[VerifierKey] = (),
    checkpoints: Sequence[Held] = (),
    outside: Outside | None = None,
    step: Callable[[int], None] = lambda _count: None,
) -> CentralVerification:
    """Fetches everything that the central log at `url` holds, or one desk's, and says what of it holds.

    `keys` are trusted for the desks' logs, in the place of those that the server names; `checkpoints` are held of the
    statements, or of a desk's log. Where all holds, the head of the statements is signed and held here.
    """
    with Central.open(url) as central:
        with central.snapshot():
            found = examine(central, url, keys, checkpoints, outside, step)
        if found.ok and found.statements and "#" not in url:
            found.notes.extend(_sign(central, central.leaves()))
        return found


def examine(
    central: Central,
    url: str,
    keys: Sequence[VerifierKey] = (),
    checkpoints: Sequence[Held] = (),
    outside: Outside | None = None,
    step: Callable[[int], None] = lambda _count: None,
) -> CentralVerification:
    """What `verify_central` says, of an open connection, without a checkpoint at its end."""
    desks = chosen(central, url)
    listed = central.statements()
    try:
        leaves = central.leaves() if central.format >= 2 else []
        verdicts = {"statements": _listed(central, listed, leaves)}
    except Refused as refusal:  # a number is missing
        leaves, verdicts = [], {"statements": Verdict(False, refusal.problems[0].what.rstrip("."))}
    mine = [one for one in checkpoints if one.head.origin == origin(central)]
    here = {origin(central), *(f"{ORIGIN}{one.name}" for one in central.desks())}
    verdicts["held"] = _held(
        central, leaves, mine, keys, [one for one in checkpoints if one.head.origin not in here]
    )
    pushes, emptied = _said(listed)
    found = []
    with TemporaryDirectory(prefix="imr-central-") as folder:
        for desk in desks:
            named = [one for one in checkpoints if one.head.origin == f"{ORIGIN}{desk.name}"]
            found.append(
                _desk(
                    central,
                    url,
                    desk,
                    pushes.get(desk.name, []),
                    emptied.get(desk.name, set()),
                    keys,
                    named,
                    Path(folder),
                    step,
                )
            )
    verdicts["desks"] = _all(central, url, desks, found, pushes, keys)
    verdicts["fences"] = _fences(central)
    if outside is not None and outside.witnesses:
        verdicts["times"] = _times(central, leaves, outside)
    ok = all(one.ok is not False for one in verdicts.values())
    notes = [f"{one_line(one.called)}: {note}" for one in found for note in one.found.notes]
    reads = central.rows("SELECT pg_has_role(session_user, 'imr_reader', 'MEMBER')") == [(True,)]
    if rights := central.rights_beyond("imr_reader" if reads else "imr_desk"):
        notes.append(
            f"This login may do more than a {'reader' if reads else 'desk'}'s should: {'; '.join(rights)}."
        )
    return CentralVerification(
        ok,
        central.place,
        len(leaves),
        tree_root(leaves).hex(),
        verdicts,
        found,
        _limits(bool(mine) or held_of(central) is not None, bool(keys)),
        notes,
    )


def _sign(central: Central, leaves: Sequence[bytes]) -> list[str]:
    try:
        seal(central, leaves)
    except Refused as refusal:
        return [f"No checkpoint of the statements was signed: {refusal.problems[0].what}"]
    return []


# The list of statements.


def _listed(central: Central, listed: Sequence[Statement], leaves: Sequence[bytes]) -> Verdict:
    """Whether each statement that can be read is the one whose hash stands in the tree, and no others are there."""
    if central.format >= 2 and central.rows("SELECT count(*) FROM imr.statement") != [(len(listed),)]:
        return Verdict(False, "there are statements beside those of the list, numbered below 1")
    for one in listed:
        if one.leaf != leaf(one.body):
            return Verdict(False, f"statement {one.number} was changed: its bytes do not give its hash")
        if leaves[one.number - 1] != one.leaf:
            return Verdict(False, f"statement {one.number} stands at another place than it is said to")
        try:
            if (one.kind, one.desk) != (one.says["kind"], one.says["desk"]):
                return Verdict(False, f"the columns beside statement {one.number} were changed")
        except (ValueError, KeyError):
            return Verdict(False, f"statement {one.number} says nothing that can be read")
    return Verdict(
        True, f"{counted(len(leaves), 'statement')} with their hashes; {len(listed)} of them may be read here"
    )


def _held(
    central: Central,
    leaves: Sequence[bytes],
    named: Sequence[Held],
    keys: Sequence[VerifierKey],
    strange: Sequence[Held],
) -> Verdict:
    """Whether the statements continue every checkpoint that is held of them, and that a known key signed.

    A checkpoint of a log that is not here is named: the list could have been begun anew under another name.
    """
    if (other := other_of(central)) is not None:
        return Verdict(False, f"another central log was at this address: {other.path} was signed over it")
    for one in strange:
        return Verdict(False, f"{one.path} was signed over {one_line(one.head.origin)}, which is not here")
    own = held_of(central)
    known = [*own_keys(origin(central)), *(one for one in keys if one.name == origin(central))]
    compared = 0
    for one in (*named, *([own] if own is not None else [])):
        head = one.head
        if head.size > len(leaves):
            return Verdict(
                False, f"{len(leaves)} statements are left of the {head.size} that {one.path} was signed over"
            )
        if tree_root(leaves[: head.size]) != head.root:
            return Verdict(
                False, f"the first {head.size} statements are not those that {one.path} was signed over"
            )
        compared = max(compared, head.size)
    for size, note in (
        central.rows("SELECT size, note FROM imr.checkpoint ORDER BY size") if central.format >= 2 else []
    ):
        try:
            head = read_checkpoint(note)
            if head.origin != origin(central) or not signers(read_note(note), known, signature_holds):
                continue
        except Refused:
            continue
        if head.size > len(leaves) or tree_root(leaves[: head.size]) != head.root:
            return Verdict(
                False,
                f"the statements do not continue a checkpoint over {size} of them, signed by a key that is known here",
            )
    if not compared:
        return Verdict(
            None,
            "no checkpoint of the statements is held here: a whole push, or a desk, could be missing unseen",
        )
    return Verdict(
        True, f"they continue the checkpoint over {counted(compared, 'statement')} that is held here"
    )


def _said(listed: Sequence[Statement]) -> tuple[Mapping[str, list[_Push]], Mapping[str, set[str]]]:
    """What the statements say, by desk: its pushes in their order, and the texts that were emptied."""
    pushes: dict[str, list[_Push]] = {}
    emptied: dict[str, set[str]] = {}
    for one in listed:
        try:
            says = one.says
            desk = str(says["desk"])
            if says["kind"] == "text.redacted":
                emptied.setdefault(desk, set()).add(str(says["commitment"]))
            elif says["kind"] == "desk.pushed":
                push = _Push(
                    one.number,
                    str(says["at"]),
                    int(says["since"]),
                    int(says["size"]),
                    bool(says["texts"]),
                    str(says["note"]),
                )
                pushes.setdefault(desk, []).append(push)
        except (ValueError, KeyError, TypeError):
            continue
    return pushes, emptied


# One desk.


def _desk(
    central: Central,
    url: str,
    desk: Desk,
    pushes: Sequence[_Push],
    emptied: set[str],
    keys: Sequence[VerifierKey],
    named: Sequence[Held],
    folder: Path,
    step: Callable[[int], None],
) -> DeskVerified:
    path = folder / f"{desk.name}.sqlite"
    made = rebuild(central, desk, path, step)
    key = _key(desk, keys)
    unsent = _unsent(pushes, made)
    absent = Absent(
        frozenset(emptied & made.unworded.keys() | unsent),
        made.unfiled if _some_without(pushes) else frozenset(),
    )
    found = verify(path, keys=[key] if key else [], absent=absent)
    found = followed(path, found, Silent(), absent=absent)
    held_here = [*named, *([own] if (own := held(f"{ORIGIN}{desk.name}")) is not None else [])]
    with closing(open_reader(path)) as copy:
        tree = StoredTree(copy)
        try:
            verdict = _pushed(copy.execute, tree, desk, pushes, made, key, held_here)
            if wrong := unlike_copy(url, desk, path):
                verdict = Verdict(False, wrong)
        except (*DAMAGE, ValueError):
            verdict = Verdict(False, "entries are missing or were moved")
        notes = [
            *map(_for_the_server, found.notes),
            *_clocks(copy.execute, pushes),
            *_left_out(emptied, unsent, made),
        ]
    verdicts = {**found.verdicts, "coverage": verdict}
    ok = all(one.ok is not False for one in verdicts.values())
    first = (
        found.first_break
        if any(one.ok is False for name, one in verdicts.items() if name != "coverage")
        else None
    )
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    last = pushes[-1].size if pushes else 0
    found = replace(
        found, ok=ok, verdicts=verdicts, first_break=first, notes=notes, shorter=False, not_proven=[]
    )
    return DeskVerified(desk.name, desk.called, found, last, len(made.unworded))


def _key(desk: Desk, keys: Sequence[VerifierKey]) -> VerifierKey | None:
    """The key of a desk: one that is held, else the one that the server names; None for none."""
    for one in keys:
        if one.name == f"{ORIGIN}{desk.name}":
            return one
    try:
        return read_verifier_key(desk.key)
    except Refused:
        return None


def _some_without(pushes: Sequence[_Push]) -> bool:
    return any(not one.texts for one in pushes)


def _unsent(pushes: Sequence[_Push], made: Rebuilt) -> set[str]:
    """The commitments whose words were never sent, by what the pushes say."""
    spans = [(one.since, one.size) for one in pushes if not one.texts]
    return {
        name for name, number in made.unworded.items() if any(since < number <= size for since, size in spans)
    }


def _pushed(
    execute: Any,
    tree: StoredTree,
    desk: Desk,
    pushes: Sequence[_Push],
    made: Rebuilt,
    key: VerifierKey | None,
    held_here: Sequence[Held],
) -> Verdict:
    """Whether what each push said when it ended is what is there, signed by the desk's key, and what is held of it too."""
    size = tree.size()
    if size != made.entries or size != desk.size:
        return Verdict(False, "entries are missing or were moved")
    for one in pushes:
        where = f"the push of {one_line(one.at)}"
        try:
            note = read_note(one.note)
            head = read_checkpoint(one.note)
            signed = bool(key and signers(note, [key], signature_holds))
        except Refused:
            return Verdict(False, f"{where} bears no signature that can be read")
        if not signed:
            return Verdict(False, f"{where} was not signed by the desk's key")
        if head.origin != f"{ORIGIN}{desk.name}" or head.size != one.size:
            return Verdict(False, f"{where} says something else than was signed")
        if head.size > size:
            return Verdict(
                False,
                f"{counted(size, 'entry')} are left of the {head.size:,} that were pushed by {one_line(one.at)}",
            )
        if tree.root(head.size) != head.root:
            return Verdict(
                False, f"the first {head.size:,} entries are not those that were pushed by {one_line(one.at)}"
            )
    for other in held_here:
        if other.head.size <= size and tree.root(other.head.size) != other.head.root:
            return Verdict(
                False,
                f"the first {other.head.size:,} entries are not those of the checkpoint in {other.path}",
            )
    if (said := _known_as(execute)) not in ("", known_as(desk.called, desk.login)):
        return Verdict(False, f"it is not known as it was when it pushed: as `{one_line(said)}`")
    last = pushes[-1].size if pushes else 0
    if not pushes:
        return Verdict(
            None,
            "no push of it has come to its end, so nothing that the desk signed says how many there were",
        )
    after = (
        f"; {counted(size - last, 'entry')} after it, of a push that was broken off" if size > last else ""
    )
    return Verdict(True, f"they are the {counted(last, 'entry')} of its last push, of {pushes[-1].at}{after}")


def _known_as(execute: Any) -> str:
    """How the server knew the desk at its newest push, as the desk's own log says; empty where it doesn't."""
    for (data,) in execute("SELECT entry FROM event WHERE kind = ? ORDER BY id DESC", [AccessExported.kind]):
        body = json.loads(data)["body"]
        if body.get("what") == "push":
            return str(body.get("form", "")).partition("#")[2]
    return ""


def _clocks(execute: Any, pushes: Sequence[_Push]) -> list[str]:
    """Sentences where a desk's clock and the server's part: an entry that is stated later than it arrived, or before what had arrived already."""
    said = []
    for one in pushes:
        for number, after in ((one.size, False), (one.size + 1, True)):
            row = execute("SELECT ts FROM event WHERE id = ?", [number]).fetchone()
            try:
                apart = (datetime.fromisoformat(str(row[0])) - datetime.fromisoformat(one.at)).total_seconds()
            except (TypeError, ValueError):
                continue
            if not after and apart > SLACK:
                said.append(
                    f"Entry {number:,} is stated at {one_line(str(row[0]))}, and the server had it by {one_line(one.at)}: the desk's clock was ahead."
                )
            if after and apart < -SLACK:
                said.append(
                    f"Entry {number:,} is stated at {one_line(str(row[0]))}, and was logged after the push of {one_line(one.at)}: the desk's clock was behind."
                )
    return said[:10]


def _for_the_server(note: str) -> str:
    """A note of a desk's log with what is to be done about it here."""
    return note.replace("run `imr log redact` again", "its redactor runs `imr log central redact-stated`")


def _left_out(emptied: set[str], unsent: set[str], made: Rebuilt) -> list[str]:
    said = []
    if gone := emptied & made.unworded.keys():
        said.append(f"{counted(len(gone), 'text')} redacted; their commitments hold.")
    if unsent:
        said.append(f"{counted(len(unsent), 'text')} never sent: pushed without texts.")
    if back := emptied - made.unworded.keys():
        said.append(f"{counted(len(back), 'text')} stated as redacted and there all the same.")
    return said


# All of it.


def _all(
    central: Central,
    url: str,
    desks: Sequence[Desk],
    found: Sequence[DeskVerified],
    pushes: Mapping[str, Sequence[_Push]],
    keys: Sequence[VerifierKey],
) -> Verdict:
    broken = [one for one in found if not one.found.ok]
    if broken:
        one = broken[0]
        at = one.found.first_break
        where = (
            f"session {one_line(at.session)}, entry {at.seq}: {one_line(at.what)}"
            if at
            else next(each.says for each in one.found.verdicts.values() if each.ok is False)
        )
        more = f"; and {counted(len(broken) - 1, 'other desk')}" if len(broken) > 1 else ""
        return Verdict(False, f"{one_line(one.called)} ({one.desk[:8]}): {where}{more}")
    if "#" not in url:
        if gone := sorted(pushes.keys() - {one.name for one in desks}):
            return Verdict(False, f"the desk {gone[0]} has pushed, and is not there")
        if unknown := central.rows(_UNKNOWN):
            return Verdict(False, f"there are rows of {one_line(str(unknown[0][0]))}, which is no desk")
    entries = sum(one.found.events for one in found)
    says = f"{counted(len(found), 'desk')} with {counted(entries, 'entry')}, each a log that verifies"
    named = {one.name.removeprefix(ORIGIN) for one in keys if one.name.startswith(ORIGIN)}
    if strange := [one for one in desks if one.name not in named and (named or not pushes.get(one.name))]:
        listed = ", ".join(f"{one_line(one.called)} ({one.name[:8]})" for one in strange[:5])
        more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
        why = "no key that you named is of" if named else "nothing was signed with a key of"
        return Verdict(None, f"{says}; {why} {listed}{more}: only the server says whose log it is")
    if "#" not in url and (twice := central.rows(_TWICE, [REGISTER])):
        session, count = twice[0]
        more = f", and {counted(len(twice) - 1, 'session')} more" if len(twice) > 1 else ""
        return Verdict(
            None,
            f"{says}; session {one_line(str(session))} stands under {count} of them{more}: one pushed what is another's",
        )
    return Verdict(True, says)


def _fences(central: Central) -> Verdict:
    """Whether what the server checks itself is still in force, word for word as the steps of its set-up have it."""
    numbers = range(1, central.format + 1)
    steps = (files("assistant.log") / "central_schema" / f"{number}.sql" for number in numbers)
    script = "".join(one.read_text("utf-8") for one in steps)
    wrong = [
        *_wrong_tables(central, script),
        *_wrong_parts(central, script),
        *_wrong_triggers(central, script),
    ]
    wrong += [
        *_wrong_functions(central, script),
        *_wrong_policies(central, script),
        *_wrong_rights(central, script),
    ]
    wrong += [f"triggers may be passed by at the login of {name}" for (name,) in central.rows(_SETTINGS)]
    wrong += [f"the index {name} of {table} was changed, or added" for name, table in central.rows(_INDEXES)]
    wrong += [f"there is something that does not belong there: {what}" for (what,) in central.rows(_OTHERS)]
    wrong += [
        f"there is a setting that does not belong there: {key}"
        for (key,) in central.rows("SELECT key FROM imr.meta WHERE key NOT IN ('name', 'format')")
    ]
    if wrong:
        return Verdict(False, "; ".join(one_line(one) for one in wrong[:5]))
    if central.format < FORMAT:
        return Verdict(
            None, f"the server has format {central.format}, and its owner may bring it to {FORMAT}"
        )
    says = "tables, triggers, functions, rights and the rules on rows are as they were set up"
    if strong := central.rows(_STRONG):
        listed = ", ".join(one_line(str(name)) for (name,) in strong[:5])
        return Verdict(
            None, f"{says}; a login that pushes may do more than a desk, and passes them by: {listed}"
        )
    return Verdict(True, says)


def _wrong_tables(central: Central, script: str) -> Iterator[str]:
    found = {name: more for name, *more in central.rows(_TABLES)}
    hidden = set(re.findall(r"ALTER TABLE imr\.(\w+) ENABLE ROW LEVEL SECURITY", script))
    for name in re.findall(r"CREATE TABLE imr\.(\w+)", script):
        absent = ("", False, False, "p", False, True, True)
        kind, secure, rewritten, kept, shared, owned, sound = found.pop(name, absent)
        if kind != "r":
            yield f"{name} is no table"
        if rewritten:
            yield f"what is written to {name} is rewritten by a rule"
        if name in hidden and not secure:
            yield f"the rows of {name} are open to every desk, or closed to the server's own functions"
        if kept != "p":
            yield f"{name} is not kept through a crash of the server"
        if shared:
            yield f"{name} shares its rows with another table"
        if not owned:
            yield f"{name} belongs to somebody else than the rest"
        if not sound:
            yield f"the triggers or bounds of {name} are passed over"
    yield from (f"there is a table or view that does not belong there: {name}" for name in found)


def _wrong_parts(central: Central, script: str) -> Iterator[str]:
    """Columns, keys and bounds of tables that are not those of the script."""
    made = set()
    for table, body in re.findall(r"CREATE TABLE imr\.(\w+) \((.*?)\n\);", script, re.DOTALL):
        for line in re.split(r",\n", body):
            part, _, bound = line.strip().partition(" CHECK ")
            if bound:
                made.add((table, _plain(f"CHECK {bound}")))
            if " PRIMARY KEY" in part:
                part = part.replace(" PRIMARY KEY", " NOT NULL")
                made.add((table, _plain(f"PRIMARY KEY {part.split()[0]}")))
            made.add((table, _plain(part.replace("timestamptz", "timestamp with time zone"))))
    found = {(str(table), _plain(part)) for table, part in central.rows(_PARTS)}
    for table in sorted({table for table, _ in made ^ found if table in {one for one, _ in made}}):
        yield f"the columns, keys or bounds of {table} were changed"


_WHEN = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}
_BEFORE_EACH_ROW = 3


def _wrong_triggers(central: Central, script: str) -> Iterator[str]:
    made = {
        (table, name): (
            f"imr.{function}",
            _BEFORE_EACH_ROW + sum(_WHEN[one] for one in when.split(" OR ")),
            True,
        )
        for name, when, table, function in re.findall(
            r"CREATE TRIGGER (\w+) BEFORE ([A-Z ]+) ON imr\.(\w+)\s+FOR EACH ROW EXECUTE FUNCTION imr\.(\w+)",
            script,
        )
    }
    found = {
        (str(table), str(name)): (tuple(more[:3]), more[3]) for table, name, *more in central.rows(_FENCES)
    }
    for (table, name), expected in made.items():
        known = found.pop((table, name), None)
        if known is None or known[1] != "O":
            yield f"the trigger {name} is missing or switched off"
        elif known[0] != expected:
            yield f"the trigger {name} was changed"
    yield from (f"there is a trigger that does not belong there: {name} of {table}" for table, name in found)


def _wrong_functions(central: Central, script: str) -> Iterator[str]:
    made = {
        f"{name}({', '.join(one.split()[1] for one in taken.split(', ') if one)})": (
            body.strip(),
            "SECURITY DEFINER" in head,
            [f"search_path={one}" for one in re.findall(r"SET search_path = ([\w, ]+?) AS", f"{head}AS")],
            True,
            _plain(taken),
            _plain(head.partition("LANGUAGE")[0].partition("RETURNS")[2]),
            f"{head.partition('LANGUAGE ')[2].split()[0]}{'s' if ' STABLE' in head else 'v'}uff",
        )
        for name, taken, head, body in re.findall(
            r"CREATE FUNCTION imr\.(\w+)\((.*?)\)(.*?)AS \$\$(.*?)\$\$", script, re.DOTALL
        )
    }
    found = {
        str(name): (str(body).strip(), definer, list(settings), owned, _plain(taken), _plain(given), str(how))
        for name, body, definer, settings, owned, taken, given, how in central.rows(_FUNCTIONS)
    }
    for name, expected in made.items():
        if found.pop(name, None) != expected:
            yield f"the function {name} was changed"
    yield from (f"there is a function that does not belong there: {name}" for name in found)


_GRANT = re.compile(r"GRANT ([^;]+?) ON (?:SCHEMA |FUNCTION )?([^;]+?) TO ([^;]+);")


def _wrong_rights(central: Central, script: str) -> Iterator[str]:
    """Rights that the script gives to nobody, and those that were taken away."""
    made = set()
    for rights, objects, roles in _GRANT.findall(script):
        for right, columns in re.findall(r"(\w+)(?: \((.*?)\))?", rights):
            parts = [f" ({column})" for column in columns.split(", ")] if columns else [""]
            for name in re.findall(r"imr(?:\.\w+)?", objects):
                made |= {
                    (name, role, f"{right.lower()}{part}") for role in roles.split(", ") for part in parts
                }
    taken = set(
        re.findall(r"imr\.\w+", " ".join(re.findall(r"REVOKE ALL ON FUNCTION ([^;]+) FROM PUBLIC;", script)))
    )
    found = {(str(name), str(role), str(right)) for name, role, right in central.rows(_RIGHTS)}
    for name, role, right in sorted(found - made):
        if not (right == "execute" and role == "public" and name not in taken):
            yield f"{role} may {right} {name}"
    for name, role, right in sorted(made - found):
        if not right.startswith(("select", "usage")):
            yield f"{role} may no longer {right} {name}"


def _wrong_policies(central: Central, script: str) -> Iterator[str]:
    made = {
        (name, table): ("rtrue" if reads else "*true", _plain(using), _plain(check), [role])
        for name, table, reads, role, using, check in re.findall(
            r"CREATE POLICY (\w+) ON imr\.(\w+)( FOR SELECT)? TO (\w+)\s+USING (.*?)(?:WITH CHECK (.*?))?;",
            script,
            re.DOTALL,
        )
    }
    found = {
        (str(name), str(table)): (command, _plain(using), _plain(check), list(roles))
        for name, table, command, using, check, roles in central.rows(_POLICIES)
    }
    for key, expected in made.items():
        if found.pop(key, None) != expected:
            yield f"the rule `{key[0]}` on who sees which rows of {key[1]} was changed"
    yield from (
        f"there is a rule on rows that does not belong there: {name} of {table}" for name, table in found
    )


def _plain(expression: str) -> str:
    """An expression in which what servers write in different ways is left out: brackets, spaces and types."""
    return re.sub(r"::\w+|[\s()]", "", expression).lower()


def _times(central: Central, leaves: Sequence[bytes], outside: Outside) -> Verdict:
    """By when witnesses had seen how many statements."""
    seen: list[Seen] = []
    for size, text in central.rows("SELECT size, note FROM imr.checkpoint ORDER BY size DESC"):
        try:
            head = read_checkpoint(text)
            found = seen_by_witnesses(read_note(text), head.size, outside)
        except Refused as refusal:
            return Verdict(False, refusal.problems[0].what.rstrip("."))
        if found and (head.size > len(leaves) or tree_root(leaves[: head.size]) != head.root):
            return Verdict(
                False,
                f"the first {size} statements are not those that {found[0].by} saw at {found[0].at:%Y-%m-%dT%H:%M:%SZ}",
            )
        seen += found
    if not seen:
        return Verdict(None, "no witness whom you named has seen the statements")
    one = max(seen, key=lambda each: each.size)
    return Verdict(True, f"{counted(one.size, 'statement')} by {one.at:%Y-%m-%dT%H:%M:%SZ} ({one.by})")


def _limits(held_any: bool, keys: bool) -> list[str]:
    said = [
        "What a desk never pushed is not here; compare with the desk's own log.",
        "Who works at a desk could have signed something else before it was pushed.",
    ]
    if not keys:
        said.append("The desks' keys are those that the server names; name those that you hold with --key.")
    if not held_any:
        said.append("No checkpoint of the statements was held before: from now on one is.")
    return said

"""`imr log verify`, `checkpoint`, `consistency`, `prove` and `rederive`: the log proven as a whole, or one session of it."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import (
    archives_of,
    central_url,
    json_option,
    log_at,
    log_option,
    note_reading,
    reading_log_option,
    recipients_option,
)
from assistant.cli.output import VERDICT_WORDS, Progress, print_json, width
from assistant.core.problem import refuse
from assistant.core.text import counted, one_line
from assistant.files import taken, write_file

if TYPE_CHECKING:
    from assistant.log.checkpoint import Held
    from assistant.log.keys import VerifierKey
    from assistant.log.timestamps import Outside
    from assistant.log.verify_checks import Unread
    from assistant.log.verify_entries import Verification


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _given(flag: str, name: str, what: str, metavar: str = "FILE") -> Callable[[Any], Any]:
    """An option for what the auditor holds, as often as there is something."""
    kind = _FILE if metavar == "FILE" else None
    said = f"{what}; may be given more than once."
    return click.option(flag, name, multiple=True, type=kind, metavar=metavar, help=said)


keys_option = _given("--key", "keys", "A verifier key that you trust, or a file with some", "KEY")
held_option = _given("--checkpoint", "held", "A checkpoint that you hold")
reviewers_option = _given("--reviewer-key", "reviewers", "A file with keys of reviewers that you hold")
officers_option = _given(
    "--officer-key", "officers", "A file with keys of officers who may vouch for reviewers' keys"
)
authorities_option = _given(
    "--authority", "authorities", "Certificates (PEM) of a time-stamping authority that you trust"
)
witnesses_option = _given("--witness-key", "witnesses", "The key of a witness that you trust", "KEY")


@click.command()
@click.argument("bundle", required=False, type=_FILE)
@click.option(
    "--deep", is_flag=True, help="Also every entry's schema, every signature, and every draft anew."
)
@click.option("--since", is_flag=True, help="Only what is new since the last time it was verified here.")
@keys_option
@held_option
@reviewers_option
@officers_option
@authorities_option
@witnesses_option
@json_option
@reading_log_option
def verify(
    bundle: Path | None,
    deep: bool,
    since: bool,
    keys: Sequence[str],
    held: Sequence[Path],
    reviewers: Sequence[Path],
    officers: Sequence[Path],
    authorities: Sequence[Path],
    witnesses: Sequence[str],
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Prove that the log was not changed, and say what that can't prove. Exit status 1 if it was.

    With BUNDLE: check an exported session, or a consistency proof (.json), instead of the log.
    """

    if bundle is not None:
        raise click.exceptions.Exit(_check_bundle(bundle, keys, held, reviewers, as_json, log_at(log_path)))
    own, named = ([str(path) for path in files] for files in (reviewers, officers))
    people = (read_keys(own), read_keys(named)) if own or named else (None, None)
    outside = _outside(authorities, witnesses)
    if url := central_url(log_path):
        from assistant.cli.log_central import verify_there

        if deep or since or own or named:
            raise click.UsageError("--deep, --since and keys of people are for a log of this computer.")
        raise click.exceptions.Exit(
            verify_there(url, read_keys(keys), [read_held(one) for one in held], outside, as_json)
        )
    known = [_named(path) for path in held]
    if (of := archives_of(log_path)) is not None:
        from assistant.log.archive import verify_archives

        if deep or since:
            raise click.UsageError("--deep and --since are for a log without archives.")
        files, log = of
        people_given = {"reviewers": people[0], "officers": people[1]}
        found = verify_archives(
            files, log, keys=read_keys(keys), checkpoints=known, outside=outside, **people_given
        )
        _print_found(files[0] if log is None else log, found, as_json)
        return
    found = _verified(log_at(log_path), deep, since, read_keys(keys), known, people, outside)
    _print_found(log_at(log_path), found, as_json)


def _print_found(path: Path, found: Verification, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
    else:
        for line in page(path, found):
            click.echo(line)
    if status := _status(found):
        raise click.exceptions.Exit(status)


OPEN, COPY = 3, 4
"""Exit status where all that can be checked holds: but nobody signed, or whether the end is there is open; or the file
is a copy that was made on purpose. A log whose key is not known here keeps the status 0 that it has always had: its last
line says that who signed it is open."""


def _status(found: Verification) -> int:
    if not found.ok:
        return 1
    bare = found.unsigned and not found.tables["checkpoint"].rows
    return COPY if found.copy else OPEN if found.shorter or bare else 0


def _named(path: Path) -> Held | Unread:
    """The checkpoint in a file that was named; one that can't be read fails the log, since it may be the one that it lacks."""
    from assistant.core.problem import Refused
    from assistant.log.verify_checks import Unread

    try:
        return read_held(path)
    except Refused as refusal:
        return Unread(path, refusal.problems[0].what.rstrip("."))


def _outside(authorities: Sequence[Path], witnesses: Sequence[str]) -> Outside:
    from assistant.log.timestamps import Outside, read_authorities, read_witness

    certificates = [one for path in authorities for one in read_authorities(path)]
    return Outside(tuple(certificates), tuple(map(read_witness, witnesses)))


def _verified(
    path: Path,
    deep: bool,
    since: bool,
    keys: Sequence[VerifierKey],
    held: Sequence[Held | Unread],
    people: tuple[Sequence[VerifierKey] | None, Sequence[VerifierKey] | None],
    outside: Outside,
) -> Verification:
    from assistant.log.checkpoint import keep_verified
    from assistant.log.last_verified import keep_result
    from assistant.log.verify import verify as examine
    from assistant.log.verify_steps import followed

    with Progress("Verifying") as progress:
        found = examine(
            path,
            keys=keys,
            checkpoints=held,
            reviewers=people[0],
            officers=people[1],
            outside=outside,
            since=since,
            every_signature=deep,
            step=progress.step,
        )
        found = followed(path, found, progress, every=deep)
        if deep:
            from assistant.review.rederive import deeper

            found = deeper(path, found, progress)
    if since and not found.since:
        found.notes.append(
            "All of the log was read: it was not verified here before, or is too short to be worth less."
        )
    if found.verified:
        keep_verified(found.verified)
    keep_result(path, found, deep)
    return found


def _check_bundle(
    path: Path,
    keys: Sequence[str],
    held: Sequence[Path],
    reviewers: Sequence[Path],
    as_json: bool,
    log_path: Path,
) -> int:
    """By the keys that are given, else by those that are known here of the log that the bundle is said to be of."""
    from assistant.log import standalone_verify
    from assistant.log.bundle import is_bundle, log_of
    from assistant.log.checkpoint import held as held_here
    from assistant.log.keys import own_keys
    from assistant.review.rederive import derived_anew

    _must_be_verifiable(path)
    if len(held) > 1:
        raise click.UsageError("A bundle is compared with one checkpoint.")
    note = held[0].read_bytes() if held else b""
    origin = log_of(path)
    own = [str(key) for key in own_keys(origin)] if origin and not keys else []
    known = [str(key) for key in read_keys(keys)] or own
    people = [str(key) for key in read_keys([str(one) for one in reviewers])]
    tried = [standalone_verify.examine(path, key, note, people) for key in known]
    if own and held_here(origin) is None and not _is_of(log_path, origin):
        tried.append(standalone_verify.examine(path, "", note, people))  # of a log that is not known here
    tried = tried or [standalone_verify.examine(path, "", note, people)]
    found = next((one for one in tried if all(each.ok is not False for each in one)), tried[0])
    if is_bundle(str(path)) and all(one.ok is not False for one in found):
        found = [*found, *(standalone_verify.Finding("derived", ok, says) for ok, says in derived_anew(path))]
    return standalone_verify.show(found, as_json)


_ONLY_THESE = "What can be verified is a session of `imr log prove`, a proof of `imr log consistency -o`, or a log (--log)."


def _must_be_verifiable(path: Path) -> None:
    """Refuses a file that is neither an exported session nor a consistency proof, and says what it is."""
    with path.open("rb") as file:
        begins = file.read(4096)
        file.seek(max(path.stat().st_size - 65_536, 0))
        ends = file.read()
    name, fix = one_line(str(path)), _ONLY_THESE
    if begins.startswith(b"PK"):
        return
    if begins.startswith(b"SQLite format 3\0") or (begins.startswith(b"PAR1") and b"imr-archive" in ends):
        what = "a log" if begins.startswith(b"S") else "an archive of a log"
        fix = f"A log is verified with --log {name}."
    elif begins.startswith(b"age-encryption.org/"):
        what, fix = "sealed", f"Open it first: imr log unseal {name} -o FILE --identity KEY."
    elif begins.startswith(b"PAR1"):
        what = "a table of rows (Parquet) that carries no proof"
    elif path.suffix == ".json" and (not _text_of(begins) or b'"old"' in begins):
        return  # what is wrong with a proof says who checks it
    else:
        what = _kind_of_text(_text_of(begins))
    raise refuse(f"This is {what}, and no exported session.", name, fix)


def _text_of(begins: bytes) -> str:
    """The beginning of a text file; "" of one that is none."""
    text = begins.decode("utf-8", "ignore")
    return text if b"\0" not in begins and len(text.encode()) >= len(begins) - 3 else ""


def _kind_of_text(text: str) -> str:
    """What a text file is, by how it begins."""
    from assistant.log.keys import ORIGIN

    line = text.lstrip("\ufeff").splitlines()[0] if text.strip() else ""
    if line.lstrip().startswith(("{", "[")):
        return "JSON, or lines of it (NDJSON), without a proof"
    if line.startswith(ORIGIN) or "\n\u2014 " in text:
        return "a checkpoint or another signed note, which is named with --checkpoint beside a log"
    if line.count(",") or line.count("\t"):
        return "a table (CSV), which carries no proof"
    return "a text" if text else "no file of this program, or a damaged one"


def _is_of(log_path: Path, origin: str) -> bool:
    """Whether the log is the one with this origin."""
    from contextlib import closing

    from assistant.core.problem import Refused
    from assistant.log.checkpoint import origin_of
    from assistant.log.errors import DAMAGE
    from assistant.log.store import open_reader

    try:
        with closing(open_reader(log_path)) as connection:
            return origin_of(connection) == origin
    except (Refused, OSError, *DAMAGE):
        return False


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the note to FILE too."
)
@click.option("--new-key", is_flag=True, help="Make the key that signs, where IMR_KEY says.")
@click.option(
    "--accept-rollback", metavar="REASON", help="Go on with a log that is older than what is held of it."
)
@click.option(
    "--timestamp",
    type=_FILE,
    metavar="FILE",
    help="Keep the answer of a time-stamping authority (RFC 3161) on a checkpoint of this log.",
)
@click.option(
    "--witness", type=_FILE, metavar="FILE", help="Keep what witnesses signed on a checkpoint of this log."
)
@json_option
@reading_log_option
def checkpoint(
    output: Path | None,
    new_key: bool,
    accept_rollback: str | None,
    timestamp: Path | None,
    witness: Path | None,
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Sign the head of the log's tree, and print it: hold it where the log's owner can't reach."""
    from assistant.cli.output import filled, width
    from assistant.log import Log
    from assistant.log.checkpoint import present_log
    from assistant.log.consistency import accept_rollback as accept
    from assistant.log.keys import read_checkpoint

    if url := central_url(log_path):
        from assistant.cli.log_central import checkpoint_there

        if accept_rollback is not None or new_key or timestamp is not None:
            raise click.UsageError(
                "--accept-rollback, --new-key and --timestamp are for a log of this computer."
            )
        checkpoint_there(url, output, witness, as_json)
        return
    path = log_at(log_path)
    if accept_rollback is not None:
        accept(path, accept_rollback)
    path = present_log(path)
    _keep_times(path, timestamp, witness)
    with Log.open(path) as log:
        note = log.checkpoint(new_key=new_key)
        key, unheld = log.verifier_key, log.unsigned
    if not note:
        click.echo("imr: The log has no entry yet, so there is nothing to sign.", err=True)
        raise click.exceptions.Exit(2)
    head = read_checkpoint(note)
    if output is not None:
        write_file(output, note.encode())
    if unheld:
        click.echo(f"imr: {unheld}", err=True)
    if as_json:
        print_json(
            {"origin": head.origin, "size": head.size, "root": head.root.hex(), "key": str(key), "note": note}
        )
        return
    click.echo(note)
    click.echo(f"Verifier key: {key}")
    says = (
        f"This is the head of the log over {head.size:,} entries. Give it, and once the verifier key, to somebody who "
        "can't write to this log: what they hold shows later that nothing before it was changed."
    )
    click.echo("\n".join(filled(says, width())))


def _keep_times(path: Path, timestamp: Path | None, witness: Path | None) -> None:
    from assistant.core.problem import refuse
    from assistant.log import access
    from assistant.log.timestamps import timestamped, witnessed

    events = [timestamped(path, timestamp)] if timestamp is not None else []
    events += [witnessed(path, witness)] if witness is not None else []
    for event in events:
        if unlogged := access.note(path, event):
            raise refuse(unlogged, str(path), "Nothing was kept.")
        click.echo(f"Kept in the log: {event.form}, over {counted(event.size, 'entry')}.", err=True)


@click.command()
@click.argument("old", type=_FILE)
@click.argument("new", required=False, type=_FILE)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the proof to FILE."
)
@keys_option
@json_option
@log_option
def consistency(
    old: Path,
    new: Path | None,
    output: Path | None,
    keys: Sequence[str],
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Show that the log of checkpoint OLD is the beginning of that of NEW: by default, of the newest in the log.

    Exit status 1 if it isn't.
    """
    from assistant.log.consistency import prove_consistency

    known = read_keys(keys)
    proof = prove_consistency(
        log_at(log_path), read_held(old).note, read_held(new).note if new is not None else "", known
    )
    if output is not None and proof.ok:
        write_file(output, json.dumps(proof.as_json(), indent=1).encode() + b"\n")
    if as_json:
        print_json(proof.as_json())
    else:
        click.echo(proof.says)
        if output is not None and proof.ok:
            click.echo(f"The proof is in {output}; check it with `python3 verify.py {output}`.")
    if not proof.ok:
        raise click.exceptions.Exit(1)


# -- what they share ------------------------------------------------------------------------------


def read_keys(given: Sequence[str]) -> list[VerifierKey]:
    """The verifier keys in what was given: keys, or files with a key on a line."""
    from assistant.core.problem import refuse
    from assistant.library import read_text
    from assistant.log.keys import read_verifier_key

    keys = []
    for one in given:
        lines = [one] if one.count("+") >= 2 else read_text(Path(one)).splitlines()
        found = [read_verifier_key(line) for line in lines if line.strip()]
        if not found:
            raise refuse("There is no verifier key in this file.", one)
        keys += found
    return keys


def read_held(path: Path) -> Held:
    """The checkpoint in a file."""
    from assistant.core.problem import Refused, refuse
    from assistant.library import read_text
    from assistant.log.checkpoint import Held
    from assistant.log.keys import read_checkpoint, read_note

    note = read_text(path)
    try:
        return Held(path, note, read_checkpoint(read_note(note).text))
    except Refused as refusal:
        raise refuse(refusal.problems[0].what, str(path), refusal.problems[0].fix) from None


# `imr log prove` and `imr log rederive`: one session, taken along with its proof, and derived anew.


@click.command()
@click.argument("session")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The new bundle."
)
@keys_option
@recipients_option
@json_option
@reading_log_option
def prove(
    session: str,
    output: Path,
    keys: Sequence[str],
    recipients: tuple[str, ...],
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Write SESSION with the proof that it stands in the log to FILE, which checks itself: `python3 FILE`."""
    from assistant.core.access_events import AccessExported
    from assistant.log import Log
    from assistant.log.age import sealed
    from assistant.log.bundle import bundle, covering_checkpoint
    from assistant.log.keys import read_checkpoint
    from assistant.review.rederive import rederivation_words

    path = log_at(log_path)
    if os.path.lexists(output):
        raise taken(output)
    sealed(b"", recipients)  # a key that is none is refused before anything is logged
    with Log.open(path, write=False) as log:
        session_id = log.resolve(session)
    note_reading(path, AccessExported("bundle", "imr-bundle", (session_id,)))
    note = covering_checkpoint(path, session_id)
    if not note and (url := central_url(log_path)):
        raise refuse(
            "No checkpoint of its desk covers this session here."
            if "#" in url
            else "A session is proven against the log of its desk, and this is a copy of all desks.",
            session_id,
            "Name its desk: postgresql://...#DESK."
            if "#" not in url
            else "Its desk pushes again; then there is one.",
        )
    if not note:
        with Log.open(path) as log:
            note = log.checkpoint()
    with Log.open(path, write=False) as log:
        words, unsigned = rederivation_words(log, session_id)
    data = sealed(bundle(path, session_id, note, words, read_keys(keys)), recipients)
    write_file(output, data)
    head = read_checkpoint(note)
    if unsigned:
        click.echo(f"imr: {unsigned}", err=True)
    if as_json:
        print_json(
            {
                "session": session_id,
                "file": str(output),
                "bytes": len(data),
                "origin": head.origin,
                "size": head.size,
                "root": head.root.hex(),
            }
        )
        return
    click.echo(f"{output}: session {session_id}, proven against the checkpoint over {head.size:,} entries.")
    if recipients:
        click.echo(
            "It is sealed; whoever has the key opens it with `imr log unseal`, or another program for age files."
        )
        return
    click.echo(f"Anybody can check it, without this program and without the log: python3 {output}")
    click.echo(
        "It holds health information in clear text. Give the verifier key and verify.py by another way."
    )


@click.command()
@click.argument("session")
@json_option
@reading_log_option
def rederive(session: str, as_json: bool, log_path: Path | None) -> None:
    """Derive SESSION anew from its entries and pinned texts, and compare. Exit status 1 at the first difference.

    SESSION is an id, the beginning of one, `last`, or the path of a bundle.
    """
    from assistant.core.access_events import AccessRead
    from assistant.log.bundle import is_bundle, open_source
    from assistant.review.rederive import rederive as derive

    path = log_at(log_path)
    source, session_id = open_source(path, session)
    with source:
        if not is_bundle(session):
            note_reading(path, AccessRead("rederive", (session_id,)))
        made = derive(source, session_id)
    if as_json:
        print_json(made.as_json())
    else:
        counts = ", ".join(
            counted(count, {"entries": "entry"}.get(name, name.removesuffix("s")))
            for name, count in made.compared.items()
        )
        click.echo(
            f"Session {session_id}, {made.entries} entries. The same as logged: {counts or 'nothing'}."
        )
        if made.letter:
            click.echo(f"SHA-256 of the text that was signed, as derived: {made.letter}")
        for sentence in made.not_compared:
            click.echo(f"Not compared: {one_line(sentence)}")
        if made.difference is not None:
            first = made.difference
            click.echo(f"First difference: entry {first.seq}, {one_line(first.what)}")
            click.echo(f"  logged:  {one_line(first.logged) or '(nothing)'}")
            click.echo(f"  derived: {one_line(first.derived) or '(nothing)'}")
        else:
            compared = "what was compared is" if made.not_compared else "it is"
            click.echo(f"Derived anew, {compared} the same byte for byte.")
    if not made.ok:
        raise click.exceptions.Exit(1)


# A verification as an auditor reads it: verdict by verdict, the first break, and what is not proven.


MEANS = {
    "chain": "An entry was changed, removed, added or moved after it was logged, or the disk has damaged it.",
    "tree": "The log as a whole is not the one that was signed: it was changed, or written anew.",
    "signatures": "A checkpoint was not made by the keys that are trusted here, or was changed.",
    "coverage": "Entries that were in the log are gone, or another log lies in its place.",
    "reviewers": "A determination is not signed by the reviewer whose it is, or was changed after.",
    "triggers": "Somebody has opened a way to change entries; whether any was, the other verdicts say.",
    "database": "The file is damaged; what is looked up in it may come out wrong.",
    "artifacts": "A text that sessions rest on is not the one that was pinned; letters can't be derived from it.",
    "steps": "Somebody has written steps into the log that this program does not write there.",
    "times": "What is kept of times from elsewhere is not of this log, or was changed.",
    "schemas": "An entry holds what no version of this program writes.",
    "drafts": "A suggestion or a letter does not come out of its answers as it was shown or signed.",
}
"""What it means when a verdict fails."""

_WIDEST = 100
"""Columns of the page, at most."""

_INDENT = " " * 21


def page(path: Path, found: Verification) -> Iterator[str]:
    """The lines of the page."""

    if found.since:
        read = counted(found.events - found.since, "entry")
        yield f"{one_line(str(path))}: {found.events:,} entries; looked at now: the newest {read}"
    else:
        yield f"{one_line(str(path))}: {counted(found.events, 'entry')}, {found.of_sessions}"
    for name, verdict in found.verdicts.items():
        head = f"  {VERDICT_WORDS[verdict.ok]:<5}  {name:<10}  "
        yield from _wrapped(one_line(verdict.says), head, _INDENT)
        if verdict.ok is False and name in MEANS:
            yield from _wrapped(MEANS[name], _INDENT, _INDENT)
    if found.first_break is not None:
        at = found.first_break
        where = f"session {one_line(at.session)}, entry {at.seq}" if at.session else "the log is empty"
        yield from _wrapped(f"First break: {where}: {one_line(at.what).rstrip('.')}.", "", "  ")
    yield from _wrapped(_outcome(found), "", "  ")
    yield from _list("To look at:", found.notes)
    yield from _list("This does not prove:", found.not_proven)


def _outcome(found: Verification) -> str:
    if found.ok and found.copy:
        return f"The log verifies. It is a copy of {found.copy}, with {counted(found.events, 'entry')}."
    if found.ok and found.shorter:
        return (
            "What is there verifies, and whether its end was cut off is open: it is shorter than a checkpoint that is "
            "held of it, and bears no mark of a copy."
        )
    if found.ok and found.unsigned:
        return (
            f"What is there holds together. WHO SIGNED THE LOG IS OPEN: {found.verdicts['signatures'].says}."
        )
    asked = {"reviewers": "who signed", "checks": "under which checks"}
    said = [
        f"{what}: {verdict.says}"
        for name, what in asked.items()
        if (verdict := found.verdicts.get(name)) is not None and verdict.ok is None
    ]
    if found.ok and said:
        return f"The log verifies. Open is {'; and '.join(said)}."
    if found.ok:
        return "The log verifies."
    failed = {name for name, verdict in found.verdicts.items() if verdict.ok is False}
    if failed == {"coverage"}:
        return (
            "The log does NOT verify against the checkpoint that is held. If that is the right one, keep this file "
            "as it is, and go back to a backup that verifies."
        )
    return "The log does NOT verify. Keep this file as it is, and go back to a backup that does."


def _list(title: str, sentences: Iterable[str]) -> Iterator[str]:
    lines = [line for one in sentences for line in _wrapped(one_line(one), "  - ", "    ")]
    if lines:
        yield title
        yield from lines


def _wrapped(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text,
        max(min(width(), _WIDEST), 40),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )

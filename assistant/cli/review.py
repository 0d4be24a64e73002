"""`imr review`, `resume`, `reviewer`, `letter`, and the home screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import (
    json_option,
    log_at,
    log_option,
    needs_terminal,
    note_reading,
    open_log,
    reading_log_option,
    unless_lost,
)
from assistant.cli.output import print_json
from assistant.cli.reviewer_key import passphrase_from, passphrase_option, reviewer_key
from assistant.core.dates import whole_day
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line, visible
from assistant.core.value import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.letter import Letter
    from assistant.log import Log
    from assistant.review.review import Review


@click.command()
@click.argument("case", required=False)
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="FILE", help="Answer from a file, unattended."
)
@click.option("--plain", is_flag=True, help="The same conversation as plain lines.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as one JSON document (with --answers)."
)
@click.option("--again", default="", metavar="REASON", help="Review a signed case once more; it says why.")
@passphrase_option
@log_option
def review(
    case: str | None,
    answers: Path | None,
    plain: bool,
    as_json: bool,
    again: str,
    passphrase_file: Path | None,
    log_path: Path | None,
) -> int:
    """Review CASE: a folder with a case.yaml, or the id of a case in the case bank.

    Without CASE the home screen opens, with the cases to choose from.
    """
    if as_json and answers is None:
        raise click.UsageError("--json needs --answers FILE.")
    if passphrase_file is not None and not plain:
        raise click.UsageError("--passphrase-file needs --plain.")
    if again and case is None:
        raise click.UsageError("--again needs a CASE.")
    if answers is not None:
        if case is None:
            raise click.UsageError("--answers needs a CASE.")
        return _unattended(case, answers, as_json, again, log_path)
    if plain:
        if case is None:
            raise click.UsageError("--plain needs a CASE.")
        return _plain(log_path, passphrase_file, case=case, again=again)
    return _on_screen(log_path, case=case, again=again)


@click.command()
@click.argument("session", default="last")
@click.option("--plain", is_flag=True, help="The conversation as plain lines.")
@passphrase_option
@log_option
def resume(session: str, plain: bool, passphrase_file: Path | None, log_path: Path | None) -> int:
    """Go on with SESSION: an id, the beginning of one, or `last`."""
    if passphrase_file is not None and not plain:
        raise click.UsageError("--passphrase-file needs --plain.")
    from assistant.cli.training import carry_on, run_named

    if run := run_named(log_path, session):
        return carry_on(*run, plain)
    if plain:
        return _plain(log_path, passphrase_file, session=session)
    return _on_screen(log_path, session=session)


def home() -> int:
    """The home screen."""
    needs_terminal(
        "Use `imr work` and `imr review CASE --plain` for plain lines; `imr --help` lists what else there is."
    )
    named = os.environ.get("IMR_LOG")
    log_path = Path(named) if named else None
    from assistant.tui.app import run_app

    return unless_lost(log_path, lambda: run_app(log_path))


def _on_screen(
    log_path: Path | None, case: str | None = None, session: str | None = None, again: str = ""
) -> int:
    """A review on the screen, of a case or gone on with."""
    if session is not None:
        needs_terminal()
    else:
        needs_terminal("Use --plain for plain lines, or --answers FILE.")
    from assistant.tui.app import review_opening, run_app

    def begin() -> int:
        return run_app(log_path, lambda services: review_opening(services, case, session, again))

    return unless_lost(log_path, begin)


def _plain(
    log_path: Path | None, passphrase_file: Path | None, case: str = "", session: str = "", again: str = ""
) -> int:
    from assistant import library
    from assistant import profile as reviewer
    from assistant.cli.plain import talk
    from assistant.core.access_events import AccessRead
    from assistant.review.conversation import Conversation
    from assistant.review.review import Review

    def begin() -> int:
        with open_log(log_path) as log:
            profile = reviewer.kept()
            going_on = session or ("" if again else _gone_on_with(log, case, profile.id))
            if going_on:
                held = Review.resume(log, going_on)
                if held.session.status != "open":
                    note_reading(log.path, AccessRead("resume", (held.session.id,)))
            else:
                held = Review.open(log, library.find_case(case), profile, again=again, beside_parked=False)
            try:
                conversation = Conversation(held)
                conversation.passphrase = passphrase_from(passphrase_file)
                return talk(held, profile, conversation=conversation)
            finally:
                held.close()

    return unless_lost(log_path, begin)


def _gone_on_with(log: Log, name: str, reviewer: str) -> str:
    """The practice review that is gone on with, where one is parked and somebody at a terminal wants it; else empty."""
    from assistant.cli.ask import Asking
    from assistant.review.desk import case_of
    from assistant.review.review import parked_practice

    parked = parked_practice(log, case_of(name).id, reviewer)
    if parked is None:
        return ""
    said = f"You have parked a practice review of this case, of {parked.opened[:10]} ({parked.id})"
    if not sys.stdin.isatty():
        click.echo(visible(f"{said}: `imr resume {parked.id} --plain` goes on with it. This is another one."))
        return ""
    return parked.id if Asking().agrees(f"{said}. Go on with it? No begins another one", True) else ""


def _unattended(case: str, answers: Path, as_json: bool, again: str, log_path: Path | None) -> int:
    from assistant import library
    from assistant.profile import Profile
    from assistant.review import answers_file
    from assistant.review.review import Review

    file = answers_file.read_answers_file(answers)
    folder = library.find_case(case)
    answers_file.check_answers(file, library.rules_for(folder))
    with open_log(log_path) as log:
        held = Review.open(log, folder, Profile(_pseudonym(file.reviewer)), again=again)
        try:
            result = answers_file.run_answers(held, file)
            if as_json:
                from assistant.letter import letter_to_json
                from assistant.review.determination import compose_from_log

                print_json(letter_to_json(compose_from_log(log, held.session.id)))
            else:
                _tell(held, result)
            return result.status
        finally:
            held.close()


def _pseudonym(reviewer: str) -> str:
    if not reviewer:
        from assistant import profile as profiles

        return profiles.load_profile().id
    return reviewer


def _tell(review: Review, result: object) -> None:
    from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS
    from assistant.review.answers_file import RunOutcome

    assert isinstance(result, RunOutcome)
    session = review.session
    click.echo(f"Session {session.id} ({session.mode}), {session.status}.")
    for item in session.items:
        closed = session.status == "open" and session.closed(item)
        suggested = "closed yet" if closed else DECISION_WORDS[review.assess(item).suggestion.decision]
        made = session.determinations.get(item)
        decided = DECISION_WORDS[made.decision] if made is not None else "not decided"
        click.echo(visible(f"Item {item}: suggested: {suggested}; determination: {decided}."))
    if session.signed is not None:
        click.echo(
            f"Outcome: {OUTCOME_WORDS[session.signed.outcome]}. Read it with `imr letter {session.id}`."
        )
    for name in result.unused:
        click.echo(visible(f"Not used, as its question doesn't apply: {name}"))
    for problem in result.open:
        click.echo(visible(f"Open: {problem}"))
    if session.status == "open":
        click.echo(f"Go on with `imr resume {session.id}`.")


# `imr reviewer`: the reviewer's profile, kept once.


@click.group(invoke_without_command=True)
@click.option("--certification", help="Your board certification, such as Occupational Medicine.")
@click.option("--licence", help="The state that licensed you.")
@click.option("--years", type=click.IntRange(0, 80), help="Years in active clinical practice.")
@click.option("--hours", type=click.IntRange(0, 120), help="Hours a week in active practice.")
@click.option("--name", help="Your name. It stays in the profile: never in the log or a letter.")
@click.option("--certified-until", metavar="DAY", help="Until when your certification runs.")
@click.option("--licensed-until", metavar="DAY", help="Until when your licence runs.")
@click.option(
    "--specialty",
    "specialties",
    multiple=True,
    help="A specialty in which you take cases; repeat it for more.",
)
@click.option("--tie", "ties", multiple=True, help="A party to whom you have a tie; repeat it for more.")
@click.option(
    "--decide-first/--no-decide-first",
    default=None,
    help="Be asked for a decision before the suggestion is shown.",
)
@json_option
@click.pass_context
def reviewer(
    ctx: click.Context,
    /,
    as_json: bool,
    name: str | None,
    decide_first: bool | None,
    certified_until: str | None,
    licensed_until: str | None,
    specialties: tuple[str, ...],
    ties: tuple[str, ...],
    **given: Any,
) -> None:
    """Show your profile, or set what the options name.

    The log and the letter hold your pseudonymous id and your qualifications.
    """
    from assistant import profile as profiles

    if ctx.invoked_subcommand is not None:
        return
    profile = profiles.kept()
    changes = {key: value for key, value in given.items() if value is not None}
    said = {
        "certified_until": whole_day(certified_until or ""),
        "licensed_until": whole_day(licensed_until or ""),
        "specialties": specialties,
        "ties": ties,
    }
    kept = {key: value for key, value in said.items() if value}
    if changes or kept or name is not None or decide_first is not None:
        qualifications = {**profile.qualifications, **changes}
        missing = [key for key in ("certification", "licence", "years", "hours") if key not in qualifications]
        if changes and missing:
            raise click.UsageError(f"Still missing: {', '.join('--' + key for key in missing)}.")
        profile = replace(
            profile,
            qualifications=qualifications,
            name=profile.name if name is None else name,
            decide_first=profile.decide_first if decide_first is None else decide_first,
            **kept,
        )
        profiles.save_profile(profile)
    shown = {
        "id": profile.id,
        **profile.qualifications,
        "decide_first": profile.decide_first,
        **{key: getattr(profile, key) for key in said if getattr(profile, key)},
        "kept": profiles.profile_path().exists(),
    }
    if as_json:
        print_json(shown)
        return
    for key, value in shown.items():
        words = ", ".join(value) if isinstance(value, tuple) else {True: "yes", False: "no"}.get(value, value)
        click.echo(visible(f"{key.replace('_', ' '):<16} {words}"))
    if not profile.qualifications:
        click.echo("Your qualifications are asked once, in your first review; or set them here (--help).")


reviewer.add_command(reviewer_key)


# `imr letter`: the determination of a session and its record, printed, written to a file, or held against one.


FORMATS = ("text", "md", "json", "pdf", "docx")
_NEEDED = {"pdf": "typst", "docx": "docx"}
_INSTALL = "pip install 'imr-assistant[letter]'"


@click.command()
@click.argument("session")
@click.option(
    "--part",
    type=click.Choice(("determination", "record", "both")),
    default="both",
    help="What is sent, the proof of it, or both; both without it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How it is written; as FILE ends without it, else text, a PDF with --open.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE instead."
)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option("--open", "opened", is_flag=True, help="Open it in the system's viewer.")
@click.option(
    "--check",
    "checked",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hold a letter that was written before against the log.",
)
@reading_log_option
def letter(
    session: str,
    part: str,
    form: str | None,
    as_json: bool,
    output: Path | None,
    force: bool,
    opened: bool,
    checked: Path | None,
    log_path: Path | None,
) -> int:
    """Print the determination of SESSION: an id, the beginning of one, `last`, or the path of a bundle.

    It is marked as a draft until it is signed. That it was read is logged, never in SESSION itself.
    """
    if checked is not None:
        if form or as_json or output or opened or force or part != "both":
            raise click.UsageError("--check takes no option but --log.")
        return _check_letter(session, checked, log_path)
    form = "json" if as_json else form or _format_of(output) or ("pdf" if opened else "text")
    if form in _NEEDED and output is None and not opened:
        raise click.UsageError(f"A {form} file isn't printed: name one with -o, or use --open.")
    if output is None and opened:
        output = _place_to_look_at(form)
    _write_letter(session, part, form, output, force, log_path)
    if opened:
        from assistant.machine import open_in_viewer

        open_in_viewer(str(output))
    return 0


def _format_of(output: Path | None) -> str:
    """The format that the name of a file asks for, "" where it has no ending; `Refused` for one that no format has."""
    from assistant.review.letter_check import KINDS

    ending = "" if output is None else output.suffix.lower()
    if ending and ending not in KINDS:
        raise refuse(
            f"No letter is written as {one_line(ending)}.",
            one_line(str(output)),
            f"Let the name end in {', '.join(KINDS)}, or say which format with --format.",
        )
    return KINDS.get(ending, "")


def _write_letter(
    session: str, part: str, form: str, output: Path | None, force: bool, log_path: Path | None
) -> None:
    from assistant.core.access_events import AccessExported, AccessRead
    from assistant.files import write_file
    from assistant.log.bundle import is_bundle, open_source
    from assistant.review.determination import compose_from_log

    path, write = log_at(log_path), _writer(form)
    if output is not None and not force and os.path.lexists(output):
        raise _is_there(output)
    source, session_id = open_source(path, session)
    with source:
        if not is_bundle(session):
            if session == "last":  # nobody sends the letter of a blind run
                reviews = [row for row in source.sessions() if row.kind != "training"]
                session_id = max(reviews, key=lambda row: row.last).id if reviews else session_id
            read = (session_id,)
            note_reading(
                path, AccessRead("letter", read) if output is None else AccessExported("letter", form, read)
            )
        composed = compose_from_log(source, session_id)
        made = write(composed, part)
    if output is None:
        click.echo(made.decode(), nl=False)
        return
    if not force and os.path.lexists(output):
        raise _is_there(output)
    write_file(output, made, replace=force)
    what = "draft of the letter" if composed.status == "open" else "letter"
    click.echo(f"The {what} of {one_line(composed.case)} is in {one_line(str(output))}.")


def _writer(form: str) -> Callable[[Letter, str], bytes]:
    """What writes a letter in a format; `Refused` where the library for it isn't installed."""
    import importlib.util

    needed = _NEEDED.get(form)
    if needed is not None and importlib.util.find_spec(needed) is None:
        raise refuse(f"Letters are written as {form} by a library that is not installed.", "", _INSTALL)
    if form == "pdf":
        from assistant.letter.pdf import to_pdf

        return to_pdf
    if form == "docx":
        from assistant.letter.docx import to_docx

        return to_docx
    from assistant.letter import json_text, to_markdown, to_text

    write = {"text": to_text, "md": to_markdown, "json": json_text}[form]
    return lambda letter, part: write(letter, part).encode()


def _place_to_look_at(form: str) -> Path:
    """A file in a folder of the reader's own, which the system clears."""
    import tempfile

    ending = {"text": "txt"}.get(form, form)
    return Path(tempfile.mkdtemp(prefix="imr-letter-")) / f"letter.{ending}"


def _check_letter(session: str, file: Path, log_path: Path | None) -> int:
    from assistant.core.access_events import AccessRead
    from assistant.log.bundle import is_bundle, open_source
    from assistant.log.fold import load_session
    from assistant.review.determination import composed_by
    from assistant.review.letter_check import KINDS, check_file

    kind = KINDS.get(file.suffix.lower(), "")
    make, drawings = None, None
    try:
        make = _writer(kind) if kind in FORMATS else None
        if kind == "pdf":
            from assistant.records import pdf

            drawings = pdf.drawings
    except (Refused, ModuleNotFoundError):
        make = None  # the words can be compared without
    path = log_at(log_path)
    source, session_id = open_source(path, session)
    with source:
        if not is_bundle(session):
            note_reading(path, AccessRead("letter", (session_id,)))
        loaded, _ = load_session(source, session_id)
        found = check_file(file, loaded, composed_by(source, session_id), make, drawings)
    name = one_line(str(file))
    if not found.ok:
        click.echo(visible(f"{name} is not the letter of session {session_id}. {found.difference}"))
        return 1
    what = {"both": "the determination and its record"}.get(found.part, f"the {found.part}")
    if loaded.status != "signed":
        what = f"the draft of {what}" if loaded.status == "open" else what
    said = "the very bytes" if found.same_bytes else "the words, in their order,"
    click.echo(visible(f"{name} has {said} of {what} of session {session_id}, as the log gives them."))
    open_ = kind in FORMATS and not found.same_bytes
    if open_:
        click.echo(
            "This is NOT the file that this version writes. What a reader sees may be otherwise than its words: colour, "
            "fields, symbols, what lies over them. That is open. Write the letter anew and set the two side by side."
        )
    if found.without_addenda:
        click.echo(
            f"What was added after it was written is not in it: addenda {found.addenda + 1} and later."
        )
    return 3 if open_ else 0


def _is_there(path: Path) -> Refused:
    return refuse(
        "This file is already there.", one_line(str(path)), "Name another, or replace it with --force."
    )

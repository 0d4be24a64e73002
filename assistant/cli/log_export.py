"""`imr log export`: sessions in the forms that other programs read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import log_at, note_reading, reading_log_option, recipients_option
from assistant.core.problem import refuse
from assistant.core.text import counted, one_line
from assistant.files import taken, write_file

if TYPE_CHECKING:
    from assistant.log.fold import Source

FORMATS = ("ndjson", "csv", "odk", "parquet", "fhir", "prov")
MOST = 500
"""Sessions that one entry names."""


@click.command()
@click.argument("sessions", nargs=-1, metavar="[SESSION]...")
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="Which form.")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="The new file; without it, printed."
)
@click.option(
    "--deidentified",
    is_flag=True,
    help="Replace known names and numbers, move dates by whole weeks, and number cases and reviewers.",
)
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --deidentified: names to look for, one a line; `organization: NAME` for an organization.",
)
@recipients_option
@reading_log_option
def export(
    sessions: tuple[str, ...],
    form: str,
    output: Path | None,
    deidentified: bool,
    listed: Path | None,
    recipients: tuple[str, ...],
    log_path: Path | None,
) -> None:
    """Write sessions for other programs: all, or each SESSION. What is not sealed holds health information in clear text.

    ndjson and csv have a line for each step, odk is ODK's audit.csv, parquet has the bytes that are hashed as well;
    fhir is an R4 Bundle of Questionnaires, QuestionnaireResponses, Provenance and AuditEvents, prov W3C PROV-JSON. What
    is --deidentified has no known identifier and no hash of the log, and nobody has looked at it: that is less than
    anonymous.
    """
    from assistant import library
    from assistant.core.access_events import AccessExported
    from assistant.log import Log
    from assistant.log.age import sealed
    from assistant.log.store import stored_bytes

    path = log_at(log_path)
    if listed is not None and not deidentified:
        raise refuse("Names are looked for in what is de-identified only.", "--list", "Add --deidentified.")
    names = library.read_text(listed).splitlines() if listed is not None else []
    if output is not None and os.path.lexists(output):
        raise taken(output)
    if output is None and recipients:
        raise refuse("What is sealed is not printed.", "", "Name a new file with -o FILE.")
    sealed(b"", recipients)  # a key that is none is refused before anything is logged
    if output is None and form == "parquet":
        raise refuse("Parquet is not printed.", "", "Name a new file with -o FILE.")
    with Log.open(path, write=False) as log:
        if sessions:
            named = [log.resolve(one) for one in sessions]
        else:
            named = [one.id for others in (False, True) for one in log.sessions(others)]
        if not named:
            raise refuse("The log holds no session yet; there is nothing to write.", one_line(str(path)))
        for begin in range(0, len(named), MOST):
            what = f"{form}, de-identified" if deidentified else form
            note_reading(path, AccessExported("export", what, tuple(named[begin : begin + MOST])))
        source: Source = log
        if deidentified:
            from assistant.training.deidentified import Deidentified

            source = handed = Deidentified(log, named, [one.strip() for one in names if one.strip()])
            named = list(handed.sessions)
        if output is None:
            for part in _parts(source, named, form):
                click.echo(part, nl=False)
            return
        data = _written(source, {} if deidentified else stored_bytes(path, named), named, form)
    write_file(output, sealed(data, recipients))
    said = "It is sealed." if recipients else "It holds health information in clear text."
    if deidentified:
        said += " Known identifiers were replaced; that none is left does not make it anonymous."
    click.echo(f"{output}: {counted(len(named), 'session')}. {said}", err=True)


def _written(
    log: Source, stored: Mapping[int, tuple[bytes, bytes]], sessions: Sequence[str], form: str
) -> bytes:
    if form != "parquet":
        return "".join(_parts(log, sessions, form)).encode("utf-8")
    from assistant.log.export.rows import parquet

    return parquet(log, sessions, stored)


def _parts(log: Source, sessions: Sequence[str], form: str) -> Iterator[str]:
    from assistant.log.export import fhir, prov, rows

    match form:
        case "ndjson":
            yield from rows.ndjson(log, sessions)
        case "csv":
            yield from rows.as_csv(log, sessions)
        case "odk":
            yield from rows.odk(log, sessions)
        case "fhir":
            made = fhir.bundle(
                fhir.unlike(one for session in sessions for one in fhir.session_resources(log, session))
            )
            yield json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        case _:
            yield json.dumps(prov.prov(log, sessions), indent=1, ensure_ascii=False) + "\n"

"""`imr log export`: sessions in the forms that other programs read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import log_at, note_reading, reading_log_option, recipients_option
from assistant.core.problem import refuse
from assistant.core.text import counted, one_line
from assistant.files import taken, write_file

if TYPE_CHECKING:
    from assistant.log import Log

FORMATS = ("ndjson", "csv", "odk", "parquet", "fhir", "prov")
MOST = 500
"""Sessions that one entry names."""


@click.command()
@click.argument("sessions", nargs=-1, metavar="[SESSION]...")
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="Which form.")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="The new file; without it, printed."
)
@recipients_option
@reading_log_option
def export(
    sessions: tuple[str, ...],
    form: str,
    output: Path | None,
    recipients: tuple[str, ...],
    log_path: Path | None,
) -> None:
    """Write sessions for other programs: all, or each SESSION. What is not sealed holds health information in clear text.

    ndjson and csv have a line for each step, odk is ODK's audit.csv, parquet has the bytes that are hashed as well; fhir is an
    R4 Bundle of Questionnaires, QuestionnaireResponses, Provenance and AuditEvents, prov W3C PROV-JSON.
    """
    from assistant.core.access_events import AccessExported
    from assistant.log import Log
    from assistant.log.age import sealed

    path = log_at(log_path)
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
            note_reading(path, AccessExported("export", form, tuple(named[begin : begin + MOST])))
        data = _written(log, path, named, form) if output is not None or form == "parquet" else b""
        if output is None:
            for part in _parts(log, named, form):
                click.echo(part, nl=False)
            return
    write_file(output, sealed(data, recipients))
    said = "It is sealed." if recipients else "It holds health information in clear text."
    click.echo(f"{output}: {counted(len(named), 'session')}. {said}", err=True)


def _written(log: Log, path: Path, sessions: Sequence[str], form: str) -> bytes:
    if form != "parquet":
        return "".join(_parts(log, sessions, form)).encode("utf-8")
    from assistant.log.export.rows import parquet
    from assistant.log.store import stored_bytes

    return parquet(log, sessions, stored_bytes(path, sessions))


def _parts(log: Log, sessions: Sequence[str], form: str) -> Iterator[str]:
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

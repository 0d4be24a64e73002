"""`imr log`: look at the decision log, prove it, and take a copy along."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.core.decision import DECISION_WORDS, OUTCOME_WORDS

if TYPE_CHECKING:
    from assistant.log.verify import Verification

Command = TypeVar("Command", bound=Callable[..., Any])


def _options(command: Command) -> Command:
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    where = click.option(
        "--log",
        "log_path",
        type=click.Path(path_type=Path),
        envvar="IMR_LOG",
        metavar="PATH",
        help="The decision log; without it, the one in your data folder.",
    )
    return where(as_json(command))


@click.group()
def log() -> None:
    """Look at the decision log, prove it, and take a copy along."""


@log.command()
@_options
def sessions(log_path: Path | None, as_json: bool) -> None:
    """List the sessions, the one last worked on first."""
    from dataclasses import asdict

    with _open(log_path) as held:
        rows = held.sessions()
    if as_json:
        _print_json([asdict(row) for row in rows])
        return
    if not rows:
        click.echo("The decision log holds no session yet. Begin one with `imr review`.")
        return
    head = ("session", "case", "reviewer", "kind", "status", "entries", "opened", "last entry", "outcome")
    table = []
    for row in rows:
        times = _time(row.opened), _time(row.last)
        what = row.id, row.case, row.reviewer, row.kind, row.status, str(row.events)
        table.append((*what, *times, _decision(row.outcome)))
    _print_table([head, *table])


@log.command()
@click.argument("session")
@_options
def show(session: str, log_path: Path | None, as_json: bool) -> None:
    """Show what was logged in SESSION: an id, the beginning of one, or `last`."""
    from assistant.log.timeline import timeline

    with _open(log_path) as held:
        rows = timeline(held.read(held.resolve(session)))
    if as_json:
        _print_json(rows)
        return
    table = [
        (str(row["seq"]), _time(row["ts"]), row["actor"], row["kind"], _place(row), _change(row))
        for row in rows
    ]
    _print_table([("no.", "time (UTC)", "by", "what", "item/prompt", "value"), *table])


@log.command()
@_options
def verify(log_path: Path | None, as_json: bool) -> None:
    """Prove that the log was not changed, and say what that can't prove. Exit status 1 if it was."""
    from assistant.log.place import default_log_path
    from assistant.log.verify import verify as examine

    path = log_path or default_log_path()
    found = examine(path)
    if as_json:
        _print_json(found.as_json())
    else:
        _print_verification(path, found)
    if not found.ok:
        raise SystemExit(1)


@log.command()
@click.argument("dest", type=click.Path(path_type=Path))
@_options
def backup(dest: Path, log_path: Path | None, as_json: bool) -> None:
    """Copy the log to the new file DEST, also while a review goes on, and verify the copy."""
    from assistant.log.backup import backup as copy
    from assistant.log.place import default_log_path

    found = copy(log_path or default_log_path(), dest)
    if as_json:
        _print_json(found.as_json())
    else:
        _print_verification(dest, found)
    if not found.ok:
        raise SystemExit(1)


def _open(path: Path | None) -> Any:
    from assistant.log import Log
    from assistant.log.place import default_log_path

    return Log.open(path or default_log_path(), write=False)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=True, indent=2))


def _print_table(rows: Sequence[Sequence[str | None]]) -> None:
    from assistant.core.text import one_line

    cells = [[one_line(cell or "", 200) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())


def _print_verification(path: Path, found: Verification) -> None:
    from assistant.core.text import one_line

    marks = {True: "holds", False: "FAILS", None: "open"}
    click.echo(f"{one_line(str(path))}: {found.events} entries, {found.sessions} sessions")
    for name, verdict in found.verdicts.items():
        click.echo(f"  {marks[verdict.ok]:<5}  {name:<9}  {one_line(verdict.says)}")
    if found.first_break is not None:
        at = found.first_break
        click.echo(f"First break: session {one_line(at.session)}, entry {at.seq}: {one_line(at.what)}.")
    click.echo("The log verifies." if found.ok else "The log does NOT verify. Go back to a backup that does.")
    click.echo("This does not prove:")
    for limit in found.not_proven:
        click.echo(f"  - {limit}")


def _time(ts: str) -> str:
    return ts[:19].replace("T", " ")


def _place(row: dict[str, Any]) -> str:
    return "/".join(part for part in (row["item"], row["prompt"]) if part)


def _change(row: dict[str, Any]) -> str:
    words = _decision if row["kind"] == "determination.recorded" else _value
    old, new = words(row["old"]), words(row["new"])
    change = f"{old or '(nothing)'} -> {new or '(nothing)'}" if row["old"] is not None else new
    return change + (f" [{row['reason']}]" if row["reason"] else "")


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if "status" in value and set(value) & {"value", "evidence", "search"}:
            answer = value.get("value")
            return str(value["status"]).replace("_", " ") if answer is None else _value(answer)
        return ", ".join(
            f"{name}: {_decision(inner) if name in ('decision', 'outcome') else _value(inner)}"
            for name, inner in value.items()
            if inner is not None
        )
    if isinstance(value, list):
        return "; ".join(_value(inner) for inner in value)
    return str(value)


def _decision(value: Any) -> str:
    words = {**DECISION_WORDS, **OUTCOME_WORDS}
    return words.get(value, value) if isinstance(value, str) else _value(value)

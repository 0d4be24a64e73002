"""What the prompt of `imr log sql` completes."""

from __future__ import annotations

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from assistant.cli.sql_prompt import NameCompleter

NAMES = {"departures": ("session", "reason", "seq"), "determinations": ("session", "decision")}


def test_names_that_fit_the_place() -> None:
    for before, after, expected in [
        ("SELECT * FROM de", "", ["departures", "determinations"]),
        ("SELECT * FROM ", "", ["departures", "determinations"]),
        ("SELECT rea", " FROM departures", ["reason"]),
        ("SELECT s", " FROM departures", ["session", "seq", "SELECT", "sum"]),
        ("SELECT * FROM departures AS d WHERE d.re", "", ["d.reason"]),
        ("SELECT * FROM departures WHERE departures.se", "", ["departures.session", "departures.seq"]),
        ("SELECT rea", "", ["reason"]),
        ("sel", "", ["SELECT"]),
        (".t", "", [".tables"]),
        ("SELECT ", "", []),
    ]:
        document = Document(before + after, cursor_position=len(before))
        found = NameCompleter(NAMES).get_completions(document, CompleteEvent(completion_requested=True))
        assert [one.text for one in found] == expected

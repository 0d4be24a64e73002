"""The prompt of `imr log sql`: names are completed as one types, earlier queries come back with the arrow keys.

The history is kept while the prompt is open and not on the disk, since a query may name a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

_WORDS = (
    "SELECT FROM WHERE GROUP BY ORDER BY LIMIT JOIN LEFT JOIN ON USING AND OR NOT IN LIKE GLOB BETWEEN IS NULL "
    "DISTINCT HAVING WITH AS CASE WHEN THEN ELSE END count sum avg min max round"
).split()
_COMMANDS = (".help", ".tables", ".columns", ".quit")
_NAME = re.compile(r"[A-Za-z_.][A-Za-z_0-9.]*")
_SOURCE = re.compile(
    r"(?i)\b(?:from|join)\s+([A-Za-z_][A-Za-z_0-9]*)(?:\s+(?:as\s+)?([A-Za-z_][A-Za-z_0-9]*))?"
)


class NameCompleter(Completer):
    """Completes SQL words, tables and views by `names`, and the columns of those that the query names."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        self._names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What the word before the cursor may become: columns first, then tables, then words of SQL."""
        match = _NAME.search(document.get_word_before_cursor(pattern=_NAME))
        typed = match[0] if match else ""
        for found in dict.fromkeys(self._candidates(document, typed)):
            yield Completion(found, start_position=-len(typed))

    def _candidates(self, document: Document, typed: str) -> Iterator[str]:
        before = document.text_before_cursor
        if before.startswith("."):
            yield from (one for one in _COMMANDS if one.startswith(before) and one != before)
            return
        sources = {alias or table: table for table, alias in _SOURCE.findall(document.text)}
        if "." in typed:
            owner, _, begun = typed.rpartition(".")
            columns = self._names.get(sources.get(owner, owner), ())
            yield from (f"{owner}.{one}" for one in columns if one.startswith(begun.lower()))
            return
        lower = typed.lower()
        expects_table = re.search(r"(?i)\b(?:from|join)\s+\S*$", before) is not None
        if not expects_table and (lower or sources):
            for table in sources.values() or self._names:
                yield from (one for one in self._names.get(table, ()) if one.startswith(lower))
        if expects_table or lower:
            yield from (one for one in self._names if one.startswith(lower))
        if not expects_table and lower:
            yield from (one for one in _WORDS if one.lower().startswith(lower))


def asker(names: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    """A function that asks for a line; raises `EOFError` at the end and `KeyboardInterrupt` at Ctrl-C."""
    session: PromptSession[str] = PromptSession(completer=NameCompleter(names), complete_while_typing=True)
    return lambda prompt: session.prompt(prompt)

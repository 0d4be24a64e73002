"""What an auditor looks at in a log, list by list: sessions, the steps of one, an answer's history, a draft's sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.core.access_event import AccessRead
from assistant.core.answer import Evidence
from assistant.core.problem import Refused
from assistant.core.text import one_line
from assistant.log import access
from assistant.log.answer_words import evidence
from assistant.log.bundle import is_bundle, open_source
from assistant.log.step_words import step_words
from assistant.log.timeline import timeline
from assistant.pinned_pages import pages_of
from assistant.recall import load

if TYPE_CHECKING:
    from assistant.log.query import ReadOnly

MOST_SESSIONS = 500
"""How many sessions a list holds; the filter finds the others."""


@dataclass(frozen=True)
class Row:
    """A line of a list: what it is known by, and its cells."""

    key: str
    cells: tuple[str, ...]

    def holds(self, words: Sequence[str]) -> bool:
        """Whether every word stands somewhere in it."""
        text = " ".join(self.cells).casefold()
        return all(word in text for word in words)


SESSION_COLUMNS = ("session", "last entry", "kind", "status", "outcome", "reviewer", "case")
STEP_COLUMNS = ("no.", "time (UTC)", "step", "question", "what it says")
STEP_MORE = ("reason", "pages", "hash")
"""What is written to a file of a step besides the columns that are shown."""

SENTENCE_COLUMNS = ("item", "sentence", "rests on")

_SESSIONS = """
SELECT session, last, kind, status, coalesce(outcome, ''), reviewer, case_id FROM session
WHERE kind IN ('real', 'practice', 'training') AND {where} ORDER BY last DESC
"""
_SAID = "session || ' ' || kind || ' ' || status || ' ' || coalesce(outcome, '') || ' ' || reviewer || ' ' || case_id"


def sessions(tables: ReadOnly, words: str) -> tuple[list[Row], bool]:
    """The reviews that hold every one of the words, the one last worked on first; and whether there are more."""
    wanted = words.split()[:8]
    where = " AND ".join(f"{_SAID} LIKE :w{n} ESCAPE '\\'" for n in range(len(wanted))) or "1"
    values: dict[str, str | int] = {f"w{n}": f"%{_literal(word)}%" for n, word in enumerate(wanted)}
    found = tables.run(_SESSIONS.format(where=where), values, limit=MOST_SESSIONS)
    rows = [Row(str(row[0]), tuple(_short(n, value) for n, value in enumerate(row))) for row in found.rows]
    return rows, found.more


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _short(column: int, value: object) -> str:
    return str(value)[:16].replace("T", " ") if column == 1 else str(value)


@dataclass(frozen=True)
class Step:
    """A step of a session: its row, the place that it is about, and the pages that it names."""

    row: Row
    place: tuple[str, str]
    says: str
    reason: str
    evidence: tuple[Evidence, ...]
    hash: str

    @property
    def whole(self) -> tuple[str, ...]:
        """Its cells with nothing left out, under `STEP_COLUMNS` and `STEP_MORE`."""
        pages = ", ".join(dict.fromkeys(map(str, self.evidence)))
        return (*self.row.cells[:-1], self.says, self.reason, pages, self.hash)


class Opened:
    """One session as it is looked at; that it was read is logged in a sitting of its own, never in the session."""

    def __init__(self, log_path: Path, name: str) -> None:
        source, self.id = open_source(log_path, name)
        self.unlogged = "" if is_bundle(name) else access.note(log_path, AccessRead("log browse", (self.id,)))
        with source:
            entries = source.read(self.id)
            self.steps = tuple(_steps(timeline(entries)))
            self.session, _ = load(source, self.id)
        self.pages = pages_of(self.session)

    def history(self, places: Iterable[tuple[str, str]]) -> list[Row]:
        """Every step about these questions or parts of them, oldest first."""
        wanted = {(item, path.split(".", 1)[0]) for item, path in places}
        return [
            step.row
            for step in self.steps
            if step.place[1] and (step.place[0], step.place[1].split(".", 1)[0]) in wanted
        ]

    def draft(self) -> list[tuple[Row, tuple[str, ...], tuple[Evidence, ...]]]:
        """The sentences of the draft, each with the questions and the passages that it rests on.

        An item's are left out where the letter leaves them out: before its questions are answered.
        """
        from assistant.core.assessment import assess
        from assistant.letter.issues import closed

        made = []
        for item in self.session.items:
            if closed(self.session, item):
                continue
            for number, one in enumerate(assess(self.session, item).sentences, 1):
                own = " [the reviewer's own words]" if one.origin == "reviewer" else ""
                rests = ", ".join((*one.prompts, *one.criteria, *dict.fromkeys(map(str, one.evidence))))
                row = Row(
                    f"{item}/{number}", (item, f"{number}. {one.text}{own}", rests or ", ".join(one.facts))
                )
                made.append((row, one.prompts, one.evidence))
        return made

    def page(self, evidence: Evidence) -> str:
        """The text of a cited page; a sentence where it can't be shown."""
        document = self.pages.get(evidence.document, ())
        if not 1 <= evidence.page <= len(document):
            return "The page is not in the case folder as it was when the session began, and can't be shown."
        return document[evidence.page - 1]

    def letter(self, log_path: Path, name: str) -> str:
        """The letter as it stands, or why it can't be composed."""
        from assistant.letter import compose_from_log, to_text

        source, session = open_source(log_path, name)
        with source:
            try:
                return to_text(compose_from_log(source, session))
            except Refused as refused:
                return str(refused)


def _steps(rows: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    for row in rows:
        item, prompt = str(row["item"] or ""), str(row["prompt"] or "")
        says = step_words(row["kind"], row["old"], row["new"])
        where = "/".join(part for part in (item, prompt) if part)
        cells = (str(row["seq"]), row["ts"][11:19], row["kind"], where, one_line(says, 400))
        yield Step(
            Row(str(row["seq"]), cells),
            (item, prompt),
            says,
            str(row["reason"] or ""),
            tuple(_evidence(row["new"])),
            row["hash"],
        )


def _evidence(value: Any) -> Iterator[Evidence]:
    for one in evidence(value):
        page, start = one.get("page"), one.get("start")
        if isinstance(page, int):
            yield Evidence(
                str(one.get("document")),
                page,
                str(one.get("quote", "")),
                start if isinstance(start, int) else None,
            )

"""A log with two reviews of a made-up case, written event by event, for the tests of what an auditor asks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import events as e
from assistant.core.answer import Answer, Dismissed, Evidence, Status, Trail, group
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.rules.rules import CASE_SET, files_of
from assistant.log import Draft, Entry, Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from tests.walk import KEPT

CASE = """\
id: {case}
title: A neck
practice: no
claim: {{priority: {priority}, application_received: 2026-01-05, documents_received: 2026-01-10}}
documents: [{{id: note, type: Progress note}}]
timeline: []
items:
  "1": {{service: films of the neck, region: cervical spine, prompt_set: cervical-radiography}}
  "2": {{service: films again, region: cervical spine, prompt_set: cervical-radiography}}
"""
SET = "cervical-radiography"
NONE = Answer(status=Status.NOT_DOCUMENTED)


@cache
def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


DOCUMENTS = {"note": {"pages": 2, "salt": "0" * 32, "commitment": "hmac-sha256:" + "0" * 64}}


def pinned_texts(case: str = "neck", priority: str = "standard") -> dict[str, dict[str, str]]:
    """The texts that a review of the case rests on."""
    return {"case": {"case.yaml": CASE.format(case=case, priority=priority)}, **_pinned_sources()}


@cache
def _pinned_sources() -> dict[str, dict[str, str]]:
    sources = library.sources()
    needed = [files_of(name, sources) for name in (CASE_SET, SET)]
    return {
        "prompts": {name: text for one in needed for name, text in one.prompts.items()},
        "schemas": {name: text for one in needed for name, text in one.schemas.items()},
    }


def pins_of(texts: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {kind: {name: digest(one) for name, one in named.items()} for kind, named in texts.items()}


class Held:
    """Texts by their SHA-256, as a log has them."""

    def __init__(self, texts: dict[str, dict[str, str]]) -> None:
        self._texts = {digest(one): one.encode() for named in texts.values() for one in named.values()}

    def artifact(self, digest: str, /) -> bytes:
        return self._texts[digest]


def opened_review(steps: Sequence[Event]) -> tuple[Held, list[Entry]]:
    """The entries of a review of two items with these steps, and the texts that it rests on."""
    texts = pinned_texts()
    items = {"1": SET, "2": SET}
    opened = e.SessionOpened("real", "r-one", "0.1.0", False, {}, pins_of(texts), DOCUMENTS, items)
    return Held(texts), [
        Entry(n, "s", n, one.kind, f"t{n}", n, "b", "r-one", "neck", encode(one), f"p{n}", f"l{n}")
        for n, one in enumerate((opened, *steps), 1)
    ]


@dataclass
class Desk:
    """Logs events as a reviewer would make them, so many seconds after each other; a context manager."""

    path: Path
    start: str = "2026-02-01T09:00:00+00:00"
    boot: str = "boot-1"
    passed: float = 0.0
    _seen: dict[str, int] = field(default_factory=dict)
    _log: Log | None = None

    def __enter__(self) -> Desk:
        self._log = Log.open(self.path, clock=self.clock)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._log is not None
        self._log.close()

    def clock(self) -> tuple[str, int, str]:
        now = datetime.fromisoformat(self.start) + timedelta(seconds=self.passed)
        ts = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return ts, int(self.passed * 1e9) + 2**60, self.boot

    def log(
        self,
        session: str,
        *events: Event,
        after: float = 10.0,
        case: str = "neck",
        actor: str = "r-one",
        artifacts: dict[str, tuple[str, bytes]] | None = None,
    ) -> None:
        """Logs the events together, `after` so many seconds."""
        self.passed += after
        drafts = [Draft(event.kind, encode(event)) for event in events]
        assert self._log is not None
        seen = self._seen.get(session) or len(self._log.read(session))
        self._log.append(session, drafts, actor=actor, case=case, after=seen, artifacts=artifacts or {})
        self._seen[session] = seen + len(events)

    def open(self, session: str, reviewer: str = "r-one", case: str = "neck", **more: Any) -> None:
        """Begins a review of two items under the bundled prompt sets."""
        texts = pinned_texts(case, more.pop("priority", "standard"))
        opened = e.SessionOpened(
            mode=more.pop("mode", "real"),
            reviewer=reviewer,
            tool="0.1.0",
            decide_first=False,
            profile={},
            pins=pins_of(texts),
            documents=DOCUMENTS,
            items=more.pop("items", {"1": SET, "2": SET}),
        )
        artifacts = {
            digest(one): (f"text/{kind}", one.encode())
            for kind, named in texts.items()
            for one in named.values()
        }
        self.log(session, opened, case=case, actor=reviewer, artifacts=artifacts)


def signed(path: Path, day: str, case: str = "cervical-radiographs-after-fusion") -> None:
    """A practice case, decided and signed on a day as its reference has it."""
    folder = library.folder("casebank") / case
    with Log.open(path, clock=lambda: (f"{day}T09:00:00.000Z", 2**60, "boot")) as log:
        review = Review.open(log, library.open_case(folder), Profile("r-one", qualifications=KEPT))
        answers_file.run_answers(review, answers_file.read_answers_file(folder / "reference.yaml"))
        review.close()
        assert review.session.status == "signed"


def shown(item: str, prompt: str) -> e.PromptShown:
    return e.PromptShown(item, prompt)


def given(item: str, prompt: str, value: Any, *, origin: str = "typed", page: int = 0) -> e.AnswerRecorded:
    evidence = (Evidence("note", page, "the words"),) if page else ()
    return e.AnswerRecorded(item, prompt, Answer(value=value, evidence=evidence), origin)


def decided(item: str, decision: str, suggested: str | None, reason: str = "") -> list[Event]:
    departs = suggested is not None and decision != suggested
    return [
        e.SuggestionShown(item, suggested, "carried" if suggested else "gap"),
        e.DeterminationRecorded(item, decision, suggested, departs, reason),
    ]


def whole_review(desk: Desk, session: str = "aa11") -> None:
    """A signed review with something of everything that a report asks after."""
    flags = group({"tumor": Answer(value="no"), "fracture": NONE, "infection": NONE})
    trail = Trail(("note",), 2, False, ("own term",), (Dismissed("note", 1, "a quote", "a reason"),))
    desk.open(session)
    step = desk.log
    step(session, e.FindingsOpened("1", early=True))
    step(session, shown("1", "red_flags"))
    step(session, e.AnswerRejected("1", "red_flags", 5, says="That is no answer.", input="maybe"))
    step(session, e.AnswerRecorded("1", "red_flags", flags), shown("1", "views"), after=40)
    step(session, given("1", "views", ["flexion", "extension"], page=1), shown("1", "sought"), after=400)
    search = e.RecordSearched(
        "1", "sought", "look_for", ("to evaluate", "rule out"), ("note",), 2, ("scan:1",), 1, (), 0
    )
    step(session, search)
    step(session, e.PassagesDismissed("1", "sought", (Dismissed("note", 2, "rule out", "of the back"),)))
    step(session, e.AnswerRecorded("1", "sought", Answer(status=Status.NOT_DOCUMENTED, search=trail)))
    step(session, e.AnswerAmended("1", "red_flags.tumor", NONE, reason="Misread."))
    step(session, *decided("1", "overturned", "upheld", "The film was needed, =1+1."))
    step(session, e.AnswerAmended("1", "views", Answer(value=["flexion"]), reason="Only one."))
    step(session, e.AnswerSetAside("1", "sought", "red_flags"))
    step(session, e.AnswerRestored("1", "sought", "red_flags"))
    step(session, e.CriterionRuled("1", "routine", "declined", "Not the first weeks."))
    step(session, e.CriterionRuled("1", "routine", "accepted", "After all."))
    step(session, given("2", "views", ["extension"]))
    step(session, *decided("2", "upheld", "upheld"))
    step(session, e.SentenceEdited("1", "k1", "The draft.", "My words."))
    step(
        session,
        e.SentenceEdited("1", "k2", "Another.", "Others."),
        e.SentenceEdited("1", "k2", "Another.", ""),
    )
    step(session, e.CheckRaised("later-study", "k", "A study is later.", ("study 1", "request")))
    step(session, e.CheckAcknowledged("later-study", "k", "It is right."))
    step(session, e.FactCorrected("note", 1, "date", "2014", "2015"))
    pins = pins_of(pinned_texts())
    step(session, e.CaseAmended(pins, DOCUMENTS, added=("late-note",), facts=True))
    step(session, e.PagesReadByEye(("scan:1",)))
    step(session, e.AbsencesAttested(("note",), 2, ("1/sought", "1/red_flags.fracture")))
    step(session, e.SessionSigned("0" * 64, "partial", "It is mine."))


def reviews(path: Path) -> None:
    """A log with a signed review by r-one, a declined one by r-two and one of practice that is open."""
    with Desk(path) as desk:
        _reviews(desk)


def _reviews(desk: Desk) -> None:
    whole_review(desk)
    desk.open("bb22", "r-two", case="back", items={"1": SET}, priority="expedited")
    desk.log("bb22", shown("1", "views"), case="back", actor="r-two")
    desk.log("bb22", given("1", "views", ["flexion"], origin="file"), case="back", actor="r-two")
    desk.log("bb22", e.SessionDeclined("records", "A page is missing."), case="back", actor="r-two")
    desk.open("cc33", "r-two", mode="practice")

"""A sample of every kind of event through every reader: each names what the event holds, and none ends in a traceback.

The samples are made from the classes themselves, so that a new kind is tried, with every field that it has.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli
from assistant.core import access_events as a
from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core import work_events as w
from assistant.core.answer import Answer, Dismissed, Evidence
from assistant.core.event_form import all_kinds, encode, parts
from assistant.core.event_words import describe
from assistant.core.problem import Refused
from assistant.core.record.passages import PassageGroup
from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS
from assistant.core.text import digest
from assistant.letter import to_text
from assistant.log import Draft, Entry, Log
from assistant.log.fold import moments
from assistant.log.projection import up_to_date
from assistant.log.projection_rows import Editions, review_rows
from assistant.log.report_tables import TABLES
from assistant.log.timeline import timeline
from assistant.review.determination import compose_from_log
from assistant.training.replay import open_replay
from assistant.tui.browse import Opened
from assistant.web.pages import Reading, session_page
from tests.log.auditing import DOCUMENTS, SET, opened_review, pinned_texts, pins_of

EVIL = "\x1b[31m\u202e\n"
"""What a terminal would obey."""

TEXTS = pinned_texts()
PAGE = Evidence("note", 2, f"quoted{EVIL}words", 0)
SET_ASIDE = Dismissed("note", 1, f"dismissed{EVIL}words", "dismissed for a reason")
VALUES: dict[str, Any] = {
    "item": "1",
    "prompt": "sought",
    "prompts": ("1/sought",),
    "because": "suspected",
    "document": "note",
    "criterion": "routine-radiography",
    "ruling": "inapplicable",
    "ground": "records",
    "mode": "practice",
    "by": "reviewer",
    "decision": "upheld",
    "suggested": "overturned",
    "outcome": "uphold",
    "answer": Answer(value=f"answered{EVIL}words", evidence=(PAGE,), note=f"noted{EVIL}words"),
    "evidence": PAGE,
    "dismissed": (SET_ASIDE,),
    "groups": (PassageGroup("note", (1,), "found words", "affirmed", 2, 0),),
    "stated": (PassageGroup("timeline", (3,), f"stated{EVIL}words", "affirmed", 1, 0),),
    "guard": 2,
    "pins": pins_of(TEXTS),
    "documents": ("note",),
    "items": {"1": SET, "2": SET},
    "profile": {},
    "filters": {"kind": f"filtered{EVIL}words"},
    "unread": ("note:2",),
    "read": ("note:1",),
    "letter": "0123456789abcdef",
    "vouchers": {"officer+key": "signature"},
    "digest": "0" * 64,
    "prompt_set": SET,
    "sets": (f"1={SET}",),
}
"""What stands in a field of a name; any other text names its field."""

SILENT = {
    "pins", "profile", "folder", "digest", "groups", "more", "key", "sentence", "leaf", "head", "heads",
    "reference", "held_root", "root", "origin", "passages", "guard", "proof", "vouchers",
    "said", "note", "sets",
}  # fmt: skip
"""Fields that no line has to name: hashes, signatures, and what a place or another field says already.

What was read before a signature stands there by its digests, and which checks guarded it by their number only.
"""

BY_WAY = {"item", "prompt"}
"""Said by the question that is named, or by the place beside the line."""


def sample(cls: type[e.Event]) -> e.Event:
    """An event of a class, each field with something of its own in it."""
    values: dict[str, Any] = {}
    for number, part in enumerate(parts(cls), 3):
        made: Any = VALUES.get(part.name)
        said = str(part.type)
        if said.startswith("Mapping") and part.name == "documents":
            made = DOCUMENTS
        elif said.startswith("tuple") and not isinstance(made, tuple):
            made = (f"{part.name}{EVIL}words",)
        elif made is None and said in ("int", "bool"):
            made = 1 if said == "bool" or part.name == "page" else 10 * number
        elif made is None:
            made = f"{part.name}{EVIL}words"
        values[part.name] = bool(made) if said == "bool" else made
    return cls(**values)


def classes(family: str) -> list[type[e.Event]]:
    """Every class of a family that there is, whether or not a list names it."""
    found = [
        cls
        for cls in e.Event.__subclasses__()
        if cls.__module__ in (a.__name__, e.__name__, t.__name__, w.__name__)
    ]
    named = cls_family = [cls for cls in found if cls.kind.split(".")[0] == family]
    return (
        cls_family
        if named
        else [cls for cls in found if cls.kind.split(".")[0] not in ("access", "training", "work")]
    )


APART = (e.SessionOpened, e.SessionDeclined, e.SessionSigned, e.AddendumAdded)
STEPS = [sample(cls) for cls in classes("review") if cls not in APART]
REVIEW = [sample(e.SessionOpened), *STEPS, sample(e.SessionSigned), sample(e.AddendumAdded)]
DECLINED = [sample(e.SessionOpened), sample(e.SessionDeclined)]
SITTING = [sample(cls) for cls in classes("access")]
BOOK = [sample(cls) for cls in classes("training")]
DESK = [sample(cls) for cls in classes("work")]


def said_of(event: e.Event) -> Iterator[str]:
    """What a reader's words have to hold of an event."""
    for part in parts(type(event)):
        value = getattr(event, part.name)
        if part.name in SILENT | BY_WAY or isinstance(value, bool) or value in ("", ()):
            continue
        yield from _words(part.name, value)


def _words(name: str, value: Any) -> Iterator[str]:
    if name == "decision" or (name == "suggested" and value):
        yield DECISION_WORDS[value]
    elif name == "outcome":
        yield OUTCOME_WORDS[value]
    elif name == "letter":
        yield value[:12]
    elif name == "by" or name == "documents":
        return  # said otherwise: who searched, and how many documents
    elif isinstance(value, Answer):
        yield from ("answered", "quoted", "note:2")
    elif isinstance(value, Evidence):
        yield from ("quoted", "note:2")
    elif isinstance(value, Dismissed):
        yield from ("dismissed", "note:1", value.reason)
    elif isinstance(value, PassageGroup):
        yield from (f"Entry {value.pages[0]}", value.quote.split(EVIL, 1)[0])
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _words("", inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _words(name, inner)
    else:
        yield str(value).split(EVIL, 1)[0]


def names(text: str, event: e.Event, where: str) -> None:
    """The text holds what the event holds, and nothing that a terminal would obey."""
    assert "\x1b" not in text, (where, event.kind)
    assert "\u202e" not in text, (where, event.kind)
    missing = [words for words in said_of(event) if words not in text]
    assert missing == [], (where, event.kind, text)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a review, one that was declined, a sitting, a book and a desk, each with every kind of step that it may have."""
    made = tmp_path_factory.mktemp("log") / "log.sqlite"
    artifacts = {
        digest(one): (f"text/{kind}", one.encode()) for kind, named in TEXTS.items() for one in named.values()
    }
    with Log.open(made) as log:
        for session, events in SESSIONS.items():
            for number, event in enumerate(events):
                drafts = [Draft(event.kind, encode(event))]
                log.append(session, drafts, actor="r", case="neck", after=number, artifacts=artifacts)
    return made


SESSIONS = {"aa11": REVIEW, "ee55": DECLINED, "bb22": SITTING, "cc33": BOOK, "dd44": DESK}


def reading_of(path: Path) -> Reading:
    return Reading(path, ThreadPoolExecutor(1), print)


def imr(path: Path, *args: str) -> str:
    done = CliRunner().invoke(
        cli, [*args, "--log", str(path)], env={"COLUMNS": "100"}, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def test_every_kind_is_tried() -> None:
    assert {event.kind for events in SESSIONS.values() for event in events} == set(all_kinds())


@pytest.mark.parametrize("session", SESSIONS)
def test_the_words_of_an_event_name_what_it_holds(path: Path, session: str) -> None:
    with Log.open(path, write=False) as log:
        passed = list(moments(log, log.read(session)))
    for moment, event in zip(passed, SESSIONS[session], strict=True):
        assert moment.event is not None
        for state in {id(one): one for one in (moment.before, None)}.values():
            lines = describe(moment.event, state)
            assert all("\n" not in line.text for line in lines)
            names(" ".join(line.text for line in lines), event, "describe")


@pytest.mark.parametrize("session", SESSIONS)
def test_timeline_and_browser_view_name_it_too(path: Path, session: str) -> None:
    with Log.open(path, write=False) as log:
        rows = list(timeline(log, log.read(session)))
    shown = session_page(reading_of(path), session).steps
    for one, other, event in zip(rows, shown, SESSIONS[session], strict=True):
        assert one == other
        names(f"{one.words} {one.because} {one.evidence and one.pages} {cited(event)}", event, "timeline")
        assert one.as_json()["kind"] == event.kind
    text = " ".join(imr(path, "log", "show", session).split())
    for event in SESSIONS[session]:
        assert event.kind in text
        names(f"{text} {cited(event)}", event, "log show")
    assert len(json.loads(imr(path, "log", "show", session, "--json"))) == len(rows)
    assert "\x1b" not in imr(path, "log", "show", session, "--format", "csv")


def cited(event: e.Event) -> str:
    """The words of a passage stand on its page; a list of steps names only the page."""
    return "quoted" if any(part.name in ("answer", "evidence") for part in parts(type(event))) else ""


@pytest.mark.parametrize("session", ["aa11", "ee55"])
def test_the_replay_names_every_step_of_a_review(path: Path, session: str) -> None:
    review = SESSIONS[session]
    replay = open_replay(path, session)
    try:
        for step, event in zip(replay.steps, review, strict=True):
            names(" ".join(line.text for line in replay.lines(step.number)), event, "replay")
    finally:
        replay.recording.log.close()
    (data,) = json.loads(imr(path, "replay", session, "--json"))["sessions"]
    plain = " ".join(imr(path, "replay", session, "--plain", "--all").split())
    for step, event in zip(data["steps"], review, strict=True):
        names(" ".join(line["text"] for line in step["lines"]), event, "replay --json")
        names(plain, event, "replay --plain")


@pytest.mark.parametrize("session", ["aa11", "ee55"])
def test_the_list_of_steps_on_the_screen_names_them(path: Path, session: str) -> None:
    opened = Opened(path, session)
    for step, event in zip(opened.steps, SESSIONS[session], strict=True):
        names(f"{' '.join(step.whole)} {cited(event)}", event, "browse")


LOOKS = {
    "session.parked", "session.resumed", "prompt.shown", "prompt.skipped", "prompt.left", "why.opened", "page.opened",
    "note.added", "page.marked", "determination.first", "addendum.added", "evidence.cited", "absences.attested",
    "pages.read_by_eye", "access.opened",
}  # fmt: skip
"""Kinds of which no report has a row of their own."""

UNREPORTED = {
    "folder",
    "method",
    "by",
    "length",
    "letter",
    "statement",
    "decision",
    "suggested",
    "outcome",
    "departs",
}
"""Fields that no row has, or that stand in it as a code."""


def test_the_tables_of_the_reports_have_what_is_reported(path: Path) -> None:
    with closing(sqlite3.connect(up_to_date(path))) as held:
        text = " ".join(
            " ".join(
                str(row).encode().decode("unicode_escape") for row in held.execute(f"SELECT * FROM {table}")
            )
            for table in TABLES
        )
    for event in (*REVIEW, *DECLINED, *SITTING):
        if event.kind in LOOKS:
            continue
        for part in parts(type(event)):
            if part.apart and part.name not in UNREPORTED:
                value = getattr(event, part.name)
                for words in value if isinstance(value, tuple) else (value,):
                    assert str(words).split(EVIL, 1)[0] in text, (event.kind, part.name)


def test_the_letter_says_what_was_signed_and_added(path: Path) -> None:
    with Log.open(path, write=False) as log:
        text = to_text(compose_from_log(log, "aa11"))
    assert "- statement" in text
    assert "Addendum 1: On this sentence of item to" in " ".join(text.split())
    assert "\x1b" not in text


def test_a_step_with_nothing_in_its_fields_or_of_a_newer_program_is_named() -> None:
    """No reader meets it half read: it is refused whole, and the timeline shows what it holds."""
    for kind in sorted(all_kinds()):
        held, entries = opened_review([e.SessionParked()])
        body = {part.name: None for part in parts(all_kinds()[kind])}
        for name, strange in ((kind, body), (f"{kind}_of_later", {"said": f"later{EVIL}words"})):
            if not strange:
                continue
            entries[1] = Entry(2, "s", 2, name, "t", 0, "b", "r", "neck", strange, "p", "l")
            (_, moment), (_, row) = moments(held, entries), timeline(held, entries)
            assert moment.event is None
            assert moment.before == moment.after
            assert row.words.startswith(name)
            assert "\x1b" not in row.words


STRANGE = {
    "answer.told": {"item": "1", "prompt": "sought"},
    "fact.corrected": {"document": "note", "page": 1, "fact": "dates", "was": None, "says": "2015"},
    "answer.recorded": {
        "item": "1",
        "prompt": "gone",
        "answer": {"status": "given", "value": 1},
        "origin": "typed",
    },
}


@pytest.mark.parametrize("kind", STRANGE)
def test_what_no_program_of_this_version_wrote_ends_no_reader_in_a_traceback(
    tmp_path: Path, kind: str
) -> None:
    """Who goes on from the session is refused with the step's kind; who only lists its steps sees it among them."""
    made = tmp_path / "log.sqlite"
    artifacts = {
        digest(one): (f"text/{kind}", one.encode()) for kind, named in TEXTS.items() for one in named.values()
    }
    opened = sample(e.SessionOpened)
    drafts = [Draft(opened.kind, encode(opened)), Draft(kind, STRANGE[kind])]
    with Log.open(made) as log:
        log.append("aa11", drafts, actor="r", case="neck", after=0, artifacts=artifacts)
    for args in (["replay", "aa11", "--plain"], ["replay", "aa11", "--json"], ["letter", "aa11"]):
        done = CliRunner().invoke(cli, [*args, "--log", str(made)])
        assert isinstance(done.exception, Refused), done.exception
        assert kind in str(done.exception)
    assert kind in imr(made, "log", "show", "aa11")
    assert (
        session_page(reading_of(made), "aa11")
        .steps[1]
        .words.startswith(("answer.told", "fact.corrected", "1"))
    )
    assert up_to_date(made).exists()


@pytest.mark.parametrize("value", [None, 5, "x", [1], {"a": 1}])
def test_an_answer_that_its_schema_never_let_through_is_told_by_its_codes(value: Any) -> None:
    for prompt in ("views", "red_flags", "prior_imaging", "duration", "red_flags.none_such.date"):
        for answer in (Answer(value=value), Answer(parts={"x": Answer(value=value)}, listing=True)):
            held, entries = opened_review([e.AnswerRecorded("1", prompt, answer)])
            *_, row = timeline(held, entries)
            assert row.entry.kind == "answer.recorded"
            assert "answer" in review_rows(moments(held, entries), Editions())

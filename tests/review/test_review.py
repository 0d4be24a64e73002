"""The one road: nothing is shown before it is logged, and what is logged is all that a session is."""

from __future__ import annotations

import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer, Dismissed, Evidence, Status, Trail, group, listing
from assistant.core.problem import Refused, refuse
from assistant.core.rules.rules import Sources
from assistant.core.text import Private
from assistant.core.value import replace
from assistant.log import Draft, Log
from assistant.log.fold import load_session
from assistant.log.verify import verify
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.loading import missing_documents
from assistant.review.review import Review, may_be_signed
from assistant.review.signing import asks
from assistant.review.views import dispute_lines
from tests import earlier
from tests.prove import scale
from tests.walk import search_in_vain

SEED = library.find_case("cervical-radiographs-after")
REFERENCE = answers_file.read_answers_file(SEED.path / "reference.yaml")
PROFILE = Profile("r-test")
NOT_DOCUMENTED = Answer(status=Status.NOT_DOCUMENTED)
NOTE = "progress-note-2014-05-10"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "log.sqlite"


@pytest.fixture
def review(log: Log) -> Iterator[Review]:
    made = Review.open(log, SEED, PROFILE)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seed's case folder, to be changed."""
    return Path(shutil.copytree(SEED.path, tmp_path / "case"))


def answer(path: str, made: Answer, reason: str = "") -> c.RecordAnswer:
    return c.RecordAnswer("1", path, made, reason=reason)


def answered(review: Review) -> Review:
    """Everything answered as the reference has it, nothing decided."""
    answers_file.run_answers(review, replace(REFERENCE, determinations={}, acknowledge={}, sign=False))
    return review


def kinds(review: Review, since: int = 0) -> list[str]:
    return [entry.kind for entry in review.log.read(review.session.id, since)]


# -- logged before it is shown --------------------------------------------------------------------


def test_a_new_session_pins_its_case_rules_and_documents(review: Review) -> None:
    opened = review.session.opened
    assert (opened.mode, opened.reviewer, opened.items) == (
        "practice",
        "r-test",
        {"1": "cervical-radiography"},
    )
    assert set(opened.pins["prompts"]) == {
        "review",
        "cervical-radiography",
        "own-citations",
        "red-flags",
        "prior-surgery",
        "prior-studies",
        "guidelines",
    }
    assert review.log.artifact(opened.pins["case"]["case.yaml"]).decode() == SEED.text
    assert set(opened.documents) == set(SEED.pages)
    assert load_session(review.log, review.session.id) == (review.session, review.seq)


def test_when_the_log_refuses_the_session_stays_as_it_was(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = review.session, review.seq, review.turn, kinds(review)

    def full(*_: object, **__: object) -> None:
        raise refuse("The disk is full; nothing was logged.")

    with monkeypatch.context() as patched:
        patched.setattr(review.log, "append", full)
        with pytest.raises(Refused, match="The disk is full"):
            review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    assert (review.session, review.seq, review.turn, kinds(review)) == before
    review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    assert review.session.answer("case", "conflict") == Answer(value="none")
    assert load_session(review.log, review.session.id)[0] == review.session


def test_several_commands_are_one_step_or_none(review: Review) -> None:
    before = review.session, kinds(review)
    with pytest.raises(Refused, match="no answer to take back"):
        review.perform(answer("acute_trauma", Answer(value="no")), c.WithdrawAnswer("1", "views"))
    assert (review.session, kinds(review)) == before
    review.perform(answer("acute_trauma", Answer(value="no")), c.WithdrawAnswer("1", "acute_trauma"))
    assert kinds(review, len(before[1])) == ["answer.recorded", "answer.withdrawn"]


def test_each_question_is_logged_as_shown_once(review: Review) -> None:
    review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    review.perform(c.AddNote("case", "conflict", "A note."))
    assert kinds(review).count("prompt.shown") == 4, "a form shows all of its questions"
    for name in ("qualifications", "documents", "timeline"):
        review.perform(c.SkipPrompt("case", name))
    assert kinds(review)[-2:] == ["prompt.skipped", "prompt.shown"]
    assert review.session.trail[-1] == review.turn.place


def test_the_first_question_is_logged_as_shown_too(review: Review) -> None:
    assert kinds(review) == ["session.opened", *["prompt.shown"] * 4]
    assert [name for _, name in review.session.trail] == [
        "qualifications",
        "conflict",
        "documents",
        "timeline",
    ]


def test_suggestions_and_checks_are_logged_as_they_are_shown(review: Review) -> None:
    answered(review)
    assert kinds(review)[-1] == "suggestion.shown"
    shown = len(kinds(review))
    review.perform(c.AddNote("1", "", "A note."))
    assert kinds(review, shown) == ["note.added"]
    review.perform(c.RuleOn("1", "acr-variant-11", "inapplicable", "The note names a fusion."))
    assert kinds(review, shown + 1) == [
        "criterion.ruled",
        "prompt.shown",
    ]  # the search, where one is ruled away
    search_in_vain(review)
    assert kinds(review)[-1] == "suggestion.shown"
    shown = len(kinds(review))
    review.perform(c.Determine("1", "upheld", "upheld"))
    assert kinds(review, shown) == ["determination.recorded", "check.raised"]
    assert set(review.session.suggestions_shown) == {"1"}


def test_a_step_that_changes_nothing_is_not_logged(review: Review) -> None:
    review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    before = len(kinds(review))
    review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    assert len(kinds(review)) == before


def test_what_a_person_wrote_stands_nowhere_in_the_entries(review: Review, path: Path) -> None:
    answered(review)
    mark = "Zephyrine fracture"
    suspected = Answer(value=Private(f"{mark} 1"), note=Private(f"{mark} 2"))
    searched = replace(NOT_DOCUMENTED, search=Trail(terms=(f"{mark} 3",)))
    review.perform(
        answer("suspected", suspected, f"{mark} 4"),
        answer("red_flags.tumor", searched, f"{mark} 5"),
        c.AddNote("1", "views", f"{mark} 6"),
        c.RejectInput("1", "views", f"{mark} 7", "That is no answer."),
        c.RuleOn("1", "red-flag", "declined", f"{mark} 8"),
        c.Determine("1", "overturned", "upheld", f"{mark} 9"),
        c.EditSentence("1", "request", "It was.", f"{mark} 10"),
        c.Acknowledge("later-study", "k", f"{mark} 11"),
        c.Decline("other", f"{mark} 12"),
    )
    with closing(sqlite3.connect(path)) as connection:
        stored = b"".join(row[0] for row in connection.execute("SELECT entry FROM event"))
        beside = "".join(row[0] for row in connection.execute("SELECT body FROM blob"))
    assert mark.encode() not in stored
    assert all(f"{mark} {number}" in beside for number in range(1, 13))


# -- killed, and gone on with ---------------------------------------------------------------------

WORKER = """
import sys
from pathlib import Path
from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.log import Draft, Log
from assistant.review.review import Review
from assistant.profile import Profile
review = Review.open(Log.open(Path(sys.argv[1])), library.find_case("cervical-radiographs-after"), Profile("r-test"))
print(review.session.id, flush=True)
for number in range(100_000):
    review.perform(c.RecordAnswer("1", "duration", Answer(value=number % 5000)), c.AddNote("1", "duration", str(number)))
    print(number, flush=True)
"""


@pytest.mark.parametrize("steps", [1, 40])
def test_nothing_acknowledged_is_missing_after_a_kill(path: Path, steps: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stderr is not None
        session_id = worker.stdout.readline().strip()
        lines = [worker.stdout.readline() for _ in range(steps)]
        worker.send_signal(signal.SIGKILL)
        lines += worker.stdout.read().splitlines()
        assert worker.stderr.read() == ""
    acknowledged = max(int(line) for line in lines)
    assert verify(path).ok
    with Log.open(path) as log:
        review = Review.resume(log, session_id)
        notes = review.session.notes["1", "duration"]
        assert notes == tuple(str(number) for number in range(len(notes)))
        assert acknowledged < len(notes) <= acknowledged + 2, "a step may be logged and not yet acknowledged"
        assert review.session.answer("1", "duration") == Answer(value=(len(notes) - 1) % 5000)
        review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
        review.close()


def test_a_session_goes_on_where_it_was_parked(review: Review) -> None:
    review.perform(c.RecordAnswer("case", "conflict", Answer(value="none")), c.ShowPrompt("1", "views"))
    turn, session = review.turn, review.session
    review.close()
    review.close()
    assert kinds(review)[-1] == "session.parked"
    with pytest.raises(Refused, match="only watches"):
        review.perform(c.AddNote("1", "views", "late"))
    again = Review.resume(review.log, session.id[:6])
    assert (again.session, again.turn) == (session, turn)
    assert kinds(again)[-1] == "session.resumed"
    again.close()


def test_a_session_that_has_ended_is_opened_without_a_trace(review: Review) -> None:
    review.perform(c.Decline("conflict", "A cousin."))
    review.close()
    before = kinds(review)
    again = Review.resume(review.log, "last")
    assert again.turn.kind == "done"
    again.close()
    assert kinds(review) == before


def test_there_is_no_such_session(log: Log) -> None:
    with pytest.raises(Refused):
        Review.resume(log, "last")


@pytest.mark.parametrize("way", ["open", "resume"])
def test_a_session_that_could_not_be_begun_is_not_held(
    log: Log, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    Review.open(log, SEED, PROFILE).close()
    session_id = log.resolve("last") if way == "resume" else "abcdef012345"

    def full(*_: object, **__: object) -> None:
        raise refuse("The disk is full; nothing was logged.")

    with monkeypatch.context() as patched:
        patched.setattr(log, "append", full)
        patched.setattr(secrets, "token_hex", lambda _: session_id)
        with pytest.raises(Refused, match="The disk is full"):
            Review.open(log, SEED, PROFILE) if way == "open" else Review.resume(log, session_id)
    log.hold(session_id).release()


# -- two windows ----------------------------------------------------------------------------------


def test_a_second_window_can_only_watch(review: Review, path: Path) -> None:
    with Log.open(path) as second:
        with pytest.raises(Refused, match="open in another window"):
            Review.resume(second, review.session.id)
        watcher = Review.resume(second, review.session.id, watch=True)
        assert watcher.watching
        assert not review.watching
        with pytest.raises(Refused, match="only watches the session"):
            watcher.perform(c.AddNote("1", "views", "mine"))
        assert not watcher.refresh()
        review.perform(
            c.RecordAnswer("case", "conflict", Answer(value="none")), c.AddNote("1", "views", "seen")
        )
        assert watcher.session.answer("case", "conflict") is None
        assert watcher.refresh()
        assert watcher.session == review.session
        assert watcher.turn == review.turn
        assert not watcher.refresh()
        before = kinds(review)
        watcher.close()
        assert kinds(review) == before, "a watcher parks nothing"
        review.close()
        taken = Review.resume(second, review.session.id)
        assert not taken.watching
        taken.close()


def test_a_reader_of_the_log_can_watch(review: Review, path: Path) -> None:
    with Log.open(path, write=False) as reading:
        watcher = Review.resume(reading, "last", watch=True)
        assert watcher.session == review.session


# -- what the files say today ---------------------------------------------------------------------


def test_a_record_that_was_changed_is_noticed(log: Log, folder: Path) -> None:
    review = Review.open(log, library.open_case(folder), PROFILE)
    review.close()
    watched = Review.resume(log, "last", watch=True)
    assert missing_documents(watched.session, watched.pages) == []
    record = folder / "records" / f"{NOTE}.txt"
    record.write_text(record.read_text().replace("doing well", "doing badly"))
    (folder / "records" / "xray-report-2014-08-04.txt").unlink()
    again = Review.resume(log, "last")
    said = " ".join(str(problem) for problem in missing_documents(again.session, again.pages))
    assert said.count("missing or has been changed") == 2
    assert NOTE in said
    assert "xray-report-2014-08-04" in said
    with pytest.raises(Refused, match="no such page"):
        again.page(NOTE, 1)
    assert "RADIOLOGY REPORT" in again.page("xray-report-2014-07-12", 1)
    quote = Evidence(NOTE, 1, "doing badly")
    with pytest.raises(Refused, match="no such page"):
        again.perform(answer("suspected", Answer(value=Private("x"), evidence=(quote,))))
    again.close()


def test_a_case_folder_that_is_gone_leaves_the_session_readable(log: Log, folder: Path) -> None:
    Review.open(log, library.open_case(folder), PROFILE).close()
    shutil.rmtree(folder)
    again = Review.resume(log, "last")
    assert len(missing_documents(again.session, again.pages)) == len(SEED.pages)
    again.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    again.close()


def test_a_session_keeps_the_rules_it_began_with(
    log: Log, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = earlier.sources()
    set_then = today.prompts["cervical-radiography"].replace(
        "Which views are requested?", "Which views, then?"
    )
    schema_then = today.schemas["yes-no"].replace('"Yes"', '"Aye"', 1)
    then = Sources(
        {**today.prompts, "cervical-radiography": set_then}, {**today.schemas, "yes-no": schema_then}
    )
    review = Review.open(log, library.open_case(folder), PROFILE, sources=then)
    review.perform(answer("acute_trauma", Answer(value="no")))
    review.close()
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("title: Cervical radiographs", "title: Something else"))
    monkeypatch.setattr(library, "sources", lambda: pytest.fail("today's rules were looked at"))
    again = Review.resume(log, "last")
    assert again.session == review.session
    assert again.session.prompt("1", "views").ask == "Which views, then?"
    assert again.session.rules.case.title == "Cervical radiographs after a fusion"
    again.perform(c.ShowPrompt("1", "acute_trauma"))
    assert again.turn.options[0].label == "Aye"
    again.close()


def test_a_case_that_is_not_for_practice_is_real(log: Log, folder: Path) -> None:
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("practice: yes", "practice: no"))
    for mode, expected in (("", "real"), ("training", "training")):
        review = Review.open(log, library.open_case(folder), PROFILE, mode)
        assert review.session.mode == expected
        review.close()


# -- quotes ---------------------------------------------------------------------------------------


def test_a_quote_is_kept_as_its_page_has_it(review: Review) -> None:
    quote = Evidence(NOTE, 1, "performed  in February 2014 and")
    review.perform(answer("prior_surgery", Answer(value="none", evidence=(quote,))))
    held = review.session.answer("1", "prior_surgery")
    assert held is not None
    (kept,) = held.evidence
    assert kept.quote == "performed in February\n2014 and"
    assert kept.start == review.page(NOTE, 1).index(kept.quote)


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        (Evidence(NOTE, 1, "reports doing badly"), "These words are not on"),
        (Evidence("progress-note-2014-07-17", 2, "including the neck"), "These words are not on"),
        (Evidence(NOTE, 2, "February"), "no such page"),
        (Evidence(NOTE, 0), "no such page"),
        (Evidence("note", 1, "February"), "There is no document `note`"),
    ],
)
def test_a_quote_that_is_not_on_its_page_is_refused(review: Review, evidence: Evidence, says: str) -> None:
    before = kinds(review)
    whole = Answer(value="none", evidence=(evidence,))
    part = group({"procedure": Answer(value="fusion", evidence=(evidence,))})
    entry = listing([group({"modality": Answer(value="ct", evidence=(evidence,))})])
    for command in (
        answer("prior_surgery", whole),
        answer("prior_surgery", part),
        answer("prior_imaging", entry),
    ):
        with pytest.raises(Refused, match=says):
            review.perform(command)
    assert kinds(review) == before
    review.perform(answer("acute_trauma", Answer(value="no")))
    with pytest.raises(Refused, match=says):
        review.perform(c.CiteEvidence("1", "acute_trauma", evidence))


def test_a_dismissed_passage_is_on_its_page_too(review: Review) -> None:
    trail = Trail(terms=("fever",), dismissed=(Dismissed(NOTE, 1, "a fever of 40", "Of a child."),))
    with pytest.raises(Refused):
        review.perform(answer("sought", replace(NOT_DOCUMENTED, search=trail)))


# -- any session ----------------------------------------------------------------------------------

SURGERY = group({"procedure": Answer(value="fusion"), "levels": NOT_DOCUMENTED, "date": Answer(value="2014")})
STUDY = group(
    {"date": Answer(value="2014-07-12"), "modality": Answer(value="radiographs"), "views": NOT_DOCUMENTED}
)
QUOTED = Answer(
    value=Private("loosening"), evidence=(Evidence(NOTE, 1, "doing well"),), note=Private("page 1")
)
ANSWERS = [
    *(("prior_surgery", made) for made in (SURGERY, Answer(value="none"), NOT_DOCUMENTED)),
    *(
        ("prior_imaging", made)
        for made in (listing([]), listing([STUDY], closed=False), listing([STUDY, STUDY]))
    ),
    *(("films_since_surgery", Answer(value=value)) for value in ("none", "static_clean")),
    *(("acute_trauma", Answer(value=value)) for value in ("yes", "no")),
    ("red_flags.tumor", Answer(value="yes")),
    ("red_flags.tumor", NOT_DOCUMENTED),
    ("prior_surgery.procedure", Answer(value="other")),
    ("prior_imaging.1.finding", Answer(value="complication")),
    ("suspected", QUOTED),
    ("sought", NOT_DOCUMENTED),
    ("views", Answer(value=["flexion", "lateral"])),
]
PROMPTS = [
    "prior_surgery",
    "prior_imaging",
    "prior_imaging.1",
    "acute_trauma",
    "suspected",
    "red_flags.tumor",
]
prompts = st.sampled_from(PROMPTS)
commands: st.SearchStrategy[c.Command] = st.one_of(
    st.sampled_from(ANSWERS).map(lambda pair: answer(*pair, "The note names a fusion.")),
    st.sampled_from(ANSWERS).map(lambda pair: answer(*pair)),
    st.builds(c.WithdrawAnswer, st.just("1"), prompts, st.sampled_from(["", "Wrong page."])),
    st.builds(c.ShowPrompt, st.just("1"), st.sampled_from(["views", "suspected", "prior_surgery"])),
    st.builds(c.SkipPrompt, st.just("1"), st.sampled_from(["views", "suspected", "prior_surgery"])),
    st.builds(c.AddNote, st.just("1"), prompts, st.sampled_from(["a note", "seen \x1b[31m", "é\u202e"])),
    st.builds(c.CiteEvidence, st.just("1"), prompts, st.sampled_from([Evidence(NOTE, 1, "doing well"), Evidence(NOTE, 1)])),
    st.just(c.AttestAbsences()),
    st.builds(c.RuleOn, st.just("1"), st.sampled_from(["routine-radiography", "red-flag"]), st.just("inapplicable"), st.just("r")),
    st.builds(c.Determine, st.just("1"), st.just("upheld"), st.sampled_from(["upheld", None]), st.just("The note names a fusion.")),
    st.builds(c.EditSentence, st.just("1"), st.just("request"), st.just("It was."), st.sampled_from(["Mine.", ""])),
    st.just(c.OpenFindings("1")),
    st.just(c.Park()),
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with Log.open(tmp_path_factory.mktemp("shared") / "log.sqlite") as log:
        yield log


@settings(max_examples=scale.of(10, 25))
@given(before=st.booleans(), steps=st.lists(commands, min_size=5, max_size=15))
def test_what_is_loaded_from_the_log_is_the_session_as_it_was(
    shared: Log, before: bool, steps: list[c.Command]
) -> None:
    """`before`: everything has been answered, and the suggestion shown."""
    review = Review.open(shared, SEED, PROFILE)
    try:
        if before:
            answered(review)
        for step in steps:
            try:
                review.perform(step)
            except Refused:
                continue
        assert_the_same(shared, review)
    finally:
        review.close()


def assert_the_same(log: Log, review: Review) -> None:
    loaded, seq = load_session(log, review.session.id)
    assert (loaded, seq) == (review.session, review.seq)
    watcher = Review.resume(log, review.session.id, watch=True)
    assert watcher.turn == review.turn
    assert watcher.checks() == review.checks()
    assert watcher.assess("1") == review.assess("1")
    assert told(watcher) == told(review)


def told(review: Review) -> list[Any]:
    """Everything that is said of a session in an order of its own."""
    sentences = [(one.key, one.text, one.prompts, one.evidence) for one in review.assess("1").sentences]
    leaves = [list(answer.leaves()) for scope in review.session.answers.values() for answer in scope.values()]
    return [sentences, leaves, list(review.session.answers)]


def test_a_signed_session_is_loaded_as_it_was(log: Log, review: Review, path: Path) -> None:
    assert answers_file.run_answers(review, REFERENCE).status == 0
    assert review.session.status == "signed"
    assert_the_same(log, review)
    assert verify(path).ok


# -- a second review ------------------------------------------------------------------------------


@pytest.fixture
def real(folder: Path) -> library.CaseFolder:
    """The case as one that is no practice case."""
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("practice: yes", "practice: no"))
    return library.open_case(folder)


def ended(log: Log, case: library.CaseFolder, kind: str) -> str:
    """A review of the case that ended so; the entry is written straight into the log."""
    with closing(Review.open(log, case, PROFILE)) as review:
        session, case_id = review.session.id, review.session.rules.case.id
    seq = len(log.read(session))
    body = {
        "session.signed": {"letter": "0" * 64, "outcome": "uphold", "statement": Private("It is mine.")},
        "session.declined": {"ground": "other", "reason": Private("It is not for me.")},
    }[kind]
    log.append(session, [Draft(kind, body)], actor="r", case=case_id, after=seq)
    return session


def test_a_signed_real_case_is_not_begun_again_unasked(log: Log, real: library.CaseFolder) -> None:
    beside = Review.open(log, real, PROFILE)
    may_be_signed(log, beside.session)
    session = ended(log, real, "session.signed")
    said = f"signed on .* P[SD]T: Uphold.*imr letter {session}.*--again"
    with pytest.raises(Refused, match=said):
        Review.open(log, real, PROFILE)
    with closing(beside), pytest.raises(Refused, match=said):
        asks(beside)  # what was begun before is signed as little
    with pytest.raises(Refused, match="reason"):
        Review.open(log, real, PROFILE, again="x")
    assert len(log.sessions()) == 2
    with closing(Review.open(log, real, PROFILE, again="The first decision was set aside.")) as second:
        may_be_signed(log, second.session)
        assert second.session.opened.again == "The first decision was set aside."
    opened = log.read(second.session.id)[0]
    assert "again" in opened.body


def test_a_real_case_that_is_parked_is_gone_on_with_unless_a_reason_is_given(
    log: Log, real: library.CaseFolder
) -> None:
    with closing(Review.open(log, real, PROFILE, beside_parked=False)) as first:
        session = first.session.id
    with pytest.raises(Refused, match=f"not finished.* P[SD]T.*imr resume {session}.*--again"):
        Review.open(log, real, PROFILE, beside_parked=False)
    assert len(log.sessions()) == 1
    Review.open(log, real, Profile("r-other"), beside_parked=False).close()
    Review.open(log, real, PROFILE, "practice", beside_parked=False).close()
    again = Review.open(log, real, PROFILE, again="The first was begun on a draft.", beside_parked=False)
    again.close()
    assert again.session.opened.again == "The first was begun on a draft."


def test_a_declined_or_parked_real_case_and_a_practice_case_are_begun_again(
    log: Log, real: library.CaseFolder
) -> None:
    ended(log, real, "session.declined")
    for mode in ("", "practice", "training"):
        Review.open(log, real, PROFILE, mode).close()
    ended(log, real, "session.signed")
    Review.open(log, real, PROFILE, "training").close()


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("acupuncture-first-trial", "Disputed: 6 acupuncture treatments"),
        ("alprazolam-for-a-year", "Disputed: alprazolam, 60 tablets"),
    ],
)
def test_a_service_that_says_its_number_is_not_given_it_again(case: str, said: str, tmp_path: Path) -> None:
    with (
        Log.open(tmp_path / "log.sqlite") as log,
        closing(Review.open(log, library.find_case(case), Profile("r-test"))) as review,
    ):
        assert dispute_lines(review.session)[0] == said
        assert "No utilization review report" not in dispute_lines(review.session)[1]


def test_a_case_without_a_report_says_so_with_what_was_refused(folder: Path, log: Log) -> None:
    text = (folder / "case.yaml").read_text("utf-8")
    (folder / "case.yaml").write_text(text.replace("ur_report: yes", "ur_report: no"), "utf-8")
    with closing(Review.open(log, library.open_case(folder), Profile("r-test"))) as review:
        assert "No utilization review report is among the documents" in dispute_lines(review.session)[1]

"""The conversation as lines: from an input that ends, breaks or lies, to a signature and an exit status."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest

from assistant import library
from assistant import profile as profiles
from assistant.cli import plain
from assistant.cli.main import run as imr
from assistant.cli.plain import talk
from assistant.core import events as e
from assistant.core.event_form import decode
from assistant.log import Log
from assistant.profile import Profile
from assistant.records.case_folder import original_file
from assistant.review.actions import ACTIONS
from assistant.review.review import Review

KEPT = {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}
PROFILE = Profile("r-test", "Amalia Quessenberry", KEPT)
CASE = "cervical-radiographs-after-fusion"
SCRIPT = [
    "",
    "",
    "nd",
    "no",
    "cumulative trauma at work",
    "nd",
    "1",
    "It was applied to one as old.",
    "1",
]
"""Every question answered and the item decided; then comes a check, and the signature."""

SIGNED = [*SCRIPT, "1", "Parties may add records.", "sign"]
HOSTILE = "\x1b]0;t\x07\x1b[2J\u202egnp.exe\u2066 [bold]b[/bold] [/x] \x9b31m"
UNSAFE = "\x1b\x07\x9b\u202e\u2066\x00\r"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def review(log: Log) -> Iterator[Review]:
    opened = Review.open(log, library.find_case(CASE), PROFILE)
    yield opened
    opened.close()


def run(review: Review, *lines: str, source: TextIO | None = None) -> tuple[int, str]:
    """The exit status and everything that was said."""
    out = io.StringIO()
    status = talk(review, PROFILE, source or io.StringIO("".join(f"{line}\n" for line in lines)), out)
    return status, out.getvalue()


def folded(text: str) -> str:
    """The text without its line breaks, since long lines are wrapped."""
    return " ".join(text.split())


def events(review: Review) -> list[e.Event]:
    return [decode(entry.kind, entry.body) for entry in review.log.read(review.session.id)]


# -- from beginning to end ------------------------------------------------------------------------


def test_a_whole_case_from_a_script_to_a_signature(review: Review) -> None:
    status, said = run(review, *SIGNED)
    assert status == 0
    assert review.session.signed is not None
    assert review.session.signed.outcome == "uphold"
    assert "  * Signed: Uphold (treatment not approved). The session is closed." in said
    assert f"imr letter {review.session.id}" in said
    assert "Amalia" not in said


def test_what_is_asked_stands_with_its_replies_and_what_is_proposed(review: Review) -> None:
    said = run(review, *SIGNED)[1]
    assert said.startswith("Cervical radiographs after a fusion · PRACTICE - not a determination\n")
    assert "[item 1 of 1 · 10 of 17] Was there an acute injury of the neck" in said
    assert "  1  Yes: ...\n  2  No: ...\n  -  Not documented\n  .  Unclear\n" in said
    assert (
        "    Proposed: 76 weeks · from October 31, 2012 to April 20, 2014: ur-report-2014-04-20:1\n" in said
    )
    assert "Enter confirms all of it." in said
    assert "had the neck complaint lasted when the request was decided on? 76 weeks\n" in said


def test_the_letter_stands_above_the_question_to_sign_it(review: Review) -> None:
    said = run(review, *SIGNED)[1]
    letter, question = said.index("neck guideline of 2004 (Table 8-8"), said.index("Sign this determination?")
    assert letter < question
    assert "Outcome: Uphold (treatment not approved)" in said[letter:question]
    assert "Type `sign` and Enter" in said[question:]


def test_no_suggestion_is_said_before_the_questions_are_answered(review: Review) -> None:
    said = run(review, *SCRIPT[:5])[1]
    assert "Suggestion:" not in said
    assert "argues" not in said


def test_the_end_of_the_input_parks_the_session(review: Review) -> None:
    status, said = run(review, *SCRIPT[:3])
    assert status == 1
    assert f"Parked. Go on with `imr resume {review.session.id}`." in said
    review.close()
    assert events(review)[-1].kind == "session.parked"
    again = Review.resume(review.log, review.session.id)
    assert again.turn.path == "acute_trauma"
    assert run(again, *SIGNED[3:])[0] == 0
    again.close()


def test_going_on_begins_with_the_answers_that_were_given_last(review: Review) -> None:
    run(review, *SCRIPT[:3])
    review.close()
    again = Review.resume(review.log, review.session.id)
    _, said = run(again)
    assert "Which red flags does the record show? = all 7: not documented" in folded(said)
    assert "Are these your qualifications" not in said
    again.close()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("columns", "widest"), [(60, 60), (300, 100), (0, 80)])
def test_lines_are_as_wide_as_the_terminal_and_never_too_wide_to_read(
    review: Review, monkeypatch: pytest.MonkeyPatch, columns: int, widest: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = Terminal()
    talk(review, PROFILE, io.StringIO("\n1\n1\n"), out)
    longest = max(map(len, out.getvalue().splitlines()))
    assert widest - 15 < longest <= widest


def test_an_interrupt_parks_too(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    source = io.StringIO()
    monkeypatch.setattr(source, "readline", interrupted)
    assert run(review, source=source)[0] == 1


def test_after_a_signature_there_can_be_addenda(review: Review) -> None:
    status, said = run(
        review, *SIGNED, ":addendum The films came later.", "1", ":note So.", ":park", "never read"
    )
    assert status == 0
    assert "This session is signed. :addendum WORDS adds to it; :park leaves." in said
    assert "The addendum is logged" in said
    assert review.session.addenda == ("The films came later.",)
    assert "nothing in it can change" in folded(said)


def test_an_addendum_that_says_otherwise_than_what_was_signed_is_asked_about(review: Review) -> None:
    told = (
        "1.1: The request was never made.",
        "A fracture was seen.",
        "It was read once more.",
        "He had 40 weeks of care.",
        "The fusion is intact.",
    )
    status, said = run(
        review,
        *SIGNED,
        f":addendum {told[0]}",
        "<",
        f":addendum {told[1]}",
        "In a report that came later.",
        f":addendum {told[2]}",
        f":addendum {told[3]}",
        "<",
        f":addendum {told[4]}",
        "<",
        ":park",
    )
    assert status == 0
    assert folded(said).count("The addendum says otherwise than what was signed.") == 4
    assert "not in the determination: 40" in folded(said)
    assert "denied, or said to be well: fusion" in folded(said)
    assert "denials: 0 in the sentence, 1 in the addendum" in folded(said)
    assert "answered as not found: fracture" in folded(said)
    assert review.session.addenda == told[1:3]


def test_an_addendum_that_names_what_the_case_lacks_is_asked_about(review: Review) -> None:
    said_first = "Films of March 3, 2014 show C2-C3."
    status, said = run(
        review,
        *SIGNED,
        f":addendum {said_first}",
        "<",
        f":addendum {said_first}",
        "-",
        "In a report that came later.",
        ":addendum The films of July 12, 2014 show C4-C5.",
        ":addendum",
        ":park",
    )
    assert status == 0
    assert "The addendum says March 3, 2014 and C2-C3, and no fact of the case bears that out." in folded(
        said
    )
    assert "Nothing is added yet. Where does it stand?" in folded(said)
    assert "says nothing to whoever reads it later" in folded(said)
    assert "The addendum is empty." in folded(said)
    assert review.session.addenda == (said_first, "The films of July 12, 2014 show C4-C5.")
    entries = [entry for entry in review.log.read(review.session.id) if entry.kind == "addendum.added"]
    assert [entry.body["reason"] for entry in entries] == ["In a report that came later.", ""]


def test_declining_ends_with_nothing_to_report(review: Review) -> None:
    status, said = run(review, ":decline conflict I treated the applicant.")
    assert status == 0
    assert "Declined" in said
    assert review.session.declined is not None


def test_qualifications_are_kept_for_the_next_time(log: Log, config: Path) -> None:
    review = Review.open(log, library.find_case(CASE), Profile("r-new"))
    out = io.StringIO()
    script = "1Occupational Medicine; California; 6; 24\n"  # a key that was pressed before
    assert talk(review, Profile("r-new"), io.StringIO(script), out) == 1
    review.close()
    assert profiles.load_profile().id == "r-new"
    assert dict(profiles.load_profile().qualifications) == KEPT


# -- what can be done beside answering ------------------------------------------------------------


def at(prompt: str) -> list[str]:
    """The script up to a prompt; one that stands with others is gone to by itself."""
    count = {"conflict": 0, "duration": 1, "sought": 5, "decision": 8, "check": 9}[prompt]
    alone = [f":go {prompt}"] if prompt in ("conflict", "duration", "sought") else []
    return [*SCRIPT[:count], *alone]


COMMANDS: dict[str, tuple[str, str, str]] = {
    "help": ("conflict", ":help", ":note WORDS"),
    "why": ("conflict", "?", "struck down (Lab. Code 4610.6(h)(3))"),
    "find": ("conflict", "/ loosening", "xray-report-2014-07-12:1"),
    "draft": ("decision", ":draft", " 1. The request is for radiographs"),
    "note": ("sought", ":note Ask the provider.", "Noted: Ask the provider."),
    "findings": (
        "decision",
        ":findings",
        "ACOEM neck guideline of 2004 (Table 8-8, p. 182) argues against the treatment",
    ),
    "answers": ("decision", ":answers", "duration               76 weeks"),
    "back": ("sought", "<", "Have films been made since the operation"),
    "go": ("decision", ":go views", "Which views are requested?"),
    "skip": ("sought", ":skip", "Left for later; it comes again before the decision."),
    "page": ("sought", ":page progress-note-2014-07-17 2", "Continue analgesic medications."),
    "before": ("sought", "[", "xray-report-2014-08-04, page 1"),
    "after": ("sought", "]", "-- ur-report-2014-04-20, page 1 --"),
    "speaks": ("sought", "}", "No page was found that speaks of this question."),
    "inpage": ("sought", "\\ films", "No page is shown yet; ] shows the first."),
    "mark": ("sought", ":mark progress-note-2014-07-17 2 extension views", ":marks lists what is marked."),
    "marks": ("sought", ":marks", "Nothing is marked yet"),
    "cite": ("sought", ":cite progress-note-2014-07-17 2 extension views", "it goes with your answer"),
    "chronology": ("sought", ":chronology", "+ 2012-10-31 The industrial injury is dated October 31, 2012."),
    "line": ("sought", ":line", "No line that isn't confirmed stands under this question."),
    "original": ("sought", ":original progress-note-2014-07-17", "Opened in the system's viewer."),
    "edit": ("check", ":edit 1 Films of the neck are requested.", "Sentence 1 is now in your own words."),
    "set": ("conflict", ":set general", "Item 1 goes on under the prompt set general"),
    "decide": ("check", ":decide", "What is your determination?"),
    "how": ("decision", ":how acr-variant-11", "answered: Yes, views not described; no complication"),
    "letter": ("check", ":letter", "DRAFT"),
    "decline": ("sought", ":decline records Two films are missing.", "Declined."),
    "open": ("sought", ":open", "Findings and draft are open now; that is logged."),
    "park": ("sought", ":park", "Parked."),
}
"""Where each action is tried, what is typed, and what it then says."""


def test_every_action_of_plain_mode_is_tried() -> None:
    assert {action.name for action in ACTIONS if action.plain} <= set(COMMANDS) | {"addendum"}


def test_a_page_is_turned_to_and_searched_and_what_is_marked_there_is_cited(review: Review) -> None:
    typed = [
        "]",
        "]",
        "\\ fusion",
        "\\ zebra",
        ":mark progress-note-2014-07-17 2 extension views",
        ":marks",
        ":cite 1",
    ]
    _, said = run(review, *at("sought"), *typed)
    assert "-- progress-note-2014-05-10, page 1 --" in said
    assert "line 6: The patient is seen after a cervical diskectomy and fusion" in folded(said)
    assert "“zebra” doesn't stand on progress-note-2014-05-10, page 1." in folded(said)
    assert "it goes with your answer" in folded(said)


def test_the_talk_begins_with_what_is_disputed_and_what_was_refused(review: Review) -> None:
    _, said = run(review)
    assert "Disputed: radiographs of the cervical spine" in folded(said)
    assert "Refused: denied on April 20, 2014, under MTUS ACOEM" in folded(said)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_action_does_what_it_says(review: Review, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    opened: list[str] = []
    monkeypatch.setattr(plain, "open_in_viewer", opened.append)
    prompt, typed, expected = COMMANDS[name]
    status, said = run(review, *at(prompt), typed)
    assert expected in said or expected in folded(said)
    assert "There is no :" not in said
    assert status == (0 if name == "decline" else 1)
    assert [Path(one).name for one in opened] == (
        ["progress-note-2014-07-17.txt"] if name == "original" else []
    )


@pytest.mark.parametrize(
    "action", [one for one in ACTIONS if one.plain.startswith(":")], ids=lambda a: a.name
)
def test_every_command_that_the_help_names_is_known(review: Review, action: object) -> None:
    name = getattr(action, "plain", "").split()[0]
    assert f"There is no {name}" not in run(review, name)[1]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (":nonsense", "There is no :nonsense. Type :help for what there is."),
        (":", "There is no :. Type :help"),
        (":page", "Name the document and the number of its page."),
        (":page nowhere 1", "There are, each with its pages: "),
        (":page progress-note-2014-07-17 3", "There is no such page in the case file."),
        (":page progress-note-2014-07-17 " + "9" * 5000, "Name the document and the number of its page."),
        (":edit " + "9" * 5000 + " So.", "sentence"),
        (":page progress-note-2014-07-17 ²", "Name the document and the number of its page."),
        (":cite progress-note-2014-07-17 2 other words", "These words are not on progress-note-2014-07-17:2"),
        (":go nonsense", "There is no question “nonsense”."),
        (":go 9/views", "There is no question “9/views”."),
        (":go", "There is no question “”."),
        (":edit", "Write :edit, the sentence's number, and its new words."),
        (":edit 99 So.", "The draft of item 1 has"),
        (":how acr-variant-11", "Closed until the questions are answered."),
        (":decline boredom So.", "`boredom` is no ground for declining."),
        (":decline conflict", "A reason for declining is empty."),
        (":note", "The note is empty."),
        (":original nowhere", "There is no document “nowhere”."),
        (":decide", "Questions of this item are still open."),
        ("/", "This question looks for no words of its own."),
        ("/ pseudarthrosis", "That is no proof of absence: words differ."),
    ],
)
def test_a_command_that_cannot_be_done_says_why(review: Review, typed: str, says: str) -> None:
    status, said = run(review, ":go conflict", typed)
    assert status == 1
    assert says in folded(said)
    assert review.session.status == "open"


@pytest.mark.parametrize("typed", [":findings", ":draft", ":how acr-variant-11"])
def test_findings_and_draft_are_closed_until_the_questions_are_answered(review: Review, typed: str) -> None:
    said = run(review, typed)[1]
    assert "Closed until the questions are answered." in said
    assert not {"Suggestion", "argues", "request is for"} & set(said.split())
    assert "findings.opened" not in [event.kind for event in events(review)]


def test_findings_opened_early_are_logged_as_early(review: Review) -> None:
    said = run(review, ":open", ":findings", ":draft", ":how nonsense")[1]
    opened = [one for one in events(review) if isinstance(one, e.FindingsOpened)]
    assert opened[0] == e.FindingsOpened("1", True)
    assert "Suggestion: No suggestion" in said
    assert " 1. The request is for radiographs" in said
    assert "There is no finding “nonsense”." in said


def test_a_page_that_is_opened_is_logged(review: Review) -> None:
    run(review, ":page progress-note-2014-07-17 2", ":page progress-note-2014-07-17 2")
    assert [one for one in events(review) if isinstance(one, e.PageOpened)] == [
        e.PageOpened("progress-note-2014-07-17", 2)
    ]


# -- what comes in --------------------------------------------------------------------------------


def test_what_is_not_utf_8_is_refused_and_the_talk_goes_on(review: Review) -> None:
    data = "".join(f"{line}\n" for line in SIGNED).encode()
    source = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n" + data), encoding="utf-8")
    status, said = run(review, source=source)
    assert "That was not UTF-8 text, and nothing of it was taken." in said
    assert "Traceback" not in said
    assert status in (0, 1)
    assert [one for one in events(review) if isinstance(one, e.AnswerRejected)] == []


def test_bytes_that_are_passed_through_are_refused_visibly(review: Review) -> None:
    """A POSIX locale hands undecodable bytes on as lone surrogates."""
    source = io.TextIOWrapper(io.BytesIO(b"\n\xff\n\n"), encoding="utf-8", errors="surrogateescape")
    said = run(review, source=source)[1]
    said.encode("utf-8")
    assert "That was not UTF-8 text, and nothing of it was taken." in said
    assert review.turn.path == "red_flags"


def test_a_megabyte_in_one_line_is_refused_and_logged_by_its_digest(review: Review) -> None:
    long = "wörd " * 200_000
    _, said = run(review, *at("sought"), long, "nd")
    assert "1,000,000 characters long" in folded(said) or "999,999 characters long" in folded(said)
    assert len(said) < 20_000
    (refused,) = [one for one in events(review) if isinstance(one, e.AnswerRejected)]
    assert refused.length == len(long.encode())
    assert refused.digest == hashlib.sha256(long.encode()).hexdigest()
    assert refused.input == long[:200]
    assert review.turn.path == "suspected"


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_of_any_system_will_do(review: Review, ending: str) -> None:
    source = io.StringIO(ending.join(["", "", "nd"]) + ending, newline="")
    run(review, source=source)
    assert review.turn.path == "acute_trauma"


def test_hostile_words_come_out_inert(review: Review) -> None:
    typed = [*at("sought"), HOSTILE, f":note {HOSTILE}", f"/ {HOSTILE}", f":{HOSTILE}", f":go {HOSTILE}"]
    typed += [
        f":how {HOSTILE}",
        f":page {HOSTILE} 1",
        f":cite {HOSTILE} 1",
        "<",
        ":answers",
        ":draft",
        ":letter",
    ]
    said = run(review, *(line.replace("\r", " ") for line in typed))[1]
    assert not set(said) & set(UNSAFE)
    assert "[bold]b[/bold] [/x]" in folded(said)
    assert "␛[2J" in said


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A copy of the case whose title, documents, facts and pages hold what a terminal might obey."""
    folder = tmp_path / "case"
    shutil.copytree(library.folder("casebank") / CASE, folder)
    text = (folder / "case.yaml").read_text("utf-8")
    shown = '"\\e]0;t\\a\\e[2J\\u202Egnp.exe [bold]b[/bold] [/x]"'
    for old in (
        "title: Cervical radiographs after a fusion",
        "type: Progress note, author",
        "says: The industrial injury is dated October 31, 2012.",
        "service: radiographs of the cervical spine (anteroposterior, lateral, flexion, and extension views)",
    ):
        assert old in text
        key, _, rest = old.partition(": ")
        text = text.replace(old, f"{key}: {shown}" + (", author" if rest.endswith(", author") else ""))
    (folder / "case.yaml").write_text(text, "utf-8")
    page = folder / "records" / "progress-note-2014-07-17.txt"
    page.write_text(page.read_text("utf-8") + f"{HOSTILE}\n", "utf-8")
    return folder


def test_a_hostile_case_comes_out_inert(log: Log, hostile: Path) -> None:
    review = Review.open(log, library.find_case(str(hostile)), PROFILE)
    status, said = run(
        review,
        *SCRIPT,
        ":page progress-note-2014-07-17 2",
        "/ gnp",
        ":letter",
        "1",
        "Parties may add records.",
        *["1", "The note names a fusion."] * 3,
        "sign",
    )
    review.close()
    assert [line for line in said.splitlines() if set(line) & set(UNSAFE)] == []
    assert said.startswith("␛]0;t␇␛[2J<U+202E>gnp.exe [bold]b[/bold] [/x] · PRACTICE")
    assert "[bold]b[/bold]" in said
    assert status in (0, 1)


# -- the viewer -----------------------------------------------------------------------------------


def test_the_file_of_a_document_is_found_in_its_case(review: Review) -> None:
    path = Path(original_file(review.session.opened.folder, "progress-note-2014-07-17"))
    assert path == library.folder("casebank") / CASE / "records" / "progress-note-2014-07-17.txt"


def test_a_system_without_a_viewer_says_so(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    said = run(review, ":original progress-note-2014-07-17")[1]
    assert "No viewer was found to open the file." in folded(said)


def test_the_viewer_gets_the_file_and_nothing_of_the_terminal(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, object]]] = []
    popen: Callable[..., None] = lambda command, **more: started.append((command, more))  # noqa: E731
    monkeypatch.setattr(subprocess, "Popen", popen)
    run(review, ":original progress-note-2014-07-17")
    ((command, more),) = started
    assert command[1].endswith("progress-note-2014-07-17.txt")
    assert {"stdin", "stdout", "stderr"} <= set(more)


class Typed(io.StringIO):
    """Replies as somebody types them at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("replies", "sessions"),
    [(Typed("\n:park\n"), 1), (Typed("no\n:park\n"), 2), (io.StringIO(":park\n"), 2)],
)
def test_a_practice_review_that_is_parked_is_offered_before_another_is_begun(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    replies: TextIO,
    sessions: int,
) -> None:
    path = tmp_path / "log.sqlite"
    for typed in (io.StringIO(":park\n"), replies):
        monkeypatch.setattr("sys.stdin", typed)
        imr(["review", CASE, "--plain", "--log", str(path)])
    with Log.open(path, write=False) as log:
        rows = log.sessions()
    assert len(rows) == sessions
    assert rows[-1].id in capsys.readouterr().out

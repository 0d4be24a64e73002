"""The conversation as plain lines, for screen readers, pipes and terminals that can do no more."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from assistant import library
from assistant import profile as reviewer
from assistant.cli.ask import Lines
from assistant.core import commands as c
from assistant.core.answer import Evidence
from assistant.core.event_words import Line
from assistant.core.problem import Refused
from assistant.core.text import visible
from assistant.core.turn import Turn
from assistant.log import Log
from assistant.machine import open_in_viewer
from assistant.records.case_folder import original_file
from assistant.review import views
from assistant.review.actions import ACTIONS, BY_NAME, SIGNS
from assistant.review.amendment import confirm_line, offer_amendment, set_said
from assistant.review.conversation import Conversation
from assistant.review.determination import keep_qualifications
from assistant.review.loading import missing_documents
from assistant.review.passages import (
    Found,
    listed_passages,
    next_speaking,
    nothing_found,
    numbered,
    page_beside,
    places_in,
    reach_words,
    search,
)
from assistant.review.review import Review
from assistant.review.tour import answer_rest, guide, tour_case

_MARKS = {"answer": "  = ", "note": "    ", "problem": "  ! ", "warning": "  ~ ", "news": "  * "}
WIDEST = 100
_REPLY = "> "


def talk(
    review: Review,
    profile: reviewer.Profile,
    source: TextIO | None = None,
    out: TextIO | None = None,
    conversation: Conversation | None = None,
) -> int:
    """Talks until the session ends, is parked, or the input does; 0 where it was signed or declined, else 1."""
    held = conversation or Conversation(review)
    return _Talk(review, profile, Lines(source), out or sys.stdout, held).run()


def tour_in_lines(log_path: Path, source: TextIO | None = None, out: TextIO | None = None) -> int:
    """The tour as plain lines: `:rest` answers the questions that are left, and the end of the input leaves it."""
    with Log.open(log_path) as log:
        profile = reviewer.kept()
        review = Review.open(log, library.open_case(tour_case()), profile)
        try:
            _Tour(review, profile, Lines(source), out or sys.stdout, Conversation(review)).run()
        finally:
            review.close()
    return 0


class _Talk:
    def __init__(
        self,
        review: Review,
        profile: reviewer.Profile,
        lines: Lines,
        out: TextIO,
        conversation: Conversation,
    ) -> None:
        self.review = review
        self.profile = profile
        self.conversation = conversation
        self.lines = lines
        self.out = out
        self.parked = False
        self.asked: object = None
        self.found: tuple[Found, ...] = ()
        self.at = next(iter(review.session.rules.case.documents), ""), 0
        self.begun = 0

    def run(self) -> int:
        session = self.review.session
        self.say(f"{session.rules.case.title} · {views.mode_words(self.review)}")
        for said in views.dispute_lines(session):
            self.say(f"    {said}")
        self.say(f"Session {session.id}. Type :help for what can be done; ? says why, < goes back.")
        for problem in missing_documents(self.review.session, self.review.pages):
            self.say(f"  ! {problem}")
        for question, answered in views.recap(self.review):
            self.say(f"    {question}")
            self.say(f"  = {answered}")
        self.show(offer_amendment(self.conversation))
        while not self.parked:
            if left := self.lines.left_over():
                self.show([Line("warning", left)])
            if self.review.session.status == "open":
                self.ask()
            elif not self.told_end():
                break
            line = self.read()
            if line is None:
                break
            self.show(self.answer(line))
        return self.end()

    def told_end(self) -> bool:
        """Whether the talk goes on after the session's end: after a signature an addendum may follow."""
        status = self.review.session.status
        if self.asked != (status, ("", "")):
            self.asked = (status, ("", ""))
            self.say(
                f"This session is {status}."
                + (" :addendum WORDS adds to it; :park leaves." if status == "signed" else "")
            )
        return status == "signed"

    def end(self) -> int:
        session = self.review.session
        self.say(views.farewell(session))
        return 1 if session.status == "open" else 0

    def ask(self) -> None:
        conversation = self.conversation
        turn = conversation.turn
        self.say("")
        if conversation.pending is None:
            where = views.scope_words(self.review, turn.scope) if turn.scope else "the case"
            question = f"[{where} · {views.progress_words(self.review)}] {visible(conversation.question)}"
            context = views.context(self.review, turn) if self.asked != _asked(turn) else []
            self.asked = _asked(turn)
            for line in [*context, question] if turn.kind == "sign" else [question, *context]:
                self.say(line, under=5 * bool(re.match("  [a-e]  ", line)))
            record = reach_words(self.review, turn)
            if record:
                self.say(f"  In the record: {record} · / lists them")
        else:
            self.say(visible(conversation.question))
        for line in conversation.reply_lines:
            self.say(f"  {visible(line)}", under=line.find("  ") + 4)
        if conversation.pending is None and turn.words:
            self.say(f"  {turn.words}")

    def read(self) -> str | None:
        """The next line; None at the end of all, and after Ctrl+C."""
        while True:
            self.out.write(_REPLY)
            self.begun = len(_REPLY)
            self.out.flush()
            try:
                return self.lines.read()
            except Refused as refused:
                self.say("")
                self.show([Line("problem", str(problem)) for problem in refused.problems])
            except KeyboardInterrupt:
                return None

    def answer(self, line: str) -> list[Line]:
        words = line.strip()
        try:
            sign = SIGNS.get(words[:1], "")
            if sign and (len(words) == 1 or " " in BY_NAME[sign].plain):
                return self.command(sign, words[1:].strip())
            if words.startswith(":"):
                name, _, rest = words[1:].partition(" ")
                return self.command(name.lower(), rest.strip())
            return self.conversation.reply(line)
        except Refused as refused:
            return [Line("problem", str(problem)) for problem in refused.problems]
        finally:
            self.keep_profile()

    def command(self, name: str, rest: str) -> list[Line]:
        simple: dict[str, Callable[[], list[Line]]] = {
            "help": self.help,
            "skip": self.conversation.skip,
            "why": self.conversation.why,
            "back": self.conversation.back,
            "findings": self.findings,
            "draft": lambda: self.opened(views.draft_lines),
            "answers": lambda: _notes(views.answer_lines(self.review)),
            "decide": lambda: self.conversation.decide_again(self.item()),
            "letter": self.letter,
            "open": lambda: self.conversation.open_early(self.item()),
            "park": self.park,
            "before": lambda: self.turn(-1),
            "after": lambda: self.turn(1),
            "speaks": self.to_speaking,
            "marks": self.marks,
            "line": lambda: confirm_line(self.conversation),
        }
        worded: dict[str, Callable[[str], list[Line]]] = {
            "note": self.conversation.note,
            "find": self.find,
            "go": self.conversation.go_named,
            "page": self.page,
            "cite": self.cite,
            "inpage": self.find_here,
            "mark": self.mark,
            "original": self.original,
            "chronology": self.chronology,
            "edit": self.edit,
            "how": lambda words: self.opened(lambda review, item: views.how_lines(review, item, words)),
            "addendum": self.conversation.addendum,
            "decline": self.decline,
            "set": lambda words: set_said(self.conversation, self.item(), words),
        }
        if name in simple:
            return simple[name]()
        if name in worded:
            return worded[name](rest)
        return [Line("problem", f"There is no :{visible(name[:40])}. Type :help for what there is.")]

    # -- what can be done ------------------------------------------------------------------------

    def help(self) -> list[Line]:
        lines = [
            "Answer with a number, with words or their beginning, or with Enter where something is proposed.",
            "- or nd is not documented, . is unclear, at every question that has them.",
            "A reply with ... takes its reason, or words of its passage, in the same line: 3 it was before the injury.",
        ]
        lines += [f"{action.plain:<30} {action.help}" for action in ACTIONS if action.plain]
        return _notes(lines)

    def chronology(self, words: str) -> list[Line]:
        """The course of the case, of one kind where that is named; `confirm`, `refuse`, `correct` and `add` change it."""
        from assistant.records.course import Course, narrowed

        what, _, rest = words.partition(" ")
        folder = Path(self.review.session.opened.folder)
        changes = what in ("confirm", "refuse", "correct", "add")
        if changes and library.is_bundled(folder):
            return [Line("problem", "This case belongs to the program, and is not written to.")]
        with Course(folder, write=changes) as course:
            if changes:
                course.change(what, rest.strip())
                return offer_amendment(self.conversation)
            lines = narrowed(course.proposals, kind=words.strip())
            marks = {"confirmed": "+", "open": " ", "refused": "x"}
            said = [
                f"{marks[one.state]} {one.fields['date']} {one.fields['says']} "
                f"({', '.join(course.where(place) for place in one.evidence[:1])}"
                f"{'' if one.state == 'confirmed' else f'; {one.key}'})"
                + "".join(f" [{note}]" for note in one.notes)
                for one in lines
            ]
        return _notes(said or ["There are no such lines."])

    def item(self) -> str:
        scope = self.conversation.turn.scope
        return scope if scope in self.review.session.items else self.review.session.items[0]

    def findings(self) -> list[Line]:
        return self.opened(views.finding_lines)

    def opened(self, lines: Callable[[Review, str], list[str]]) -> list[Line]:
        """Lines that stay closed until the item's questions are answered, or it is opened early (and logged)."""
        session, item = self.review.session, self.item()
        if session.status == "open" and session.closed(item):
            why = views.closed_words(session, item)
            return _notes([f"{why}. :open opens it now; that is logged."])
        if session.status == "open":
            self.review.perform(c.OpenFindings(item))
        return _notes(lines(self.review, item))

    def find(self, words: str) -> list[Line]:
        """The passages for some words, or for the question's own where none are given; :cite takes their number."""
        words = words.strip()
        self.found = search(self.review, words) if words else listed_passages(self.review, self.review.turn)
        if not self.found:
            return [Line("note", nothing_found(self.review, self.review.turn, words))]
        return _notes(numbered(self.found))

    def page(self, words: str) -> list[Line]:
        document, number, _ = _place(words)
        return self.show_page(document, number)

    def show_page(self, document: str, number: int) -> list[Line]:
        text = self.review.page(document, number)
        if self.review.session.status == "open":
            self.review.perform(c.OpenPage(document, number))
        self.at = document, number
        return _notes([f"-- {document}, page {number} --", *views.page_lines(text, document), "--"])

    def turn(self, by: int) -> list[Line]:
        """The page before or after the one that was shown last."""
        if not self.at[0]:
            return _notes(["There are no documents."])
        return self.show_page(*page_beside(self.review, *self.at, by))

    def to_speaking(self) -> list[Line]:
        """The next page that speaks of what is asked."""
        found = next_speaking(self.review, self.conversation.turn, *self.at)
        if found is None:
            return _notes(["No page was found that speaks of this question."])
        return [
            *self.show_page(found.evidence.document, found.evidence.page),
            *_notes([f"there: {found.words}"]),
        ]

    def find_here(self, words: str) -> list[Line]:
        """The lines of the page shown last that hold some words."""
        document, number = self.at
        if not number:
            return _notes(["No page is shown yet; ] shows the first."])
        text = self.review.page(document, number)
        numbers = dict.fromkeys(text.count("\n", 0, at) for at, _ in places_in(text, words))
        lines = text.split("\n")
        if not numbers:
            return _notes([f"“{words}” doesn't stand on {document}, page {number}."])
        return _notes([f"line {one + 1}: {lines[one].strip()}" for one in numbers])

    def mark(self, words: str) -> list[Line]:
        """Marks words of a page, to be cited later with :cite and their number among :marks."""
        document, number, quote = _place(words)
        if not quote:
            return [Line("problem", "Give the words to mark, as they stand on the page.")]
        self.review.perform(c.MarkPage(Evidence(document, number, quote)))
        return _notes([f"Marked {document}, page {number}. :marks lists what is marked."])

    def marks(self) -> list[Line]:
        """What was marked; :cite takes its number."""
        marks = self.review.session.marks
        self.found = tuple(Found(f"“{one.quote}” ({one.document}:{one.page})", one) for one in marks)
        return _notes(numbered(self.found) or ["Nothing is marked yet; :mark marks words of a page."])

    def cite(self, words: str) -> list[Line]:
        if words.isdecimal() and len(words) < 4 and 1 <= int(words) <= len(self.found):
            return self.conversation.cite(self.found[int(words) - 1].evidence)
        document, number, quote = _place(words)
        return self.conversation.cite(Evidence(document, number, quote))

    def original(self, document: str) -> list[Line]:
        path = original_file(self.review.session.opened.folder, document)
        open_in_viewer(path)
        return [Line("note", "Opened in the system's viewer.")]

    def edit(self, words: str) -> list[Line]:
        number, _, text = words.partition(" ")
        if not number.isdecimal() or len(number) > 4:
            return [Line("problem", "Write :edit, the sentence's number, and its new words.")]
        return self.conversation.edit(self.item(), int(number), text)

    def decline(self, words: str) -> list[Line]:
        ground, _, reason = words.partition(" ")
        return self.conversation.decline(ground.lower(), reason)

    def letter(self) -> list[Line]:
        from assistant.letter import to_text
        from assistant.review.determination import compose_from_log

        return _notes(to_text(compose_from_log(self.review.log, self.review.session.id)).splitlines())

    def park(self) -> list[Line]:
        self.parked = True
        return []

    def keep_profile(self) -> None:
        self.profile = keep_qualifications(self.review, self.profile)

    # -- lines -----------------------------------------------------------------------------------

    def show(self, lines: list[Line]) -> None:
        for line in lines:
            mark = _MARKS.get(line.kind, "    ")
            self.say(f"{mark}{visible(line.text)}", under=len(mark) if mark.strip() else 0)

    def say(self, text: str, under: int = 0) -> None:
        """Says a line; one that is wrapped goes on a little to the right of its beginning, or in the column `under`."""
        text = " " * self.begun + visible(text)  # what is said first stands behind the sign of the reply
        indent = " " * (under or min(len(text) - len(text.lstrip()) + 2, 10))
        wrapped = textwrap.wrap(
            text,
            _width(self.out),
            subsequent_indent=indent,
            replace_whitespace=False,
            break_on_hyphens=False,  # what a document is called stays whole
        )
        self.out.write("\n".join(wrapped)[self.begun :] + "\n")
        self.begun = 0


class _Tour(_Talk):
    """A talk in which it is said what is to be seen."""

    def ask(self) -> None:
        turn = self.conversation.turn
        if self.conversation.pending is None and self.asked != _asked(turn):
            self.say("")
            self.say(f"  * {guide(self.review, turn, ':rest answers the rest')} (:park leaves the tour.)")
        super().ask()

    def command(self, name: str, rest: str) -> list[Line]:
        if name != "rest":
            return super().command(name, rest)
        if self.conversation.turn.kind not in ("form", "prompt", "list", "passages"):
            return _notes(
                ["No question is left: what stands here now is yours to decide. :park leaves the tour."]
            )
        return answer_rest(self.review)

    def end(self) -> int:
        return 0


def _width(out: TextIO) -> int:
    """The columns that a line may fill: those of the terminal, and never more than can be read with ease."""
    if not out.isatty():
        return WIDEST
    return min(max(shutil.get_terminal_size().columns, 20), WIDEST)


def _asked(turn: Turn) -> object:
    """What tells one question from the next."""
    return turn.kind, turn.place, turn.check.key if turn.check is not None else turn.criterion


def _notes(lines: list[str]) -> list[Line]:
    return [Line("note", line) for line in lines]


def _place(words: str) -> tuple[str, int, str]:
    """A document, the number of its page, and what follows: `note-2014:2 words` or `note-2014 2 words`."""
    from assistant.core.problem import refuse

    found = re.match(r"\s*(\S+?)(?::|\s+)(\d{1,6})(?:\s+(.*))?$", words, re.S)
    if found is None:
        raise refuse(
            "Name the document and the number of its page.", "", "Such as :page progress-note-2014-07-17 1."
        )
    return found[1], int(found[2]), (found[3] or "").strip()

"""A replay as plain lines, for screen readers, pipes and terminals that can do no more."""

from __future__ import annotations

import io
import json
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import TextIO

from assistant.cli.ask import Lines
from assistant.clock import utc_time
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line, visible
from assistant.log import Entry
from assistant.review import views
from assistant.review.review import Review
from assistant.training.replay import MARKS, Landmark, Marker, Replay, ReplayPairView, SideBySide, read_speed

_MARKS = {
    "answer": "  = ",
    "question": "",
    "option": "  ",
    "problem": "  ! ",
    "warning": "  ~ ",
    "news": "  * ",
    "comment": "  # ",
    "time": "",
}
_WIDTH = 100
_JUMPS = {
    "amendment": "an answer that was changed, taken back or reworded",
    "departure": "a decision that departs from the suggestion",
    "check": "a check of plain fact",
    "bookmark": "a bookmark",
    "comment": "a trainer's comment",
    "prompt": "a new question",
}
HELP = (
    "Enter                 the next step; < the one before",
    ":go WHERE             a step's number, a question's name, start or end",
    ":next KIND            the next of a kind; :before KIND the one before. Kinds:",
    *(f"    {kind:<12} {words}" for kind, words in _JUMPS.items()),
    ":play [SPEED]         play to the end, in the time that it took; Ctrl+C stops",
    ":all                  the rest at once",
    ":questions            every question that was asked, and its step",
    ":marks                every amendment, departure, check, bookmark and comment",
    ":page                 the page of the record that was open or cited",
    ":findings, :draft, :answers   as they stood at this step",
    ":bookmark [TITLE]     a bookmark at this step, in your own book",
    ":comment WORDS        a comment at this step, in your own book",
    ":unmark NUMBER        take a mark of your own away",
    ":quit                 leave",
)


class PlainReplay:
    """Steps through a replay by lines from `source`."""

    def __init__(
        self,
        replay: Replay,
        marker: Marker,
        source: TextIO | None = None,
        out: TextIO | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.replay = replay
        self.marker = marker
        self.lines = Lines(source)
        self.out = out or sys.stdout
        self.wait = wait
        self.at = 0

    def run(self, start: int, everything: bool = False, speed: float = 0) -> int:
        """Shows the replay from a step on; at a positive `speed` it plays. Always 0."""
        recording = self.replay.recording
        status = recording.final.status
        self.say(
            f"Replay of {recording.id}: {recording.case}, {recording.final.mode}, by {recording.opened.reviewer}, "
            f"{status}. {len(self.replay.steps)} steps."
        )
        if status == "open":
            self.say("  ~ This session is still open; it is replayed as far as it has gone.")
        if not everything:
            self.say("Enter goes on, :help says what else there is.")
        self.show(start)
        if everything or speed:
            self.play(speed)
        while not everything:
            self.out.write("> ")
            self.out.flush()
            try:
                line = self.lines.read()
                if line is None or line.strip() in (":quit", ":q"):
                    break
                self.obey(line.strip())
            except Refused as refused:
                for problem in refused.problems:
                    self.say(f"  ! {problem}")
        return 0

    def obey(self, words: str) -> None:
        """Carries out one line; raises `Refused` for what it can't make out."""
        if words in ("", "<"):
            self.go(self.at + (1 if not words else -1))
            return
        name, _, rest = words.removeprefix(":").partition(" ")
        rest = rest.strip()
        told: dict[str, Callable[[], None]] = {
            "help": lambda: self.tell(HELP),
            "all": lambda: self.play(0),
            "play": lambda: self.play(read_speed(rest or "1")),
            "go": lambda: self.seek(rest),
            "next": lambda: self.jump(rest, 1),
            "before": lambda: self.jump(rest, -1),
            "questions": lambda: self.list_of(["prompt"]),
            "marks": lambda: self.list_of([kind for kind in _JUMPS if kind != "prompt"]),
            "page": self.page,
            "findings": lambda: self.view(views.finding_lines),
            "draft": lambda: self.view(views.draft_lines),
            "answers": lambda: self.tell(views.answer_lines(self.review)),
            "bookmark": lambda: self.mark(lambda: self.marker.bookmark(self.entry, rest), "Bookmarked."),
            "comment": lambda: self.mark(lambda: self.marker.comment(self.entry, rest), "Noted."),
            "unmark": lambda: self.unmark(rest),
        }
        if not words.startswith(":"):
            self.seek(words)
        elif name in told:
            told[name]()
        else:
            raise refuse(f"There is no :{one_line(name, 40)}.", "", "Type :help for what there is.")

    # -- where to go -----------------------------------------------------------------------------

    def go(self, number: int) -> None:
        if not 1 <= number <= len(self.replay.steps):
            self.say("  This is the end." if number > 1 else "  This is the beginning.")
            return
        self.show(number)

    def seek(self, where: str) -> None:
        found = self.replay.find(where)
        if found is None:
            raise refuse(f"There is no step or question “{one_line(where, 60)}”.", "", "See :questions.")
        self.show(found)

    def jump(self, kind: str, by: int) -> None:
        if kind not in _JUMPS:
            raise refuse(f"There is no kind “{one_line(kind, 40)}”.", "", f"There are {', '.join(_JUMPS)}.")
        found = self.replay.next_landmark(self.at, [kind], by)
        if found is None:
            self.say(f"  There is no {kind} {'after' if by > 0 else 'before'} this step.")
        else:
            self.show(found.step)

    def play(self, speed: float) -> None:
        """Shows step after step to the end: in the time that it took, divided by `speed`, or at once at 0."""
        try:
            for number in range(self.at + 1, len(self.replay.steps) + 1):
                if speed:
                    self.out.flush()
                    self.wait(self.replay.steps[number - 1].played_ms / 1000 / speed)
                self.show(number)
        except KeyboardInterrupt:
            self.say("")

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def review(self) -> Review:
        return self.replay.recording.at(self.replay.steps[self.at - 1])

    @property
    def entry(self) -> Entry:
        """The entry that a mark is bound to: the last of the step."""
        return self.replay.recording.entries[self.replay.steps[self.at - 1].last - 1]

    def show(self, number: int) -> None:
        """Shows a step; it is then where one stands."""
        self.at = number
        step = self.replay.steps[number - 1]
        entries = f"entry {step.first}" if step.first == step.last else f"entries {step.first} to {step.last}"
        self.say("")
        self.say(f"[step {number} of {len(self.replay.steps)} · {utc_time(step.ts)} · {entries}]")
        for line in self.replay.lines(number):
            self.say(f"{_MARKS.get(line.kind, '    ')}{line.text}")

    def view(self, lines: Callable[[Review, str], list[str]]) -> None:
        review = self.review
        scope = review.turn.scope
        item = scope if scope in review.session.items else review.session.items[0]
        if self.replay.closed_to(self.marker.actor, item):
            why = views.closed_words(self.replay.recording.final, item)
            self.say(f"    {why}: this session is yours, and open. :open opens it there; that is logged.")
            return
        if review.session.closed(item):
            self.say("    This was still closed to the reviewer.")
        self.tell(lines(review, item))

    def page(self) -> None:
        shown = self.replay.page_shown(self.at)
        if shown is None:
            self.say("    No page had been opened or cited yet.")
            return
        text = self.review.pages.get(shown.document)
        if text is None:
            self.say(f"    {shown}: this document isn't here, or was changed since.")
            return
        self.tell([f"-- {shown.document}, page {shown.page} --", *text[shown.page - 1].splitlines(), "--"])
        if shown.quote:
            self.say(f"    cited: “{one_line(shown.quote, 300)}”")

    def list_of(self, kinds: Sequence[str]) -> None:
        found = [one for one in self.replay.landmarks if one.kind in kinds]
        self.tell([_landmark(one) for one in found] or ["There are none."])

    def mark(self, act: Callable[[], None], said: str) -> None:
        act()
        self.replay.with_marks(self.marker.marks(self.replay.recording.id))
        self.say(f"  * {said} It stands in your own book, beside the session.")

    def unmark(self, words: str) -> None:
        held = {str(mark.number): mark for mark in self.replay.marks if mark.by == self.marker.actor}
        if words not in held:
            raise refuse("There is no such mark of yours.", "", "See :marks for their numbers.")
        self.mark(lambda: self.marker.remove(held[words]), "Taken away.")

    def tell(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.say(f"    {line}")

    def say(self, text: str) -> None:
        text = visible(text)
        indent = " " * min(len(text) - len(text.lstrip()) + 2, 10)
        wrapped = textwrap.wrap(text, _WIDTH, subsequent_indent=indent, replace_whitespace=False)
        self.out.write("\n".join(wrapped) + "\n")


def _landmark(one: Landmark) -> str:
    number = f"{one.name}. " if one.kind in ("bookmark", "comment") else ""
    name = one.name if not number else ""
    return f"{one.step:>4}  {one.kind:<10} {number}{name}{': ' if name and one.words else ''}{one.words}"


def pair_lines(pair: SideBySide) -> Iterator[str]:
    """Two sessions as lines: the first point where they part, then every question with both answers."""
    names = [
        f"{label}: {replay.recording.id} by {replay.recording.opened.reviewer}, {replay.recording.final.status}"
        for label, replay in zip("AB", pair.replays, strict=True)
    ]
    yield visible(f"{pair.panel.case}, side by side")
    yield from map(visible, names)
    for said in pair.said:
        yield visible(f"  ~ {said}")
    first = pair.first_parting
    yield ""
    if first is None:
        yield "They part nowhere."
    else:
        yield "They part first here:"
        yield from _pair(first, True)
    yield ""
    yield "Every question   = alike   ≠ otherwise   - only one was asked, or they were asked otherwise"
    for one in pair.pairs:
        yield from _pair(one, one.state != "same")


def _pair(one: ReplayPairView, both: bool) -> Iterator[str]:
    yield visible(f"{MARKS[one.state]} {one.item}/{one.prompt}: {one_line(one.ask, 120)}")
    for label, side in zip("AB", one.sides, strict=True) if both else [("A, B", one.sides[0])]:
        if side is None:
            yield f"    {label}: not asked"
            continue
        pages = ", ".join(dict.fromkeys(str(page) for page in side.evidence))
        steps = dict.fromkeys(held.step for held in ([side] if both else one.sides) if held is not None)
        at = " and ".join(map(str, steps))
        yield visible(f"    {label}: {side.words}{f' ({pages})' if pages else ''} · step {at}")
    for name, mine, other in one.parts:
        if name:
            yield visible(f"       {name}: {mine} / {other}")


# A session to be shown elsewhere: as a recording of a terminal, and as one page.


_ROWS = 30


def cast(replay: Replay, marker: Marker) -> Iterator[str]:
    """The replay as the lines of an asciicast (version 3), with a marker where each question was first asked.

    Pauses are those of the session, compressed as in the replay.
    """
    recording = replay.recording
    began = datetime.fromisoformat(recording.entries[0].ts)
    yield json.dumps(
        {
            "version": 3,
            "term": {"cols": _WIDTH, "rows": _ROWS},
            "timestamp": int(began.timestamp()),
            "title": visible(f"{recording.case}, session {recording.id}"),
        },
        ensure_ascii=False,
    )
    asked = [one for one in replay.landmarks if one.kind == "prompt"]
    for step in replay.steps:
        pause = step.played_ms / 1000
        for question in asked:
            if question.step == step.number:
                yield json.dumps([pause, "m", visible(question.name)], ensure_ascii=False)
                pause = 0
        said = _step_lines(replay, marker, step.number).replace("\n", "\r\n")
        yield json.dumps([pause, "o", said], ensure_ascii=False)


def _step_lines(replay: Replay, marker: Marker, number: int) -> str:
    """What a step says, as plain lines."""
    out = io.StringIO()
    PlainReplay(replay, marker, out=out).show(number)
    return out.getvalue()


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "pre{white-space:pre-wrap;font:14px/1.4 ui-monospace,monospace}section{border-top:1px solid #ccc}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#111}a{color:#8cf}}"
)


def session_page(replay: Replay, marker: Marker) -> str:
    """The replay as one page of HTML, its questions listed at the top: no script, and nothing from elsewhere."""
    recording = replay.recording
    title = escape(visible(f"{recording.case}, session {recording.id}"))
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><p>{escape(visible(recording.opened.reviewer))}, {recording.final.status}.</p><nav><ol>",
    ]
    for one in replay.landmarks:
        if one.kind == "prompt":
            parts.append(f'<li><a href="#step-{one.step}">{escape(visible(one.words))}</a></li>')
    parts.append("</ol></nav>")
    for step in replay.steps:
        said = escape(_step_lines(replay, marker, step.number).strip("\n"))
        parts.append(f'<section id="step-{step.number}"><pre>{said}</pre></section>')
    return "\n".join(parts) + "</html>\n"

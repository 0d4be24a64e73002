"""`imr case new PACKET...`: from a stack of paper to a case, proposed from its pages and confirmed by a person."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.ask import Asking, nothing_such, read_case_id, read_place
from assistant.cli.output import ImportProgress, print_json
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, one_line, visible
from assistant.machine import forget_typed

if TYPE_CHECKING:
    from assistant.core.answer import Evidence
    from assistant.records.intake import Intake
    from assistant.records.intake_proposals import Proposal

_HELP = (
    "Enter           confirms what is shown",
    "x               refuses it; it isn't proposed again",
    "NAME VALUE      corrects a part of it: date 2014-05-10; `date -` empties it",
    "page            shows the page that it stands on",
    "add WORDS       adds a disputed service; at a line `add 2014-05-10 WORDS` adds one on its page",
    "<               goes back to the one before, here and at what follows; from the first to the list of documents",
)
_DOCUMENT_HELP = (
    "Enter           confirms the list of documents as it is shown",
    "3 NAME VALUE    corrects document 3: 3 date 2014-05-10",
    "out 3, in 3     leaves document 3 out, or takes it in again",
    "page 17         shows a page of the list: page DOCUMENT:PAGE or the number of a document",
)
_SHOWN_LINES = 40


def new_from_packet(paths: Sequence[Path], as_json: bool, answers: Path | None, plain: bool) -> int:
    """Reads a packet and makes the case of what is confirmed; the exit status."""
    from assistant.records.case_folder import place_for
    from assistant.records.intake import Intake

    files, target = place_for(paths)
    missing = next((one for one in files if not one.exists()), None)
    if missing is not None:
        raise refuse("There is no such file.", one_line(str(missing)), "Check the name.")
    with ImportProgress() as progress, Intake(target, progress) as work:
        progress.file = one_line(files[0].name, 40)
        try:
            work.arrive(files)
        except KeyboardInterrupt:
            work.is_kept = True
            place = progress.place()
            progress.end()
            raise refuse(
                f"Stopped{place}. What was read is kept.", "", "Give the same command again to go on there."
            ) from None
        progress.end()
        if answers is not None:
            try:
                return _answered(work, answers, as_json)
            except Refused:
                work.discard()  # the file has all of it
                raise
        if as_json:
            print_json(data(work))
            return 1 if work.wanting else 0
        if plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return Plain(Asking(), work).run()
        return _on_screen(work)


def _on_screen(work: Intake) -> int:
    from assistant.tui.app import run_app
    from assistant.tui.intake import IntakeScreen

    screen = IntakeScreen(work)
    forget_typed()  # Enter would confirm what nobody has seen
    run_app(None, lambda _: screen)
    return _told(screen.made)


def _told(made: Path | None) -> int:
    if made is None:
        click.echo(
            visible(
                "Nothing is a case yet; what you confirmed is kept. Give the same command again to go on."
            )
        )
        return 1
    named = _short_of(made)
    click.echo(visible(f"The case is in {made}. Review it with `imr review {named}`,"))
    click.echo(visible(f"and look at its course with `imr case chronology {named}` (--edit confirms lines)."))
    click.echo("The clinical summary of the letter is made of the lines that are confirmed.")
    if named == str(made):
        click.echo("It lies outside your folder of cases: the work list has it once its review is begun.")
    return 0


def _short_of(made: Path) -> str:
    """What a command calls a case: its name where that finds it, else its folder."""
    from assistant import library

    with suppress(Refused):
        if library.case_path(made.name).resolve() == made.resolve():
            return made.name
    return str(made)


def data(work: Intake) -> dict[str, Any]:
    """Everything that is proposed, as JSON."""
    return {
        "pages": work.page_count,
        "notes": work.notes,
        "proposals": [
            {
                "key": one.key,
                "group": one.group,
                "title": one.title,
                "fields": dict(one.fields),
                "pages": [_place(work, place) for place in one.evidence],
                "asked": list(one.asked),
                "others": list(one.others),
                "notes": list(one.notes),
                "state": one.state,
            }
            for one in work.proposals
        ],
        "wanting": [one.key for one in work.wanting],
    }


def _place(work: Intake, place: Evidence) -> dict[str, Any]:
    file, page = work.place(place)
    return {
        "document": place.document,
        "page": place.page,
        "file": file,
        "file_page": page,
        "quote": place.quote,
    }


# The same from a file.


def _answered(work: Intake, path: Path, as_json: bool) -> int:
    """Confirms, corrects and refuses as a file says, and makes the case."""
    from assistant import library
    from assistant.records.intake_proposals import GROUPS, REFUSED

    said = library.document(library.read_text(path), one_line(str(path)), "packet-answers").data
    for key, fields in said.get("correct", {}).items():
        for name, value in fields.items():
            work.correct(str(key), str(name), str(value))
    for key in said.get("refuse", []):
        work.refuse(str(key))
    for key in said.get("confirm", []):
        if str(key) in GROUPS:
            for one in work.proposals:
                if one.group == str(key) and one.state != REFUSED:
                    work.confirm(one.key)
        else:
            work.confirm(str(key))
    if work.wanting:
        for one in work.wanting:
            click.echo(visible(f"imr: open: {one.key} {one.words}"), err=True)
        return 1
    case_id = str(said.get("id") or work.case_id)
    made = work.finish(
        case_id, str(said.get("title") or work.title), str(said.get("practice", "no")) in ("yes", "true")
    )
    if as_json:
        print_json({"case": case_id, "folder": str(made)})
        return 0
    return _told(made)


# The same as plain lines.


class Plain:
    """The packet as plain lines: the documents as a list, then what comes before a review, one by one."""

    def __init__(self, asking: Asking, work: Intake) -> None:
        self._asking = asking
        self._work = work

    def run(self) -> int:
        """Asks until the case is made; the exit status."""
        say = self._asking.say
        say(
            f"{counted(self._work.page_count, 'page')} read. Enter confirms, x refuses, ? says what else can be done."
        )
        for note in self._work.notes:
            say(f"  {note}")
        self._documents()
        self._one_by_one()
        while not self._lines() or (said := self._asking.with_way_back(self._named)) is None:
            self._one_by_one(last=True)
        return _told(self._work.finish(*said))

    def _named(self) -> tuple[str, str, bool]:
        title = self._asking.ask("Title of the case, without the patient's name", self._work.title, one_line)
        case_id = self._asking.ask("Its short name", self._work.case_id, read_case_id)
        if told := self._work.practice:
            self._asking.say(f"  The pages say “{told}”.")
        return case_id, title, self._asking.agrees("Is it for practice only?", bool(told))

    def _documents(self, again: bool = False) -> None:
        """The list of documents; one that is confirmed is shown `again` only on the way back."""
        from assistant.records.intake_proposals import DOCUMENT, OPEN, REFUSED

        if not again and not any(one.group == DOCUMENT and one.state == OPEN for one in self._work.proposals):
            return
        self._list()
        while True:
            listed = [one for one in self._work.proposals if one.group == DOCUMENT]
            reply = self._asking.line()
            try:
                if not reply:
                    for one in listed:
                        if one.state != REFUSED:
                            self._work.confirm(one.key)
                    return
                self._obey(reply, listed)
            except Refused as refused:
                for problem in refused.problems:
                    self._asking.say(f"  ! {problem}")

    def _obey(self, reply: str, listed: Sequence[Proposal]) -> None:
        word, _, rest = reply.partition(" ")
        if reply == "?":
            for line in _DOCUMENT_HELP:
                self._asking.say(f"  {line}")
        elif word in ("out", "in"):
            one = _numbered(rest, listed)
            (self._work.refuse if word == "out" else self._work.reopen)(one.key)
            self._list()
        elif word == "page":
            self._page(_numbered(rest, listed).evidence[0])
        elif word.isdecimal():
            one = _numbered(word, listed)
            self._correct(one, rest)
            self._row(int(word), self._work.get(one.key))
        else:
            raise nothing_such(reply)

    def _correct(self, one: Proposal, said: str) -> None:
        from assistant.records.parting import days_on

        name, _, value = said.strip().partition(" ")
        names = [known for known in one.fields if known.startswith(name.lower())] if name else []
        if len(names) != 1:
            raise refuse(
                f"“{one_line(name, 30)}” is none of its parts.",
                "",
                f"They are {', '.join(one.fields) or 'none'}.",
            )
        value = value.strip()
        if not value:
            pages = (self._work.page(place) for place in (one.evidence if names == ["date"] else ()))
            days = ", ".join(map(str, days_on(pages)))
            raise refuse(
                f"Its {names[0].replace('_', ' ')} is to be what?",
                "",
                f"Write it behind the name, or - where there is none.{f' The days on its pages: {days}.' if days else ''}",
            )
        self._work.correct(one.key, names[0], "" if value == "-" else value)

    def _list(self) -> None:
        from assistant.records.intake_proposals import DOCUMENT

        listed = [one for one in self._work.proposals if one.group == DOCUMENT]
        for number, one in enumerate(listed, 1):
            self._row(number, one)
        self._asking.say(
            "  Enter confirms the list; 3 date 2014-05-10 corrects; out 3 leaves out; ? says more."
        )

    def _row(self, number: int, one: Proposal) -> None:
        from assistant.records.intake_proposals import REFUSED

        held = one.fields
        words = ", ".join(filter(None, [held["type"], held["author"]]))
        gone = "  (left out)" if one.state == REFUSED else ""
        self._asking.say(
            f"  {number:>3}  {one.title:<12}  {held['date'] or 'undated':<10}  {one_line(words, 100)}{gone}"
        )
        left = [name for name in one.asked if not held.get(name)]
        if left:
            self._asking.say(f"{'':22}asked: {' and '.join(left)}")
        for note in one.notes:
            self._asking.say(f"{'':22}{note}")

    def _one_by_one(self, last: bool = False) -> None:
        """What comes before a review, with the way back; on the way back from what follows, from the `last` on."""
        from assistant.records.intake_proposals import DOCUMENT, LINE

        at = None
        while True:
            asked = [one for one in self._work.proposals if one.group not in (DOCUMENT, LINE)]
            if at is None:
                at = len(asked) - 1 if last else 0
            if at >= len(asked):
                return
            at += self._ask(asked[at])
            if at < 0:
                self._documents(again=True)
                at = 0

    def _lines(self) -> bool:
        """The course of the case, a page at a time, as far as the person wants to now; False on the way back."""
        from assistant.records.intake_proposals import LINE, OPEN

        lines = [one for one in self._work.proposals if one.group == LINE and one.state == OPEN]
        if not lines:
            return True
        self._asking.say()
        self._asking.say(
            f"{counted(len(lines), 'line')} about the course of the case are proposed. They can be confirmed where they are"
            " used, or now, a page at a time."
        )
        now = self._asking.with_way_back(lambda: self._asking.agrees("Now?", False))
        if not now:
            return now is not None
        pages: dict[str, list[Proposal]] = {}
        for one in lines:
            pages.setdefault(f"{one.evidence[0].document}:{one.evidence[0].page}", []).append(one)
        for held in pages.values():
            self._page(held[0].evidence[0])
            at = 0
            while 0 <= at < len(held):
                at = max(0, at + self._ask(self._work.get(held[at].key)))
        return True

    def _ask(self, one: Proposal) -> int:
        """Shows a proposal and takes the reply: how far to go from it, -1 back and 1 on."""
        self._show(one)
        while True:
            reply = self._asking.line()
            try:
                if not reply:
                    self._work.confirm(one.key)
                    return 1
                if reply == "<":
                    return -1
                if reply == "x":
                    self._work.refuse(one.key)
                    return 1
                if reply == "?":
                    for line in _HELP:
                        self._asking.say(f"  {line}")
                elif reply == "page" and one.evidence:
                    self._page(one.evidence[0])
                elif reply.startswith("add "):
                    self._add(one, reply[4:])
                else:
                    self._correct(one, reply)
                    one = self._work.get(one.key)
                    self._show(one)
            except Refused as refused:
                for problem in refused.problems:
                    self._asking.say(f"  ! {problem}")

    def _add(self, one: Proposal, said: str) -> None:
        """Adds a service, which is asked about after the others, or a line on the page of one, which is asked about now."""
        from assistant.records.intake_proposals import ITEM, LINE

        if one.group == LINE:
            self._ask(self._work.add(LINE, said, one.evidence[0] if one.evidence else None))
            self._show(one)
        else:
            added = self._work.add(ITEM, said)
            self._asking.say(f"  Added: {added.fields['service']}. It is asked about after the others.")

    def _show(self, one: Proposal) -> None:
        say = self._asking.say
        say()
        say(one.title[:1].upper() + one.title[1:])
        for name, value in one.fields.items():
            if value or name in one.asked:
                say(f"  {name.replace('_', ' '):<12} {value or '(asked)'}")
        for place in one.evidence[:3]:
            quote = f": “{one_line(place.quote, 200)}”" if place.quote else ""
            say(f"    {self._work.where(place)}{quote}")
        for other in one.others:
            say(f"    another page says: {other}")
        for note in one.notes:
            say(f"    {note}")

    def _page(self, place: Evidence) -> None:
        lines = self._work.page(place).split("\n")
        self._asking.say(f"  -- {self._work.where(place)} --")
        for line in lines[:_SHOWN_LINES]:
            self._asking.say(f"  {line}")
        more = len(lines) - _SHOWN_LINES
        self._asking.say(f"  -- {counted(more, 'more line')} --" if more > 0 else "  --")


def _numbered(said: str, listed: Sequence[Proposal]) -> Proposal:
    return listed[read_place(said.strip(), len(listed))]


def is_packet(paths: Sequence[Path]) -> bool:
    """Whether names of a command are those of a packet: a file (by its ending one that isn't there, too), several, or a folder of files."""
    from assistant.records.reading import ENDINGS

    return len(paths) > 1 or (
        bool(paths)
        and (
            paths[0].is_file()
            or (not paths[0].exists() and paths[0].suffix.lower() in ENDINGS)
            or (paths[0].is_dir() and any(paths[0].iterdir()) and not (paths[0] / "case.yaml").exists())
        )
    )

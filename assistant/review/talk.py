"""What is done beside answering: reasons, notes, passages, edits, going elsewhere, sources of the reviewer's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from assistant import profile as reviewer
from assistant.core import commands as c
from assistant.core.agenda import last_place
from assistant.core.answer import Answer, Evidence
from assistant.core.decide import decide
from assistant.core.event_words import Line
from assistant.core.forms import row_turn
from assistant.core.problem import Refused, in_words
from assistant.core.rules.prompt_set import OWN, SEARCHED
from assistant.core.session import Session, fold
from assistant.core.text import one_line, shortened, visible
from assistant.core.turn import Option, Turn
from assistant.core.value import Value, replace
from assistant.review.review import Review

if TYPE_CHECKING:
    from assistant.review.signing import Passphrase


Build = Callable[[str], c.Command]


class Pending(Value):
    """Half a reply: `question` asks for the words that `build` makes a command of; `options` where it is a choice.

    `rests` is what waits for the passage that it rests on: its words are looked for, or it is cited. `past` is an act
    that was gone back to.
    """

    question: str
    build: Build | None = None
    options: tuple[Option, ...] = ()
    rests: c.RecordAnswer | c.CiteEvidence | None = None
    past: bool = False


DECLINED = Line("news", "Declined. The session is closed, and the reason is logged.")


def added_words(session: Session) -> list[Line]:
    """That an addendum is logged, and whether a page is cited for it."""
    from assistant.core.record.own_words import held  # after the signature

    text, (item, _, _) = session.addenda[-1], session.added_to[-1]
    made = held(session, item, "", text)
    lines = [Line("news", "The addendum is logged, and stands in the letter.")]
    if made.uncited and session.guard > 9:
        said = "" if made.whole else f": {'; '.join(f'“{one_line(one, 200)}”' for one in made.uncited)}"
        lines.append(Line("note", f"No page is cited for it, and the letter says so beside it{said}."))
    return lines


def cited_words(evidence: Evidence) -> Line:
    return Line("note", f"Cited {evidence}: it goes with your answer.")


class Talk:
    """A session and the half of a reply that is held; each method does one thing and says what it did."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.pending: Pending | None = None
        self.cited: tuple[Evidence, ...] = ()
        self.acts = acts_of(review.session)
        self.gone_back = 0
        self.passphrase: Passphrase | None = None

    @property
    def turn(self) -> Turn:
        return with_kept_sources(self.review)

    def row_behind(self, option: Option) -> Turn | None:
        """The step of the search, or the source, that a reply adds, as the form that its words may fill in the same line."""
        command, session = option.command, self.review.session
        if not self.adds_row(option):
            return None
        if isinstance(command, c.RecordAnswers):
            after = fold(session, decide(session, command))
            return row_turn(after, (self.turn.scope, command.answers[0].prompt.rpartition(".")[0]))
        return (
            row_turn(session, (self.turn.scope, command.prompt))
            if isinstance(command, c.ShowPrompt)
            else None
        )

    def adds_row(self, option: Option) -> bool:
        """Whether a reply adds a step of the search, or a source by its kind and by what it argues for."""
        turn, command = self.turn, option.command
        if self.pending is not None or turn.kind != "prompt" or turn.path not in (SEARCHED, OWN):
            return False
        if isinstance(command, c.RecordAnswers):
            return len(command.answers) == 2 and command.answers[1].prompt == f"{turn.path}.1.argues"
        return turn.path == SEARCHED and option.value == "add"

    def go(self, scope: str, path: str) -> list[Line]:
        """Goes to a prompt, answered or not."""
        self.pending, self.gone_back = None, 0
        return self.carry_out(c.ShowPrompt(scope, path))

    def go_named(self, words: str) -> list[Line]:
        """Goes to the prompt of a name, or of an item and a name: `1/red_flags`."""
        scope, _, path = words.strip().rpartition("/")
        for candidate in [scope] if scope else self.review.session.rules.scopes:
            prompt_set = self.review.session.rules.sets.get(candidate)
            if prompt_set is not None and path.split(".", 1)[0] in prompt_set.prompts:
                return self.go(candidate, path)
        return [
            Line("problem", f"There is no question “{visible(words[:60])}”. Type :answers for their names.")
        ]

    def skip(self) -> list[Line]:
        """Leaves the question for later."""
        if self.turn.kind != "prompt":
            return [Line("problem", "Only a question of the review can be left for later.")]
        self.pending = None
        self.acted(self.turn)
        return [
            *self.carry_out(c.SkipPrompt(*self.turn.place)),
            Line("note", "Left for later; it comes again before the decision."),
        ]

    def note(self, text: str) -> list[Line]:
        """A note at the present question."""
        return [
            *self.carry_out(c.AddNote(*self.turn.place, text)),
            Line("note", f"Noted: {one_line(text, 300)}"),
        ]

    def cite(self, evidence: Evidence) -> list[Line]:
        """A passage for the present question: it goes with the answer, or to the one that is there.

        Where no question is asked, it goes to the last answer. Raises `Refused` where the page lacks it.
        """
        turn = self.turn
        place = turn.place if turn.kind == "prompt" else last_place(self.review.session)
        if place is None:
            return [Line("problem", "There is no question that this passage could answer.")]
        if turn.kind == "prompt" and self.review.session.answer(*place) is None:
            self.cited = (*self.cited, self.review.positioned(evidence))
            return [cited_words(evidence)]
        return [
            *self.carry_out(c.CiteEvidence(*place, evidence)),
            Line("note", f"Cited {evidence} for “{shortened(self.review.session.prompt(*place).ask, 60)}”"),
        ]

    def decline(self, ground: str, reason: str) -> list[Line]:
        return [*self.carry_out(c.Decline(ground, reason)), DECLINED]

    def open_early(self, item: str) -> list[Line]:
        """Opens the findings and the draft of an item before its questions are answered."""
        self.review.perform(c.OpenFindings(item))
        return [Line("note", "Findings and draft are open now; that is logged.")]

    def edit(self, item: str, number: int, text: str) -> list[Line]:
        """Puts a sentence of the draft, counted from 1, into the reviewer's own words."""
        sentences = self.review.assess(item).sentences
        if not 1 <= number <= len(sentences):
            return [Line("problem", f"The draft of item {item} has {len(sentences)} sentences.")]
        one = sentences[number - 1]
        held = self.review.session.edits.get(item, {}).get(one.key)
        was = held.was if held is not None else one.text
        said = (
            "The draft's own sentence is back."
            if not text.strip() or text.strip() == was
            else f"Sentence {number} is now in your own words."
        )
        return [*self.carry_out(c.EditSentence(item, one.key, was, text)), Line("note", said)]

    def addendum(self, text: str) -> list[Line]:
        """Adds words to a sentence of a signed session; asks first where they say otherwise, or what no fact bears out."""
        from assistant.core.record.checks import addendum_check, unborne_in  # not before the first question
        from assistant.review.determination import added_to

        item, quoted, said = added_to(self.review.session, text)
        add = c.AddAddendum(in_words(said, "The addendum"), "", item, quoted)
        session = self.review.session
        to, letter = quoted if said != text else "", self._said()
        found = session.status == "signed" and (
            unborne_in(session, "the addendum", add.text, self.review.pages, () if to else letter)
            or addendum_check(
                session,
                item,
                to,
                add.text,
                letter,
                self.review.search.heard,
                self.review.pages,
                self.review.search.told_otherwise(add.text),
            )
        )
        if found:
            where = "Where does it stand? Your words are logged with the addendum; < leaves it out."
            self.pending = Pending(where, lambda reason: replace(add, reason=reason))
            lines = [Line("warning", found.message), *(Line("note", fact) for fact in found.facts)]
            return [*lines, Line("note", f"Nothing is added yet. {where}")]
        return [*self.carry_out(add), *added_words(self.review.session)]

    def _said(self) -> list[str]:
        session = self.review.session
        return [one.text for item in session.items for one in self.review.assess(item).sentences]

    def why(self) -> list[Line]:
        """The reason and the citation of the present question, not which way an answer pushes."""
        turn = self.turn
        if turn.kind != "prompt":
            return self._why_here(turn)
        self.carry_out(c.OpenWhy(*turn.place))
        session = self.review.session
        prompt = session.prompt(*turn.place)
        lines = [Line("note", prompt.why or "It is asked for the record.")]
        if prompt.cite:
            source = session.rules.sets[turn.scope].citations[prompt.cite]
            mark = "" if source.verified else " · not yet verified against the guideline itself"
            lines.append(Line("note", f"{source.source} ({source.edition}), {source.locator}{mark}"))
        if prompt.look_for:
            lines.append(Line("note", f"Words to look for: {', '.join(prompt.look_for)}"))
        return lines

    def _why_here(self, turn: Turn) -> list[Line]:
        words = {
            "ruling": "A guideline of a lower tier may outweigh a higher one only where that is shown (Lab. Code 4604.5); that judgment is yours.",
            "decision": "The suggestion only follows from your answers. The decision is yours; departing from it needs a reason.",
            "passages": "Reviewers have been reversed for writing that something was not documented when the record had it.",
            "form": "What the case file states is shown with its page and confirmed once; whatever is wrong is answered by itself.",
            "list": "A search found no passage on any of these; an absence is a finding of fact, and stands on that search.",
            "by_eye": "A page without readable text can hold what was looked for; no search goes through it.",
            "check": "A determination falls when it rests on a plainly wrong finding of fact, express or implied (Lab. Code 4610.6(h)(5)).",
            "sign": "A signature closes the session; afterwards only an addendum is possible. What the program took for a denial "
            "keeps a passage from speaking against an answer; only you can tell whether it is one.",
            "first": "Deciding before the suggestion is shown keeps it from leading you.",
        }
        return [Line("note", words.get(turn.kind, "Nothing is asked."))]

    def acted(self, turn: Turn) -> None:
        """Remembers where something was done, the latest at the end, so that it can be gone back to."""
        self.gone_back = 0
        where = turn.kind, turn.place, turn.criterion, turn.check.key if turn.check else ""
        self.acts = [
            one
            for one in self.acts
            if (one.kind, one.place, one.criterion, one.check.key if one.check else "") != where
        ]
        self.acts.append(turn)

    def carry_out(self, command: c.Command) -> list[Line]:
        """Carries out a command that needs no echo."""
        self.review.perform(command)
        self.pending = None
        return []


# The reviewer's library of sources, offered where one is asked for.


_MOST_KEPT = 6


def with_kept_sources(review: Review) -> Turn:
    """What the session waits for; where a source is asked for, with those of the reviewer's library.

    What it argues, and how it bears on this worker, is asked anew. A library that can't be read offers none.
    """
    turn = review.turn
    if turn.kind != "prompt" or turn.path != OWN or review.watching:
        return turn
    held = review.session.answer(*turn.place)
    rows = list((held.parts or {}).values()) if held is not None else []
    cited = [{name: part.value for name, part in (row.parts or {}).items()} for row in rows]
    with suppress(Refused):
        offered = [
            _kept_option(turn, len(rows) + 1, place, one)
            for place, one in enumerate(reviewer.kept_sources(), 1)
            if not any(one.columns.items() <= row.items() for row in cited)
        ]
        first, rest = turn.options[:2], turn.options[2:]
        return replace(turn, options=(*first, *offered[:_MOST_KEPT], *rest))
    return turn


def _kept_option(turn: Turn, number: int, place: int, one: reviewer.KeptSource) -> Option:
    answers = tuple(
        c.RecordAnswer(turn.scope, f"{OWN}.{number}.{name}", Answer(value=value), "proposed")
        for name, value in one.columns.items()
    )
    said = f"{one.columns['by']}, {one.columns['title']} ({one.columns['year']}, {one.columns['place']})"
    label = f"From your library: {one_line(said, 160)}, as {one_line(one.by, 40)} verified it on {one.on}"
    return Option(label, c.RecordAnswers(turn.scope, answers), value=f"kept {place}")


def keep_sources(session: Session, day: str) -> list[Line]:
    """Keeps the sources of a signed review in the reviewer's library; says so where it can't be written."""
    rows = [
        row
        for item in session.items
        if (answer := session.reading(item).answers.get(OWN)) is not None
        and session.reading(item).asked(OWN) is True
        for row in answer.plain()
    ]
    try:
        reviewer.keep_sources(rows, session.opened.reviewer, day)
    except Refused as refused:
        said = " ".join(f"{one.what} {one.fix}".strip() for one in refused.problems)
        return [Line("problem", f"Your sources are not kept: {visible(said)}")]
    return []


def acts_of(session: Session) -> list[Turn]:
    """Where a session that is gone on with was answered and decided."""
    answered = [
        Turn("prompt", (scope, name), prompt.ask)
        for scope in session.rules.scopes
        for name, prompt in session.rules.sets[scope].prompts.items()
        if session.reading(scope).answer(name) is not None
    ]
    return answered + [Turn("decision", (item, ""), "") for item in session.determinations]

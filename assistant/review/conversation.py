"""What can be said and done in a conversation beside answering: reasons, notes, passages, edits, going elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core import command as c
from assistant.core.answer import Evidence
from assistant.core.frozen import dataclass
from assistant.core.prompt_turn import Option, Turn
from assistant.core.reason import in_words
from assistant.core.text import one_line
from assistant.core.turn import last_place
from assistant.review import Review

Build = Callable[[str], c.Command]


@dataclass(frozen=True)
class Line:
    """A line of the transcript. `kind`: answer, note, problem, warning or news."""

    kind: str
    text: str


@dataclass(frozen=True)
class Pending:
    """Half a reply: `question` asks for the words that `build` makes a command of; `options` where it is a choice."""

    question: str
    build: Build | None = None
    options: tuple[Option, ...] = ()


class Talk:
    """A session and the half of a reply that is held; each method does one thing and says what it did."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.pending: Pending | None = None
        self.cited: tuple[Evidence, ...] = ()

    @property
    def turn(self) -> Turn:
        return self.review.turn

    def go(self, scope: str, path: str) -> list[Line]:
        """Goes to a prompt, answered or not."""
        self.pending = None
        return self.carry_out(c.ShowPrompt(scope, path))

    def skip(self) -> list[Line]:
        """Leaves the question for later."""
        if self.turn.kind != "prompt":
            return [Line("problem", "Only a question of the review can be left for later.")]
        self.pending = None
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
            return [Line("note", f"Cited {evidence}: it goes with your answer.")]
        return [
            *self.carry_out(c.CiteEvidence(*place, evidence)),
            Line("note", f"Cited {evidence} for “{one_line(self.review.session.prompt(*place).ask, 60)}”"),
        ]

    def decline(self, ground: str, reason: str) -> list[Line]:
        return [
            *self.carry_out(c.Decline(ground, reason)),
            Line("news", "Declined. The session is closed, and the reason is logged."),
        ]

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
        """Adds words to a signed session; asks first where they name a fact that nothing in the case bears out."""
        from assistant.core.unborne_fact import unborne_in

        words = in_words(text, "The addendum")
        session = self.review.session
        found = (
            unborne_in(session, "the addendum", words, self.review.pages)
            if session.status == "signed"
            else None
        )
        if found is not None:
            where = "Where does it stand? Your words are logged with the addendum; < leaves it out."
            self.pending = Pending(where, lambda reason: c.AddAddendum(words, reason))
            lines = [Line("warning", found.message), *(Line("note", fact) for fact in found.facts)]
            return [*lines, Line("note", f"Nothing is added yet. {where}")]
        return [
            *self.carry_out(c.AddAddendum(words)),
            Line("news", "The addendum is logged, and stands in the letter."),
        ]

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
            "by_eye": "A page without readable text can hold what was looked for; no search goes through it.",
            "check": "A determination falls when it rests on a plainly wrong finding of fact, express or implied (Lab. Code 4610.6(h)(5)).",
            "sign": "A signature closes the session; afterwards only an addendum is possible.",
            "first": "Deciding before the suggestion is shown keeps it from leading you.",
        }
        return [Line("note", words.get(turn.kind, "Nothing is asked."))]

    def carry_out(self, command: c.Command) -> list[Line]:
        """Carries out a command that needs no echo."""
        self.review.perform(command)
        self.pending = None
        return []


def all_alike(text: str, options: tuple[Option, ...]) -> Option | None:
    """The reply that answers all flags alike, where a status or the beginning of its label was typed."""
    said = " ".join(text.lower().split())
    status = {"nd": "not_documented", "not documented": "not_documented"}.get(said)
    for option in options:
        if option.value == status or (len(said) > 3 and option.label.lower().startswith(said)):
            return option
    return None


def told_lines(text: str) -> list[Line]:
    """An answer as it was logged, a line for each of its entries."""
    return [Line("answer", one_line(line, 400)) for line in text.split("\n")]

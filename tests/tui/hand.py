"""A reviewer at the screen who comes to the answers of a reference, and what that costs: keys and stops.

A key is every press outside free text: a digit, Enter, each of the letters of `sign`, each key of a line for several
entries. What is written into the reply line is free, but each field of a form counts, and so does a value. A stop is
each time the program waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.core.answer_reader import DONE, read_answer
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    StatementShape,
    at,
)
from assistant.core.rules.prompt_set import OWN, SEARCHED
from assistant.core.turn import Option, Turn, entries_of, root_of, row_parts
from assistant.core.value import Value, replace
from assistant.review.passages import lettered, quoted
from tests.tui.windowing import Window
from tests.walk import KEPT

REASON = "The notes of the provider have the whole of it."
UNTOLD = {SEARCHED: [{"step": "mtus", "place": "none", "edition": "As in force", "found": "nothing"}]}
"""What is answered where a reference says nothing and not documented is no answer: a search has a step."""
_MOST = 80


class Reply(Value):
    """Keys that are pressed one by one, then words; `fields` are values among them that count as a key each."""

    keys: str = ""
    words: str = ""
    fields: int = 0


class Hand:
    """Replies by the answers of a reference, as an answers file has them.

    Of what it says nothing, what is proposed is confirmed, and all else is not documented.
    """

    def __init__(self, window: Window, reference: Mapping[str, Any]) -> None:
        self.window = window
        self.reference = reference
        self.keys = self.stops = 0

    async def sign(self, told: bool = False) -> None:
        """Replies until the session is signed."""
        for _ in range(_MOST):
            if self.window.talk.turn.kind == "done":
                return
            reply = self.reply()
            if told:
                asked = " ".join(self.window.talk.question.split())[:90]
                print(
                    f"  {self.stops + 1} {asked} > {' '.join((reply.keys, reply.words)).strip() or 'Enter'}"
                )
            await self.give(reply)
        raise AssertionError(f"This doesn't end: {self.window.talk.question} {self.window.talk.reply_lines}")

    async def give(self, reply: Reply) -> None:
        """Gives a reply on the screen, key by key, its words at once."""
        self.stops += 1
        self.keys += len(reply.keys) + reply.fields
        at_once = not reply.words and reply.keys in self.window.talk.keys_at_once
        await self.window.press(*(_named(key) for key in reply.keys))
        if reply.words:
            await self.window.write(reply.words)
        elif not at_once:
            await self.window.press("enter")
        self.keys += not at_once

    def reply(self) -> Reply:
        """The reply to what is asked now."""
        talk, turn = self.window.talk, self.window.talk.turn
        if talk.pending is not None:
            if talk.pending.rests is not None:
                return self._found(turn)
            return Reply(talk.keys[0]) if talk.options else Reply(words=REASON)
        match turn.kind:
            case "form":
                return self._form(turn)
            case "prompt":
                return self._prompt(turn)
            case "list":
                return self._list(turn)
            case "passages":
                (option,) = [one for one in talk.options if one.value == "all"] or talk.options[1:2]
                return self._key(option, REASON)
            case "ruling":
                ruled = self.reference.get("rulings", {}).get(turn.scope, {}).get(turn.criterion, {})
                wanted = ruled.get("ruling", talk.options[0].value)
                (option,) = [one for one in talk.options if one.value == wanted]
                return self._key(option, REASON if option.asks else "")
            case "check" | "first":
                return self._key(talk.options[0], REASON if talk.options[0].asks else "")
            case "decision":
                decided = self.reference.get("determinations", {}).get(turn.scope, {})
                wanted = decided.get("decision", talk.options[0].value)
                (option,) = [one for one in talk.options if one.value == wanted]
                return self._key(option, REASON if option.asks else "")
            case "sign":
                return Reply("sign")
        return self._key(talk.options[0])

    def _key(self, option: Option, words: str = "") -> Reply:
        return Reply(self.window.talk.keys[self.window.talk.options.index(option)], words)

    def _wanted(self, scope: str, path: str) -> Answer:
        """What the reference answers to a question or a part of one."""
        schema = self.window.talk.review.session.prompt(scope, path).schema
        root, *rest = path.split(".")
        raw = self.reference.get("answers", {}).get(scope, {}).get(root, UNTOLD.get(root, "not_documented"))
        answer = read_answer(schema, raw, root, checked=False)
        for name in rest:
            answer = (answer.parts or {}).get(name, Answer())
        return answer

    def _found(self, turn: Turn) -> Reply:
        """Words of the passage that an answer rests on, or the first that is offered."""
        talk = self.window.talk
        passages = [
            key for key, one in zip(talk.keys, talk.options, strict=True) if one.value != "not_documented"
        ]
        quotes = [one.quote for one in self._wanted(*turn.place).all_evidence()]
        if passages:
            return Reply(passages[0])
        return Reply(words=quotes[0]) if quotes else self._key(talk.options[-1])

    def _form(self, turn: Turn) -> Reply:
        missing = [one for one in turn.fields if one.answer is None]
        if not missing:
            return Reply()
        if "." not in missing[0].place[1]:
            qualified = self._wanted(*missing[0].place).plain()
            written = [str(one) for one in (qualified or KEPT).values()]
            return Reply(words="; ".join(written), fields=len(written))
        said = self._fields(turn)
        if all(len(one) == 1 for one in said):
            return Reply("".join(said))
        return Reply(words="; ".join(said), fields=len(said))

    def _fields(self, turn: Turn) -> list[str]:
        """What a form lacks, as it is typed; behind the last row of the search, or of the sources, that it is the last."""
        said = [self._field(*one.place) for one in turn.fields if one.answer is None]
        place = (turn.scope, root_of(turn.path))
        rows = self._wanted(*place).parts or {}
        last = place[1] in (SEARCHED, OWN) and turn.path.split(".")[1] == str(len(rows))
        return [*said, DONE] if last else said

    def _field(self, scope: str, path: str) -> str:
        """A part of an answer as it is typed: the number of a choice, `-`, or words."""
        answer = self._wanted(scope, path)
        schema = self.window.talk.review.session.prompt(scope, path).schema
        shape = at(schema.shape, tuple(path.split(".")[1:]))
        if not answer.given or answer.value is None:
            return "-"
        if isinstance(shape, ChoiceShape):
            return str(list(shape.labels).index(str(answer.value)) + 1)
        if isinstance(shape, SeveralShape):
            return ", ".join(shape.labels[str(one)] for one in answer.value)
        return f"“{answer.value}”" if ";" in str(answer.value) else str(answer.value)

    def _list(self, turn: Turn) -> Reply:
        talk = self.window.talk
        for option in talk.options:
            if isinstance(option.command, c.ShowPrompt) and self._wanted(*turn.place[:1], option.value).given:
                return self._key(option)
        return Reply("-")

    def _prompt(self, turn: Turn) -> Reply:
        talk = self.window.talk
        shape = at(talk.review.session.prompt(*turn.place).schema.shape, tuple(turn.path.split(".")[1:]))
        wanted = self._wanted(*turn.place)
        if entries_of(turn):
            return self._checklist(turn, wanted)
        if isinstance(shape, ListingShape):
            return self._listing(turn, wanted)
        untold = root_of(turn.path) not in self.reference.get("answers", {}).get(turn.scope, {})
        if turn.proposal is not None and (untold or turn.proposal.answer.plain() == wanted.plain()):
            return Reply()
        same = [one for one in talk.options if _says(one, wanted)]
        if isinstance(shape, GroupShape) and not same:
            return self._row(turn)
        if isinstance(shape, DateShape | NumberShape | SeveralShape) and wanted.given:
            return Reply(words=f"{self._field(*turn.place)}{self._behind(turn, wanted)}", fields=1)
        if isinstance(shape, StatementShape) and wanted.given:
            stated = [one for one in talk.options if one.value.startswith("passage ")]
            near = [one for one in stated if any(_near(one, held.quote) for held in wanted.all_evidence())]
            return self._key(near[0]) if near else Reply(words=str(wanted.value))
        cited = [
            one for one in same if isinstance(one.command, c.RecordAnswer) and one.command.answer.evidence
        ]
        near = [one for one in cited if any(_near(one, held.quote) for held in wanted.all_evidence())]
        if not same:  # what can't be called not documented
            return Reply(talk.keys[0]) if talk.options else Reply(words="Not stated in the notes.")
        option = (near or (same if wanted.all_evidence() else cited) or same)[0]
        needs = option not in cited and self._key(option).keys in talk.keys_that_ask
        return self._key(option, self._behind(turn, wanted).strip(' "') if needs else "")

    def _behind(self, turn: Turn, wanted: Answer) -> str:
        """The passage of a value: the letter of one that is listed, or the words that the reference quotes."""
        quotes = [" ".join(one.quote.split()) for one in wanted.all_evidence()]
        listed = [line.replace("«", "").replace("»", "") for line in lettered(self.window.talk.review, turn)]
        near = [line[0] for line in listed if any(one in line for one in quotes)]
        if near or (listed and not quotes):
            return f" {(near or listed[0])[0]}"
        return f' "{quotes[0]}"' if quotes and turn.proposal is None else ""

    def _checklist(self, turn: Turn, wanted: Answer) -> Reply:
        """A key for each entry; where one reply is for several, it is taken if it says what is wanted of each."""
        talk, left = self.window.talk, dict(wanted.parts or {})
        open_ = {path.rpartition(".")[2] for _, path in entries_of(turn)}
        left = {name: one for name, one in left.items() if name in open_}
        keys = ""
        for key, option in zip(talk.keys, talk.options, strict=True):
            said = dict(_entries(option, turn.path))
            if said and all(n in left and _same(one, left[n]) for n, one in said.items() if n in open_):
                keys += key
                left = {name: one for name, one in left.items() if name not in said}
        if not keys:  # no reply says so of any of them: one is named, with the words that say it
            name, one = next(iter(left.items()))
            said = f"{name} {one.value if one.given else 'nd'}"
            return Reply(words=f'{said} "{one.evidence[0].quote}"' if one.evidence else said, fields=1)
        return Reply(keys)

    def _listing(self, turn: Turn, wanted: Answer) -> Reply:
        talk, rows = self.window.talk, len(wanted.parts or {})
        held = talk.review.session.answer(*turn.place)
        values = [one.value for one in talk.options]
        if turn.proposal is not None:
            return Reply()
        if held is not None and len(held.parts or {}) >= rows:
            alone = "all" in values and not self.reference.get("answers", {}).get(turn.scope, {}).get(OWN)
            return self._key(talk.options[values.index("all" if alone else "done")])
        if not rows:
            return Reply("-") if "none" not in values else self._key(talk.options[values.index("none")])
        return self._row(turn) if row_parts(talk.review.session, turn.place) else self._source(turn)

    def _source(self, turn: Turn) -> Reply:
        """The next step of the search, or the first source of one's own by its kind and side, with what is asked of it."""
        first = self._wanted(turn.scope, f"{turn.path}.1").parts or {}
        kind = " ".join(str(first[name].value) for name in ("kind", "argues") if name in first)
        (option,) = [one for one in self.window.talk.options if one.value in (kind, "add")]
        row = self.window.talk.row_behind(option)
        said = self._fields(row) if row is not None else []
        return replace(self._key(option, "; ".join(said)), fields=len(said))

    def _row(self, turn: Turn) -> Reply:
        """An answer in parts, or the next entry of a list, in one line; the last entry closes its list."""
        review = self.window.talk.review
        row = row_parts(review.session, turn.place)
        wanted = self._wanted(turn.scope, next(iter(row)).rpartition(".")[0])
        said = [self._field(turn.scope, path) for path, one in row.items() if one.belongs(wanted.parts or {})]
        behind = [f"“{one.quote}”" for one in wanted.evidence[:1] if quoted(review, one.quote)]
        rows = self._wanted(*turn.place)
        number = next(iter(row)).split(".")[1]
        last = [DONE] if rows.listing and number == str(len(rows.parts or {})) else []
        return Reply(words="; ".join((*said, *behind, *last)), fields=len(said) + len(last))


def _named(key: str) -> str:
    return {"-": "minus", " ": "space"}.get(key, key)


def _entries(option: Option, path: str) -> Iterator[tuple[str, Answer]]:
    """The entries of a checklist that a reply answers, each with its answer."""
    command = option.command
    if isinstance(command, c.RecordAnswer):
        if command.prompt == path:
            yield from (command.answer.parts or {}).items()
        else:
            yield command.prompt.rpartition(".")[2], command.answer


def _same(one: Answer, other: Answer) -> bool:
    return (one.status, one.value) == (other.status, other.value)


def _says(option: Option, wanted: Answer) -> bool:
    command = option.command
    return isinstance(command, c.RecordAnswer) and _same(command.answer, wanted)


def _near(option: Option, quote: str) -> bool:
    """Whether a reply cites these words, or a part of them."""
    assert isinstance(option.command, c.RecordAnswer)
    cited = [" ".join(one.quote.split()) for one in option.command.answer.evidence]
    plain = " ".join(quote.split())
    return any(one in plain or plain in one for one in cited)


def differing(window: Window, reference: Mapping[str, Any]) -> list[str]:
    """The questions that were answered otherwise than the reference has them."""
    session, found = window.talk.review.session, []
    for scope, answers in reference["answers"].items():
        for name, raw in answers.items():
            if name not in (SEARCHED, OWN) and session.reading(scope).asked(name) is True:
                held, schema = session.answer(scope, name), session.prompt(scope, name).schema
                wanted = read_answer(schema, raw, name, checked=False)
                own_words = isinstance(schema.shape, StatementShape) and held is not None and held.given
                if held is None or (held.plain() != wanted.plain() and not (own_words and wanted.given)):
                    found.append(f"{root_of(name)}: {held.plain() if held else None}, not {wanted.plain()}")
    return found

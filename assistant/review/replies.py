"""What can be replied at a stop and by which key, and how a line that is typed there is taken apart."""

from __future__ import annotations

import re

from assistant.core import commands as c
from assistant.core.answer_reader import is_value, read_reply
from assistant.core.problem import refuse
from assistant.core.record.absence import evidence_at, not_found
from assistant.core.record.grounds import cites
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    NumberShape,
    SeveralShape,
    Shape,
    at,
    complete,
)
from assistant.core.session import AnswerPlace
from assistant.core.text import compiled
from assistant.core.turn import Option, entries_of, figured, reply_keys, root_of
from assistant.core.value import replace
from assistant.review.passages import LETTERS, lacks_passage, passages_lettered, with_passage
from assistant.review.talk import Talk


def _named_in(options: list[Option], path: str) -> set[str]:
    """The paths of the entries of a checklist that some of its replies answer."""
    commands = [one.command for one in options if isinstance(one.command, c.RecordAnswer)]
    whole = (f"{path}.{name}" for one in commands if one.prompt == path for name in one.answer.parts or {})
    return {*whole, *(one.prompt for one in commands)}


def _uncited(option: Option) -> Option:
    """A reply of a checklist without the passage offered with it, where another one was cited for it."""
    command = option.command
    if not isinstance(command, c.RecordAnswer) or "." not in command.prompt or not command.answer.evidence:
        return option
    bare = replace(command, answer=replace(command.answer, evidence=()))
    return replace(option, label=_bare_label(option), command=bare)


def _bare_label(option: Option) -> str:
    """What a reply says without the passage that it quotes."""
    return option.label.split(": “", 1)[0]


def is_absence(option: Option) -> bool:
    """Whether a reply says of something that it is not documented."""
    return isinstance(option.command, c.RecordAnswer) and not_found(option.command.answer)


_WITH_PASSAGE = r"(?P<value>\S.*?)(?:\s+(?P<letter>[a-e])|\s*[\"“”](?P<words>[^\"“”]{3,})[\"“”]?)"
"""A value, and behind it the passage that it rests on."""

_MANY = "0123456789abcdefghijklmnopqrstuvwxyz"
"""The keys of a list of which several make up one reply: a sign each."""


class Replies(Talk):
    """The replies at the stop where a talk stands."""

    @property
    def question(self) -> str:
        return self.pending.question if self.pending is not None else self.turn.question

    @property
    def options(self) -> tuple[Option, ...]:
        if self.pending is not None:
            return self.pending.options
        if not self.cited:
            return self.turn.options
        return tuple(map(_uncited, (one for one in self.turn.options if not is_absence(one))))

    @property
    def keys(self) -> tuple[str, ...]:
        """The key of each reply; empty for one that would have a number where numbers and dates are answers."""
        shape = self._shape()
        keys = reply_keys(self.options)
        if self._entries():
            return tuple(
                _MANY[int(key)] if key.isdecimal() and int(key) < len(_MANY) else key for key in keys
            )
        if isinstance(shape, NumberShape | DateShape):
            return tuple("" if key.isdecimal() else key for key in keys)
        return keys

    @property
    def keys_at_once(self) -> frozenset[str]:
        """The keys that reply by themselves on an empty line; others take Enter.

        A digit does only where nothing else can begin with it: no date, number, level, or words of one's own. Where
        passages are offered their numbers do; words that begin with such a digit are typed behind a space.
        """
        if self._entries():
            whole = self.options[:2]  # what is said of all entries alike
            return frozenset(
                key
                for key, one in zip(self.keys, whole, strict=False)
                if isinstance(one.command, c.RecordAnswer)
                and one.command.prompt == self.turn.path
                and complete(self._whole_shape(), one.command.answer)
            )
        numbers = [key for key in self.keys if key.isdecimal()]
        signs = frozenset(key for key in self.keys if key and not key.isdecimal())
        if len(numbers) > 9 or not numbers:
            return signs
        if self.pending is not None and self.pending.rests is not None:
            return signs | frozenset(numbers)
        return signs if self._written() else signs | (frozenset("123456789") - self.keys_that_ask)

    @property
    def keys_that_ask(self) -> frozenset[str]:
        """The keys of replies that take words behind them in the same line, such as a reason: `3 REASON`."""
        return frozenset(
            key for key, one in zip(self.keys, self.options, strict=True) if key and self._takes_words(one)
        )

    @property
    def reply_lines(self) -> list[str]:
        """The replies as they are listed, each behind its key; one that takes words says so."""
        return [
            f"{key or '·'}  {option.label}{self._taking(option)}"
            for key, option in zip(self.keys, self.options, strict=True)
        ]

    def said_so_far(self, text: str) -> str:
        """What a line that is still being typed is about; empty where that is plain from what is listed."""
        if several := self._several(text):
            said = "; ".join(_bare_label(one).split(" (", 1)[0] for one in several)
            left = [name for _, name in self._entries() if name not in _named_in(several, self.turn.path)]
            return f"{said}. Left open: {len(left)}." if left else f"{said}. That is all of them; Enter."
        key, _, _ = text.strip().partition(" ")
        if key not in self.keys_that_ask:
            return ""
        option = self.options[self.keys.index(key)]
        row = self.row_behind(option)
        wanted = f"{row.words} Enter alone asks for each." if row is not None else option.asks
        return f"{option.label}. {wanted or 'Which words of the record say so? Enter alone lists some.'}"

    def _takes_words(self, option: Option) -> bool:
        """Whether a reply is whole only with words of the reviewer's, or of the passage that it rests on."""
        if option.asks:
            return option.command is not None
        if self.adds_row(option):
            return True
        if self.pending is not None or self._entries() or self.cited or self.review.watching:
            return False
        return isinstance(option.command, c.RecordAnswer) and lacks_passage(
            self.review.session, option.command
        )

    def _taking(self, option: Option) -> str:
        """How a reply that takes words goes on in the list."""
        if not self._takes_words(option):
            return ""
        return ", because ..." if "why" in option.asks.lower() or "reason" in option.asks else ": ..."

    def _with_words(self, text: str) -> tuple[Option, str] | None:
        """The reply with which a line begins, and the words behind it, where it takes some.

        A value that is written takes those of its passage in quotation marks, or the passage's letter.
        """
        shape, text = self._shape(), self._letter_apart(text)
        match = compiled(_WITH_PASSAGE).fullmatch(text.strip())
        checklist = isinstance(shape, GroupShape) and shape.uniform and "." not in self.turn.path
        if checklist and match is not None and match["words"] and not self.cited:
            entries = read_reply(
                self.review.session.prompt(*self.turn.place).schema, (), match["value"]
            ).parts
            if entries is None or len(entries) != 1:
                raise refuse(
                    "Words in quotation marks are of one entry.", "", "Name one, as `tumor no “...”`."
                )
            ((name, answer),) = entries.items()
            return Option("", c.RecordAnswer(self.turn.scope, f"{self.turn.path}.{name}", answer)), match[
                "words"
            ]
        simple = isinstance(shape, NumberShape | SeveralShape | DateShape) and "." not in self.turn.path
        quoted_value = match["value"].rstrip(".,:;)") if match is not None and match["words"] else ""
        if simple or (isinstance(shape, ChoiceShape) and quoted_value and quoted_value not in self.keys):
            if match is None or self.cited:
                return None
            at = LETTERS.index(match["letter"]) if match["letter"] else -1
            passages = passages_lettered(self.review, self.turn)
            if at >= len(passages):
                return None
            schema = self.review.session.prompt(*self.turn.place).schema
            within = tuple(self.turn.path.split(".")[1:])
            command = c.RecordAnswer(*self.turn.place, read_reply(schema, within, match["value"]))
            asked = (self.turn.scope, root_of(self.turn.path))
            held = command.answer.given and cites(self.review.session, *asked)
            if held and at >= 0:
                return Option("", with_passage(command, evidence_at(passages[at]))), ""
            return (Option("", command), match["words"]) if held else None
        key, _, words = text.strip().partition(" ")
        key = key.rstrip(".,:;)")
        if not words.strip() or key not in self.keys_that_ask:
            return None
        return self.options[self.keys.index(key)], words.strip()

    def _letter_apart(self, text: str) -> str:
        """A line with a space before the letter of a passage that stands right behind a figure: `4a`."""
        match = re.fullmatch(r"(.*\d)([a-e])", text.strip())
        if match is None or LETTERS.index(match[2]) >= len(passages_lettered(self.review, self.turn)):
            return text
        shape = self._shape()
        return (
            text
            if isinstance(shape, ChoiceShape | SeveralShape) and is_value(shape, text.strip())
            else f"{match[1]} {match[2]}"
        )

    def _key_alone(self, text: str) -> str:
        """What to type where words stand behind the key of a reply that takes none; empty where that is not so."""
        key, _, words = text.strip().partition(" ")
        key = key.rstrip(".,:)") or key
        if key not in self.keys or key in self.keys_that_ask or not words.strip() or self._entries():
            return ""
        taking = sorted(self.keys_that_ask & set(self.keys), key=self.keys.index)
        more = f" Words go behind a reply with ...: `{taking[0]} WORDS`." if taking else ""
        return f"Reply {key} takes no words: type {key} alone.{more}"

    def _entries(self) -> tuple[AnswerPlace, ...]:
        """The entries of a checklist, where it is asked now and several are open."""
        return entries_of(self.turn) if self.pending is None else ()

    def _whole_shape(self) -> Shape:
        return self.review.session.prompt(*self.turn.place).schema.shape

    def _several(self, text: str) -> list[Option]:
        """The replies of a checklist whose keys make up a line, each for entries of its own; none where it is no such line."""
        keys = re.sub(r"[\s,;+]", "", text.lower())
        if len(keys) < 2 or not self._entries() or not set(keys) <= set(self.keys):
            return []
        parts = self._whole_shape()
        assert isinstance(parts, GroupShape)  # only a checklist has entries
        if any(said.lower().startswith(keys) for one in parts.parts.values() for said in (one.name, one.ask)):
            return []
        return [self.options[self.keys.index(key)] for key in dict.fromkeys(keys)]

    def _shape(self) -> Shape | None:
        """What kind of answer is asked for; None where only a reply is."""
        turn = self.turn
        if self.pending is not None or turn.kind != "prompt":
            return None
        return at(self.review.session.prompt(*turn.place).schema.shape, tuple(turn.path.split(".")[1:]))

    def _written(self) -> bool:
        """Whether what is typed can begin with a digit and be no number of a reply."""
        if self.pending is not None:
            return False
        shape = self._shape()
        return bool(self.turn.words) if shape is None else figured(shape)

    def _by_key(self, words: str) -> int | None:
        """Where the reply stands whose key was typed; None where that is none, or is a value of the question."""
        shape = self._shape()
        if words.isdecimal() and isinstance(shape, ChoiceShape | SeveralShape) and is_value(shape, words):
            return None
        return self.keys.index(words) if words in self.keys else None

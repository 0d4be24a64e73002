"""Conditions of the second language, compiled so that the core can evaluate, log and prove them.

There is no bare *not*. A named formula comes to `yes` (it holds), to `ruled_out` (it is known not to hold,
however what is not documented or unclear would be filled in) or to `not_shown` (the same, but *not
documented* counts as not so where a treating physician's note could supply it). The last two are pushed
inward when the file is read, into negation normal form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from assistant.core.rules.answer_schema import reserved
from assistant.core.rules.answers_inline import Spec
from assistant.core.rules.condition import (
    RESERVED,
    Atom,
    Condition,
    Formula,
    Rows,
    all_of,
    any_of,
    of_parts,
    of_rows,
    on_value,
)
from assistant.core.text import with_article
from assistant.core.value import Value
from assistant.core.yaml import near

HOLDS, RULED_OUT, NOT_SHOWN = "yes", "ruled_out", "not_shown"
MODES = (HOLDS, RULED_OUT, NOT_SHOWN)

Join = Callable[[Iterable[Formula]], Formula]
Say = Callable[..., None]
"""Notes what is wrong: `say(what, fix)`."""

_NUMBER = re.compile(
    r"(over|under|up to|at least|exactly) (-?\d+(?:\.\d+)?)|(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)"
)
_WORDS = {"over": "exclusiveMinimum", "under": "exclusiveMaximum", "up to": "maximum", "at least": "minimum"}
_OPPOSITE = {"over": "up to", "up to": "over", "under": "at least", "at least": "under"}
_OVER_ENTRIES = ("some", "every", "lacks", "at_least")
_OVER_ROWS = ("some", "every", "lacks", "at_least", "this", "others")


class Asked(Value):
    """A prompt as formulas see it.

    `gates` are the formulas under all of which it is asked, as they are written. `tie` is the prompt whose
    answer ties rows of its table to the item.
    """

    id: str
    spec: Spec
    documentable: bool = False
    gates: tuple[Any, ...] = ()
    tie: str = ""


class Formulas(msgspec.Struct):
    """Compiles what is written over the prompts read so far.

    `lets` are the named formulas as written, `left_out` the prompts and names of other regions, on which
    every condition is false. `used` gathers the names and the paths that were read.
    """

    lets: Mapping[str, Any]
    prompts: dict[str, Asked] = msgspec.field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    used: set[str] = msgspec.field(default_factory=set)
    _within: list[str] = msgspec.field(default_factory=list)
    _read: dict[tuple[Any, ...], Formula] = msgspec.field(default_factory=dict)

    def read(self, raw: Any, say: Say, mode: str = HOLDS) -> Formula:
        """The formula that `raw` writes: that it holds, that it is ruled out, or that it is not shown."""
        if isinstance(raw, list):
            if not raw or any(not isinstance(one, Mapping) for one in raw):
                say("A list of conditions is a list of maps, of which one must hold.")
                return True
            return _joined(any_of, all_of, mode)(self.read(one, say, mode) for one in raw)
        if not isinstance(raw, Mapping):
            say(f"`{raw}` is not a condition.", f"Write {{{raw}: yes}}, or {{prompt: condition}}.")
            return True
        if not raw:
            say("An empty map of conditions would always hold.", "Say what must hold, or leave the line out.")
        parts = [self._one(str(key), spec, say, mode) for key, spec in raw.items()]
        return _joined(all_of, any_of, mode)(parts)

    def asked(self, name: str, say: Say, mode: str = HOLDS) -> Formula:
        """Whether a prompt is asked (or that it is known not to be)."""
        gates = [self.read(gate, say, mode) for gate in self.prompts[name].gates]
        return _joined(all_of, any_of, mode)(gates)

    # -- one line of a map --------------------------------------------------------------------

    def _one(self, key: str, spec: Any, say: Say, mode: str) -> Formula:
        if key in self.lets:
            return self._let(key, spec, say, mode)
        return self._path(key, spec, say, mode)

    def _let(self, name: str, spec: Any, say: Say, mode: str) -> Formula:
        self.used.add(name)
        if name in self._within:
            circle = " → ".join([*self._within[self._within.index(name) :], name])
            say(f"These names lead back to themselves: {circle}.", "Write one of them out.")
            return True
        alternatives = []
        for word in spec if isinstance(spec, list) else [spec]:
            if word not in MODES:
                say(
                    f"`{name}` comes to yes, ruled_out or not_shown, not to `{word}`.", near(str(word), MODES)
                )
                continue
            # that it is not ruled out (or not not shown) is known only where it holds
            inner = word if mode == HOLDS else mode if word == HOLDS else HOLDS
            alternatives.append(self._named(name, say, inner))
        return alternatives[0] if len(alternatives) == 1 else _joined(any_of, all_of, mode)(alternatives)

    def _named(self, name: str, say: Say, mode: str) -> Formula:
        """What a name of `let` comes to: read once over the same prompts, so that what is shared stays one."""
        key = (name, mode, len(self.prompts), self.left_out)
        if key in self._read:
            return self._read[key]
        wrong: list[str] = []

        def noted(what: str, *fix: str) -> None:
            wrong.append(what)
            say(what, *fix)

        self._within.append(name)
        try:
            made = self.read(self.lets[name], noted, mode)
        finally:
            self._within.pop()
        if not wrong:
            self._read[key] = made
        return made

    def denied(self) -> dict[tuple[str, str], Formula]:
        """What the names come to that were read as ruled out, or as not shown."""
        return {(name, mode): made for (name, mode, *_), made in self._read.items() if mode != HOLDS}

    def _path(self, path: str, spec: Any, say: Say, mode: str) -> Formula:
        if isinstance(spec, list):
            if not spec:
                say(f"`{path}` has an empty list of conditions.")
            return _joined(any_of, all_of, mode)(self._path(path, one, say, mode) for one in spec)
        root, *rest = path.split(".")
        if root in self.left_out:
            return mode != HOLDS
        prompt = self.prompts.get(root)
        if prompt is None:
            say(
                f"`{root}` is no prompt that stands above this, and no name of a formula.",
                near(root, [*self.prompts, *self.lets]),
            )
            return True
        self.used.add(root)
        place = self._place(prompt, rest, say)
        if place is None:
            return True
        if place.left_out:
            return mode != HOLDS
        if isinstance(spec, str) and spec in RESERVED:
            made = _status(path, spec, _effective(mode, prompt))
        else:
            made = self._value(place, spec, say, mode)
        if mode == HOLDS:
            return made
        known: list[Formula] = [made, self.asked(root, say, mode) if prompt.gates else False]
        if rest and prompt.spec.instead:
            known += [Atom(root, _bare(prompt.spec, value)) for value in prompt.spec.instead]
        return any_of(known)

    def _place(self, prompt: Asked, rest: Sequence[str], say: Say) -> _Place | None:
        spec, path = prompt.spec, ".".join([prompt.id, *rest])
        if not rest:
            return _Place(path, prompt, spec)
        name = rest[0]
        if len(rest) == 1 and spec.kind == "checklist":
            if name in spec.left_out:
                return _Place(path, prompt, spec, left_out=True)
            if name in spec.values:
                return _Place(path, prompt, spec, entry=name)
        elif len(rest) == 1 and spec.kind == "group" and name in spec.parts:
            return _Place(path, prompt, spec.parts[name])
        known = spec.values if spec.kind == "checklist" else spec.parts if spec.kind == "group" else ()
        if spec.kind == "table":
            say(f"`{path}` names a column of every row.", "Write {some: {column: ...}} or {every: ...}.")
        else:
            say(f"`{prompt.id}` has no part `{'.'.join(rest)}`.", near(name, known))
        return None

    # -- values ---------------------------------------------------------------------------------

    def _value(self, place: _Place, spec: Any, say: Say, mode: str) -> Formula:
        mode = _effective(mode, place.prompt)
        kind = place.spec.kind
        if kind == "checklist" and place.entry:
            return _entry(place, spec, say, mode)
        if kind == "checklist":
            return _entries(place, spec, say, mode)
        if kind == "table":
            return _table(place, spec, say, mode)
        return _scalar(place.path, place.spec, spec, say, mode)


class _Place(Value):
    path: str
    prompt: Asked
    spec: Spec
    entry: str = ""
    left_out: bool = False


def _joined(plain: Join, turned: Join, mode: str) -> Join:
    """How formulas are put together: as it is written, or the other way round where it is to be ruled out."""
    return plain if mode == HOLDS else turned


def _effective(mode: str, prompt: Asked) -> str:
    """*Not documented* counts as not so only on prompts that a treating physician's note could supply."""
    return RULED_OUT if mode == NOT_SHOWN and not prompt.documentable else mode


def _status(path: str, status: str, mode: str) -> Formula:
    """A condition on the status alone; that it isn't so is known where the answer is given."""
    if mode == HOLDS:
        return Atom(path, reserved(status))
    known = ["given"] if mode == RULED_OUT else ["given", "not_documented"]
    return any_of(Atom(path, reserved(one)) for one in known if one != status)


def _or_absent(path: str, formula: Formula, mode: str) -> Formula:
    return any_of((formula, Atom(path, reserved("not_documented")))) if mode == NOT_SHOWN else formula


def _bare(spec: Spec, value: str) -> Condition:
    return on_value({"const": value}, value, spec.instead[value])


def _scalar(path: str, spec: Spec, raw: Any, say: Say, mode: str) -> Formula:
    """A condition on one value: of a prompt, of a group's part or of a column."""
    if isinstance(raw, str) and raw in RESERVED:
        return _status(path, raw, mode)
    negated = mode != HOLDS
    if isinstance(raw, Mapping) and set(raw) == {"not"} and spec.kind in ("choice", "choices"):
        raw, negated = raw["not"], not negated
    test = _test(spec, raw, negated, say)
    formula: Formula = test if isinstance(test, bool) else Atom(path, test)
    return _or_absent(path, formula, mode)


def _test(spec: Spec, raw: Any, negated: bool, say: Say) -> Condition | bool:
    """The condition that `raw` puts to a given value; negated: that another value is given."""
    if spec.kind == "number":
        return _number(spec, raw, negated, say)
    if spec.kind in ("choice", "choices"):
        return _choice(spec, raw, negated, say)
    if spec.kind == "group" and isinstance(raw, Mapping):
        part = str(next(iter(raw), ""))
        say(
            f"A condition on a part of a group names it before the colon, not `{_shown(raw)}`.",
            f"Write the prompt's name, a full stop and the part: `.{_near_part(part, spec.parts)}: ...`.",
        )
        return True
    if spec.kind == "group" and (raw in spec.instead or raw == "any"):
        others = list(spec.instead)
        if raw == "any":
            if not negated:
                return on_value({"type": "object"}, "any", "any")
            return on_value({"enum": others}, "none", " or ".join(spec.instead.values())) if others else False
        if negated:
            left = [{"const": one} for one in others if one != raw]
            said = f"other than {spec.instead[raw]}"
            return on_value(
                {"anyOf": [{"type": "object"}, *left]} if left else {"type": "object"}, said, said
            )
        return _bare(spec, raw)
    allowed = {"group": [*spec.instead, "any"], "date": [], "text": []}.get(spec.kind, [])
    say(
        f"`{_shown(raw)}` can't be put to {with_article(spec.kind)}.",
        near(_shown(raw), [*allowed, *sorted(RESERVED)]),
    )
    return True


def _near_part(name: str, known: Iterable[str]) -> str:
    """The part that is meant, as far as can be told; else the first."""
    parts = list(known)
    return name if name in parts else (get_close_matches(name, parts, 1) or parts)[0]


def _shown(raw: Any) -> str:
    """What is written, as it stands in the file."""
    if isinstance(raw, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in raw.items()) + "}"
    if isinstance(raw, list):
        return "[" + ", ".join(map(_shown, raw)) + "]"
    return str(raw)


_MEANT = {
    "more than": "over",
    "above": "over",
    ">": "over",
    "less than": "under",
    "below": "under",
    "<": "under",
    "at most": "up to",
    "no more than": "up to",
    "<=": "up to",
    "from": "at least",
    "no less than": "at least",
    ">=": "at least",
    "equal to": "exactly",
    "=": "exactly",
}
"""Comparisons as they are written elsewhere, and what stands for them here."""


def _comparison_meant(raw: str) -> str:
    match = re.fullmatch(r"\s*(\D*?)\s*(-?\d+(?:\.\d+)?)\s*", raw)
    word = _MEANT.get(match[1].lower()) if match is not None else None
    if match is None or word is None:
        return "Write over, under, up to, at least or exactly N, or N to M."
    return f"Did you mean `{word} {match[2]}`?"


def _number(spec: Spec, raw: Any, negated: bool, say: Say) -> Condition | bool:
    if isinstance(raw, int | float):
        say(f"`{raw}` alone is no comparison.", f"Write `exactly {raw}`, `up to {raw}` or `over {raw}`.")
        return True
    match = _NUMBER.fullmatch(str(raw))
    if match is None:
        say(f"`{_shown(raw)}` is no comparison.", _comparison_meant(str(raw)))
        return True
    numbers = [float(one) if "." in one else int(one) for one in match.groups()[1:] if one is not None]
    for number in numbers:
        if not spec.least <= number <= spec.most:
            say(
                f"{number} lies outside {spec.least} to {spec.most}, so that `{raw}` says nothing.",
                "Correct the number, or `from` and `to` of the answer.",
            )
    kind = "integer" if spec.whole else "number"
    unit = f" {spec.unit}" if spec.unit and not spec.unit_column else ""
    word, name = match[1], str(raw)
    if word in _WORDS:
        word = _OPPOSITE[word] if negated else word
        name = f"{word} {match[2]}"
        return on_value({"type": kind, _WORDS[word]: numbers[0]}, name, f"{name}{unit}")
    first, last = numbers[0], numbers[-1]
    if last < first:
        say(f"`{raw}` runs backwards.", f"Write {last} to {first}.")
    if not negated:
        inside = {"const": first} if word else {"type": kind, "minimum": first, "maximum": last}
        return on_value(inside, name, f"{name}{unit}")
    outside = [{"type": kind, "exclusiveMaximum": first}, {"type": kind, "exclusiveMinimum": last}]
    name = f"other than {name}"
    return on_value({"anyOf": outside}, name, f"{name}{unit}")


def _choice(spec: Spec, raw: Any, negated: bool, say: Say) -> Condition | bool:
    word = _shown(raw)
    if word in spec.left_out:
        return negated
    if word not in spec.values and word not in spec.named:
        say(
            f"`{word}` is no value of this answer.",
            near(word, [*spec.values, *spec.named, *sorted(RESERVED)]),
        )
        return True
    chosen = [one for one in spec.named.get(word, (word,)) if one in spec.values]
    if spec.kind == "choices":
        inside = {"type": "array", "contains": {"enum": chosen}}
        label = " or ".join(spec.values[one].label for one in chosen)
        if negated:
            return on_value({"type": "array", "not": inside}, f"without {word}", f"without {label}")
        return on_value(inside, word, f"with {label}")
    name = word
    if negated:
        chosen = [one for one in spec.values if one not in chosen]
        name = chosen[0] if len(chosen) == 1 else f"not {word}"
    if not chosen:
        return False
    label = " or ".join(spec.values[one].label for one in chosen)
    if len(chosen) > 3 or (word in spec.named and not negated):
        label = name.replace("_", " ")
    return on_value({"const": chosen[0]} if len(chosen) == 1 else {"enum": chosen}, name, label)


# -- checklists --------------------------------------------------------------------------------------


def _entry(place: _Place, raw: Any, say: Say, mode: str) -> Formula:
    if raw not in ("yes", "no"):
        say(f"An entry of a checklist is yes or no, not `{raw}`.", near(str(raw), ("yes", "no", *RESERVED)))
        return True
    wanted = str(raw) if mode == HOLDS else {"yes": "no", "no": "yes"}[str(raw)]
    formula = Atom(place.path, _said(place.spec, wanted))
    return _or_absent(place.path, formula, mode)


def _said(spec: Spec, value: str) -> Condition:
    return on_value({"const": value}, value, spec.said.get(value, value))


def _entries(place: _Place, raw: Any, say: Say, mode: str) -> Formula:
    spec = place.spec
    how, wanted, count = _counted(raw, _OVER_ENTRIES, say, f"`{place.prompt.id}`, a checklist,")
    if how is None:
        return True
    words = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    for word in words:
        if word not in ("yes", "no", *RESERVED):
            say(f"An entry of a checklist is yes or no, not `{word}`.", near(word, ("yes", "no", *RESERVED)))
            return True
    total = len(spec.values)
    held = tuple(words)
    failed = _known_other(words, mode if mode != HOLDS else RULED_OUT)
    if how == "lacks":
        return _over(place, "every", failed) if mode == HOLDS else _over(place, "some", held)
    if how == "at_least":
        if count > total:
            say(f"At least {count} can't be reached: there are {total} entries.")
        if mode == HOLDS:
            return _over(place, "least", held, count)
        return _over(place, "least", failed, total - count + 1)
    if mode == HOLDS:
        return _over(place, how, held)
    return _over(place, "every" if how == "some" else "some", failed)


def _known_other(words: Sequence[str], mode: str) -> tuple[str, ...]:
    """What an entry may be so that it is known to be none of `words`."""
    found = [one for one in ("yes", "no") if one not in words] if "given" not in words else []
    if mode == NOT_SHOWN and "not_documented" not in words:
        found.append("not_documented")
    return tuple(found)


def _over(place: _Place, over: str, words: Sequence[str], least: int = 1) -> Formula:
    if not words:
        return False
    inner = tuple(reserved(one) if one in RESERVED else _said(place.spec, one) for one in words)
    says = " or ".join(one.says for one in inner)
    name = f"{over} {least if over == 'least' else ''} {' or '.join(words)}".replace("  ", " ")
    told = f"at least {least}" if over == "least" else over
    return Atom(place.path, of_parts(over, inner, name, f"{told}: {says}", least))


def _counted(raw: Any, words: Sequence[str], say: Say, what: str) -> tuple[str | None, Any, int]:
    """`{some: x}`, `{at_least: n, of: x}` and their like: the word, what it is of, and how many."""
    if not isinstance(raw, Mapping):
        say(f"{what} can't be `{raw}`.", f"Write {{some: ...}}, {{every: ...}} or one of {', '.join(words)}.")
        return None, None, 0
    if set(raw) == {"at_least", "of"}:
        count = raw["at_least"]
        if isinstance(count, int) and not isinstance(count, bool) and count >= 1:
            return "at_least", raw["of"], count
        say(f"`at_least` counts from 1, not `{count}`.")
        return None, None, 0
    if len(raw) == 1 and next(iter(raw)) in words and next(iter(raw)) != "at_least":
        how = str(next(iter(raw)))
        return how, raw[how], 1
    say(
        f"{what} can't be tested with {', '.join(f'`{key}`' for key in raw)}.",
        near(str(next(iter(raw), "")), (*words, "of")),
    )
    return None, None, 0


# -- tables ------------------------------------------------------------------------------------------


def _table(place: _Place, raw: Any, say: Say, mode: str) -> Formula:
    noun, path = place.spec.noun, place.path
    empty = Atom(path, on_value({"type": "array", "maxItems": 0}, "empty", f"no {noun}"))
    some = Atom(path, on_value({"type": "array", "minItems": 1}, "any", f"at least one {noun}"))
    if raw in ("empty", "any"):
        yes, no = (empty, some) if raw == "empty" else (some, empty)
        return yes if mode == HOLDS else _or_absent(path, no, mode)
    how, row, count = _counted(raw, _OVER_ROWS, say, f"`{place.prompt.id}`, a table,")
    if how is None:
        return True
    every = how == "every"
    if how in ("this", "others") and isinstance(row, Mapping) and set(row) == {"every"}:
        every, row = True, row["every"]
    if not isinstance(row, Mapping) or not row:
        say("A row is tested by its columns.", f"Write {{{how}: {{column: condition}}}}.")
        return True
    return _of_table(_Row(place, row, say, count, how), every, mode, empty, some)


class _Row(Value):
    """A row condition: its columns as written, and how many rows are to fulfil it."""

    place: _Place
    row: Mapping[str, Any]
    say: Say
    count: int
    how: str

    def formula(self, mode: str) -> Formula:
        spec = self.place.spec
        made = []
        for column, raw in self.row.items():
            if column not in spec.parts:
                self.say(f"There is no column `{column}`.", near(column, spec.parts))
                continue
            alternatives = (
                _scalar(column, spec.parts[column], one, self.say, mode)
                for one in (raw if isinstance(raw, list) else [raw])
            )
            made.append(_joined(any_of, all_of, mode)(alternatives))
        return _joined(all_of, any_of, mode)(made)

    def atom(self, mode: str, count: int, most: bool = False, failing: bool = False) -> Formula:
        tied = self.how if self.how in ("this", "others") else ""
        rows = Rows(count, self.formula(mode), most, failing, tied, self.place.prompt.tie if tied else "")
        return Atom(self.place.path, of_rows(rows, self.name(mode), self.name(mode)))

    def name(self, mode: str) -> str:
        noun = self.place.spec.noun
        told = ", ".join(f"{c.replace('_', ' ')} {_told(v)}" for c, v in self.row.items())
        which = {
            "some": with_article(noun),
            "every": f"every {noun}",
            "lacks": f"no {noun}",
            "at_least": f"at least {self.count} {noun} entries",
            "this": f"the {noun} asked for",
            "others": f"another {noun}",
        }[self.how]
        return f"{which}: {told}" if mode == HOLDS else f"not so: {which}: {told}"


def _told(raw: Any) -> str:
    if isinstance(raw, list):
        return " or ".join(_told(one) for one in raw)
    if isinstance(raw, Mapping) and "not" in raw:
        return f"other than {_told(raw['not'])}"
    return str(raw).replace("_", " ")


def _of_table(row: _Row, every: bool, mode: str, empty: Formula, some: Formula) -> Formula:
    path = row.place.path
    if row.how in ("this", "others") and not row.place.prompt.tie:
        row.say(f"`{row.how}` needs a table whose rows are tied to the item.", "Add `requested: item....`.")
        return True
    if row.how == "lacks":
        if mode == HOLDS:
            return row.atom(RULED_OUT, 0, most=True, failing=True)
        return _or_absent(path, row.atom(HOLDS, 1), mode)
    tied = row.how in ("this", "others")
    if every:
        if mode == HOLDS:
            whole = row.atom(HOLDS, 0, most=True, failing=True)
            return whole if tied else all_of((some, whole))
        return _or_absent(path, any_of((empty, row.atom(mode, 1))), mode)
    if mode == HOLDS:
        return row.atom(HOLDS, row.count)
    none = row.atom(mode, row.count - 1, most=True, failing=True)
    return _or_absent(path, any_of((empty, none)) if tied else none, mode)

"""An answer as a file states it: a bare value, a status, or `{value | status, evidence, search, note}`.

An object whose only keys are parts is a value; a status for a whole group holds of each of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from assistant.core.answer import WRITTEN, Answer, Dismissed, Evidence, Status, Trail, group, listing
from assistant.core.dates import PartialDate, parse_date, read_date
from assistant.core.problem import Refused, placed, reason, refuse
from assistant.core.rules.answer_schema import (
    AnswerSchema,
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
    StatementShape,
    at,
)
from assistant.core.rules.condition import RESERVED
from assistant.core.text import Private, one_line
from assistant.core.value import replace


def read_answer(
    schema: AnswerSchema, raw: Any, where: str, *, checked: bool = True, today: date | None = None
) -> Answer:
    """The answer that `raw` states, every value checked as `check` does; raises `Refused`.

    `checked=False` leaves the values unchecked, for what is checked when it is recorded.
    """
    return _Reader(schema, where, checked, today).read(raw, schema.shape, ())


def check_answer(
    schema: AnswerSchema,
    answer: Answer,
    where: str,
    path: tuple[str, ...] = (),
    today: date | None = None,
) -> None:
    """Raises `Refused` unless every value and status of the answer is one that the schema allows.

    Answers are of what has been: a date after `today` is refused, where that is given.
    """
    if not _has_shape(at(schema.shape, path), answer):
        raise refuse(
            "The answer doesn't have the parts that this question needs.", where, "Answer it part by part."
        )
    if answer.parts is not None:
        for name, part in answer.parts.items():
            check_answer(schema, part, where, (*path, name), today)
    elif not schema.may_be(answer.status, path):
        raise refuse(
            f"“{answer.status.value.replace('_', ' ')}” is no answer to this question.",
            where,
            "It is about you or this review, not about the record: answer it.",
        )
    elif answer.given:
        problem = schema.problem(answer.value, path)
        if problem:
            raise refuse(problem, where)
        if today is not None and isinstance(at(schema.shape, path), DateShape):
            _check_past(str(answer.value), today, where)


def _check_past(value: str, today: date, where: str) -> None:
    said = parse_date(value)
    if said is not None and said.earliest > today:
        now = PartialDate(today.year, today.month, today.day)
        raise refuse(
            f"{said.prose()} lies in the future; today is {now.prose()}.",
            where,
            "A film, an operation or an evaluation has been: check the year, and the order of day and month.",
        )


def _has_shape(shape: Shape | None, answer: Answer) -> bool:
    if answer.parts is None:
        bare = not isinstance(shape, GroupShape) or (
            isinstance(answer.value, str) and answer.value in shape.instead
        )
        return not answer.given or (bare and not isinstance(shape, ListingShape))
    if isinstance(shape, ListingShape):
        numbered = [str(number) for number in range(1, len(answer.parts) + 1)]
        return answer.listing and list(answer.parts) == numbered
    return isinstance(shape, GroupShape) and not answer.listing and set(answer.parts) <= set(shape.parts)


class _Reader:
    def __init__(self, schema: AnswerSchema, where: str, checked: bool, today: date | None) -> None:
        self.schema = schema
        self.checked = checked
        self.today = today
        self.where = where

    def read(self, raw: Any, shape: Shape, path: tuple[str, ...]) -> Answer:
        wrapped = isinstance(raw, Mapping) and bool(raw) and set(raw) <= WRITTEN
        if not wrapped:
            return self.value(raw, shape, path)
        if ("value" in raw) == ("status" in raw):
            raise self.refused("An answer has either a `value` or a `status`", path)
        status = raw.get("status", "given")
        if "status" in raw and status not in ("not_documented", "unclear"):
            raise self.refused(f"`{status}` is not a status", path)
        made = self.value(raw.get("value", status), shape, path, literal="value" in raw)
        return self.with_more(made, raw, path)

    def with_more(self, made: Answer, raw: Mapping[str, Any], path: tuple[str, ...]) -> Answer:
        search = self.trail(raw["search"], path) if "search" in raw else None
        if search is not None:
            made = _with_search(made, search)
        return replace(
            made,
            evidence=tuple(self.evidence(entry, path) for entry in self.items(raw.get("evidence", []), path)),
            note=Private(str(raw.get("note", ""))) if raw.get("note") else "",
        )

    def value(self, raw: Any, shape: Shape, path: tuple[str, ...], literal: bool = False) -> Answer:
        if isinstance(raw, str) and raw in RESERVED and raw != "given" and not literal:
            return self.status(Status(raw), shape, path)
        if isinstance(raw, str) and raw in RESERVED and literal and not isinstance(shape, StatementShape):
            return self.status(Status(raw), shape, path)
        if isinstance(shape, GroupShape):
            return self.group(raw, shape, path)
        if isinstance(shape, ListingShape):
            if not isinstance(raw, list):
                raise self.refused(f"A list of {shape.noun} entries is needed", path)
            return listing(
                [self.read(entry, shape.element, (*path, str(n))) for n, entry in enumerate(raw, 1)]
            )
        made = Answer(value=self.scalar(raw, shape))
        if self.checked:
            check_answer(self.schema, made, self.place(path), path, self.today)
        elif not _plausible(shape, made.value):
            raise self.refused("This is no value of that kind", path)
        return made

    def group(self, raw: Any, shape: GroupShape, path: tuple[str, ...]) -> Answer:
        if isinstance(raw, str) and raw in shape.instead:
            return Answer(value=raw)
        if isinstance(raw, Mapping):
            unknown = [str(name) for name in raw if name not in shape.parts]
            if unknown:
                raise self.refused(
                    f"There is no part `{unknown[0]}`; the parts are {', '.join(shape.parts)}", path
                )
            return group(
                {n: self.read(raw[n], p.shape, (*path, n)) for n, p in shape.parts.items() if n in raw}
            )
        if isinstance(raw, str) and shape.uniform and not shape.instead:
            return group({n: self.read(raw, p.shape, (*path, n)) for n, p in shape.parts.items()})
        bare = f", or one of {', '.join(shape.instead)}" if shape.instead else ""
        raise self.refused(f"The parts {', '.join(shape.parts)} are needed{bare}", path)

    def status(self, status: Status, shape: Shape, path: tuple[str, ...]) -> Answer:
        if isinstance(shape, GroupShape) and not shape.instead:
            return group({n: self.status(status, p.shape, (*path, n)) for n, p in shape.parts.items()})
        made = Answer(status=status)
        if self.checked:
            check_answer(self.schema, made, self.place(path), path)
        return made

    def scalar(self, raw: Any, shape: Shape) -> Any:
        if isinstance(raw, bool) and isinstance(shape, ChoiceShape):
            return "yes" if raw else "no"
        if isinstance(shape, NumberShape) and isinstance(raw, float) and raw.is_integer():
            return int(raw)
        if isinstance(shape, DateShape | ChoiceShape) and isinstance(raw, int):
            return str(raw)
        if isinstance(shape, SeveralShape) and isinstance(raw, list):
            return self.several(raw, shape)
        if isinstance(shape, ChoiceShape) and isinstance(raw, str) and raw not in shape.labels:
            return _also_called(raw, shape) or raw
        if (
            isinstance(shape, StatementShape)
            and isinstance(raw, str | int | float)
            and not isinstance(raw, bool)
        ):
            return Private(str(raw))
        return raw

    def several(self, raw: list[Any], shape: SeveralShape) -> list[Any]:
        """The values in the words of the schema, where they are its words or short forms of them."""
        found: list[Any] = []
        for entry in raw:
            text = str(entry) if isinstance(entry, str | int) and not isinstance(entry, bool) else None
            try:
                found += [entry] if text is None else read_several(text, shape, prefixes=False)
            except Refused:
                found.append(text)
        return found

    def evidence(self, raw: Any, path: tuple[str, ...]) -> Evidence:
        if (
            not isinstance(raw, Mapping)
            or set(raw) - {"document", "page", "quote", "start"}
            or not {"document", "page"} <= set(raw)
        ):
            raise self.refused("Evidence is {document, page, quote}", path)
        if not _is_whole(raw["page"]):
            raise self.refused(f"`{raw['page']}` is not a page number", path)
        start = raw.get("start")
        if start is not None and not _is_whole(start):
            raise self.refused(f"`{start}` is not the place of a character", path)
        return Evidence(
            str(raw["document"]),
            int(raw["page"]),
            Private(str(raw.get("quote", ""))),
            None if start is None else int(start),
        )

    def trail(self, raw: Any, path: tuple[str, ...]) -> Trail:
        if not isinstance(raw, Mapping) or set(raw) - {
            "terms",
            "documents",
            "pages",
            "dismissed",
            "attested",
        }:
            raise self.refused("A search trail is {terms, documents, dismissed, attested}", path)
        dismissed = []
        for entry in self.items(raw.get("dismissed", []), path):
            if not isinstance(entry, Mapping) or set(entry) != {"document", "page", "quote", "reason"}:
                raise self.refused("A dismissed passage is {document, page, quote, reason}", path)
            if not _is_whole(entry["page"]):
                raise self.refused(f"`{entry['page']}` is not a page number", path)
            with placed(self.place(path)):
                why = reason(str(entry["reason"]), "The reason for setting a passage aside")
            dismissed.append(Dismissed(str(entry["document"]), int(entry["page"]), str(entry["quote"]), why))
        pages = raw.get("pages", 0)
        return Trail(
            documents=tuple(str(d) for d in self.items(raw.get("documents", []), path)),
            pages=int(pages) if _is_whole(pages) else 0,
            attested=raw.get("attested") in ("yes", "true", True),
            terms=tuple(str(t) for t in self.items(raw.get("terms", []), path)),
            dismissed=tuple(dismissed),
        )

    def items(self, raw: Any, path: tuple[str, ...]) -> list[Any]:
        if not isinstance(raw, list):
            raise self.refused(f"A list is needed where `{raw}` stands", path)
        return raw

    def place(self, path: tuple[str, ...]) -> str:
        if path and re.search(r"line \d+$", self.where):
            return f"{self.where}, part {'.'.join(path)}"
        return ".".join([self.where, *path])

    def refused(self, what: str, path: tuple[str, ...]) -> Refused:
        return refuse(f"{what}.", self.place(path), "See `docs/formats.md` for how an answer is written.")


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number as JSON Schema has it, so that 2.0 is one and true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and int(value) == value


def _plausible(shape: Shape, value: Any) -> bool:
    """Whether a value is of the kind that is asked for, as far as its shape tells without its schema."""
    if isinstance(shape, ChoiceShape):
        return isinstance(value, str) and value in shape.labels
    if isinstance(shape, SeveralShape):
        return isinstance(value, list) and all(isinstance(one, str) and one in shape.labels for one in value)
    if isinstance(shape, DateShape):
        return parse_date(value) is not None
    if isinstance(shape, NumberShape):
        return isinstance(value, int if shape.whole else int | float) and not isinstance(value, bool)
    return isinstance(shape, StatementShape) and isinstance(value, str) and 0 < len(value) <= shape.limit


def _absent_in(answer: Answer) -> bool:
    return any(leaf.status is Status.NOT_DOCUMENTED for _, leaf in answer.leaves())


def _with_search(answer: Answer, search: Trail) -> Answer:
    """The trail on each part that was not found; where none was, on the answer as a whole."""
    if answer.parts is not None and _absent_in(answer):
        return replace(
            answer,
            parts={
                name: _with_search(part, search) if _absent_in(part) else part
                for name, part in answer.parts.items()
            },
        )
    return replace(answer, search=search)


# What a person typed, as an answer: a number, the beginning of a word, a date as people write it.


_STATUS_WORDS = {
    "not documented": Status.NOT_DOCUMENTED,
    "not_documented": Status.NOT_DOCUMENTED,
    "nd": Status.NOT_DOCUMENTED,
    "not found": Status.NOT_DOCUMENTED,
    "-": Status.NOT_DOCUMENTED,
    "unclear": Status.UNCLEAR,
    ".": Status.UNCLEAR,
}


STATUS_LABELS = {Status.NOT_DOCUMENTED: "Not documented", Status.UNCLEAR: "Unclear"}
_DENIALS = frozenset(
    (
        "no",
        "none",
        "nothing",
        "n/a",
        "na",
        "nil",
        "not stated",
        "not mentioned",
        "not given",
        "unknown",
        "not found",
    )
)


def read_reply(schema: AnswerSchema, path: tuple[str, ...], text: str) -> Answer:
    """The answer that `text` means at `path` of a schema; raises `Refused` with a sentence where it means none."""
    shape = at(schema.shape, path)
    words = " ".join(text.split())
    status = _STATUS_WORDS.get(words.lower())
    if status is not None and schema.may_be(status) and not isinstance(shape, GroupShape):
        return Answer(status=status)
    if isinstance(shape, GroupShape):
        return _flags(shape, words)
    if shape is None:
        raise refuse("There is no such question.")
    if isinstance(shape, ChoiceShape):
        statuses = {s.value: label for s, label in STATUS_LABELS.items() if schema.may_be(s)}
        chosen = unique(words, {**shape.labels, **statuses}, shape.also)
        return Answer(status=Status(chosen)) if chosen in statuses else Answer(value=chosen)
    value = _value(shape, words, text)
    problem = schema.problem(value, path)
    if problem:
        raise refuse(problem)
    return Answer(value=value)


def named_option(words: str, labels: Sequence[str]) -> int | None:
    """The reply that is meant where words of one's own are possible too; None where they are such words.

    A short denial could be either, and a guess would log what nobody said: it is refused, to be said plainly.
    """
    said = " ".join(words.lower().split()).rstrip(".")
    near = [number for number, label in enumerate(labels) if said and label.lower().startswith(said)]
    if len(near) == 1 and len(said) >= 4:
        return near[0]
    if near or said in _DENIALS:
        raise refuse(
            f"“{one_line(words, 40)}” could be the record's words or one of the replies.",
            "",
            "Type the key of the reply, or the record's words in full.",
        )
    return None


def unique(
    words: str,
    labels: Mapping[str, str],
    also: Mapping[str, Sequence[str]] | None = None,
    prefixes: bool = True,
) -> str:
    """The one key whose name, label or other name is `words` or begins so; raises `Refused` for none or several.

    `also` holds other names of a key, `prefixes` says whether the beginning of a name will do.
    """
    wanted = _plain(words)
    names = {key: _names(key, label, (also or {}).get(key, ())) for key, label in labels.items()}
    exact = [key for key, said in names.items() if wanted in said]
    if len(exact) == 1:
        return exact[0]
    near = [key for key, said in names.items() if prefixes and any(one.startswith(wanted) for one in said)]
    if len(near) == 1 and wanted:
        return near[0]
    if near:
        raise refuse(
            f"“{one_line(words, 40)}” could be {_or(labels[key] for key in near)}.", "", "Type a little more."
        )
    if not labels:
        raise refuse(f"Nothing is asked that “{one_line(words, 60)}” could answer.")
    raise refuse(
        f"“{one_line(words, 60)}” is not among the answers.", "", f"They are: {_or(labels.values())}."
    )


def unique_place(words: str, labels: Sequence[str]) -> int:
    """Where the one label stands that is `words` or begins so; its place is no name of it. Raises `Refused` as `unique` does."""
    keys = [f"\0{place}" for place in range(len(labels))]  # what nobody types
    return keys.index(unique(words, dict(zip(keys, labels, strict=True))))


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _names(key: str, label: str, also: Iterable[str]) -> tuple[str, ...]:
    return _plain(key), _plain(key.replace("_", " ")), _plain(label), *map(_plain, also)


def _also_called(words: str, shape: ChoiceShape) -> str | None:
    """The value that has `words` among its other names, if one has."""
    try:
        return unique(words, shape.labels, shape.also, prefixes=False)
    except Refused:
        return None


def is_value(shape: ChoiceShape | SeveralShape, words: str) -> bool:
    """Whether `words` name a value of the question in full, so that they are no number of a reply."""
    try:
        if isinstance(shape, ChoiceShape):
            unique(words, shape.labels, shape.also, prefixes=False)
        else:
            read_several(words, shape, prefixes=False)
    except Refused:
        return False
    return True


_SEGMENT = re.compile(r"[CTLS]\d+-[CTLS]\d+")


def read_several(words: str, shape: SeveralShape, prefixes: bool = True) -> list[str]:
    """The values that `words` name, in a list of names with commas, `and` or slashes; raises `Refused`.

    Where the values are spinal segments, levels are read as notes write them: `C5-6`, `C4/5`, and `C4-6` for both.
    """
    made, listed = list[str](), _listed(words)
    if all(_SEGMENT.fullmatch(value) for value in shape.labels):
        found = listed if set(listed) <= shape.labels.keys() else _segments(words, shape)
        if found:
            return list(dict.fromkeys(found))
    for one in listed:
        try:
            made.append(unique(one, shape.labels, shape.also, prefixes))
        except Refused:
            parts = [part for part in re.split(r"\s*/\s*", one) if part]
            if len(parts) < 2:
                raise
            made += [unique(part, shape.labels, shape.also, prefixes) for part in parts]
    return list(dict.fromkeys(made))


def _segments(words: str, shape: SeveralShape) -> list[str]:
    """The segments in text that holds nothing else; none where one of them is not among the values."""
    from assistant.core.record.mentions import LevelMention, extract_kind  # not before the first question

    rest, found = words, list[str]()
    for mention in extract_kind(words, "levels"):
        assert isinstance(mention, LevelMention)
        rest = rest.replace(mention.said, " ", 1)
        found += mention.levels
    bare = re.sub(r"\b(?:and|levels?)\b|[,;+&\s]", "", rest, flags=re.I)
    return found if not bare and set(found) <= set(shape.labels) else []


def _or(labels: Iterable[str]) -> str:
    return " or ".join(f"“{label}”" for label in labels)


def _value(shape: Shape, words: str, text: str) -> object:
    if isinstance(shape, SeveralShape):
        return read_several(words, shape)
    if isinstance(shape, DateShape):
        date = read_date(words)
        return str(date) if date is not None else words
    if isinstance(shape, NumberShape):
        return _number(shape, words)
    if isinstance(shape, StatementShape):
        return Private(text.strip())
    raise refuse("This is answered by one of the replies.", "", "Type the key of a reply.")


def _listed(words: str) -> list[str]:
    return [one for one in re.split(r"\s*(?:,|;|\band\b|\+)\s*", words) if one.strip()]


def _number(shape: NumberShape, words: str) -> object:
    bare = re.sub(rf"\s*{re.escape(shape.unit)}?\s*$", "", words) if shape.unit else words
    bare = bare.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+", bare):
        bare = bare.replace(",", "")
    if re.fullmatch(r"-?\d{1,12}", bare):
        return int(bare)
    if not shape.whole and re.fullmatch(r"-?\d{1,12}\.\d{1,6}", bare):
        return float(bare)
    return words


def _entry(shape: GroupShape, words: str) -> tuple[str, str]:
    """The entry that words begin with, by as much of its name as they give or by words within it, and what follows."""
    labels = {key: part.ask for key, part in shape.parts.items()}
    bare = {key: f" {re.sub(r'[^a-z0-9]+', ' ', ask.lower())} " for key, ask in labels.items()}
    parts = words.split()
    splits = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(len(parts), 0, -1)]
    for name, said in splits:
        with suppress(Refused):
            return unique(name, labels), said
    for name, said in splits:
        within = [key for key, ask in bare.items() if f" {name.lower()} " in ask]
        if len(within) == 1:
            return within[0], said
    return unique(parts[0], labels), ""  # says which it could be


def _flags(shape: GroupShape, words: str) -> Answer:
    """`tumor yes, infection no`: some parts of a group of flags by name."""
    if not shape.uniform:
        raise refuse("This is answered by one of the replies.", "", "Type the key of a reply.")
    said, entry = words.lower(), next(iter(shape.parts.values()))
    labels = entry.shape.labels if isinstance(entry.shape, ChoiceShape) else {}
    alike = [label.lower() for key, label in labels.items() if said in (key, label.lower())]
    if (all_alike := _STATUS_WORDS.get(said)) is not None:
        alike = [all_alike.value.replace("_", " ")]
    if alike:
        raise refuse(
            "That is said of one entry at a time here.", "", f"Name it, as `{entry.name} {alike[0]}`."
        )
    parts: dict[str, Answer] = {}
    for one in _listed(words):
        name, said = _entry(shape, one)
        part = shape.parts[name]
        status = _STATUS_WORDS.get(said.lower())
        if status is not None:
            parts[part.name] = Answer(status=status)
        elif isinstance(part.shape, ChoiceShape):
            labels = part.shape.labels
            parts[part.name] = Answer(value=unique(said, labels) if said else next(iter(labels)))
    if not parts:
        raise refuse("Nothing was named.", "", "Type a number, or a name such as `tumor yes`.")
    return group(parts)


# A line that holds several parts of an answer, with semicolons.


DONE = "done"
"""Behind the last entry of a list, written in one line, it closes the list."""


def parted(text: str) -> list[str]:
    """What stands between the semicolons of a line; one in quotation marks parts nothing."""
    parts = re.split(r"[;\n](?=(?:[^\"“”]*[\"“][^\"“”]*[\"”])*[^\"“”]*$)", text)
    return [re.sub(r"^[\"“]([^\"“”]*)[\"”]$", r"\1", part.strip()) for part in parts]


def closing(written: list[str], free: bool) -> tuple[list[str], bool]:
    """The parts of a line without the word that closes a list, and whether it stands there: by itself, or behind the last part.

    Words of one's own that end with it (`free`) are left as they are, unless a full stop or a quotation mark is before it.
    """
    if written[-1].casefold() == DONE:
        return written[:-1], True
    match = re.fullmatch(rf"(.*\S)\s+{DONE}\.?", written[-1], re.IGNORECASE)
    if match is None or (free and match[1] != "-" and match[1][-1] not in '.!?"”'):
        return written, False
    return [*written[:-1], *parted(match[1])], True


def part_read(schema: AnswerSchema, path: tuple[str, ...], said: str) -> Answer:
    """One of several parts that were written in one line; where it can't be, it is said which of them."""
    shape = at(schema.shape, path)
    if isinstance(shape, ChoiceShape) and said.isdecimal() and not is_value(shape, said):
        if not 1 <= int(said) <= len(shape.labels):
            name = path[-1].replace("_", " ")
            raise refuse(f"{name}: there is no choice {said}.", "", f"There are {len(shape.labels)}.")
        return Answer(value=list(shape.labels)[int(said) - 1])
    try:
        return read_reply(schema, path, said)
    except Refused as refused:
        name = path[-1].replace("_", " ")
        raise Refused(*(replace(one, what=f"{name}: {one.what}") for one in refused.problems)) from None

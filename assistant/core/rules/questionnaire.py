"""A FHIR Questionnaire as the questions of a prompt set, and what of it a set can't say.

R4 is read, and what of R3 and R5 is alike. The questions are carried over with their kinds of answer, their units and
bounds, the conditions that compare an earlier answer, and rows of repeated groups; the rest is told by place and never
guessed. What comes out has no criteria: what the guidelines argue is for a physician to write.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import counted, one_line, with_article
from assistant.core.value import Value

NUMBERS = {"integer": "whole", "decimal": "decimal", "quantity": "decimal"}
LISTED = frozenset({"choice", "open-choice", "coding"})
_WORDS = frozenset({"string", "text", "url", "time"})
_MOST = 10_000
_DEEPEST = 50
_RESERVED = frozenset(
    {"given", "not_documented", "unclear", "any", "empty", "some", "every", "not", "yes", "no", "other"}
)
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_COMPARED = {">": "over", ">=": "at least", "<": "under", "<=": "up to", "=": "exactly"}

_SAID = {
    "calculatedExpression": "a calculated value, which is asked instead",
    "initialExpression": "an expression that fills it in",
    "enableWhenExpression": "an expression that says when it is asked; it is always asked",
    "answerExpression": "an expression that makes its answers",
    "candidateExpression": "an expression that makes its answers",
    "cqf-expression": "an expression",
    "variable": "a variable of expressions",
    "constraint": "a rule that its answer has to keep",
    "regex": "a pattern that its answer has to have",
    "minLength": "a least length of its answer",
    "maxSize": "a largest size of its answer",
    "ordinalValue": "the weights of its answers",
    "itemWeight": "the weights of its answers",
    "unitOption": "a choice of units",
    "unitValueSet": "a choice of units",
    "hidden": "that it is hidden; it is asked",
    "targetConstraint": "a rule that its answer has to keep",
    "minOccurs": "how many answers it needs",
    "maxOccurs": "how many answers it may have",
    "answerRepeats": "that its answers may be repeated each for itself",
    "optionExclusive": "that an answer goes with no other",
    "referenceResource": "which resources it may name",
    "entryFormat": "the form in which it is to be entered",
    "maxDecimalPlaces": "how many decimals it may have",
    "mimeType": "which kinds of file it takes",
}
"""What extensions say that a set can't, by the last part of their address; the others are told by it."""

_LOOKS = frozenset(
    "itemControl choiceOrientation rendering-style rendering-xhtml rendering-markdown rendering-styleSensitive optionPrefix "
    "displayCategory openLabel choiceColumn width collapsible shortText sliderStepValue preferredTerminologyServer "
    "terminology-server optionalDisplay designNote".split()
)
"""Extensions on how something looks, or where a program finds its words: counted, and not told one by one."""
WHY = "urn:imr:why"
"""Where a set that was written out as a Questionnaire keeps the reason of a question."""
_READ = frozenset({"minValue", "maxValue", "unit", WHY})

_ITEM_KEYS = frozenset(
    "id linkId type text prefix item answerOption option answerValueSet options enableWhen enableBehavior extension "
    "modifierExtension repeats readOnly required maxLength code definition answerConstraint disabledDisplay".split()
)
_FORM_KEYS = frozenset(
    "resourceType id meta implicitRules language url identifier version name title status experimental subjectType date "
    "publisher item contained extension modifierExtension text".split()
)
_LOST_OF_ITEMS = {
    "code": "their codes in other systems",
    "prefix": "the numbers or letters before their words",
    "definition": "which element of a profile they are",
    "required": "whether an answer is required: every question of a set is asked, and may be not documented",
    "disabledDisplay": "how they look where they are not asked",
}

Formula = list[dict[str, Any]]
"""Any of several maps, in each of which all has to hold."""


class Imported(Value):
    """A set as YAML will have it; what was not carried over, as place and words; and how many questions there are."""

    made: dict[str, Any]
    notes: list[tuple[str, str]] = msgspec.field(default_factory=list)
    questions: int = 0


def read_questionnaire(data: object, name: str) -> Imported:
    """The questions of a Questionnaire, or of the only one in a Bundle, as the set `name`; raises `Refused` for what is none."""
    found, beside = _only(data)
    reader = _Reader(found, beside)
    items = found.get("item")
    if not isinstance(items, list) or not items:
        older = "Its questions stand in a `group`, as in DSTU2: give it as R4 has it."
        fix = older if "group" in found else "Give one that asks something."
        raise refuse("This Questionnaire has no items.", "item", fix)
    reader.items(items, "item", [], [], 0)
    if not reader.prompts:
        nothing = Problem("This Questionnaire asks nothing that could be carried over.", "item")
        raise Refused(
            nothing, *(Problem(f"{what[0].upper()}{what[1:]}.", place) for place, what in reader.notes[:20])
        )
    title = _text(found.get("title")) or _text(found.get("name")) or name
    made = {
        "language": 2,
        "id": name,
        "title": title,
        "edition": 1,
        "for": {"service": title.lower()},
        "governed_by": "ur_decision",
        "request": "The request is for {{ item }}.",
        "conclusion": {
            "upheld": "Therefore, the request is not medically necessary.",
            "overturned": "Therefore, the request is medically necessary.",
        },
        "together": "No statement was found in the records reviewed of {{ absences }}.",
        "prompts": reader.prompts,
    }
    for key in ("extension", "modifierExtension"):
        reader.extensions(found, key, key)
    for key in sorted(found.keys() - _FORM_KEYS):
        if not key.startswith("_"):
            reader.note(key, "what it says of the whole was not carried over")
    reader.note_lost()
    return Imported(made, reader.notes, len(reader.prompts))


def _only(data: object) -> tuple[Mapping[str, Any], Sequence[object]]:
    """The Questionnaire, and the resources that stand beside it."""
    if not isinstance(data, dict):
        raise refuse("This is no FHIR resource: the file does not begin with an object.")
    kind = data.get("resourceType")
    if kind == "Questionnaire":
        return data, ()
    if kind == "Bundle":
        entries = data.get("entry")
        inside = (
            [one.get("resource") for one in entries if isinstance(one, dict)]
            if isinstance(entries, list)
            else []
        )
        found = [
            one for one in inside if isinstance(one, dict) and one.get("resourceType") == "Questionnaire"
        ]
        if len(found) == 1:
            return found[0], inside
        many = "several Questionnaires" if found else "no Questionnaire"
        raise refuse(
            f"This Bundle holds {many}.", "entry", "Give the one Questionnaire as a file of its own."
        )
    said = with_article(one_line(str(kind), 40)) if kind else "no FHIR resource: it has no `resourceType`"
    raise refuse(f"This is {said}, and no Questionnaire.", "resourceType")


class _Reader:
    """One passage through the items, in their order."""

    def __init__(self, found: Mapping[str, Any], beside: Sequence[object]) -> None:
        self.prompts: list[dict[str, Any]] = []
        self.notes: list[tuple[str, str]] = []
        self._lost = Counter[str]()
        self._names: set[str] = set()
        self._asked: dict[str, tuple[str, Mapping[str, str], str]] = {}
        """By linkId: the prompt, the value of each code, and the kind of its answer."""
        self._seen: set[str] = set()
        self._sets: dict[str, Mapping[str, Any]] = {}
        """What the file holds besides: value sets and lists of codes, by `#id` and by address."""
        contained = found.get("contained")
        for one in (*(contained if isinstance(contained, list) else ()), *beside):
            if not isinstance(one, dict) or one is found:
                continue
            if isinstance(one.get("id"), str) and one not in beside:
                self._sets[f"#{one['id']}"] = one
            if isinstance(one.get("url"), str):
                self._sets[one["url"]] = one

    def note(self, place: str, what: str) -> None:
        self.notes.append((place, what))

    def note_lost(self) -> None:
        """Says once of all items what of them is left out everywhere."""
        self.notes.extend(
            ("item", f"of {counted(count, 'item')} not carried over: {what}")
            for what, count in self._lost.items()
        )

    def items(self, items: object, place: str, above: list[str], when: Formula, depth: int) -> None:
        """The questions of a list of items; `above` are the headings over them, `when` what those hang on."""
        if not isinstance(items, list):
            self.note(place, "it is no list of items")
            return
        for at, item in enumerate(items):
            here = f"{place}[{at}]"
            if not isinstance(item, dict):
                self.note(here, "it is no item")
                continue
            if depth > _DEEPEST or len(self.prompts) >= _MOST:
                self.note(here, "it and what follows was not read: that is more than a set can hold")
                return
            self._item(item, here, above, when, depth)

    def _item(self, item: Mapping[str, Any], here: str, above: list[str], when: Formula, depth: int) -> None:
        link = item.get("linkId")
        if not isinstance(link, str) or not link.strip():
            self.note(here, "it has no linkId; a name was made for it")
            link = ""
        else:
            here = f"{here} ({one_line(link, 60)})"
            if link in self._seen:
                self.note(here, "another item has the same linkId; a name was made for it")
            self._seen.add(link)
        kind = item.get("type")
        text = _text(item.get("text")) or _text(item.get("prefix"))
        inner = item.get("item")
        if kind is None:
            kind = "group" if inner is not None else "display" if "answerOption" not in item else "choice"
            self.note(here, f"it has no type; it is read as {kind}")
        self._left_out(item, here)
        asked_when = self._when(item, here, when)
        if kind == "group" and not inner:
            self.note(here, "it is a group with nothing in it")
        if kind == "display":
            if text:
                self.note(
                    here, f"it is words to be shown, which a set has no place for: {one_line(text, 80)}"
                )
        elif (
            kind == "group"
            and item.get("repeats") is True
            and self._table(item, here, link, text, above, asked_when)
        ):
            return
        elif kind == "group":
            self.items(
                inner if inner is not None else [],
                f"{here}.item",
                [*above, text] if text else above,
                asked_when,
                depth + 1,
            )
            return
        else:
            self._question(item, here, link, text, kind, above, asked_when)
        if inner is not None:
            more = asked_when
            if link in self._asked and kind != "display":
                more = _both(asked_when, [{self._asked[link][0]: "given"}]) or asked_when
            self.items(inner, f"{here}.item", [*above, text] if text else above, more, depth + 1)

    def _question(
        self,
        item: Mapping[str, Any],
        here: str,
        link: str,
        text: str,
        kind: object,
        above: list[str],
        when: Formula,
    ) -> None:
        answer, codes, sort = self._answer(item, here, kind)
        if answer is None:
            return
        if not text:
            text = _display(item.get("code")) or one_line(link, 100)
            self.note(here, "it has no text; it is called as its code or linkId")
        if not text:
            self.note(here, "it asks nothing, and was left out")
            return
        name = self._name(link, text)
        self._add(name, text, _text(_extension(item, WHY).get("valueString")), above, answer, when)
        if link and link not in self._asked:
            self._asked[link] = name, codes, sort

    def _answer(self, item: Mapping[str, Any], here: str, kind: object) -> tuple[Any, Mapping[str, str], str]:
        """What may be answered: as the set has it, the values by code, and the sort of it; None where nothing can be."""
        many = item.get("repeats") is True
        if "maxLength" in item and not (
            isinstance(kind, str) and kind in _WORDS and _fits(item["maxLength"])
        ):
            self.note(here, f"not carried over: its greatest length, {one_line(str(item['maxLength']), 20)}")
        if kind == "boolean":
            if many:
                self.note(here, "it takes several answers; one is asked")
            return "yes-no", {"true": "yes", "false": "no"}, "choice"
        if isinstance(kind, str) and kind in NUMBERS:
            if many:
                self.note(here, "it takes several numbers; one is asked")
            return self._number(item, here, kind), {}, "number"
        if kind in ("date", "dateTime"):
            if many:
                self.note(here, "it takes several days; one is asked")
            if kind == "dateTime":
                self.note(here, "it asks for a time of day too; the day is asked")
            return "date", {}, "date"
        if isinstance(kind, str) and kind in LISTED:
            return self._listed(item, here, kind, many)
        if isinstance(kind, str) and kind in _WORDS:
            longest = item.get("maxLength")
            if kind in ("url", "time"):
                self.note(
                    here, f"it asks for {'an address' if kind == 'url' else 'a time of day'}; words are asked"
                )
            if many:
                self.note(here, "it takes several answers; they are one text")
            if isinstance(item.get("answerOption"), list):
                self.note(here, "the answers that it lists were not carried over; words are asked")
            return ({"text": longest} if _fits(longest) else "text"), {}, "text"
        if kind in ("attachment", "reference"):
            self.note(
                here,
                f"it asks for {'a file' if kind == 'attachment' else 'another resource'}, and was left out",
            )
        else:
            self.note(here, f"its type `{one_line(str(kind), 40)}` is not known, and it was left out")
        return None, {}, ""

    def _number(self, item: Mapping[str, Any], here: str, kind: str) -> dict[str, Any]:
        low, high = (_bound(item, name) for name in ("minValue", "maxValue"))
        if low is not None and high is not None and low > high:
            self.note(here, "its least value is above its largest; neither is kept")
            low = high = None
        made: dict[str, Any] = {"number": NUMBERS[kind]}
        unit = _unit(item)
        if unit:
            made["unit"] = unit
        elif kind == "quantity":
            self.note(here, "its quantity has no unit")
        made["from"] = low if low is not None else 0 if high is None or high >= 0 else high - 1_000_000
        made["to"] = high if high is not None else max(made["from"], 0) + 1_000_000
        return made

    def _listed(
        self, item: Mapping[str, Any], here: str, kind: str, many: bool
    ) -> tuple[Any, Mapping[str, str], str]:
        options = list(self._options(item, here))
        free = kind == "open-choice" or item.get("answerConstraint") in ("optionsOrString", "optionsOrType")
        if not options:
            said = item.get("answerValueSet") or item.get("options")
            if said:
                self.note(
                    here,
                    f"its answers are in {one_line(str(said), 80)}, which is not in this file; words are asked",
                )
            else:
                self.note(here, "it names no answers; words are asked")
            return "text", {}, "text"
        if not (free or many) and sorted(label.lower() for _, label in options) == ["no", "yes"]:
            return "yes-no", {code: label.lower() for code, label in options}, "choice"
        values: dict[str, str] = {}
        codes: dict[str, str] = {}
        for code, label in options:
            value = _unlike(_slug(label) or _slug(code) or "value", values)
            values[value] = label
            codes[code] = value
        if free:
            values[_unlike("another", values)] = "Another answer"
            self.note(
                here, "it takes other answers than those that it lists; they are one answer, `Another answer`"
            )
        return {"choices" if many else "choice": values}, codes, "choices" if many else "choice"

    def _options(self, item: Mapping[str, Any], here: str) -> Iterator[tuple[str, str]]:
        """Code and label of each answer that it lists."""
        listed = item.get("answerOption", item.get("option"))
        if isinstance(listed, list):
            for at, one in enumerate(listed):
                found = _option(one)
                if found is None:
                    self.note(
                        f"{here}.answerOption[{at}]", "it is no answer that can be read, and was left out"
                    )
                else:
                    self._of_option(one, f"{here}.answerOption[{at}]")
                    yield found
            return
        said = item.get("answerValueSet", item.get("options"))
        named = said.get("reference") if isinstance(said, dict) else said
        kept = self._sets.get(named.partition("|")[0]) if isinstance(named, str) else None
        if kept is None:
            return
        concepts, whole = _concepts(kept, self._sets)
        if concepts and not whole:
            self.note(here, f"of its answers in {one_line(str(named), 80)}, only those that the file lists")
        for concept in concepts:
            code = _text(concept.get("code"))
            if code or _text(concept.get("display")):
                yield code, _text(concept.get("display")) or code

    def _of_option(self, one: Mapping[str, Any], place: str) -> None:
        """What an answer has besides its words."""
        if one.get("initialSelected"):
            self.note(place, "that it is chosen from the beginning was not carried over")
        self.extensions(one, "extension", place)
        for key, value in one.items():
            if isinstance(value, dict) and "extension" in value:
                self.extensions(value, "extension", f"{place}.{key}")

    def _table(
        self, item: Mapping[str, Any], here: str, link: str, text: str, above: list[str], when: Formula
    ) -> bool:
        """Makes a table of a repeated group; False where its items can't be columns, which is said."""
        inner = item.get("item")
        columns: dict[str, Any] = {}
        optional = []
        for one in inner if isinstance(inner, list) else ():
            kind = one.get("type") if isinstance(one, dict) else None
            if (
                not isinstance(one, dict)
                or one.get("item")
                or kind in ("group", "display", None)
                or one.get("repeats") is True
            ):
                self.note(here, "it is a repeated group with groups in it; its questions are asked once")
                return False
        for at, one in enumerate(inner if isinstance(inner, list) else ()):
            place = f"{here}.item[{at}]"
            answer, _, _ = self._answer(one, place, one.get("type"))
            if answer is None:
                continue
            self._left_out(one, place)
            if one.get("enableWhen"):
                self.note(place, "when it is asked was not carried over: it is always asked in a row")
            ask = _text(one.get("text")) or one_line(str(one.get("linkId", "")), 100)
            name = _unlike(_slug(ask) or "column", columns)
            columns[name] = {
                "ask": ask or name,
                **(answer if isinstance(answer, dict) else {"answer": answer}),
            }
            if one.get("required") is not True:
                optional.append(name)
        if not columns:
            self.note(here, "it is a repeated group without a question, and was left out")
            return True
        if len(optional) == len(columns):
            optional = optional[1:]
        name = self._name(link, text or "rows")
        answer = {
            "table": _slug(text)[:20].strip("_") or "row",
            "columns": columns,
            **({"optional": optional} if optional else {}),
        }
        self._add(name, text or name, "", above, answer, when)
        return True

    def _add(self, name: str, ask: str, why: str, above: list[str], answer: Any, when: Formula) -> None:
        """A question as it stands in the set; without a reason of its own it says under what it stood."""
        prompt: dict[str, Any] = {"id": name, "ask": ask}
        if why or above:
            prompt["why"] = why or f"It stands under: {' / '.join(above[-3:])}."
        prompt.update(answer=answer, record="yes")
        if when:
            prompt["when"] = when[0] if len(when) == 1 else when
        self.prompts.append(prompt)

    def _name(self, link: str, text: str) -> str:
        """A name for a question, which no other has: its linkId where that is one, else made of its first words."""
        slug = _slug(link) if _NAMED.fullmatch(link) else _slug(" ".join(text.split()[:6])) or _slug(link)
        name = _unlike(slug or "question", self._names)
        self._names.add(name)
        return name

    # What a set can't say, and what it can.

    def _left_out(self, item: Mapping[str, Any], here: str) -> None:
        for key in ("extension", "modifierExtension"):
            self.extensions(item, key, here)
        for key, value in item.items():
            if key.startswith("_"):
                for one in value if isinstance(value, list) else (value,):
                    if isinstance(one, dict):
                        self.extensions(one, "extension", f"{here}.{key}")
            elif key not in _ITEM_KEYS and not key.startswith("initial"):
                self.note(here, f"`{one_line(key, 40)}` is not known, and was not read")
        for key, what in _LOST_OF_ITEMS.items():
            given = item.get(key) is True if key == "required" else item.get(key)
            if given and (key != "prefix" or _text(item.get("text"))):
                self._lost[what] += 1
        for key in ("repeats", "readOnly", "required"):
            if key in item and not isinstance(item[key], bool):
                self.note(here, f"`{key}` is neither true nor false, and was not read")
        if "text" in item and not isinstance(item["text"], str):
            self.note(here, "its `text` is no text, and was not read")
        if "initial" in item or any(key.startswith("initial") for key in item):
            self.note(here, "a value that it begins with was not carried over")
        if item.get("readOnly") is True:
            self.note(here, "it can only be read; it is asked")

    def extensions(self, holder: Mapping[str, Any], key: str, here: str) -> None:
        """Says of the extensions of an item what they would have meant."""
        listed = holder.get(key)
        if listed is None:
            return
        if not isinstance(listed, list):
            self.note(here, f"`{key}` is no list")
            return
        for one in listed:
            url = one.get("url") if isinstance(one, dict) else None
            if not isinstance(url, str):
                self.note(here, f"an entry of `{key}` has no url")
                continue
            name = url.rstrip("/").rpartition("/")[2]
            name = name.removeprefix("sdc-").removeprefix("questionnaire-")
            if name in _LOOKS:
                self._lost["how they are to look on a screen"] += 1
            elif said := _SAID.get(name):
                self.note(here, f"not carried over: {said}")
            elif key == "modifierExtension":
                self.note(here, f"not carried over: {one_line(url, 80)}, which changes what it means")
            elif name not in _READ:
                self.note(here, f"not carried over: what {one_line(url, 100)} says")
            elif name in ("minValue", "maxValue") and not (
                holder.get("type") in NUMBERS and _bound(holder, name) is not None
            ):
                self.note(
                    here, f"not carried over: its {'least' if name == 'minValue' else 'greatest'} value"
                )

    def _when(self, item: Mapping[str, Any], here: str, above: Formula) -> Formula:
        """When it is asked, with what its groups hang on; what can't be said is left out, and noted."""
        listed = item.get("enableWhen")
        if listed is None:
            return above
        if not isinstance(listed, list):
            self.note(here, "`enableWhen` is no list; it is always asked")
            return above
        found = [self._condition(one, f"{here}.enableWhen[{at}]") for at, one in enumerate(listed)]
        behavior = item.get("enableBehavior")
        if behavior not in ("any", "all", None):
            self.note(here, f"its `enableBehavior` is {one_line(str(behavior), 20)}, and neither any nor all")
            found = [None]
        if not found or any(one is None for one in found):
            if found:
                self.note(here, "when it is asked was not carried over; it is always asked")
            return above
        maps = [one for one in found if one is not None]
        if behavior == "any" or (len(maps) > 1 and behavior is None):
            formula: Formula | None = maps
        else:
            formula = [{}]
            for one in maps:
                formula = _both(formula, [one]) if formula is not None else None
        joined = _both(above, formula) if formula is not None else None
        if joined is None:
            self.note(
                here,
                "when it is asked was not carried over: it compares one answer twice; it is always asked",
            )
            return above
        return joined

    def _condition(self, one: object, place: str) -> dict[str, Any] | None:
        if not isinstance(one, dict) or not isinstance(one.get("question"), str):
            self.note(place, "it names no question")
            return None
        if one["question"] not in self._asked:
            self.note(place, f"it compares `{one_line(one['question'], 60)}`, which is not asked before it")
            return None
        name, codes, sort = self._asked[one["question"]]
        operator = one.get("operator", "exists" if "hasAnswer" in one else "=")
        answers = [key for key in one if key.startswith("answer")]
        value = one[answers[0]] if answers else one.get("hasAnswer")
        said: Any = None
        if operator == "exists" and value is True:
            said = "given"
        elif sort == "choice" and operator in ("=", "!="):
            code = str(value.get("code", value.get("display", ""))) if isinstance(value, dict) else str(value)
            code = code.lower() if isinstance(value, bool) else code
            if code in codes:
                said = codes[code] if operator == "=" else {"not": codes[code]}
        elif sort == "number" and operator in _COMPARED:
            number = value.get("value") if isinstance(value, dict) else value
            if isinstance(number, int | float) and not isinstance(number, bool):
                said = f"{_COMPARED[operator]} {number}"
        if said is None:
            self.note(
                place,
                f"its comparison `{one_line(str(operator), 20)}` with {one_line(str(value), 60)} can't be said in a set",
            )
            return None
        return {name: said}


def _both(one: Formula, other: Formula) -> Formula | None:
    """Both formulas; None where they compare one answer in two ways, or there would be too many."""
    if not one or not other:
        return one or other
    joined = []
    for left in one:
        for right in other:
            if any(left[key] != right[key] for key in left.keys() & right.keys()):
                return None
            joined.append({**left, **right})
    return joined if len(joined) <= 16 else None


# The parts of a resource, whatever somebody has written there.


def _text(value: object) -> str:
    """A text on one line, without what a set would fill in."""
    said = one_line(value, 500) if isinstance(value, str) else ""
    return said.replace("<", "(").replace(">", ")") if _FILLED.search(said) else said


_FILLED = re.compile(r"<[a-z_]+>")


def _slug(text: str) -> str:
    """A text as a name: small letters, digits and `_`, a letter first; empty where it has none."""
    made = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40].strip("_")
    if not made:
        return ""
    if made in _RESERVED or not made[0].isalpha():
        made = f"q_{made}"
    return made


def _unlike(name: str, others: object) -> str:
    """The name, with a number behind it where it is taken."""
    assert isinstance(others, set | dict)
    at, made = 2, name
    while made in others:
        made, at = f"{name}_{at}", at + 1
    return made


def _display(codes: object) -> str:
    for one in codes if isinstance(codes, list) else ():
        if isinstance(one, dict) and _text(one.get("display")):
            return _text(one["display"])
    return ""


def _option(one: object) -> tuple[str, str] | None:
    """Code and label of an answerOption; None where it holds none."""
    if not isinstance(one, dict):
        return None
    for key, value in one.items():
        if not key.startswith("value"):
            continue
        if isinstance(value, dict):
            code = _text(value.get("code")) or _text(value.get("reference"))
            label = _text(value.get("display")) or code
        else:
            code = label = one_line(str(value), 500) if isinstance(value, str | int | float) else ""
        return (code or label, label) if label else None
    return None


def _concepts(
    kept: Mapping[str, Any], sets: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], bool]:
    """The concepts of a value set, or a list of codes, that is in the file, and whether these are all of them."""
    expansion, compose = kept.get("expansion"), kept.get("compose")
    contains = expansion.get("contains") if isinstance(expansion, dict) else None
    if isinstance(contains, list):
        return list(_below(contains, "contains")), True
    if kept.get("resourceType") == "CodeSystem":
        return list(_below(kept.get("concept"), "concept")), kept.get("content", "complete") == "complete"
    found: list[Mapping[str, Any]] = []
    include = compose.get("include") if isinstance(compose, dict) else None
    whole = isinstance(compose, dict) and not compose.get("exclude")
    for part in include if isinstance(include, list) else ():
        if not isinstance(part, dict):
            whole = False
        elif isinstance(part.get("concept"), list):
            found += _below(part["concept"], "concept")
        elif isinstance(system := part.get("system"), str) and system in sets and not part.get("filter"):
            more, all_of_them = _concepts(sets[system], {})
            found, whole = found + more, whole and all_of_them
        else:
            whole = False
    return found, whole


def _below(listed: object, key: str, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Concepts and those below them; one that only gathers others is left out."""
    for one in listed if isinstance(listed, list) and depth < _DEEPEST else ():
        if isinstance(one, dict):
            if one.get("abstract") is not True:
                yield one
            yield from _below(one.get(key), key, depth + 1)


def _fits(longest: object) -> bool:
    return isinstance(longest, int) and not isinstance(longest, bool) and 1 <= longest <= 4000


def _extension(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    listed = item.get("extension")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("url"), str) and one["url"].endswith(name):
            return one
    return {}


def _bound(item: Mapping[str, Any], name: str) -> int | float | None:
    found = _extension(item, name)
    for key in ("valueInteger", "valueDecimal"):
        value = found.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
            return value
    return None


def _unit(item: Mapping[str, Any]) -> str:
    coding = _extension(item, "questionnaire-unit").get("valueCoding")
    if isinstance(coding, dict):
        return _text(coding.get("display")) or _text(coding.get("code"))
    initial = item.get("initial")
    first: Sequence[Any] = initial if isinstance(initial, list) else ()
    for one in first:
        quantity = one.get("valueQuantity") if isinstance(one, dict) else None
        if isinstance(quantity, dict):
            return _text(quantity.get("unit")) or _text(quantity.get("code"))
    return ""

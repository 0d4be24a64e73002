"""Several questions at one stop: what is confirmed together, what is written together, and what no passage was found for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.core import commands as c
from assistant.core.answer import Answer, Status, with_part
from assistant.core.answer_reader import DONE
from assistant.core.events import AnswerRecorded
from assistant.core.proposal import Proposed
from assistant.core.record.absence import own_search, speaks_of
from assistant.core.record.grounds import exempt
from assistant.core.rules.answer_schema import (
    GroupShape,
    ListingShape,
    StatementShape,
    at,
    complete,
    missing,
)
from assistant.core.rules.prompt_set import OWN, SEARCHED, Prompt
from assistant.core.rules.search_sequence import usual
from assistant.core.session import AnswerPlace, Session, apply
from assistant.core.text import shortened
from assistant.core.turn import (
    SHORT,
    FormField,
    Option,
    Turn,
    asked_together,
    part_question,
    prompt_turn,
    proposal_for,
    root_of,
)
from assistant.core.value import replace


def form_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """Everything in the scope of the next question that the case, the profile or other answers propose, to be confirmed
    at once; None where that is not several.
    """
    scope = place[0]
    fields = tuple(_fields(session, scope))
    filled = [one for one in fields if one.answer is not None]
    if len(filled) < 2 and len(filled) == len(fields):
        return None
    answers = tuple(
        c.RecordAnswer(scope, one.place[1], one.answer, "proposed")
        for one in filled
        if one.answer is not None
    )
    label = (
        "All of it is so" if len(filled) == len(fields) else "All else is so; the missing one is asked next"
    )
    options = [Option(label, c.RecordAnswers(scope, answers), value="yes")] if answers else []
    for one in fields:
        prompt = session.prompt(*one.place)
        options.append(
            Option(f"Otherwise: {shortened(prompt.ask, SHORT)}", c.ShowPrompt(*one.place), value=one.place[1])
        )
    question = (
        "Is this so of you, the documents and the timeline?"
        if scope not in session.items
        else "The case file states or gives all this. Is it so?"
    )
    if not filled:
        question = session.prompt(*fields[0].place).ask
    words = next(
        (_parts_wanted(session.prompt(*one.place), bool(filled)) for one in fields if one.answer is None),
        "",
    )
    return Turn("form", fields[0].place, question, tuple(options), words, fields=fields)


def _parts_wanted(prompt: Prompt, confirms: bool) -> str:
    shape = prompt.schema.shape
    named = (
        "; ".join(part.ask.rstrip("?.") for part in shape.parts.values())
        if isinstance(shape, GroupShape)
        else ""
    )
    rest = ", which confirms the rest" if confirms else ""
    return f"Write these, with semicolons{rest}: {named}." if named else ""


def _fields(session: Session, scope: str) -> Iterator[FormField]:
    """The questions that can stand in a form, each proposed as the ones before it would be answered."""
    for name, prompt in session.rules.sets[scope].prompts.items():
        place = (scope, name)
        if session.reading(scope).asked(name) is not True or place in session.skipped:
            continue
        if session.answers.get(scope, {}).get(name) is not None:
            continue
        made = proposal_for(session, scope, prompt)
        if made is None and prompt.confirms:
            made = Proposed(Answer(value=prompt.confirms), "to be confirmed")
        if made is not None:
            yield FormField(place, made.answer, made.basis)
            session = apply(session, AnswerRecorded(scope, name, made.answer, "proposed"))
        elif any(one.fact.startswith("reviewer.") for one in prompt.propose):
            yield FormField(place, None, "to be written")


_LONG = 1_000
"""Words of so many characters are written by themselves: a quote may hold a semicolon."""


def row_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """A step of the search, or a source of the reviewer's own, as one form: what is usual is proposed, the rest is written.

    What chooses the other fields is asked first, with a key for each; None where the place is no such row, or it is
    whole.
    """
    scope, path = place
    root, *rest = path.split(".")
    if root not in (SEARCHED, OWN) or len(rest) != 1:
        return None
    shape, held = session.prompt(scope, root).schema.shape, session.answer(scope, path)
    assert isinstance(shape, ListingShape)  # both are tables
    parts: Mapping[str, Answer] = (held.parts or {}) if held is not None else {}
    if held is not None and complete(shape.element, held):
        return None
    for name in ("kind", "argues"):
        if name in shape.element.parts and name not in parts:
            return prompt_turn(session, (scope, f"{path}.{name}"))
    proposed = usual(session.reading(scope), root, rest[0])
    fields = []
    for name, part in shape.element.parts.items():
        answer = parts.get(name) or (Answer(value=proposed[name]) if name in proposed else None)
        basis = "as entered" if name in parts else "usual" if answer is not None else "to be written"
        if part.belongs(parts):
            fields.append(FormField((scope, f"{path}.{name}"), answer, basis))
    written = [one for one in fields if one.answer is None]
    options = (
        [] if written else [Option("All of it is so", c.RecordAnswers(scope, of_form(fields)), value="yes")]
    )
    for one in fields:
        name = one.place[1].rpartition(".")[2]
        label = f"Otherwise: {shape.element.parts[name].ask}"
        if one.answer is not None and one.basis == "usual":
            options.append(Option(label, c.ShowPrompt(*one.place), value=name))
    if len(written_together(session, fields)) > 1:
        options.append(Option("Write the first by itself", c.ShowPrompt(*written[0].place), value="alone"))
    if parts:
        options.append(
            Option(f"Remove {shape.noun} {rest[0]}", c.WithdrawAnswer(scope, path), value="remove")
        )
    elif session.focus == place:
        options.append(Option("Go back without it", c.LeavePrompt(scope, path), value="back"))
    question = f"{shape.noun.capitalize()} {rest[0]}: {session.prompt(scope, root).ask}"
    return Turn("form", place, question, tuple(options), _row_words(session, fields), fields=tuple(fields))


def parts_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """What is missing of the entries of a list, all of it as one form: of each study what its report found.

    Where that makes the entries whole, the list is closed with them. None where only one part is missing.
    """
    scope, path = place
    root, *rest = path.split(".")
    prompt = session.prompt(scope, root)
    shape, held = prompt.schema.shape, session.answer(scope, root)
    row = len(rest) == 1
    if root in (SEARCHED, OWN) or not rest or not isinstance(shape, ListingShape):
        return None
    if session.focus == place and not row:
        return None
    if held is None or rest[0] not in (held.parts or {}):
        parts = [f"{rest[0]}.{name}" for name, part in shape.element.parts.items() if part.belongs({})]
    else:
        parts = [one for one in missing(shape, held) if one]
        parts = [one for one in parts if not row or one.startswith(f"{rest[0]}.")]
    fields = tuple(FormField((scope, f"{root}.{one}"), None, "to be written") for one in parts)
    if len(written_together(session, fields)) < 2:
        return prompt_turn(session, fields[0].place) if row and fields else None
    options = [Option("Write the first by itself", c.ShowPrompt(*fields[0].place), value="alone")]
    if row:
        options.append(Option("Go back without it", c.LeavePrompt(scope, path), value="back"))
    rows = {one.split(".")[0] for one in parts}
    which = f"{shape.noun.capitalize()} {rest[0]}: " if len(rows) == 1 else ""
    question = f"{which}{prompt.ask}"
    words = f"{_row_words(session, fields)} Or a key for each of them: the number of a choice, - for not documented."
    return Turn("form", fields[0].place, question, tuple(options), words, fields=fields)


def of_form(fields: Iterable[FormField], session: Session | None = None) -> tuple[c.RecordAnswer, ...]:
    """The answers of a form that aren't recorded yet; a list of a session that they make whole is closed with them."""
    made = tuple(
        c.RecordAnswer(*one.place, one.answer, "proposed" if one.basis == "usual" else "typed")
        for one in fields
        if one.answer is not None and one.basis != "as entered"
    )
    if session is None or not made:
        return made
    scope, root = made[0].item, made[0].prompt.split(".", 1)[0]
    shape, held = session.prompt(scope, root).schema.shape, session.answer(scope, root)
    if root in (SEARCHED, OWN) or held is None or not isinstance(shape, ListingShape):
        return made
    if any(one.prompt.split(".")[1] not in (held.parts or {}) for one in made):
        return made
    for one in made:
        held = with_part(held, tuple(one.prompt.split(".")[1:]), one.answer, True)
    closed = replace(held, closed=True)
    return (*made, c.RecordAnswer(scope, root, closed)) if complete(shape, closed) else made


def unwritten(fields: Iterable[FormField]) -> tuple[FormField, ...]:
    """The fields of a form that are still to be written."""
    return tuple(one for one in fields if one.answer is None)


def written_together(session: Session, fields: Iterable[FormField]) -> tuple[FormField, ...]:
    """Those of a row's fields that are written in the next line: of the search, long words by themselves."""
    found: list[FormField] = []
    for one in fields:
        if one.answer is None:
            shape = at(session.prompt(*one.place).schema.shape, tuple(one.place[1].split(".")[1:]))
            own = root_of(one.place[1]) in (SEARCHED, OWN)
            long = own and isinstance(shape, StatementShape) and shape.limit >= _LONG
            if long and found:
                break
            found.append(one)
            if long:
                break
    return tuple(found)


def _row_words(session: Session, fields: Sequence[FormField]) -> str:
    together = written_together(session, fields)
    asks = [
        part_question(session.prompt(*one.place), tuple(one.place[1].split(".")[2:])).rstrip("?")
        for one in together
    ]
    if not asks:
        return ""
    last = len(together) == sum(one.answer is None for one in fields)
    confirms = ", which confirms the rest" if last and len(together) < len(fields) else ""
    if len(asks) == 1:
        return f"Write it{confirms}: {asks[0]}."
    own = root_of(fields[0].place[1]) in (SEARCHED, OWN)
    more = f" `{DONE}` behind it closes the list." * own if last else f" {THE_REST}"
    return f"Write these, with semicolons{confirms}: {'; '.join(asks)}.{more}"


THE_REST = (
    "What is asked after that may stand in the same line, in quotation marks where it has semicolons; "
    f"`{DONE}` behind all of it closes the list."
)


def list_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """The questions of what a treating physician might have written and for which no passage was found, at once."""
    scope, name = place
    silent = [one for one in _silent(session, scope) if one not in session.skipped]
    if len(silent) < 2 or (scope, name) not in silent or session.unaided(scope):
        return None
    absent = Answer(status=Status.NOT_DOCUMENTED)
    answers = tuple(c.RecordAnswer(scope, root, absent) for _, root in silent)
    number = "both" if len(silent) == 2 else f"all {len(silent)}"
    label = f"Not documented, {number}: looked for, and nothing speaks for them"
    options = [Option(label, c.RecordAnswers(scope, answers), value="not_documented")]
    options += [
        Option(f"Answer: {session.prompt(*one).ask}", c.ShowPrompt(*one), value=one[1]) for one in silent
    ]
    question = f"No passage speaks for any of these {len(silent)}. What does the record say?"
    return Turn("list", place, question, tuple(options))


def _silent(session: Session, scope: str) -> Iterator[AnswerPlace]:
    for prompt in session.reading(scope).open_prompts():
        place = (scope, prompt.id)
        if (
            not prompt.documentable
            or session.answer(*place) is not None
            or asked_together(prompt.schema.shape)
        ):
            continue
        if not prompt.schema.may_be(Status.NOT_DOCUMENTED) or exempt(session, *place):
            continue
        searched = own_search(session, place) is not None or not prompt.look_for
        if (
            searched
            and not speaks_of(session, place, prompt.look_for)
            and not proposal_for(session, scope, prompt)
        ):
            yield place

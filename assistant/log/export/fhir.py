"""Prompt sets and sessions as FHIR R4: Questionnaire, QuestionnaireResponse, Provenance and AuditEvent in a Bundle.

A question is an item with its name in the set as linkId, a part of an answer one below it. *Not documented* and
*unclear* are items without an answer that say why (data-absent-reason). Each answer, and each sentence of the draft in
the narrative, has an element id at which a Provenance points. When a question is asked is `enableWhen` where that can
say it, and words else.
"""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from assistant import __version__
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.rationale import DraftSentence, assess
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
    StatementShape,
)
from assistant.core.rules.completion import formula_in_words
from assistant.core.rules.condition import ALWAYS, AllOf, AnyOf, Atom, Formula
from assistant.core.rules.prompt_set import Prompt, PromptSet
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.log.fold import Source, load_session
from assistant.log.timeline import Change, timeline

URN = "urn:imr:"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TARGET = "http://hl7.org/fhir/StructureDefinition/targetElement"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_REASONS = {Status.NOT_DOCUMENTED: "asked-unknown", Status.UNCLEAR: "unknown"}
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_ACTIONS = {
    "answer.amended": "U",
    "answer.withdrawn": "D",
    "sentence.edited": "U",
    "prompt.shown": "R",
    "page.opened": "R",
}
_LONGEST_ID = 64

Resource = dict[str, Any]


def bundle(resources: Iterable[Resource]) -> Resource:
    """The resources as one collection."""
    entries = [{"fullUrl": f"urn:uuid:{_uuid(one)}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def unlike(resources: Iterable[Resource]) -> Iterator[Resource]:
    """The resources without a set that another session has brought already."""
    seen = set[str]()
    for one in resources:
        name = f"{one['resourceType']}/{one['id']}/{one.get('version', '')}"
        if name not in seen:
            seen.add(name)
            yield one


def _uuid(resource: Resource) -> uuid.UUID:
    return uuid.uuid5(
        uuid.NAMESPACE_URL, f"{URN}{resource['resourceType']}/{resource['id']}/{resource.get('version', '')}"
    )


def _id(*parts: str) -> str:
    """A name as FHIR has ids: letters, digits, dots and dashes; a longer one is shortened to a hash."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(parts)).strip("-") or "none"
    return name if len(name) <= _LONGEST_ID else str(uuid.uuid5(uuid.NAMESPACE_URL, name))


# A set as a Questionnaire.


def questionnaire(made: PromptSet) -> Resource:
    """The questions of a set in their order, each with when it is asked."""
    asked = {name: one for name, one in made.prompts.items() if one.computed is None}
    return {
        "resourceType": "Questionnaire",
        "id": _id(made.id),
        "url": f"{URN}set:{made.id}",
        "version": str(made.edition),
        "name": re.sub(r"\W+", "_", made.id),
        "title": made.title,
        "status": "active",
        "item": [
            _question(one.id, one.ask, one.schema.shape, one.why, one.when, asked) for one in asked.values()
        ],
    }


def _question(
    link: str,
    ask: str,
    shape: Shape,
    why: str = "",
    when: Formula = ALWAYS,
    asked: Mapping[str, Prompt] = MappingProxyType({}),
) -> Resource:
    item: Resource = {"linkId": link, "text": ask or link, **_typed(link, shape)}
    more = [{"url": f"{URN}why", "valueString": why}] if why else []
    if when is not ALWAYS:
        enabled = _enabled(when, asked)
        item |= enabled
        if not enabled:
            more.append({"url": f"{URN}when", "valueString": formula_in_words(when)})
    if more:
        item["extension"] = [*item.get("extension", ()), *more]
    return item


# When a question is asked: conditions on answers to earlier ones, of which all or any have to hold.


def _enabled(when: Formula, asked: Mapping[str, Prompt]) -> Resource:
    """`enableWhen` for a formula; empty where it can't say the same."""
    parts = when.items if isinstance(when, AllOf | AnyOf) else (when,)
    behavior = "any" if isinstance(when, AnyOf) else "all"
    found = [_compared(one, asked) if isinstance(one, Atom) else [] for one in parts]
    if not all(found):
        return {}
    if len(found) == 1:
        behavior = "any"
    elif behavior == "all" and any(len(one) > 1 for one in found):
        return {}
    conditions = [one for several in found for one in several]
    return {
        "enableWhen": conditions,
        **({"enableBehavior": behavior} if len(conditions) > 1 else {}),
    }


_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def _compared(atom: Atom, asked: Mapping[str, Prompt]) -> list[Resource]:
    """The conditions any of which says what an atom says; none where nothing does."""
    name, _, part = atom.path.partition(".")
    if name not in asked:
        return []
    link, shape = atom.path, asked[name].schema.shape
    if part:
        if not isinstance(shape, GroupShape) or part not in shape.parts:
            return []
        shape = shape.parts[part].shape
    is_answered = not isinstance(shape, GroupShape | ListingShape)
    if atom.condition.status is Status.GIVEN and is_answered:
        return [{"question": link, "operator": "exists", "answerBoolean": True}]
    if not atom.condition.schema:
        return []
    schema = json.loads(atom.condition.key)
    if schema.keys() <= {"const", "enum"}:
        values = schema.get("enum", [schema.get("const")])
        if isinstance(shape, GroupShape) and all(one in shape.instead for one in values):
            link, shape = f"{link}.", ChoiceShape(shape.instead)
        if isinstance(shape, ChoiceShape):
            return [
                {
                    "question": link,
                    "operator": "=",
                    "answerCoding": _coding(link, str(one), shape.labels.get(str(one), "")),
                }
                for one in values
            ]
    bounds = schema.keys() & _BOUNDS.keys()
    if isinstance(shape, NumberShape) and len(bounds) == 1 and schema.keys() <= {*bounds, "type"}:
        [bound] = bounds
        kind = "answerInteger" if shape.whole and isinstance(schema[bound], int) else "answerDecimal"
        return [{"question": link, "operator": _BOUNDS[bound], kind: schema[bound]}]
    return []


def _typed(link: str, shape: Shape) -> Resource:
    match shape:
        case ChoiceShape(labels) | SeveralShape(labels):
            options = [{"valueCoding": _coding(link, code, label)} for code, label in labels.items()]
            more = {"repeats": True} if isinstance(shape, SeveralShape) else {}
            return {"type": "choice", "answerOption": options, **more}
        case StatementShape(limit):
            return {"type": "text", "maxLength": limit}
        case NumberShape(unit, whole):
            kept = {"extension": [{"url": UNIT, "valueCoding": {"display": unit}}]} if unit else {}
            return {"type": "integer" if whole else "decimal", **kept}
        case DateShape():
            return {"type": "date"}
        case ListingShape(element, _):
            return {**_group(link, element), "repeats": True}
        case GroupShape():
            return _group(link, shape)
    raise AssertionError(shape)


def _group(link: str, shape: GroupShape) -> Resource:
    items = [_question(f"{link}.{name}", part.ask, part.shape) for name, part in shape.parts.items()]
    if shape.instead:
        items.insert(0, _question(f"{link}.", "Instead of the parts", ChoiceShape(shape.instead)))
    return {"type": "group", "item": items}


def _coding(link: str, code: str, label: str) -> Resource:
    return {"system": f"{URN}answer:{link}", "code": code, "display": label or code}


# A session.


def session_resources(log: Source, session: str) -> Iterator[Resource]:
    """The resources of one session: its sets, what was answered under each, where it comes from, and each step."""
    entries = log.read(session)
    steps = list(timeline(log, entries))
    if entries[0].kind == "session.opened":
        held, _ = load_session(log, session)
        seen = set[str]()
        for scope, made in held.rules.sets.items():
            if made.id not in seen:
                seen.add(made.id)
                yield questionnaire(made)
            yield from _answered(held, scope, made, steps)
    for change in steps:
        yield _audit(change)


def _answered(session: Session, scope: str, made: PromptSet, steps: Sequence[Change]) -> Iterator[Resource]:
    sentences = assess(session, scope).sentences if scope != CASE_SCOPE else ()
    name = _id(session.id, scope)
    answers = session.answers.get(scope, {})
    response: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "questionnaire": f"{URN}set:{made.id}|{made.edition}",
        "status": {"signed": "completed", "declined": "stopped"}.get(session.status, "in-progress"),
        "subject": _named("case", session.rules.case.id),
        "author": _named("reviewer", session.opened.reviewer),
    }
    if steps:
        response["authored"] = steps[-1].entry.ts
    if sentences:
        said = "".join(
            f'<p id="s-{number}">{html.escape(_clean(one.text))}</p>'
            for number, one in enumerate(sentences, 1)
        )
        response["text"] = {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>',
        }
    items = [
        _said(prompt, made.prompts[prompt].schema.shape, answer)
        for prompt, answer in answers.items()
        if prompt in made.prompts
    ]
    if items:
        response["item"] = [one for several in items for one in several]
    yield response
    last = {(one.item, (one.prompt or "").split(".")[0]): one for one in steps if one.prompt}
    for prompt, answer in answers.items():
        if change := last.get((scope, prompt)):
            yield _provenance(name, f"a-{_id(prompt)}", change, _pages(session, answer.all_evidence()))
    for number, one in enumerate(sentences, 1):
        yield _provenance(name, f"s-{number}", steps[-1], _sources(session, name, answers, one))


_XHTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _clean(text: str) -> str:
    """A text without what no XML may hold."""
    return _XHTML.sub(" ", text)


def _said(link: str, shape: Shape, answer: Answer, at: str = "") -> list[Resource]:
    """The items of one answer: several for a list, one for each row."""
    place = at or f"a-{_id(link)}"
    item: Resource = {"id": place, "linkId": link}
    more = list(_about(answer))
    if not answer.given and not answer.parts:
        more.insert(0, {"url": ABSENT, "valueCode": _REASONS[answer.status]})
        more.insert(1, {"url": f"{URN}status", "valueCode": str(answer.status)})
    if more:
        item["extension"] = more
    if isinstance(shape, ListingShape) and answer.parts is not None:
        rows = [
            row
            for number, element in answer.parts.items()
            for row in _said(link, shape.element, element, f"{place}.{number}")
        ]
        if rows:
            rows[0] = {
                **rows[0],
                "id": place,
                **({"extension": [*more, *rows[0].get("extension", ())]} if more else {}),
            }
            return rows
        return [item]
    group = shape.element if isinstance(shape, ListingShape) else shape
    if isinstance(group, GroupShape):
        if answer.parts is not None:
            inner = [
                one
                for name, part in answer.parts.items()
                if name in group.parts
                for one in _said(f"{link}.{name}", group.parts[name].shape, part, f"{place}.{_id(name)}")
            ]
            return [{**item, "item": inner}] if inner else [item]
        if answer.given and answer.value is not None:
            label = group.instead.get(str(answer.value), "")
            coding = {"valueCoding": _coding(f"{link}.", str(answer.value), label)}
            return [{**item, "item": [{"linkId": f"{link}.", "answer": [coding]}]}]
        return [item]
    if answer.given and answer.value is not None:
        values = answer.value if isinstance(answer.value, list | tuple) else [answer.value]
        if found := [_value(link, shape, one) for one in values]:
            item["answer"] = found
    return [item]


def _value(link: str, shape: Shape, value: Any) -> Resource:
    match shape:
        case ChoiceShape(labels) | SeveralShape(labels):
            return {"valueCoding": _coding(link, str(value), labels.get(str(value), ""))}
        case NumberShape(_, whole) if isinstance(value, int | float):
            return {"valueInteger": value} if whole and isinstance(value, int) else {"valueDecimal": value}
        case DateShape() if _DATE.fullmatch(str(value)):
            return {"valueDate": str(value)}
    return {"valueString": str(value) or " "}


def _about(answer: Answer) -> Iterator[Resource]:
    if answer.note:
        yield {"url": f"{URN}note", "valueString": str(answer.note)}
    if answer.search is not None:
        terms, documents = ", ".join(answer.search.terms), ", ".join(answer.search.documents)
        yield {
            "url": f"{URN}search",
            "valueString": f"looked for {terms or 'nothing by name'} in {documents or 'no document'}",
        }


# Where each answer and each sentence comes from, and every step.


def _named(kind: str, value: str) -> Resource:
    return {"identifier": {"system": f"{URN}{kind}", "value": value or "unnamed"}}


def _provenance(response: str, element: str, change: Change, sources: Sequence[Resource]) -> Resource:
    code = {"U": "UPDATE", "D": "DELETE"}.get(_ACTIONS.get(change.entry.kind, "C"), "CREATE")
    made: Resource = {
        "resourceType": "Provenance",
        "id": _id(response, element),
        "target": [_element(response, element)],
        "recorded": change.entry.ts,
        "activity": {"coding": [{"system": _OPERATION, "code": code}]},
        "agent": [{"who": _named("reviewer", change.entry.actor)}],
    }
    if sources:
        made["entity"] = [{"role": "source", "what": one} for one in sources]
    return made


def _element(response: str, element: str) -> Resource:
    reference = {"reference": f"QuestionnaireResponse/{response}"}
    return {**reference, "extension": [{"url": TARGET, "valueUri": element}]}


def _pages(session: Session, evidence: Iterable[Evidence]) -> list[Resource]:
    return [
        {**_named("page", f"{session.rules.case.id}/{one}"), "display": f"{one.document}, page {one.page}"}
        for one in evidence
    ]


def _sources(
    session: Session, response: str, answers: Mapping[str, Answer], one: DraftSentence
) -> list[Resource]:
    found = []
    for prompt in one.prompts:
        here = response if prompt in answers else _id(session.id, CASE_SCOPE)
        if prompt in answers or prompt in session.answers.get(CASE_SCOPE, {}):
            found.append(_element(here, f"a-{_id(prompt)}"))
    found += [{**_named("criterion", name), "display": name} for name in one.criteria]
    found += [{**_named("citation", name), "display": name} for name in one.citations]
    found += [_named("fact", name) for name in one.facts]
    return [*found, *_pages(session, one.evidence)]


def _audit(change: Change) -> Resource:
    entry = change.entry
    detail = [
        {"type": "seq", "valueString": str(entry.seq)},
        {"type": "prev", "valueString": entry.prev or "none"},
    ]
    detail += [
        {"type": name, "valueString": value}
        for name, value in (("item", change.item), ("prompt", change.prompt))
        if value
    ]
    return {
        "resourceType": "AuditEvent",
        "id": _id(entry.session, "step", str(entry.seq)),
        "type": {"system": f"{URN}kind", "code": entry.kind},
        "action": _ACTIONS.get(entry.kind, "C"),
        "recorded": entry.ts,
        "outcome": "0",
        "agent": [{"who": _named("reviewer", entry.actor), "requestor": True}],
        "source": {"observer": {"display": f"imr-assistant {__version__}"}},
        "entity": [
            {"what": _named("entry", entry.leaf), "description": change.words or entry.kind, "detail": detail}
        ],
    }

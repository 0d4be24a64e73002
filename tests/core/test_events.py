"""Events on their way to the log and back: nothing is lost, and the words of a person are marked as such."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assistant import library
from assistant.core.answer import Answer, Dismissed, Evidence, Status, Trail, group, listing
from assistant.core.event_form import decode, encode
from assistant.core.event_form import parts as fields_of
from assistant.core.events import KINDS, AnswerRecorded, Event, PromptShown, RecordSearched, SentenceEdited
from assistant.core.problem import Refused
from assistant.core.record.passages import PassageGroup
from assistant.core.text import Private
from assistant.log.chain import canonical, seal, unseal

SCHEMA = Draft202012Validator(
    json.loads((library.folder("schemas") / "event.schema.json").read_text(encoding="utf-8"))
)

# -- any event ------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
said = words.filter(bool)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
dashed = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
paths = st.lists(names, min_size=1, max_size=3).map(".".join)
scopes = st.sampled_from(["case", "1", "2", "10"])
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
numbers = st.integers(1, 2**40)
documents = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)
decisions = st.sampled_from(["upheld", "overturned"])
checks = st.sampled_from(["later-study", "unborne-fact", "wrong-region", "implied-finding", "ur-report-only"])

evidence = st.builds(Evidence, documents, numbers, words, st.none() | st.integers(0, 10_000))
dismissed = st.builds(Dismissed, documents, numbers, said, said)
trails = st.builds(
    Trail,
    documents=st.lists(documents, max_size=3).map(tuple),
    pages=st.integers(0, 5_000),
    attested=st.booleans(),
    terms=st.lists(said, max_size=3).map(tuple),
    dismissed=st.lists(dismissed, max_size=2).map(tuple),
)
values = (
    names
    | st.integers(-(2**40), 2**40)
    | st.floats(-1e9, 1e9, allow_nan=False)
    | st.lists(names, max_size=3)
    | said.map(Private)
)


def behind(**more: Any) -> dict[str, Any]:
    """What may stand behind any answer: the pages, and a note."""
    return {"evidence": st.lists(evidence, max_size=2).map(tuple), "note": words, **more}


leaves = st.builds(Answer, value=values, **behind()) | st.builds(
    Answer,
    status=st.sampled_from([Status.NOT_DOCUMENTED, Status.UNCLEAR]),
    search=st.none() | trails,
    **behind(),
)
groups = st.builds(group, st.dictionaries(names, leaves, max_size=3), **behind())
lists = st.builds(listing, st.lists(groups, max_size=3), closed=st.booleans(), **behind())
nested = st.builds(group, st.dictionaries(names, leaves | groups | lists, max_size=3))
answers = leaves | groups | lists | nested

place = {"item": scopes, "prompt": paths}
opened = {
    "mode": st.sampled_from(["real", "practice", "training"]),
    "reviewer": said,
    "tool": said,
    "decide_first": st.booleans(),
    "profile": st.just({})
    | st.fixed_dictionaries({"certification": said, "licence": said, "years": numbers, "hours": numbers}).map(
        lambda kept: {"qualifications": kept}
    ),
    "pins": st.fixed_dictionaries(
        {
            "case": st.fixed_dictionaries({"case.yaml": digests}),
            "prompts": st.dictionaries(dashed, digests, min_size=1, max_size=2),
            "schemas": st.dictionaries(dashed, digests, min_size=1, max_size=2),
        }
    ),
    "documents": st.dictionaries(
        documents,
        st.fixed_dictionaries(
            {
                "pages": numbers,
                "salt": st.binary(min_size=16, max_size=16).map(bytes.hex),
                "commitment": digests.map(lambda digest: f"hmac-sha256:{digest}"),
            }
        ),
        max_size=2,
    ),
    "items": st.dictionaries(scopes, dashed, min_size=1, max_size=2),
    "folder": words,
    "again": words,
    "held_back": st.lists(st.sampled_from(["challenges", "proposals"]), max_size=2, unique=True).map(tuple),
}
ranges = st.lists(st.sampled_from(["note:1", "note:2-5", "film:3"]), unique=True).map(tuple)
found = st.builds(
    PassageGroup,
    document=documents,
    pages=st.lists(numbers, min_size=1, max_size=3).map(tuple),
    quote=said,
    standing=st.sampled_from(
        ["affirmed", "negated", "historical", "family", "hypothetical", "uncertain", "printed"]
    ),
    count=numbers,
    start=numbers,
    plain=st.booleans(),
    cue=st.sampled_from(["", "no evidence of"]),
    terms=st.lists(st.sampled_from(["fever", "gait"]), max_size=2).map(tuple),
    bears=st.booleans(),
)
BODIES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "session.opened": opened,
    "session.parked": {},
    "session.resumed": {},
    "session.declined": {"ground": st.sampled_from(["conflict", "records"]), "reason": said},
    "session.signed": {
        "letter": digests,
        "outcome": st.just("partial"),
        "statement": said,
        "guard": st.sampled_from([1, 2]),
        "key": st.just("") | st.from_regex(r"[a-z-]{1,9}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", fullmatch=True),
        "signature": st.just("") | st.from_regex(r"[A-Za-z0-9+/]{86}==", fullmatch=True),
    },
    "denials.read": {
        "passages": st.lists(st.text("0123456789abcdef", min_size=16, max_size=16), min_size=1).map(tuple)
    },
    "prompt.shown": {**place, "chosen": st.booleans()},
    "prompt.skipped": place,
    "prompt.left": place,
    "why.opened": place,
    "page.opened": {"document": documents, "page": numbers, "by": st.sampled_from(["", "program"])},
    "page.marked": {"evidence": evidence, "gone": st.booleans()},
    "set.changed": {
        "item": scopes,
        "was": dashed,
        "prompt_set": dashed,
        "pins": opened["pins"],
        "documents": opened["documents"],
        "sets": st.just(("1=general",)),
        "aside": st.lists(names, max_size=2).map(tuple),
    },
    "answer.recorded": {**place, "answer": answers, "origin": st.sampled_from(["typed", "proposed"])},
    "answer.amended": {**place, "answer": answers, "origin": st.just("file"), "reason": words},
    "answer.withdrawn": {**place, "reason": words},
    "answer.rejected": {
        **place,
        "length": st.integers(0, 2**40),
        "digest": digests | st.just(""),
        "says": words,
        "input": words,
    },
    "answer.set_aside": {**place, "because": paths},
    "answer.restored": {**place, "because": paths},
    "evidence.cited": {**place, "evidence": evidence},
    "note.added": {**place, "text": said},
    "record.searched": {
        **place,
        "by": st.sampled_from(["look_for", "reviewer", "amendment"]),
        "terms": st.lists(said, max_size=2).map(tuple),
        "documents": st.lists(documents, max_size=2, unique=True).map(tuple),
        "pages": numbers,
        "unread": ranges,
        "hits": numbers,
        "groups": st.lists(found, max_size=2).map(tuple),
        "more": numbers,
        "stated": st.lists(found, max_size=1).map(tuple),
    },
    "passages.dismissed": {**place, "dismissed": st.lists(dismissed, min_size=1, max_size=2).map(tuple)},
    "pages.read_by_eye": {"read": ranges, "unread": ranges},
    "case.amended": {
        "pins": opened["pins"],
        "documents": opened["documents"],
        **{name: st.lists(documents, max_size=2).map(tuple) for name in ("added", "changed", "removed")},
        "facts": st.booleans(),
        "sets": st.just(("1=general",)),
    },
    "fact.corrected": {
        "document": documents,
        "page": numbers,
        "fact": st.sampled_from(["dates", "levels", "sides"]),
        "was": said,
        "says": said,
    },
    "absences.attested": {
        "documents": st.lists(documents, unique=True, max_size=3).map(tuple),
        "pages": st.integers(0, 5_000),
        "prompts": st.lists(paths.map("1/{}".format), min_size=1, max_size=3, unique=True).map(tuple),
    },
    "findings.opened": {"item": scopes, "early": st.booleans()},
    "suggestion.shown": {"item": scopes, "decision": st.none() | decisions, "why": st.just("carried")},
    "criterion.ruled": {"item": scopes, "criterion": dashed, "ruling": st.just("accepted"), "reason": said},
    "determination.first": {"item": scopes, "decision": decisions},
    "determination.recorded": {
        "item": scopes,
        "decision": decisions,
        "suggested": st.none() | decisions,
        "departs": st.booleans(),
        "reason": said,
    },
    "sentence.edited": {"item": scopes, "sentence": said, "was": words, "text": words},
    "check.raised": {
        "check": checks,
        "key": said,
        "message": said,
        "facts": st.lists(said, max_size=3).map(tuple),
    },
    "check.acknowledged": {"check": checks, "key": said, "reason": said},
    "addendum.added": {"text": said, "reason": words, "to": words, "quoted": words},
}
events = st.sampled_from(sorted(BODIES)).flatmap(lambda kind: st.builds(KINDS[kind], **BODIES[kind]))


def stored(event: Event) -> tuple[dict[str, Any], dict[str, str]]:
    """The body as the bytes in the log hold it, and the words beside it by commitment."""
    kept: dict[str, str] = {}

    def commit(text: str) -> str:
        digest = f"{len(kept):064x}"
        kept[digest] = text
        return digest

    body: dict[str, Any] = json.loads(canonical(seal(encode(event), commit)))
    return body, kept


def test_every_kind_is_tried() -> None:
    assert set(BODIES) == set(KINDS)
    for kind, cls in KINDS.items():
        assert set(BODIES[kind]) == {part.name for part in fields_of(cls)}
        assert cls.kind == kind


@given(events)
def test_decoding_what_was_encoded_gives_the_event_again(event: Event) -> None:
    assert decode(event.kind, encode(event)) == event


@given(events)
def test_an_event_comes_back_from_the_log_as_it_was(event: Event) -> None:
    body, kept = stored(event)
    assert decode(event.kind, unseal(body, kept.get)) == event


@given(events)
def test_every_event_validates_as_it_is_stored(event: Event) -> None:
    body, _ = stored(event)
    assert [error.message for error in SCHEMA.iter_errors({"kind": event.kind, "body": body})] == []


# -- what stands in the open, and what does not ---------------------------------------------------


@given(st.builds(AnswerRecorded, **BODIES["answer.recorded"]))
def test_quotes_notes_terms_and_statements_are_kept_beside_the_entry(event: AnswerRecorded) -> None:
    _, kept = stored(event)
    private = [text for answer in every(event.answer) for text in private_words(answer)]
    assert sorted(kept.values()) == sorted(private)


@pytest.mark.parametrize(("by", "apart"), [("reviewer", True), ("look_for", False), ("amendment", False)])
def test_only_a_reviewers_own_search_words_are_kept_beside_the_entry(by: str, apart: bool) -> None:
    made = RecordSearched("case", "red_flags", by, ("fever",))
    body, kept = stored(made)
    assert list(kept.values()) == (["fever"] if apart else [])
    assert (body["terms"] == ["fever"]) is not apart
    assert decode(made.kind, unseal(body, kept.get)) == made


def test_the_words_of_a_questions_search_can_still_be_read_where_they_are_kept_apart() -> None:
    body, kept = stored(RecordSearched("case", "red_flags", "reviewer", ("fever",)))
    earlier = {**body, "by": "look_for"}
    assert [error.message for error in SCHEMA.iter_errors({"kind": "record.searched", "body": earlier})] == []
    assert decode("record.searched", unseal(earlier, kept.get)) == RecordSearched(
        "case", "red_flags", "look_for", ("fever",)
    )
    in_clear = {**body, "terms": ["fever"]}
    assert [*SCHEMA.iter_errors({"kind": "record.searched", "body": in_clear})]


def every(answer: Answer) -> list[Answer]:
    return [answer, *(inner for part in (answer.parts or {}).values() for inner in every(part))]


def private_words(answer: Answer) -> list[str]:
    found = [one.quote for one in answer.evidence] + [answer.note]
    if isinstance(answer.value, Private):
        found.append(answer.value)
    if answer.search is not None:
        found += answer.search.terms
        found += [text for one in answer.search.dismissed for text in (one.quote, one.reason)]
    return [text for text in found if text]


def test_the_words_of_a_person_are_private() -> None:
    for kind, parts in [
        ("session.opened", {"folder", "again"}),
        ("session.declined", {"reason"}),
        ("answer.amended", {"reason"}),
        ("answer.withdrawn", {"reason"}),
        ("answer.rejected", {"says", "input"}),
        ("note.added", {"text"}),
        ("criterion.ruled", {"reason"}),
        ("determination.recorded", {"reason"}),
        ("sentence.edited", {"was", "text"}),
        ("check.raised", {"message", "facts"}),
        ("check.acknowledged", {"reason"}),
        ("addendum.added", {"text", "reason", "quoted"}),
    ]:
        assert {part.name for part in fields_of(KINDS[kind]) if part.apart} >= parts


def test_no_words_are_no_secret() -> None:
    body = encode(SentenceEdited("1", "request", "It was.", ""))
    assert isinstance(body["was"], Private)
    assert type(body["text"]) is str


# -- decoding -------------------------------------------------------------------------------------


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value below that has none below itself."""
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inner is None:
        yield path
    else:
        for key, one in inner:
            yield from leaves_of(one, (*path, key))


ANYTHING = {"profile", "closed", "list", "attested"}
"""What has no type of its own in a body, or is read as true or false."""


@given(events, st.data())
def test_a_value_of_another_type_is_refused_wherever_it_stands(event: Event, data: st.DataObject) -> None:
    body = json.loads(json.dumps(encode(event)))
    typed = [path for path in leaves_of(body) if not ANYTHING & set(path)]
    assume(typed)
    path = data.draw(st.sampled_from(typed))
    at = body
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = [["x"]]
    with pytest.raises(Refused, match="damaged entry"):
        decode(event.kind, body)


@pytest.mark.parametrize("kind", ["", "answer", "answer.guessed", "Answer.recorded", "session.opened "])
def test_a_kind_that_this_version_does_not_know_is_refused(kind: str) -> None:
    with pytest.raises(Refused, match="a kind unknown here") as caught:
        decode(kind, {})
    assert "Update the program" in str(caught.value)


def test_what_an_earlier_version_did_not_write_takes_its_default() -> None:
    body: Mapping[str, Any] = {"item": "1", "prompt": "views"}
    assert decode("prompt.shown", body) == PromptShown("1", "views", False)


def test_a_list_of_more_than_nine_entries_keeps_its_order() -> None:
    many = listing([group({"n": Answer(value=n)}) for n in range(12)])
    event = AnswerRecorded("1", "studies", many)
    body, kept = stored(event)
    back = decode(event.kind, unseal(body, kept.get))
    assert isinstance(back, AnswerRecorded)
    assert [part.plain() for part in (back.answer.parts or {}).values()] == [{"n": n} for n in range(12)]


@pytest.mark.parametrize("body", [{}, {"item": "1"}, {"item": "1", "prompt": "views", "colour": "red"}])
def test_a_damaged_body_is_refused(body: Mapping[str, Any]) -> None:
    with pytest.raises(Refused, match="damaged entry") as caught:
        decode("prompt.shown", body)
    assert "imr log verify" in str(caught.value)

"""What a session takes over after it began: a case file that has changed, and another prompt set for an item.

A session keeps the rules and facts that it started with; a document that was added or a fact that was corrected
reaches it only when the reviewer takes it over. A signed session is never changed, only said to be affected.
"""

from __future__ import annotations

from pathlib import Path

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Evidence
from assistant.core.event_words import Line, describe
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.absence import contradicted
from assistant.core.rules.rules import Rules, Sources, files_of, pinned, read_prompt_set
from assistant.core.session import AnswerPlace, Session, carried
from assistant.core.text import counted, digest, one_line
from assistant.core.turn import Option
from assistant.core.value import replace
from assistant.library import CaseFolder
from assistant.log.fold import pinned_texts, rules_of
from assistant.review.loading import committed, unchanged
from assistant.review.review import Amendment, Review
from assistant.review.talk import Pending, Talk
from assistant.review.views import waiting_here


def amendment(session: Session) -> Amendment | None:
    """What the case folder holds beyond the session, or None where it is as the session has it.

    Raises `Refused` for a case file that is malformed now, that lacks an item of the session, or that lacks a
    document or page which an answer cites.
    """
    try:
        case = library.open_case(Path(session.opened.folder))
    except Refused:
        return None
    held = session.opened.documents
    same = {name for name in case.pages if name in held and unchanged(case.pages[name], held[name])}
    added = tuple(name for name in case.pages if name not in held)
    changed = tuple(name for name in case.pages if name in held and name not in same)
    removed = tuple(name for name in held if name not in case.pages)
    facts = digest(case.text) != session.case_pin
    if not facts and not added:
        return None  # a record that is gone or altered is said elsewhere; it is nothing to take over
    sources = library.sources()
    rules = library.rules_for(case, sources)
    _refuse_losses(session, rules, case)
    kept = pinned(rules, sources)
    texts = {"case": {"case.yaml": case.text}, "prompts": kept.prompts, "schemas": kept.schemas}
    new_pins = {kind: {name: digest(text) for name, text in named.items()} for kind, named in texts.items()}
    held_pins = (session.amended or session.opened).pins
    event = e.CaseAmended(
        pins={
            "case": new_pins["case"],
            **{kind: {**new_pins[kind], **held_pins[kind]} for kind in ("prompts", "schemas")},
        },
        documents={
            name: held[name] if name in same else committed(case.pages[name]) for name in rules.case.documents
        },
        added=added,
        changed=changed,
        removed=removed,
        facts=facts,
        sets=_sets(session),
    )
    artifacts = {
        digest(text): (f"text/{kind}", text.encode())
        for kind, named in texts.items()
        for text in named.values()
    }
    command = c.AmendCase(_under_old_sets(session, rules), event)
    return Amendment(command, case.pages, artifacts, tuple(_says(event, case)), _asked_again(session, event))


def _under_old_sets(session: Session, rules: Rules) -> Rules:
    """The new facts under the prompt sets that the session has; only a new item brings its own."""
    held = {key: session.rules.case.items.get(key, item).prompt_set for key, item in rules.case.items.items()}
    items = {key: replace(item, prompt_set=held[key]) for key, item in rules.case.items.items()}
    return Rules(
        replace(rules.case, items=items),
        {scope: session.rules.sets.get(scope, made) for scope, made in rules.sets.items()},
    )


def _refuse_losses(session: Session, rules: Rules, case: CaseFolder) -> None:
    where = str(case.path / "case.yaml")
    changed = {one.split("=", 1)[0] for one in _sets(session)}
    problems = [
        Problem(f"Item {item} of this session is no longer in the case.", where, "Put it back.")
        for item in session.items
        if item not in rules.case.items
        or (item not in changed and rules.case.items[item].prompt_set != _set_of(session, item))
    ]
    problems += [
        Problem(
            f"An answer cites {one}, which the case file no longer holds.", where, "Put the document back."
        )
        for one in _cited(session)
        if one.document not in rules.case.documents or one.page > rules.case.documents[one.document].pages
    ]
    if problems:
        raise Refused(*problems)


def _cited(session: Session) -> tuple[Evidence, ...]:
    answers = (answer for held in session.answers.values() for answer in held.values())
    return tuple(dict.fromkeys(one for answer in answers for one in answer.all_evidence()))


def _asked_again(session: Session, event: e.CaseAmended) -> tuple[AnswerPlace, ...]:
    lists = {"documents"} if event.added or event.changed or event.removed else set()
    lists |= {"timeline"} if event.facts else set()
    return tuple(
        (scope, name)
        for scope in session.rules.scopes
        for name, prompt in session.rules.sets[scope].prompts.items()
        if prompt.shows in lists and session.answer(scope, name) is not None
    )


def _says(event: e.CaseAmended, case: CaseFolder) -> list[str]:
    lines = [f"New document: {name} ({counted(len(case.pages[name]), 'page')})" for name in event.added]
    lines += [f"Changed document: {name}" for name in event.changed]
    lines += [f"No longer there: {name}" for name in event.removed]
    if event.facts and not event.added:
        lines.append("The facts in case.yaml have been changed.")
    return lines


# Another prompt set for an item, until it is decided.


def _sets(session: Session) -> tuple[str, ...]:
    return () if session.amended is None else session.amended.sets


def _set_of(session: Session, item: str) -> str:
    return session.rules.case.items[item].prompt_set


def change_set(review: Review, item: str, name: str) -> list[Line]:
    """Goes on with an item under another prompt set, and says what became of its answers.

    Raises `Refused` for a set that there is none of, that is for other regions, or that doesn't fit the guidelines
    which the session began with.
    """
    session = review.session
    if item not in session.items:
        raise refuse(
            f"There is no item “{one_line(item, 20)}” in this case.",
            "",
            f"There are {', '.join(session.items)}.",
        )
    if name == _set_of(session, item):
        raise refuse(f"Item {item} is under the prompt set `{name}` already.", "", "")
    command, artifacts = _changing(review, item, name)
    before = review.session
    review.perform(command, artifacts=artifacts)
    return describe(command.event, before)


def set_said(talk: Talk, item: str, words: str) -> list[Line]:
    """What `:set` does: `ITEM NAME` or `NAME` changes the set, and nothing says which there are."""
    session = talk.review.session
    first, _, name = words.strip().rpartition(" ")
    item = first.strip() or item
    if not name:
        from assistant.core.rules.services import propose_set, services_of  # where it is asked for

        services, held = services_of(library.sources()), session.rules.case.items[item]
        proposed = propose_set(held.service, held.region, services, library.intake("services")).prompt_set
        return [
            Line("note", f"Item {item} is under {_set_of(session, item)}; its words lead to {proposed}."),
            *(Line("note", f"{one.prompt_set}: {one.title}") for one in services),
        ]
    lines = change_set(talk.review, item, name)
    talk.pending, talk.cited, talk.gone_back = None, (), 0
    talk.acts = [turn for turn in talk.acts if turn.scope != item]
    return lines


def _changing(review: Review, item: str, name: str) -> tuple[c.ChangeSet, dict[str, tuple[str, bytes]]]:
    from assistant.core.rules.services import services_of  # where a set is changed

    session = review.session
    pins = (session.amended or session.opened).pins
    kept = {kind: pinned_texts(review.log, pins, kind) for kind in ("case", "prompts", "schemas")}
    given = library.sources()
    if name not in (known := [one.prompt_set for one in services_of(given)]):
        raise refuse(f"There is no prompt set `{one_line(name, 40)}`.", "", f"There are {', '.join(known)}.")
    library.check_sources([name], given)
    library.hold_to_proof([name], given)
    new = files_of(name, given)
    prompts = {**new.prompts, **kept["prompts"]}
    made = read_prompt_set(name, Sources(prompts, new.schemas), session.rules.case.items[item].region)
    texts = {"prompts": prompts, "schemas": {**made.schema_texts, **kept["schemas"]}}
    sets = {**dict(one.split("=", 1) for one in _sets(session)), item: name}
    if session.opened.items.get(item) == name:
        del sets[item]
    changed = tuple(f"{key}={one}" for key, one in sorted(sets.items()))
    pages = tuple((key, int(held["pages"])) for key, held in session.opened.documents.items())
    rules = rules_of(
        kept["case"]["case.yaml"],
        pages,
        tuple(texts["prompts"].items()),
        tuple(texts["schemas"].items()),
        changed,
    )
    stays = carried(session.rules.sets[item], rules.sets[item])
    event = e.SetChanged(
        item=item,
        was=_set_of(session, item),
        prompt_set=name,
        pins={
            "case": pins["case"],
            **{k: {n: digest(t) for n, t in named.items()} for k, named in texts.items()},
        },
        documents=session.opened.documents,
        sets=changed,
        aside=tuple(one for one in session.answers.get(item, {}) if one not in stays),
    )
    artifacts = {
        digest(text): (f"text/{kind}", text.encode())
        for kind, named in texts.items()
        for text in named.values()
    }
    return c.ChangeSet(item, rules, event), artifacts


# A case file that has changed since, offered to the session that is gone on with.


class TakeOver(c.Command):
    """The changed case file that the reviewer takes over."""

    amendment: Amendment


def offer_amendment(talk: Talk) -> list[Line]:
    """Where the case file has changed since: says how, and asks whether this session takes it over."""
    session = talk.review.session
    if talk.review.watching:
        return []
    try:
        changed = amendment(session)
    except Refused as refused:
        return [Line("problem", f"The case file has changed: {problem}") for problem in refused.problems]
    if changed is None:
        return []
    lines = [Line("warning", f"The case file has changed. {line}") for line in changed.says]
    if session.status != "open":
        return [*lines, Line("note", f"This session is {session.status}, and stays as it is.")]
    options = (
        Option("Take it over; absences are searched for again", TakeOver(changed), value="take"),
        Option("Not now: go on with the file as it was"),
    )
    talk.pending = Pending("Does this session take the changed case file over?", None, options)
    return lines


def confirm_line(talk: Talk) -> list[Line]:
    """Confirms the first line of the course that the question before the reviewer uses, and offers it to the session."""
    from assistant.records.course import Course  # reads the whole record, when it is asked for

    if talk.review.watching or not (waits := waiting_here(talk.review, talk.turn)):
        return [Line("problem", "No line that isn't confirmed stands under this question.")]
    try:
        with Course(Path(talk.review.session.opened.folder)) as course:
            course.confirm(waits[0]["key"])
    except Refused as refused:
        return [Line("problem", str(problem)) for problem in refused.problems]
    return [Line("note", f"Confirmed: {one_line(waits[0]['says'])}"), *offer_amendment(talk)]


def take_over(review: Review, command: TakeOver) -> list[Line]:
    """Takes the changed case file over, and says which absences the record now speaks against."""
    review.amend(command.amendment)
    session = review.session
    lines = [Line("news", "Taken over. What was answered as not documented has been searched for again.")]
    lines += [
        Line("warning", f"The record speaks of: {session.prompt(*place).ask}")
        for place in contradicted(session)
    ]
    return lines

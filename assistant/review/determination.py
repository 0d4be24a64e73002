"""Signing: what is attested, what the letter says, and the signature, in that order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant import profile as reviewer
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Status
from assistant.core.decide import unattested
from assistant.core.problem import refuse
from assistant.core.rationale import Assessment, assess
from assistant.core.record.checks import checks, reasons_given
from assistant.core.record.finding_checks import Check
from assistant.core.rules.answer_schema import GroupShape
from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session, outcome
from assistant.core.text import counted
from assistant.core.turn import part_question, root_of
from assistant.letter import body_hash
from assistant.letter.compose import compose
from assistant.letter.document import Head, Letter
from assistant.log import Entry, Log
from assistant.log.fold import event_of, load_session
from assistant.review.loading import pages_of
from assistant.review.review import Review
from assistant.review.signing import Passphrase, asks, nobody, opened, signed


def sign(review: Review, read: tuple[str, ...] = (), passphrase: Passphrase | None = None) -> Session:
    """Attests the absences and signs; the letter's hash is of what the letter says then.

    `read` are the digests of what was listed beside it to be read first. A real review is signed with the reviewer's
    own key, for which `passphrase` is asked; practice with none.
    """

    case_outcome = outcome(review.session)
    if case_outcome is None:
        raise refuse("An item has no determination yet.", "", "Decide on it first.")
    for check in review.checks():
        if check.severity == "blocking" or (check.check, check.key) not in review.session.acknowledged:
            raise refuse(check.message, f"{check.check}", "Mend it or explain it first.")
    said = statement(review.session, OUTCOME_WORDS[case_outcome], len(read))
    ask = asks(review)
    key = opened(review, (passphrase or nobody)(ask)) if ask is not None else None
    review.perform(c.ReadDenials(read), c.AttestAbsences())
    command = c.Sign(body_hash(review.session, review.assess), case_outcome, said)
    return signed(review, command, key) if key is not None else review.perform(command)


# The qualifications are asked once: what a session confirmed is kept in the reviewer's profile.


def keep_qualifications(review: Review, profile: reviewer.Profile) -> reviewer.Profile:
    """Keeps the qualifications that were answered in a session, so that they are asked once only."""
    answer = review.session.reading("case").answer("qualifications")
    if answer is None or not review.session.reading("case").answered("qualifications"):
        return profile
    value = answer.plain()
    if value == dict(profile.qualifications) or review.session.opened.reviewer != profile.id:
        return profile
    if profile.qualifications and value == review.session.opened.profile.get("qualifications"):
        return profile  # the session changed nothing, and the profile has been changed since it began
    kept = reviewer.with_qualifications(profile, value)
    reviewer.save_profile(kept)
    return kept


# The letter of a session as the log holds it; reading is enough, so one still at work can be looked at.


def compose_from_log(log: Log, name: str) -> Letter:
    """The letter of the session that `name` means: an id, the beginning of one, or `last`; else `Refused`."""
    session_id = log.resolve(name)
    session, seq = load_session(log, session_id)
    return _composed(session, [entry for entry in log.read(session_id) if entry.seq <= seq])


def composed_by(log: Log, session_id: str) -> Callable[[Session], Letter]:
    """Composes letters of a session as it was at some moment, where the log stands as it does now."""
    _, seq = load_session(log, session_id)
    entries = [entry for entry in log.read(session_id) if entry.seq <= seq]
    return lambda session: _composed(session, entries)


def head_of(entries: Sequence[Entry]) -> Head:
    """Where a session's log stands, or stood when the session was signed."""
    for entry in entries:
        if entry.kind == "session.signed":
            return Head(entry.seq, entry.prev, entry.ts)
    return Head(entries[-1].seq, entries[-1].leaf)


def compose_without_documents(log: Log, name: str) -> Letter:
    """The same where the documents of the case are not here: with each check that was explained as it was raised then."""
    session, seq = load_session(log, name)
    entries = [entry for entry in log.read(name) if entry.seq <= seq]
    raised = [event for entry in entries if isinstance(event := event_of(entry), e.CheckRaised)]
    found = {
        (one.check, one.key): Check(one.check, one.key, CASE_SCOPE, "warning", one.message, one.facts)
        for one in raised
        if (one.check, one.key) in session.acknowledged
    }
    known: dict[str, Assessment] = {item: assess(session, item) for item in session.items}
    return compose(session, known.__getitem__, list(found.values()), head_of(entries))


def _composed(session: Session, entries: Sequence[Entry]) -> Letter:
    known: dict[str, Assessment] = {item: assess(session, item) for item in session.items}
    pages = pages_of(session)
    found = checks(session, {item: one.sentences for item, one in known.items()}, pages)
    unread = [name for name in session.opened.documents if name not in pages]
    return compose(session, known.__getitem__, found, head_of(entries), unread)


_ADDED_TO = re.compile(r"\s*(\w+)\.(\d{1,4}):")


def added_to(session: Session, text: str) -> tuple[str, str, str]:
    """Of an addendum as it is typed: the item and the sentence that it adds to, and its words.

    `1.4: WORDS` names sentence 4 of item 1; words alone add to the conclusion, where there is one item only.
    """
    named = _ADDED_TO.match(text)
    alone = session.items[0] if len(session.items) == 1 else ""
    item = named[1] if named is not None else alone
    if item not in session.items:
        why = "Which sentence is added to is not said."
        raise refuse(why, "", "Begin with its item and its number there, such as `1.4:`.")
    sentences = assess(session, item).sentences
    if named is None:
        return item, sentences[-1].text if sentences else "", text
    if not 1 <= int(named[2]) <= len(sentences):
        raise refuse(
            f"The rationale of item {item} has {len(sentences)} sentences.",
            named[0].strip().removesuffix(":"),
        )
    return item, sentences[int(named[2]) - 1].text, text[named.end() :]


# What a signature says: the decisions with their consequence, what was looked for and not found, and what was read.


def statement(session: Session, outcome_words: str, read: int = 0) -> str:
    """What a signature says: the decisions with their consequence, and what is attested with it.

    `read` counts the passages that were listed beside it to be read first.
    """
    lines = [f"Outcome: {outcome_words}"]
    for key, item in session.rules.case.items.items():
        lines.append(f"Item {key}: {item.service}: {DECISION_WORDS[session.determinations[key].decision]}")
    absences = list(unattested(session))
    case = session.rules.case
    if absences:
        lines.append(
            f"I have looked in the {len(case.documents)} documents received ({case.page_count} pages) for what answers "
            "these, and did not find it:"
        )
        opened = {document for document, _ in session.pages_opened}
        unopened = [
            one.title + (f" of {one.date.prose()}" if one.date else "")
            for name, one in case.documents.items()
            if name not in opened
        ]
        lines += dict.fromkeys(_absence(session, *one) for one in absences)
        if unopened:
            lines.append(f"Of these, not opened on a page of this program: {', '.join(unopened)}.")
    reasons = list(reasons_given(session))
    if reasons:
        lines.append("For these, which the record doesn't bear or says otherwise, I have given a reason:")
        lines += reasons
    if read:
        fits = "each denial is rightly denied, each quote fits"
        lines.append(f"I have read what is listed beside this ({counted(read, 'passage')}): {fits}.")
    lines.append("The findings and the decision are mine.")
    return "\n".join(lines)


def _absence(session: Session, scope: str, path: str) -> str:
    """The question that an absence answers: of the parts that weren't found, where others of it were."""
    prompt, answer = session.prompt(scope, path), session.answer(scope, root_of(path))
    rest, shape = tuple(path.split(".")[1:]), prompt.schema.shape
    if not rest or not isinstance(shape, GroupShape) or not shape.uniform:
        return part_question(prompt, rest) if rest else prompt.ask
    parts = (answer.parts if answer is not None else None) or {}
    absent = [shape.parts[one].ask for one, held in parts.items() if held.status is Status.NOT_DOCUMENTED]
    return f"{prompt.ask} {'; '.join(absent)}" if len(absent) < len(parts) else prompt.ask

"""Why a step of a review can't stand where it does: what the program refuses to write, told of what is written.

A step is held against the session as the steps before it leave it. Only rules that every version has kept stand here:
a log that an earlier version wrote has no fault by a later one's rules. Whether words say something, and what was
derived when a step was taken, is looked at elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import assert_never

from assistant.core import events as e
from assistant.core.answer import same_content
from assistant.core.answer_reader import check_answer
from assistant.core.decide import DECISIONS, GROUNDS, must_apply, must_have, needs_reason
from assistant.core.problem import refuse
from assistant.core.rationale import assess
from assistant.core.record.grounds import worked_out
from assistant.core.rules.criterion import RULINGS
from assistant.core.rules.prompt_set import OWN, SEARCHED
from assistant.core.session import GUARD, Session, apply, carried, outcome
from assistant.core.text import one_line

MODES = ("real", "practice", "training")
ORIGINS = ("typed", "proposed", "file", "computed")
SEARCHES = ("look_for", "reviewer", "amendment")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PAGE = re.compile(r"(.+):([1-9][0-9]*)")


class Succession:
    """A session that is followed step by step; it holds what the steps so far have left."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._answered: Session | None = None
        _beginning(session)

    def follow(self, event: e.Event) -> None:
        """Takes the next step; raises `Refused`, with the reason, where the program would not have written it."""
        session = self.session
        if not e.is_step(event):
            raise refuse(f"{event.kind} is no step of a review")
        if session.status == "open" and isinstance(event, e.AddendumAdded):
            raise refuse("words are added to a determination that is not signed")
        if session.status != "open" and not isinstance(event, e.AddendumAdded):
            raise refuse(f"the session is {session.status}, and nothing in it can change")
        if isinstance(event, e.AnswerSetAside | e.AnswerRestored):
            self._consequence(event)
        else:
            _may_follow(session, event)
        if isinstance(event, e.AnswerRecorded | e.AnswerAmended | e.AnswerWithdrawn):
            self._answered = session
        self.session = apply(session, event)

    def _consequence(self, event: e.AnswerSetAside | e.AnswerRestored) -> None:
        """An answer is set aside, or comes back, by another answer only."""
        must_have(self.session, event.item, event.prompt)
        before, now = self._answered, self.session.reading(event.item).set_aside()
        was = before.reading(event.item).set_aside() if before is not None else ()
        aside = isinstance(event, e.AnswerSetAside)
        there = event.prompt in self.session.answers.get(event.item, {})
        if before is None or not there or (event.prompt in now) != aside or (event.prompt in was) == aside:
            raise refuse(f"no answer sets {one_line(event.prompt, 40)} aside, or brings it back")


def _beginning(session: Session) -> None:
    """The first step says of the session what its pinned texts say."""
    opened, case = session.opened, session.rules.case
    if opened.mode not in MODES:
        raise refuse(f"there is no kind of review “{one_line(opened.mode, 20)}”")
    if dict(opened.items) != {key: item.prompt_set for key, item in case.items.items()}:
        raise refuse("its items, or their prompt sets, are not those of its case file")
    if not opened.reviewer:
        raise refuse("it names no reviewer")


def _may_follow(session: Session, event: e.Step) -> None:
    match event:
        case e.SessionOpened():
            raise refuse("the session begins a second time")
        case e.SessionParked() | e.SessionResumed():
            return
        case e.PromptShown(item, prompt, chosen):
            must_have(session, item, prompt)
            own = prompt.split(".", 1)[0] in (SEARCHED, OWN) and session.rules.sets[item].own
            if chosen and not own:
                must_apply(session, item, prompt)
        case e.PromptSkipped(item, prompt):
            must_have(session, item, prompt)
            must_apply(session, item, prompt)
        case e.PromptLeft(item, prompt) | e.WhyOpened(item, prompt):
            must_have(session, item, prompt)
        case e.AnswerRecorded() | e.AnswerAmended():
            _answer(session, event)
        case e.AnswerWithdrawn(item, prompt, reason):
            must_have(session, item, prompt)
            if session.answer(item, prompt) is None:
                raise refuse("there is no answer to take back")
            must_say(
                reason or not needs_reason(session, item, prompt), "an answer is taken back without a reason"
            )
        case e.AnswerRejected(item, prompt):
            _place_or_item(session, item, prompt)
        case e.AnswerSetAside() | e.AnswerRestored():
            raise AssertionError(event)  # these are looked at with the answer that leads to them
        case e.EvidenceCited(item, prompt, evidence):
            must_have(session, item, prompt)
            if session.answer(item, prompt) is None:
                raise refuse("there is no answer that this passage could support")
            _page(session, evidence.document, evidence.page)
        case e.NoteAdded(item, prompt, text):
            _place_or_item(session, item, prompt)
            must_say(text, "the note says nothing")
        case e.PageOpened(document, page, by):
            _page(session, document, page)
            must_be_one_of(by, ("", "program"), "nobody opens pages so")
        case e.PageMarked(evidence, gone):
            _page(session, evidence.document, evidence.page)
            if gone and evidence not in session.marks:
                raise refuse("a mark is taken away that is not there")
        case e.RecordSearched():
            must_have(session, event.item, event.prompt)
            must_be_one_of(event.by, SEARCHES, "nobody searches the record so")
            _documents(session, event.documents)
        case e.PassagesDismissed(item, prompt, dismissed):
            must_have(session, item, prompt)
            must_say(dismissed, "no passage is set aside")
            for one in dismissed:
                _page_or_entry(session, one.document, one.page)
                must_say(one.reason, "a passage is set aside without a reason")
        case e.AbsencesAttested(documents, _, prompts):
            _documents(session, documents)
            for place in prompts:
                scope, _, path = place.partition("/")
                _scope(session, scope)
                must_have(session, scope, path)
        case e.PagesReadByEye(read, unread):
            for place in (*read, *unread):
                found = _PAGE.fullmatch(place)
                _page(session, found[1] if found else place, int(found[2]) if found else 0)
        case e.DenialsRead(passages):
            must_say(passages, "nothing is said to have been read")
        case e.FactCorrected(document, page, _, _, says):
            _page(session, document, page)
            must_say(says, "it is not said what the page says")
        case e.CaseAmended():
            _amended(session, event)
        case e.SetChanged():
            _set_changed(session, event)
        case _:
            _may_decide(session, event)


def _may_decide(
    session: Session,
    event: e.FindingsOpened
    | e.SuggestionShown
    | e.CriterionRuled
    | e.FirstDecisionTaken
    | e.DeterminationRecorded
    | e.SentenceEdited
    | e.CheckRaised
    | e.CheckAcknowledged
    | e.SessionDeclined
    | e.SessionSigned
    | e.AddendumAdded,
) -> None:
    """The steps that concern findings, decisions and the end of a review."""
    match event:
        case e.FindingsOpened(item):
            _item(session, item)
        case e.SuggestionShown(item, decision, _):
            _item(session, item)
            must_be_one_of(decision, (*DECISIONS, None), "there is no such suggestion")
        case e.CriterionRuled(item, criterion, ruling, reason):
            _item(session, item)
            if criterion not in session.rules.sets[item].criteria:
                raise refuse(f"item {one_line(item, 20)} has no criterion {one_line(criterion, 40)}")
            must_be_one_of(ruling, RULINGS, "there is no such ruling")
            must_say(reason, "it is ruled without a reason")
        case e.FirstDecisionTaken(item, decision):
            _item(session, item)
            must_be_one_of(decision, DECISIONS, "there is no such decision")
            if item in session.suggestions_shown:
                raise refuse("the suggestion has been shown before this first decision")
        case e.DeterminationRecorded():
            _determined(session, event)
        case e.SentenceEdited(item, sentence):
            _item(session, item)
            must_say(sentence, "no sentence is named")
        case e.CheckRaised(check, key):
            if (check, key) in session.raised:
                raise refuse(f"the check {one_line(check, 40)} has been raised here before")
        case e.CheckAcknowledged(check, _, reason):
            must_say(reason, f"the check {one_line(check, 40)} is passed without a reason")
        case e.SessionDeclined(ground, reason):
            must_be_one_of(ground, GROUNDS, "this is no ground for declining")
            must_say(reason, "it is declined without a reason")
        case e.SessionSigned():
            _signed(session, event)
        case e.AddendumAdded(text, _, to, quoted):
            must_say(text, "the addendum says nothing")
            if to:
                _item(session, to)
            if quoted and (not to or all(one.text != quoted for one in assess(session, to).sentences)):
                raise refuse("the addendum quotes a sentence that no determination here has")
        case _:
            assert_never(event)


def must_say(words: object, why: str) -> None:
    """Raises `Refused` where there are no words."""
    if not (words.strip() if isinstance(words, str) else words):
        raise refuse(why)


def must_be_one_of(value: object, known: Iterable[object], why: str) -> None:
    """Raises `Refused` for a value that is none of those known."""
    if value not in known:
        raise refuse(f"{why}: “{one_line(str(value), 40)}”")


def _scope(session: Session, scope: str) -> None:
    if scope not in session.rules.sets:
        raise refuse(f"there is no item {one_line(scope, 20)} in this case")


def _item(session: Session, item: str) -> None:
    if item not in session.items:
        raise refuse(f"there is no item {one_line(item, 20)} in this case")


def _place_or_item(session: Session, item: str, prompt: str) -> None:
    """A note may be on an item, and input be refused where no question stands."""
    if prompt:
        _scope(session, item)
        must_have(session, item, prompt)
    elif item:
        _scope(session, item)


def _page(session: Session, document: str, page: int) -> None:
    held = session.rules.case.documents.get(document)
    if held is None or not 1 <= page <= held.pages:
        raise refuse(f"there is no page {one_line(f'{document}:{page}', 60)} in this case")


def _page_or_entry(session: Session, document: str, page: int) -> None:
    """What a search finds stands on a page, or in an entry of the case file's timeline, which has its number."""
    if document in session.rules.case.documents:
        _page(session, document, page)


def _documents(session: Session, documents: Iterable[str]) -> None:
    for name in documents:
        if name not in session.rules.case.documents:
            raise refuse(f"there is no document {one_line(name, 60)} in this case")


def _answer(session: Session, event: e.AnswerRecorded | e.AnswerAmended) -> None:
    scope, path = event.item, event.prompt
    _scope(session, scope)
    must_have(session, scope, path)
    must_apply(session, scope, path)
    root, *rest = path.split(".")
    check_answer(session.prompt(scope, path).schema, event.answer, path, tuple(rest))
    must_be_one_of(event.origin, ORIGINS, "no answer comes from there")
    if event.origin == "computed":
        made = worked_out(session, scope, root)
        must_say(
            made is not None and same_content(made.answer, event.answer),
            "the other answers don't come to this",
        )
    for one in event.answer.all_evidence():
        _page_or_entry(session, one.document, one.page)
    held = session.answer(scope, path)
    new = not session.reading(scope).answered(root) and (held is None or not rest)
    if new != isinstance(event, e.AnswerRecorded):
        raise refuse("there is no answer yet that could change" if new else "it is answered already")
    if isinstance(event, e.AnswerAmended):
        must_say(event.reason or not needs_reason(session, scope, path), "an answer changes without a reason")


def _determined(session: Session, event: e.DeterminationRecorded) -> None:
    item = event.item
    _item(session, item)
    must_be_one_of(event.decision, DECISIONS, "there is no such decision")
    must_be_one_of(event.suggested, (*DECISIONS, None), "there is no such suggestion")
    if event.departs != (event.decision != event.suggested):
        raise refuse("whether the decision departs from the suggestion is not said as it is")
    must_say(event.reason or not event.departs, "the decision departs from the suggestion without a reason")
    if not session.item_answered(item):
        raise refuse(f"questions of item {item} are still open")


def _signed(session: Session, event: e.SessionSigned) -> None:
    if any(next(session.reading(scope).open_prompts(), None) for scope in session.rules.scopes):
        raise refuse("questions are still open")
    if session.determinations.keys() != set(session.items):
        raise refuse("not every item is decided on")
    if event.outcome != outcome(session):
        raise refuse("the outcome is not that of the decisions")
    if not _DIGEST.fullmatch(event.letter) or not 1 <= event.guard <= GUARD:
        raise refuse("it is not said what was signed")
    must_say(event.statement, "it is not said what was signed")


def _repinned(session: Session, event: e.CaseAmended | e.SetChanged) -> Mapping[str, str]:
    """The sets that the items then have, by key; its own rules must say so, and the documents that go with them."""
    rules = session.later.get(event.under)
    if rules is None:
        raise refuse("the texts that it pins are not those of a case")
    if {name: kept["pages"] for name, kept in event.documents.items()} != {
        name: held.pages for name, held in rules.case.documents.items()
    }:
        raise refuse("its documents are not those of its case file")
    return {key: item.prompt_set for key, item in rules.case.items.items()}


def _amended(session: Session, event: e.CaseAmended) -> None:
    after = _repinned(session, event)
    for item, held in session.rules.case.items.items():
        if after.get(item) != held.prompt_set:
            raise refuse(
                f"item {item} of this session is no longer in the case, or is under another prompt set"
            )
    _documents_said(session, event)


def _documents_said(session: Session, event: e.CaseAmended) -> None:
    before, after = session.opened.documents, event.documents
    added = {name for name in after if name not in before}
    if {one for one in event.added if one in after} != added:
        raise refuse("it doesn't say which documents are new")
    held = (session.amended or session.opened).pins["case"]["case.yaml"]
    if event.facts != (event.pins["case"]["case.yaml"] != held):
        raise refuse("it doesn't say whether the facts of the case have changed")
    if not event.facts and not event.added:
        raise refuse("nothing of the case has changed")


def _set_changed(session: Session, event: e.SetChanged) -> None:
    _item(session, event.item)
    if event.item in session.determinations:
        raise refuse(f"item {event.item} is decided, so its prompt set stays")
    before = {key: item.prompt_set for key, item in session.rules.case.items.items()}
    if event.was != before[event.item] or event.prompt_set == event.was:
        raise refuse(f"item {event.item} is not under the prompt set that is left")
    if _repinned(session, event) != {**before, event.item: event.prompt_set}:
        raise refuse("the sets that it pins are not the one that is taken and those of the other items")
    if event.pins["case"] != (session.amended or session.opened).pins["case"]:
        raise refuse("the facts of the case change with a prompt set")
    stays = carried(session.rules.sets[event.item], session.later[event.under].sets[event.item])
    if set(event.aside) != {name for name in session.answers.get(event.item, {}) if name not in stays}:
        raise refuse("it doesn't say which answers its questions leave behind")

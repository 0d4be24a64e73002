"""The one road: a command becomes events, the events are logged, and only then is there a new state.

Screen, plain mode, answers file and tests all go through `Review.perform`. It orders calls and decides
nothing itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assistant import __version__, library
from assistant.clock import in_california
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.agenda import next_turn
from assistant.core.answer import Answer, Evidence, same_content
from assistant.core.decide import decide
from assistant.core.event_form import encode
from assistant.core.problem import Refused, reason, refuse
from assistant.core.record.absence import search_goes_on, to_search, unsearched
from assistant.core.record.case import Case
from assistant.core.record.grounds import proposed, worked_out
from assistant.core.record.mentions import regions_of
from assistant.core.record.passages import located, uncut, whole_words
from assistant.core.rules.criterion import OUTCOME_WORDS
from assistant.core.rules.rules import Sources, pinned
from assistant.core.session import AnswerPlace, Session, begin, fold
from assistant.core.text import digest
from assistant.core.turn import Turn
from assistant.core.value import Value, replace
from assistant.library import CaseFolder, letter_words
from assistant.log import Draft, Log, SessionLock, SessionRow
from assistant.log.fold import event_of, load_session, pinned_texts, to_log
from assistant.profile import Profile, verifications
from assistant.review.loading import committed, letter_to_pin, pages_of

if TYPE_CHECKING:
    from assistant.core.rationale import Assessment
    from assistant.core.record.checks import Check
    from assistant.review.search import RecordSearch


# Quotes on the one road: every passage that a command brings is looked up on its page first.


Page = Callable[[str, int], str]
"""Gives the text of a page by document and number; raises `Refused` where there is none."""

Cite = Callable[[Evidence], Evidence]
"""Gives a passage as it is cited: its exact words and offset; raises `Refused` where its page doesn't hold it."""


def with_positions(command: c.Command, case: Case, page: Page, cite: Cite) -> c.Command:
    """The command with the exact words and offset of every quote; raises `Refused` for one that isn't there."""
    if isinstance(command, c.MarkPage):
        return replace(command, evidence=positioned(command.evidence, case, page))
    if isinstance(command, c.CiteEvidence):
        return replace(command, evidence=cite(command.evidence))
    if isinstance(command, c.RecordAnswer):
        return replace(command, answer=_answer(command.answer, case, page, cite))
    return command


def _answer(answer: Answer, case: Case, page: Page, cite: Cite) -> Answer:
    parts, search = answer.parts, answer.search
    if parts is None and search is None and not answer.evidence:
        return answer
    for one in search.dismissed if search is not None else ():
        positioned(Evidence(one.document, one.page, one.quote), case, page)
    return replace(
        answer,
        evidence=tuple(map(cite, answer.evidence)),
        parts=None
        if parts is None
        else {name: _answer(part, case, page, cite) for name, part in parts.items()},
    )


def with_stated_pages(review: Review, command: c.RecordAnswer) -> c.RecordAnswer:
    """The answer with the pages that it rests on by itself: those of the case file, or of the answers it follows from.

    A bare yes or no gets none, except where it follows from other answers; whoever gives it names its passage.
    """
    session, scope, answer = review.session, command.item, command.answer
    name, _, part = command.prompt.partition(".")
    if part or answer.all_evidence() or not answer.given or name not in session.rules.sets[scope].prompts:
        return command
    made = worked_out(session, scope, name)
    if made is None and not session.prompt(scope, name).schema.denials():
        made = proposed(session, scope, name)
    if made is None or not same_content(made.answer, answer):
        return command
    return replace(command, answer=replace(made.answer, note=answer.note))


def positioned(evidence: Evidence, case: Case, page: Page) -> Evidence:
    """The passage with its exact words and offset; raises `Refused` where its page doesn't hold it."""
    if evidence.document not in case.documents:
        raise refuse(
            f"There is no document `{evidence.document}`.", "", f"There are {', '.join(case.documents)}."
        )
    return located(evidence, page(evidence.document, evidence.page))


_SENT_BACK = "The determination before was reversed, and the case sent back (Lab. Code 4610.6(i))."


def _may_begin(log: Log, case: str, again: str, parked_by: str, remanded: str) -> str:
    """The reason for a further review of a real case; what was signed before it was `remanded` stands in no one's way.

    Raises `Refused` where there is none, and the case was signed or is being reviewed by `parked_by`.
    """
    rows = [row for row in log.reviews_of(case) if row.kind == "real" and row.opened > remanded]
    signed = [row for row in rows if row.status == "signed"]
    if again and any(row.status in ("open", "signed") for row in rows):
        return reason(again, "The reason for a second review")
    parked = next((row for row in rows if row.status == "open" and row.reviewer == parked_by), None)
    if parked is not None and not signed:
        raise refuse(
            "Your review of this case is not finished; it was last worked on "
            f"{in_california(parked.last):%Y-%m-%d at %H:%M %Z}.",
            f"session {parked.id}",
            f"Go on with `imr resume {parked.id}`; a second one beside it is begun with `imr review {case} --again "
            "REASON`.",
        )
    if not signed:
        return _SENT_BACK if remanded else ""
    raise _signed_before(log, signed[0])


def _signed_before(log: Log, last: SessionRow) -> Exception:
    outcome = OUTCOME_WORDS.get(last.outcome or "", "without an outcome")
    when = in_california(
        next((one.ts for one in log.read(last.id) if one.kind == "session.signed"), last.last)
    )
    return refuse(
        f"This case was reviewed and signed on {when:%Y-%m-%d at %H:%M %Z}: {outcome}.",
        f"session {last.id}",
        f"Read it with `imr letter {last.id}`, or add to it with `imr resume {last.id}`; a second review is begun with "
        f"`imr review {last.case} --again REASON` and no other way.",
    )


def may_be_signed(log: Log, session: Session) -> None:
    """Raises `Refused` for a review that was begun beside another of its case, which was signed meanwhile, unasked."""
    if session.mode != "real" or session.opened.again:
        return
    for row in log.reviews_of(session.rules.case.id):
        if (row.kind, row.status) == ("real", "signed") and row.id != session.id:
            raise _signed_before(log, row)


def parked_practice(log: Log, case: str, reviewer: str, own: str = "") -> SessionRow | None:
    """The practice review of a case that somebody worked on last and has not finished, in no window; `own` is none."""

    def fits(row: SessionRow) -> bool:
        is_own = (row.kind, row.status, row.reviewer) == ("practice", "open", reviewer)
        return is_own and row.id != own and not log.is_held(row.id)

    return log.newest(case, fits)


def _sent_back(log: Log, case: str, reviewer: str) -> str:
    """When it was logged that the case was sent back, empty where it was not.

    Raises `Refused` where it was, and this is the reviewer whose determination was reversed.
    """
    from assistant.review.desk import at_work, earlier_reviewers  # of a real case

    held = at_work(log).get(case)
    if held is None or not held.remanded:
        return ""
    if reviewer in earlier_reviewers(held, log.reviews_of(case)):
        raise refuse(
            "This case was sent back, and yours is the determination that was reversed.",
            case,
            "Another reviewer decides it (Lab. Code 4610.6(i)): imr case assign.",
        )
    return held.remanded


class Amendment(Value):
    """A changed case file: the command that takes it over, its pages and texts, and what changed in words.

    `asked_again` are the questions that list what has changed: the documents, the timeline.
    """

    command: c.AmendCase
    pages: Mapping[str, tuple[str, ...]]
    artifacts: Mapping[str, tuple[str, bytes]]
    says: tuple[str, ...]
    asked_again: tuple[AnswerPlace, ...]


class Review:
    """A session that is being worked on, and the log that it stands in."""

    today = staticmethod(date.today)
    """The day it is where the reviewer sits."""

    def __init__(
        self,
        log: Log,
        session: Session,
        seq: int,
        pages: Mapping[str, tuple[str, ...]],
        hold: SessionLock | None,
        vocabulary: Mapping[str, str],
    ) -> None:
        self.log = log
        self.session = session
        self.pages = pages
        self.vocabulary = vocabulary
        self.seq = seq
        self.logged_at = ""
        self._hold = hold
        self._assessed: tuple[Session, dict[str, Assessment]] = (session, {})
        self._checked: tuple[Session, Mapping[str, tuple[str, ...]], tuple[Check, ...]] | None = None
        self._turn: tuple[Session, Turn] | None = None

    @cached_property
    def search(self) -> RecordSearch:
        """What the record says of a question."""
        return self._search_over(self.session.rules.case)

    def _search_over(self, case: Case) -> RecordSearch:
        from assistant.review.search import RecordSearch  # while the first question is read

        return RecordSearch(self.pages, case, self.vocabulary)

    # -- beginning and going on ------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        log: Log,
        case: CaseFolder,
        profile: Profile,
        mode: str = "",
        sources: Sources | None = None,
        again: str = "",
        beside_parked: bool = True,
        held_back: tuple[str, ...] = (),
    ) -> Review:
        """A new session over a case, under the rules as the files say them now.

        A real case that has a signed review is `Refused` unless `again` says why it is reviewed once more: two
        signed determinations may say opposite things. So is one that this reviewer has parked, but for `beside_parked`.
        """
        sources = sources or library.sources()
        rules = library.rules_for(case, sources)
        if mode == "real" or (not mode and not rules.case.practice):
            remanded = _sent_back(log, rules.case.id, profile.id)
            again = _may_begin(log, rules.case.id, again, "" if beside_parked else profile.id, remanded)
        kept = pinned(rules, sources)
        texts = {
            "case": {"case.yaml": case.text},
            "prompts": kept.prompts,
            "schemas": kept.schemas,
            "vocabulary": sources.vocabulary,
            "letter": letter_to_pin(log),
        }
        pins = {kind: {name: digest(text) for name, text in named.items()} for kind, named in texts.items()}
        opened = e.SessionOpened(
            mode=mode or ("practice" if rules.case.practice else "real"),
            reviewer=profile.id,
            tool=__version__,
            decide_first=profile.decide_first,
            profile=profile.logged(),
            pins=pins,
            documents={name: committed(case.pages[name]) for name in rules.case.documents},
            items={key: item.prompt_set for key, item in rules.case.items.items()},
            folder=str(case.path.resolve()),
            again=again,
            held_back=held_back,
        )
        session_id = secrets.token_hex(6)
        hold = log.hold(session_id)
        session = begin(session_id, rules, opened, frame=letter_words(texts["letter"]))
        review = cls(log, session, 0, case.pages, hold, sources.vocabulary)
        artifacts = {
            pins[kind][name]: (f"text/{kind}", text.encode())
            for kind, named in texts.items()
            for name, text in named.items()
        }
        try:
            arrived = review._arriving(session, [opened])
            review._commit(fold(session, arrived), [opened, *arrived], artifacts)
        except BaseException:
            hold.release()
            raise
        return review

    @classmethod
    def resume(cls, log: Log, name: str, *, watch: bool = False) -> Review:
        """The session as its events say, under the rules that it began with; `watch` takes no hold of it."""
        session_id = log.resolve(name)
        hold = None if watch else log.hold(session_id)
        try:
            session, seq = load_session(log, session_id)
            review = cls(
                log,
                session,
                seq,
                pages_of(session),
                hold,
                pinned_texts(log, session.opened.pins, "vocabulary"),
            )
            if hold is not None and session.status == "open":
                review.perform(c.Resume())
        except BaseException:
            if hold is not None:
                hold.release()
            raise
        return review

    def close(self) -> None:
        """Parks an open session and lets others have it."""
        if self._hold is not None:
            if self.session.status == "open":
                self.perform(c.Park())
            self._hold.release()
            self._hold = None

    @property
    def watching(self) -> bool:
        """Whether this window only looks on."""
        return self._hold is None

    def refresh(self) -> bool:
        """Takes in what another window has logged since; whether there was anything."""
        entries = self.log.read(self.session.id, self.seq)
        if entries:
            self.session = fold(self.session, [event_of(entry) for entry in entries])
            self.seq = entries[-1].seq
        return bool(entries)

    # -- the road --------------------------------------------------------------------------------

    def perform(
        self,
        *commands: c.Command,
        artifacts: Mapping[str, tuple[str, bytes]] | None = None,
        moment: tuple[str, int, str] | None = None,
    ) -> Session:
        """Carries out commands in one logged step; raises `Refused`, with nothing logged, where one may not be.

        `moment` is the time that the step states, where that was signed before.
        """
        from assistant.review.reasons import check_reasons  # with the first answer

        if self._hold is None:
            raise refuse("This window only watches the session.", "", "Work in the window that has it.")
        session = self.session
        events: list[e.Event] = []
        for command in commands:
            if isinstance(command, c.AmendCase | c.ChangeSet):
                session = replace(session, later={**session.later, command.event.under: command.rules})
            if isinstance(command, c.RecordAnswer):
                command = replace(command, today=self.today())
            made = decide(session, with_positions(command, session.rules.case, self.page, self.positioned))
            check_reasons(command, self.pages)
            events += made
            session = fold(session, made)
        for following in (self._searching, self._arriving):
            made = following(session, events)
            events += made
            asked, session = session, fold(session, made)
        self._keep_what_was_worked_out(asked, session)
        if events:
            self._commit(session, events, artifacts or {}, moment)
        return session

    def _keep_what_was_worked_out(self, asked: Session, session: Session) -> None:
        """That something was shown changes nothing of what is asked, nor of what the answers come to."""
        if self._turn is not None and self._turn[0] is asked:
            self._turn = session, self._turn[1]
        if self._assessed[0] is asked:
            self._assessed = session, self._assessed[1]

    def amend(self, amendment: Amendment) -> Session:
        """Takes over the case file as it is now: absences are searched for again, and what listed it is asked again."""
        self.pages = amendment.pages
        self.search = self._search_over(amendment.command.rules.case)
        again = (c.WithdrawAnswer(*place, "The case file has changed.") for place in amendment.asked_again)
        return self.perform(amendment.command, *again, artifacts=amendment.artifacts)

    def _commit(
        self,
        session: Session,
        events: Sequence[e.Event],
        artifacts: Mapping[str, tuple[str, bytes]],
        moment: tuple[str, int, str] | None = None,
    ) -> None:
        stored = dict(artifacts)
        drafts = []
        for event in events:
            if isinstance(event, e.SessionOpened | e.CaseAmended | e.SetChanged):
                event, texts = to_log(event)
                stored |= texts
            drafts.append(Draft(event.kind, encode(event)))
        entries = self.log.append(
            session.id,
            drafts,
            actor=session.opened.reviewer,
            case=session.rules.case.id,
            after=self.seq,
            artifacts=stored,
            moment=moment,
        )
        self.seq = entries[-1].seq
        self.logged_at = entries[-1].ts
        self.session = session

    def _searching(self, session: Session, events: Sequence[e.Event]) -> list[e.Event]:
        """The searches behind what is asked now and what was answered.

        Those that are new, that the case file has outgrown, or of which more is to come.
        """
        if session.status != "open":
            return []
        places = dict.fromkeys(unsearched(session))
        turn = self._next(session)
        if turn.kind in ("prompt", "list"):
            places |= dict.fromkeys(to_search(session, turn.place))
        for event in events:
            if isinstance(event, e.PassagesDismissed) and search_goes_on(session, (event.item, event.prompt)):
                places[event.item, event.prompt] = None
        made: list[e.Event] = []
        for place in places:
            by = "amendment" if session.amendments and place in session.searched else "look_for"
            made += decide(session, self.search.behind(session, place, by))
        return made

    def _arriving(self, session: Session, events: Sequence[e.Event]) -> list[e.Event]:
        """What is logged because the session now waits for something else: a prompt or a suggestion shown."""
        if session.status != "open" or any(isinstance(event, e.SessionParked) for event in events):
            return []
        turn = self._next(session)
        verified = _as_verified(session) if turn.kind in _AFTER_THE_DECISION else []
        if verified:
            return [*verified, *self._arriving(fold(session, verified), [*events, *verified])]
        row = turn.kind == "form" and "." in turn.path
        place = (turn.scope, turn.path.partition(".")[0]) if row else turn.place
        if turn.kind == "prompt" or row:
            return [e.PromptShown(*place)] if session.trail[-1:] != (place,) else []
        if turn.kind in ("form", "list"):
            named = [option.command for option in turn.options if isinstance(option.command, c.ShowPrompt)]
            places = [(one.item, one.prompt) for one in named]
            return [e.PromptShown(*one) for one in places if one not in session.trail]
        if turn.kind in ("decision", "ruling"):
            suggestion = self._assess(session, turn.scope).suggestion
            shown = e.SuggestionShown(turn.scope, suggestion.decision, suggestion.why)
            changed = any(
                isinstance(event, e.AnswerRecorded | e.AnswerAmended | e.CriterionRuled) for event in events
            )
            return [shown] if changed or turn.scope not in session.suggestions_shown else []
        if turn.check is not None:
            check = turn.check
            return decide(session, c.RaiseCheck(check.check, check.key, check.message, check.facts))
        return []

    # -- what the session comes to ---------------------------------------------------------------

    @property
    def turn(self) -> Turn:
        """What the session waits for."""
        return self._next(self.session)

    def assess(self, item: str) -> Assessment:
        """Findings, suggestion and draft of an item."""
        return self._assess(self.session, item)

    def checks(self) -> tuple[Check, ...]:
        """The plain-fact checks that the session raises as it stands."""
        return self._checks(self.session)

    def page(self, document: str, page: int) -> str:
        """The text of a page of the case file; raises `Refused` where there is none."""
        pages = self.pages.get(document, ())
        if not 1 <= page <= len(pages):
            there = ", ".join(f"{name} {len(one)}" for name, one in self.pages.items())
            raise refuse(
                "There is no such page in the case file.",
                f"{document}:{page}",
                f"There are, each with its pages: {there}.",
            )
        return pages[page - 1]

    def _next(self, session: Session) -> Turn:
        if self._turn is None or self._turn[0] is not session:
            self._turn = (
                session,
                next_turn(session, lambda item: self._assess(session, item), lambda: self._checks(session)),
            )
        return self._turn[1]

    def _assess(self, session: Session, item: str) -> Assessment:
        from assistant.core.rationale import assess  # not before the first question

        if self._assessed[0] is not session:
            self._assessed = session, {}
        if item not in self._assessed[1]:
            self._assessed[1][item] = assess(session, item)
        return self._assessed[1][item]

    def _checks(self, session: Session) -> tuple[Check, ...]:
        from assistant.core.record.checks import checks  # not before the first question

        if self._checked is None or self._checked[0] is not session or self._checked[1] is not self.pages:
            drafts = {item: self._assess(session, item).sentences for item in session.items}
            self._checked = session, self.pages, checks(session, drafts, self.pages)
        return self._checked[2]

    def positioned(self, evidence: Evidence) -> Evidence:
        """The passage with its exact words and offset; raises `Refused` where its page doesn't hold it.

        Words that are cut so that they say something else than their sentence come with all of it.
        """
        case = self.session.rules.case
        found = positioned(evidence, case, self.page)
        if not found.quote:
            return found
        page = self.page(found.document, found.page)
        regions = frozenset(one for item in case.items.values() for one in regions_of(item.region))
        return uncut(whole_words(found, page), page, self.search.assertions, regions)


_AFTER_THE_DECISION = ("passages", "by_eye", "check", "sign")


def _as_verified(session: Session) -> list[e.Event]:
    """What decides a real review and this person's file says was held against its source: entered as it says there."""
    if session.mode != "real" or session.determinations.keys() != set(session.items):
        return []
    from assistant.core.record.finding_checks import (  # there is a decision by now
        UNVERIFIED,
        unverified_criteria,
    )

    open_ = [one for item in session.items for one in unverified_criteria(session, item)]
    open_ = [one for one in open_ if (UNVERIFIED, one.check.key) not in session.acknowledged]
    made: list[e.Event] = []
    with suppress(Refused):  # a file that can't be read verifies nothing
        kept = verifications() if open_ else ()
        for one in open_:
            held = next((v for v in kept if v.of(one.set, one.criterion, one.edition)), None)
            if held is not None:
                said = f"{one.edition}; {one.locator or 'the place named'}; held against the source by {held.by} on {held.on}"
                check = one.check
                made += decide(session, c.RaiseCheck(check.check, check.key, check.message, check.facts))
                made += decide(session, c.Acknowledge(check.check, check.key, said))
    return made

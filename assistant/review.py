"""The one road: a command becomes events, the events are logged, and only then is there a new state.

Screen, plain mode, answers file and tests all go through `Review.perform`. It orders calls and decides
nothing itself.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import __version__, library
from assistant.core import command as c
from assistant.core import event as e
from assistant.core.answer import Answer, Evidence
from assistant.core.check import Check
from assistant.core.decide import decide
from assistant.core.passage import located
from assistant.core.problem import refuse
from assistant.core.prompt_turn import Turn
from assistant.core.rules import Rules, Sources, pinned, read_rules
from assistant.core.session import Session, begin, fold
from assistant.core.turn import next_turn
from assistant.library import CaseFolder
from assistant.log import Draft, Entry, Log, SessionHold
from assistant.pinned_pages import committed, pages_of
from assistant.reviewer import Profile

if TYPE_CHECKING:
    from assistant.core.assessment import Assessment


class Review:
    """A session that is being worked on, and the log that it stands in."""

    def __init__(
        self,
        log: Log,
        session: Session,
        seq: int,
        pages: Mapping[str, tuple[str, ...]],
        hold: SessionHold | None,
    ) -> None:
        self.log = log
        self.session = session
        self.pages = pages
        self.seq = seq
        self.logged_at = ""
        self._hold = hold
        self._assessed: tuple[Session, dict[str, Assessment]] = (session, {})
        self._turn: tuple[Session, Turn] | None = None

    # -- beginning and going on ------------------------------------------------------------------

    @classmethod
    def open(
        cls, log: Log, case: CaseFolder, profile: Profile, mode: str = "", sources: Sources | None = None
    ) -> Review:
        """A new session over a case, under the rules as the files say them now."""
        sources = sources or library.sources()
        rules = library.rules_for(case, sources)
        kept = pinned(rules, sources)
        texts = {"case": {"case.yaml": case.text}, "prompts": kept.prompts, "schemas": kept.schemas}
        pins = {kind: {name: _digest(text) for name, text in named.items()} for kind, named in texts.items()}
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
        )
        session_id = secrets.token_hex(6)
        hold = log.hold(session_id)
        session = begin(session_id, rules, opened)
        review = cls(log, session, 0, case.pages, hold)
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
            session, seq = load(log, session_id)
            review = cls(log, session, seq, pages_of(session), hold)
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
            self.session = fold(self.session, [_event(entry) for entry in entries])
            self.seq = entries[-1].seq
        return bool(entries)

    # -- the road --------------------------------------------------------------------------------

    def perform(self, *commands: c.Command) -> Session:
        """Carries out commands in one logged step; raises `Refused`, with nothing logged, where one may not be."""
        if self._hold is None:
            raise refuse("This window only watches the session.", "", "Work in the window that has it.")
        session = self.session
        events: list[e.Event] = []
        for command in commands:
            made = decide(session, self._with_positions(command))
            events += made
            session = fold(session, made)
        arrived = self._arriving(session, events)
        session = fold(session, arrived)
        if events or arrived:
            self._commit(session, [*events, *arrived], {})
        return session

    def _commit(
        self, session: Session, events: Sequence[e.Event], artifacts: Mapping[str, tuple[str, bytes]]
    ) -> None:
        drafts = [Draft(event.kind, e.encode(event)) for event in events]
        entries = self.log.append(
            session.id,
            drafts,
            actor=session.opened.reviewer,
            case=session.rules.case.id,
            after=self.seq,
            artifacts=artifacts,
        )
        self.seq = entries[-1].seq
        self.logged_at = entries[-1].ts
        self.session = session

    def _arriving(self, session: Session, events: Sequence[e.Event]) -> list[e.Event]:
        """What is logged because the session now waits for something else: a prompt or a suggestion shown."""
        if session.status != "open" or any(isinstance(event, e.SessionParked) for event in events):
            return []
        turn = self._next(session)
        if turn.kind == "prompt" and session.trail[-1:] != (turn.place,):
            return [e.PromptShown(turn.scope, turn.path)]
        if turn.kind in ("decision", "ruling"):
            suggestion = self._assess(session, turn.scope).suggestion
            shown = e.SuggestionShown(turn.scope, suggestion.decision, suggestion.why)
            changed = any(
                isinstance(event, e.AnswerRecorded | e.AnswerAmended | e.CriterionRuled) for event in events
            )
            return [shown] if changed or turn.scope not in session.suggestions_shown else []
        if turn.kind == "check" and turn.check is not None:
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
            raise refuse("There is no such page in the case file.", f"{document}:{page}")
        return pages[page - 1]

    def _next(self, session: Session) -> Turn:
        if self._turn is None or self._turn[0] is not session:
            self._turn = (
                session,
                next_turn(session, lambda item: self._assess(session, item), lambda: self._checks(session)),
            )
        return self._turn[1]

    def _assess(self, session: Session, item: str) -> Assessment:
        if self._assessed[0] is not session:
            self._assessed = session, {}
        if item not in self._assessed[1]:
            from assistant.core.assessment import assess

            self._assessed[1][item] = assess(session, item)
        return self._assessed[1][item]

    def _checks(self, session: Session) -> tuple[Check, ...]:
        from assistant.core.plain_fact import checks

        drafts = {item: self._assess(session, item).sentences for item in session.items}
        return checks(session, drafts, self.pages)

    # -- quotes ----------------------------------------------------------------------------------

    def _with_positions(self, command: c.Command) -> c.Command:
        """The command with every quote looked up on its page: a quote that isn't there is refused."""
        if isinstance(command, c.CiteEvidence):
            return c.CiteEvidence(command.item, command.prompt, self.positioned(command.evidence))
        if isinstance(command, c.RecordAnswer):
            answer = self._with_quotes(command.answer)
            return c.RecordAnswer(command.item, command.prompt, answer, command.origin, command.reason)
        return command

    def _with_quotes(self, answer: Answer) -> Answer:
        parts, search = answer.parts, answer.search
        for one in search.dismissed if search is not None else ():
            self.positioned(Evidence(one.document, one.page, one.quote))
        return replace(
            answer,
            evidence=tuple(self.positioned(one) for one in answer.evidence),
            parts=None if parts is None else {name: self._with_quotes(part) for name, part in parts.items()},
        )

    def positioned(self, evidence: Evidence) -> Evidence:
        """The passage with its exact words and offset; raises `Refused` where its page doesn't hold it."""
        if evidence.document not in self.session.rules.case.documents:
            known = ", ".join(self.session.rules.case.documents)
            raise refuse(f"There is no document `{evidence.document}`.", "", f"There are {known}.")
        return located(evidence, self.page(evidence.document, evidence.page))


def load(log: Log, session_id: str) -> tuple[Session, int]:
    """The session that a log holds, and the number of its last entry; raises `Refused` where it can't be read."""
    entries = log.read(session_id)
    opened = _event(entries[0]) if entries else None
    if not isinstance(opened, e.SessionOpened):
        raise refuse("This session doesn't begin as one.", session_id, "Run `imr log verify`.")
    session = begin(session_id, _pinned_rules(log, opened), opened)
    return fold(session, [_event(entry) for entry in entries[1:]]), entries[-1].seq


def _event(entry: Entry) -> e.Event:
    return e.decode(entry.kind, entry.body)


def _pinned_rules(log: Log, opened: e.SessionOpened) -> Rules:
    texts = {
        kind: {name: log.artifact(digest).decode() for name, digest in named.items()}
        for kind, named in opened.pins.items()
    }
    pages = {name: int(entry["pages"]) for name, entry in opened.documents.items()}
    return read_rules(texts["case"]["case.yaml"], pages, Sources(texts["prompts"], texts["schemas"]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""The desk: what of a case neither its file nor its reviews say, kept in a session of its own beside them in the log.

Who was assigned the case, when the request and the records came, what was asked for, and what was sent. Each person of
a log has one desk, and all that stands at them counts together.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant import __version__, library, profile
from assistant.clock import california_day, today
from assistant.core import work_events as w
from assistant.core.dates import RULES, whole_day
from assistant.core.event_form import decode, encode
from assistant.core.events import Event
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.case import Case, read_case
from assistant.core.text import one_line
from assistant.log import Draft, Log
from assistant.log.entry import Unreadable
from assistant.log.errors import leave_out
from assistant.log.sessions import SessionRow
from assistant.profile import Profile

FAMILY = "work"


@dataclass
class CaseAtWork:
    """What stands at the desks of one case: of each kind the last word, with when it was logged where that counts."""

    reviewer: str = ""
    specialty: str = ""
    ties: dict[str, str] = field(default_factory=dict)
    asked: w.RecordsAsked | None = None
    request: str = ""
    records: str = ""
    priority: str = ""
    read: set[str] = field(default_factory=set)
    sent: dict[str, str] = field(default_factory=dict)
    withdrawn: str = ""
    remanded: str = ""
    """When it was logged that the case was sent back; what was signed before is no longer its determination."""

    def take(self, event: Event, ts: str) -> None:
        """Takes in one more step."""
        match event:
            case w.ReviewerAssigned():
                self.reviewer, self.specialty = event.reviewer, event.specialty
            case w.ConflictAttested():
                self.ties[event.reviewer] = event.party
                if self.reviewer == event.reviewer:
                    self.reviewer = ""
            case w.RecordsAsked():
                self.asked = event
            case w.ReceiptStated():
                self.request = event.request or self.request
                self.priority = event.priority or self.priority
                if event.records:
                    self.records, self.asked = event.records, None
            case w.QualityRead():
                self.read.add(event.session)
            case w.DeterminationSent():
                self.sent[event.session] = event.day
            case w.CaseWithdrawn():
                self.withdrawn = event.day
            case w.CaseReinstated():
                self.withdrawn = ""
            case w.CaseRemanded():
                self.remanded, self.reviewer = ts, ""
            case _:
                pass


def at_work(log: Log) -> dict[str, CaseAtWork]:
    """What stands at all desks of a log, by case."""
    steps: list[tuple[str, int, Event]] = []
    for row in log.sessions(family=FAMILY):
        try:
            steps += [(one.ts, one.id, decode(one.kind, one.body)) for one in log.read(row.id)]
        except Unreadable as refusal:
            leave_out(row.id, refusal)
    found: dict[str, CaseAtWork] = {}
    for ts, _, event in sorted(steps, key=lambda step: step[1]):
        if not isinstance(event, w.DeskOpened):
            found.setdefault(getattr(event, "case", ""), CaseAtWork()).take(event, ts)
    return found


class Desk:
    """The desk of one person, begun with its first entry."""

    def __init__(self, log: Log, actor: str) -> None:
        self.log = log
        self.actor = actor

    def _write(self, event: Event, case: str) -> None:
        """Logs a step; another window may have written in between."""
        for last in (False, True):
            own = [row.id for row in self.log.sessions(family=FAMILY) if row.reviewer == self.actor]
            session = own[-1] if own else secrets.token_hex(6)
            held = self.log.read(session)
            events = [event] if held else [w.DeskOpened(__version__), event]
            drafts = [Draft(one.kind, encode(one)) for one in events]
            try:
                self.log.append(session, drafts, actor=self.actor, case=case, after=len(held))
                return
            except Refused:
                if last or len(self.log.read(session)) == len(held):
                    raise

    def _work(self, case: str) -> CaseAtWork:
        return at_work(self.log).get(case, CaseAtWork())

    def asked(self, case: str, what: str, of: Iterable[str], copied: Iterable[str], day: str = "") -> None:
        """Records were asked for; the request is copied to all parties, or it is no request."""
        whom, others = _named(of), _named(copied)
        if not what.strip() or not whom:
            raise refuse("It is not said which records are asked for, and of whom.", "", "Say both.")
        if not others:
            raise refuse(
                "A request for records, and the answer, go to all parties (Lab. Code 4610.6(b)).",
                "",
                "Say to whom it was copied.",
            )
        self._write(w.RecordsAsked(case, past_day(day) or today(), one_line(what), whom, others), case)

    def received(self, case: str, request: str = "", records: str = "", priority: str = "") -> None:
        """The request or the records came; the time runs from the later of the two."""
        days = past_day(request), past_day(records)
        if priority and priority not in RULES:
            raise refuse(f"“{one_line(priority, 40)}” is no priority.", "", f"There are {', '.join(RULES)}.")
        if not any((*days, priority)):
            raise refuse("No day is given.", "", "Give that of the request, that of the records, or both.")
        self._write(w.ReceiptStated(case, *days, priority), case)

    def read(self, case: str, note: str = "") -> str:
        """Somebody else than who signed has read the determination for its quality; gives its session."""
        row = self._signed(case)
        if row.reviewer == self.actor:
            raise refuse(
                "You signed this determination yourself.", row.id, "Somebody else reads it for its quality."
            )
        self._write(w.QualityRead(case, row.id, one_line(note)), case)
        return row.id

    def sent(self, case: str, day: str = "") -> str:
        """The determination was mailed; gives its session."""
        row, mailed = self._signed(case), past_day(day) or today()
        signed = next((one.ts for one in self.log.read(row.id) if one.kind == "session.signed"), row.last)
        if mailed < california_day(signed):
            raise refuse(
                f"It was signed on {california_day(signed)}, and can't have been mailed on {mailed}.",
                row.id,
                "Correct the day.",
            )
        self._write(w.DeterminationSent(case, row.id, mailed), case)
        return row.id

    def _signed(self, case: str) -> SessionRow:
        held = self._work(case)
        rows = [row for row in self.log.reviews_of(case) if row.opened > held.remanded]
        if not rows or rows[0].status != "signed":
            raise refuse("This case has no signed determination.", case, "See `imr work`.")
        return rows[0]

    def withdrawn(self, case: str, reason: str, day: str = "") -> None:
        """The application was withdrawn."""
        if self._work(case).withdrawn:
            raise refuse("This case is withdrawn already.", case, "`imr work reinstated` takes it back.")
        self._write(w.CaseWithdrawn(case, past_day(day) or today(), _given(reason)), case)

    def reinstated(self, case: str, reason: str) -> None:
        """What was withdrawn is to be reviewed again."""
        if not self._work(case).withdrawn:
            raise refuse("This case isn't withdrawn.", case, "See `imr work`.")
        self._write(w.CaseReinstated(case, _given(reason)), case)

    def remanded(self, case: str, reason: str, day: str = "") -> None:
        """The determination was reversed; whoever signed it is not assigned the case again."""
        self._signed(case)
        self._write(w.CaseRemanded(case, past_day(day) or today(), _given(reason)), case)

    def tied(self, case: str, reviewer: str, party: str) -> None:
        """A reviewer has a tie to a party of the case."""
        if not party.strip():
            raise refuse("It is not said to whom the tie is.", "", "Name the party.")
        self._write(w.ConflictAttested(case, reviewer, one_line(party)), case)

    def assign(self, case: Case, reviewer: Profile, specialty: str = "") -> str:
        """Assigns a case, in the specialty that it needs, which is given back; `Refused` with all that stands against it."""
        fact = case.fact("case.claim.specialty")
        wanted = one_line(specialty) or (fact if isinstance(fact, str) else "")
        if not wanted:
            raise refuse("It is not known which specialty this case needs.", case.id, "Name it.")
        held, reviews = self._work(case.id), self.log.reviews_of(case.id)
        problems = [*_unfit(reviewer, wanted), *self._tied(case, reviewer, held, reviews)]
        if reviewer.id in earlier_reviewers(held, reviews):
            problems.append(
                Problem(
                    f"{reviewer.id} signed the determination that was reversed.",
                    case.id,
                    "On remand another reviewer decides (Lab. Code 4610.6(i)).",
                )
            )
        if problems:
            raise Refused(*problems)
        until = reviewer.certified_until, reviewer.licensed_until
        self._write(w.ReviewerAssigned(case.id, reviewer.id, wanted, *until), case.id)
        return wanted

    def _tied(
        self, case: Case, reviewer: Profile, held: CaseAtWork, reviews: Iterable[SessionRow]
    ) -> Iterator[Problem]:
        declined = any(
            one.kind == "session.declined" and one.body.get("ground") == "conflict"
            for row in reviews
            if row.reviewer == reviewer.id and row.status == "declined"
            for one in self.log.read(row.id)
        )
        said = [held.ties[reviewer.id]] if reviewer.id in held.ties else []
        said += ["the review was declined for it"] if declined else []
        said += [tie for tie in reviewer.ties if any(_names(party, tie) for party in parties(case))]
        for tie in dict.fromkeys(said):
            yield Problem(
                f"{reviewer.id} has attested a tie to a party of this case: {one_line(tie, 80)}.",
                case.id,
                "Somebody without one decides it (Lab. Code 139.5).",
            )


def earlier_reviewers(held: CaseAtWork, reviews: Iterable[SessionRow]) -> set[str]:
    """Who signed what was reversed, of a case that was sent back."""
    return {row.reviewer for row in reviews if row.status == "signed" and row.opened <= held.remanded}


def parties(case: Case) -> Iterator[str]:
    """Everybody whom the case file names: in its facts of the claim, and as authors and senders of documents."""
    stack: list[Any] = [case.data.get("claim", {})]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    for document in case.documents.values():
        yield from (document.author, document.sent_by)


def _names(party: str, tie: str) -> bool:
    """Whether a party's words hold those of a tie, whatever the case of the letters and the signs between them."""
    said, held = (re.findall(r"\w+", words.casefold()) for words in (tie, party))
    return bool(said) and any(held[at : at + len(said)] == said for at in range(len(held)))


def _unfit(reviewer: Profile, specialty: str) -> Iterator[Problem]:
    """What of the reviewer's own papers stands against an assignment today."""
    for what, until, option in (
        ("licence", reviewer.licensed_until, "--licensed-until"),
        ("certification", reviewer.certified_until, "--certified-until"),
    ):
        if not until:
            yield Problem(
                f"It is not known until when the {what} of {reviewer.id} runs.",
                "",
                f"State it: imr reviewer {option} DAY.",
            )
        elif until < today():
            yield Problem(
                f"The {what} of {reviewer.id} ran out on {until}.", "", "Renew it, or assign somebody else."
            )
    listed = {one.casefold() for one in reviewer.specialties}
    if specialty.casefold() not in listed:
        said = ", ".join(one_line(one, 40) for one in reviewer.specialties) or "none"
        yield Problem(
            f"{one_line(specialty, 60)} is no specialty of {reviewer.id}; listed: {said}.",
            "",
            "List it with `imr reviewer --specialty`, or assign somebody else.",
        )


def past_day(said: str) -> str:
    """A day that has come, as ISO; empty for nothing."""
    day = whole_day(said)
    if day > today():
        raise refuse(f"{day} has not come yet.", "", "Correct the day.")
    return day


def _named(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_line(one) for one in words if one.strip()))


def _given(reason: str) -> str:
    if not reason.strip():
        raise refuse("No reason is given.", "", "Say why.")
    return one_line(reason)


def reviewer_called(name: str) -> Profile:
    """The profile of a reviewer to whom cases can be assigned, by id; one's own for none."""
    known = profile.reviewers()
    wanted = name.strip() or profile.kept().id
    if wanted not in known:
        raise refuse(
            f"There is no reviewer “{one_line(wanted, 40)}”.",
            "",
            f"There are {', '.join(map(one_line, known))}.",
        )
    return known[wanted]


def known_case(log: Log, name: str) -> str:
    """The id of a case as somebody named it: of one at hand, else of one that is in the log alone."""
    try:
        return case_of(name).id
    except Refused:
        if any(row.case == name for row in log.sessions()) or name in at_work(log):
            return name
        raise


def case_of(name: str) -> Case:
    """The case of that name, without the rules that it is reviewed under."""
    return read_folder(library.find_case(name))


def read_folder(folder: library.CaseFolder) -> Case:
    """The case in a folder, without the rules that it is reviewed under."""
    return read_case(library.document(folder.text, "case.yaml", "case"), folder.page_counts)

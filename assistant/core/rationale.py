"""From findings to the sentences of a rationale, each with everything that it comes from.

The shape is that of real determinations: the request; the guideline that decides; what is conceded; what was
not found; what speaks against it and why that does not prevail; the conclusion. A negative sentence is never printed
in support of the side that doesn't need it. Sessions whose letter is one text keep the joined sentences of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from assistant.core import wording
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.proposal import follows_from
from assistant.core.record.checks import NotHeld, not_held
from assistant.core.record.grounds import worked_out
from assistant.core.rules.condition import atoms
from assistant.core.rules.criterion import (
    RULED_OUT,
    SIDE,
    Finding,
    Ruling,
    State,
    Suggestion,
    amount_within,
    findings,
    law_notes,
)
from assistant.core.rules.prompt_set import Criterion, Prompt, Reading, Sentence
from assistant.core.rules.suggestion import Change, suggest, would_change
from assistant.core.session import Session, depends_on, effective_date, unruled_cautions
from assistant.core.text import compiled, singular
from assistant.core.value import Value, replace
from assistant.core.wording import AnswerWords, capital, sentence_names

# One sentence of a draft with everything that it comes from, and how clauses are made of sentences.


class DraftSentence(Value):
    """One sentence and its sources, which are never all empty; `key` stays the same while its source does.

    `points` are what leads in a sentence that is better read as a list, and then the points of it.
    """

    key: str
    text: str
    origin: str = "drafted"
    prompts: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    points: tuple[str, ...] = ()


def parts_absent(prompt: Prompt, answer: Answer, element: Answer) -> Iterator[str]:
    """The parts that were not found and of which the prompt says so."""
    parts = (element.parts or {}) if answer.listing else (answer.parts or {})
    for name in prompt.absent_parts:
        if name in parts and parts[name].status is Status.NOT_DOCUMENTED:
            yield name


def inner(text: str) -> str:
    """A sentence as a clause of another: without its period and, where it is an ordinary word, its capital."""
    text = text.rstrip().removesuffix(".")
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in _ORDINARY else text


_ORDINARY = frozenset({"The", "As", "While", "No", "A", "An", "Where", "It", "This", "These", "Routine"})


def ended(text: str) -> str:
    """The text as a sentence: white space folded, a period where none stands."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def draft(
    session: Session,
    item: str,
    findings: Mapping[str, Finding],
    suggestion: Suggestion,
) -> tuple[DraftSentence, ...]:
    """The rationale of an item for the reviewer's decision, or before one for the suggested decision."""
    made = session.determinations.get(item)
    decision = made.decision if made is not None else suggestion.decision
    writer = _Writer(session, item, findings, decision)
    sentences = writer.once_named(writer.sentences())
    if session.frame().counts_one:
        sentences = [one if "“" in one.text else replace(one, text=singular(one.text)) for one in sentences]
    edits = session.edits.get(item, {})
    edited = [
        replace(one, text=edits[one.key].text, origin="reviewer", points=())
        if one.key in edits and edits[one.key].was == one.text
        else one
        for one in sentences
    ]
    return tuple(edited)


class _Writer:
    def __init__(
        self, session: Session, item: str, findings: Mapping[str, Finding], decision: str | None
    ) -> None:
        self.session = session
        self.key = item
        self.item = session.rules.case.items[item]
        self.reading: Reading = session.reading(item)
        self.set = self.reading.prompt_set
        self.findings = findings
        self.decision = decision
        self.side = SIDE.get(decision or "", "")
        self.said: set[str] = set()

    def sentences(self) -> Iterator[DraftSentence]:
        yield from self.request()
        yield from self.quantity()
        yield from self.dependent()
        ours = self.carrying()
        top = min((self.set.rank(criterion) for criterion in ours), default=None)
        deciding = [criterion for criterion in ours if self.set.rank(criterion) == top]
        if not self.apart:
            yield from self.rebutted_against(ours)
        for criterion in deciding:
            if criterion.id not in self.said:
                yield from self.says(criterion)
            yield from self.partly(criterion)
        yield from self.laws()
        yield from self.concessions()
        if self.apart:
            yield from self.departure()
        yield from self.prompt_sentences()
        for criterion in ours:
            if criterion not in deciding and criterion.id not in self.said:
                yield from self.says(criterion)
        if self.apart:
            yield from self.outweighed(ours)
        yield from self.unmet()
        yield from self.dissent(top)
        yield from self.reviewers_words()
        yield from self.conclusion()

    @cached_property
    def not_held(self) -> NotHeld:
        """The later studies that the reviewer does not hold against the provider: no finding rests on them."""
        return not_held(self.session, self.key) if self.flows else NotHeld()

    def carrying(self) -> list[Criterion]:
        """What stands on the decision's side; what rests on a study that isn't held against the provider, only if nothing else does."""
        ours = self.arguing(self.side, stands=True)
        held = [
            one for one in ours if self.side != "against" or self.not_held.prompts.isdisjoint(one.reads())
        ]
        return held or ours

    # -- the parts, in the letter's order --------------------------------------------------------

    def request(self) -> Iterator[DraftSentence]:
        text, template = self.rendered(self.set.request)
        if text:
            prompts = self.prompts_named(template, self.set.request)
            yield DraftSentence(
                "request",
                text,
                prompts=prompts,
                facts=("item.service",),
                evidence=(*self.item.evidence[:1], *self.evidence(prompts)),
            )

    def quantity(self) -> Iterator[DraftSentence]:
        """What was asked for, what of it was certified, and what is in dispute."""
        allowed = self.item.facts.get("certified")
        asked, certified = self.item.requested, self.item.certified
        if not isinstance(allowed, Mapping):
            return
        if "quantity" in allowed and asked is not None and certified is not None:
            numbers = {"asked": asked, "certified": certified, "disputed": asked - certified}
            text = self.say("rationale.modified", **{n: self.amount(one) for n, one in numbers.items()})
        else:
            said = next(iter(allowed.values()))
            words = wording.joined(map(str, said)) if isinstance(said, list) else str(said)
            text = self.say("rationale.certified", certified=words)
        facts = ("item.quantity", "item.certified")
        yield DraftSentence("certified", capital(text), facts=facts, evidence=self.item.evidence[:1])

    def amount(self, number: float) -> str:
        return f"{number:g} {self.item.unit}".strip()

    def dependent(self) -> Iterator[DraftSentence]:
        """That the item falls with the one that it depends on."""
        parent = self.item.depends_on
        if parent and self.session.upheld(parent):
            service = self.session.rules.case.items[parent].service
            text = self.say("rationale.dependent", item=parent, service=service)
            yield DraftSentence("dependent", text, facts=("item.depends_on", f"determination.{parent}"))

    def partly(self, criterion: Criterion) -> Iterator[DraftSentence]:
        """How much of what was asked for would be within the limit, beyond what was certified."""
        within, certified = amount_within(self.reading, criterion), self.item.certified
        asked = self.reading.answer(criterion.limit.asked) if criterion.limit is not None else None
        if within is None or certified is None or asked is None or not criterion.partly:
            return
        more = within - certified
        if within < asked.value and more > 0:
            numbers = {"within": within, "asked": asked.value, "certified": certified, "more": more}
            names = {name: AnswerWords(self.amount(one) if one else "") for name, one in numbers.items()}
            text, _ = self.rendered(criterion.partly, criterion, also=names)
            one = self.sourced(f"partly:{criterion.id}", ended(text), criterion)
            yield replace(one, facts=("item.quantity", "item.certified"))

    def laws(self) -> Iterator[DraftSentence]:
        """What a law says beside the guidelines; it argues nothing."""
        told = law_notes(self.reading)
        for note in self.set.notes:
            if note.id in told:
                citation = {"citation": AnswerWords(self.set.citations[note.cite].name)}
                text, _ = self.rendered(note.says, also=citation)
                prompts = tuple(dict.fromkeys(a.prompt for f in (note.applies, note.when) for a in atoms(f)))
                if text:
                    yield DraftSentence(
                        f"law:{note.id}",
                        ended(text),
                        prompts=prompts,
                        citations=(note.cite,),
                        evidence=self.evidence(prompts),
                    )

    def says(self, criterion: Criterion) -> Iterator[DraftSentence]:
        text, _ = self.rendered(criterion.says, criterion)
        self.said.add(criterion.id)
        if text:
            yield self.sourced(f"criterion:{criterion.id}", text, criterion)
            yield from self.measured(criterion)
            if self.flows:
                yield from self.caution(criterion.id)

    def measured(self, criterion: Criterion) -> Iterator[DraftSentence]:
        """Whether what was asked for is within the number of a guideline, or by how much it is over it."""
        limit = criterion.limit
        answer = self.reading.answer(limit.of) if limit is not None else None
        if limit is None or answer is None or not answer.given or not self.flows:
            return
        more = answer.value - limit.up_to
        if more <= 0 and criterion.argues == "for":
            yield self.sourced(f"measured:{criterion.id}", self.say("rationale.within"), criterion)
        if more > 0 and criterion.argues == "against":
            words = wording.words_of(self.set.prompts[limit.of].schema, replace(answer, value=more))
            text = self.say("rationale.over", more=words)
            yield self.sourced(f"measured:{criterion.id}", text, criterion)

    def by_rebutters(self, ours: Sequence[Criterion]) -> Mapping[tuple[str, ...], list[Criterion]]:
        """Arguments of the other side that standing ones of ours rebut, by the names of those."""
        made: dict[tuple[str, ...], list[Criterion]] = {}
        for criterion in self.arguing(self.other, stands=False):
            rebutters = tuple(
                name for name in self.findings[criterion.id].rebutted_by if self.set.criteria[name] in ours
            )
            if rebutters:
                made.setdefault(rebutters, []).append(criterion)
        return made

    def outweighed(self, ours: Sequence[Criterion]) -> Iterator[DraftSentence]:
        """What ours rebut, each in a sentence of its own, and then by what it is outweighed."""
        for names, rebutted in self.by_rebutters(ours).items():
            rebutters = [self.set.criteria[name] for name in names]
            for one in rebutted:
                yield self.sourced(f"rebutted:{one.id}", self.rendered(one.says, one)[0], one)
            cited = dict.fromkeys(self.set.citations[one.cite].name for one in rebutters)
            place = "rationale.outweighed_by" if len(rebutted) == 1 else "rationale.all_outweighed_by"
            text = self.say(place, citation=wording.joined(cited, self.say("rationale.and")))
            yield self.sourced(f"outweighed:{'+'.join(names)}", text, *rebutted, *rebutters)
            yield from self.ruling_sentences(rebutters)

    def rebutted_against(self, ours: Sequence[Criterion]) -> Iterator[DraftSentence]:
        """What ours rebut, introduced as rebutted, together."""
        for names, rebutted in self.by_rebutters(ours).items():
            rebutters_ = [self.set.criteria[name] for name in names]
            conceded, *more = [inner(self.rendered(one.says, one)[0]) for one in rebutted]
            for further in more:
                conceded = self.say("rationale.and_although", before=conceded, further=further)
            why = wording.joined(
                (inner(self.rendered(one.says, one)[0]) for one in rebutters_), self.say("rationale.and")
            )
            text = self.say("rationale.outweighed", against=conceded, because=why)
            self.said.update({*names, *(one.id for one in rebutted)})
            yield self.sourced(f"rebutted:{'+'.join(names)}", text, *rebutted, *rebutters_)
            yield from self.ruling_sentences(rebutters_)

    def ruling_sentences(self, criteria: Sequence[Criterion]) -> Iterator[DraftSentence]:
        for criterion in criteria:
            ruling = self.rulings.get(criterion.id)
            if ruling is not None and ruling.ruling == "accepted":
                text = self.say("rationale.accepted", reason=ended(ruling.reason))
                yield replace(self.sourced(f"ruling:{criterion.id}", text, criterion), origin="reviewer")

    def concessions(self) -> Iterator[DraftSentence]:
        """What a standing argument of ours grants to the other side."""
        for criterion in self.set.criteria.values():
            finding = self.findings[criterion.id]
            if criterion.concedes and criterion.argues == self.side and finding.stands:
                text, template = self.rendered(criterion.concedes, criterion)
                if text:
                    prompts = self.prompts_named(template, criterion.concedes)
                    one = self.sourced(f"concedes:{criterion.id}", text, criterion)
                    yield replace(one, prompts=prompts or one.prompts, evidence=self.evidence(prompts))

    def prompt_sentences(self) -> Iterator[DraftSentence]:
        absent: list[tuple[Prompt, str]] = []
        for prompt in self.speaking():
            answer = self.reading.answer(prompt.id)
            if answer is None:
                continue
            status = answer.status.value
            if answer.status is Status.NOT_DOCUMENTED:
                if self.decision == "upheld":
                    absent.append((prompt, prompt.absence))
                continue
            if status in prompt.says:
                text, template = self.rendered(prompt.says[status], value_of=prompt)
                if text:
                    prompts = tuple(
                        dict.fromkeys((prompt.id, *self.prompts_named(template, prompt.says[status])))
                    )
                    yield DraftSentence(
                        f"prompt:{prompt.id}", ended(text), prompts=prompts, evidence=self.evidence(prompts)
                    )
            if self.decision == "upheld":
                parts = [
                    part
                    for number, element in (answer.parts or {}).items()
                    if (prompt.id, number) not in self.not_held.entries
                    for part in parts_absent(prompt, answer, element)
                ]
                absent += [(prompt, prompt.absent_parts[part]) for part in dict.fromkeys(parts)]
        yield from self.absences(absent)

    def absences(self, absent: Sequence[tuple[Prompt, str]]) -> Iterator[DraftSentence]:
        """What was not found: said together where there is more than one such thing."""
        together = [(prompt, phrase) for prompt, phrase in absent if phrase] if self.set.together else []
        if len(together) > 1 or (together and "not_documented" not in together[0][0].says):
            listed = wording.joined((phrase for _, phrase in together), self.say("rationale.or"))
            text = wording.render(self.set.together, {"absences": listed})
            yield DraftSentence(
                "together",
                text,
                prompts=tuple(dict.fromkeys(prompt.id for prompt, _ in together)),
                points=self.listed(listed, text, [phrase for _, phrase in together]),
            )
            absent = [one for one in absent if one not in together]
        for prompt, phrase in absent:
            if phrase in prompt.absent_parts.values() and self.session.frame().tells_parts:
                text = self.say("rationale.part_absent", absences=phrase)
                yield DraftSentence(f"absent:{prompt.id}", text, prompts=(prompt.id,))
            elif "not_documented" in prompt.says:
                text, _ = self.rendered(prompt.says["not_documented"], value_of=prompt)
                if text:
                    yield DraftSentence(f"prompt:{prompt.id}", text, prompts=(prompt.id,))

    def listed(self, said: str, text: str, phrases: Sequence[str]) -> tuple[str, ...]:
        """What leads in the phrases that a sentence ends with, and these; nothing where they are few, or more follows."""
        if not self.flows or len(phrases) < LISTED or not text.endswith(f"{said}."):
            return ()
        return text.removesuffix(f" {said}."), *phrases

    def unmet(self) -> Iterator[DraftSentence]:
        """Why an argument of the other side, which speaks of this case, was not made out."""
        for criterion in self.set.criteria.values():
            if (
                criterion.argues == self.other
                and self.findings[criterion.id].state is State.NOT_MET
                and criterion.unmet
            ):
                text, _ = self.rendered(criterion.unmet, criterion)
                if text:
                    yield self.sourced(f"unmet:{criterion.id}", text, criterion)

    def dissent(self, top: int | None) -> Iterator[DraftSentence]:
        """What stands on the other side, and why it doesn't prevail."""
        against: list[Criterion] = []
        for criterion in self.arguing(self.other, stands=True):
            text, _ = self.rendered(criterion.says, criterion)
            if not text:
                continue
            rank, tier = self.set.rank(criterion), ""
            if top is not None and rank > top:
                above = next(c for c in self.arguing(self.side, True) if self.set.rank(c) == top)
                tier = self.say(f"tiers.{self.set.tier(above)}")
                if not self.apart:
                    text = self.say("rationale.below", against=inner(text), tier=tier)
            yield self.sourced(f"dissent:{criterion.id}", text, criterion)
            if tier and self.apart:
                yield self.sourced(
                    f"below:{criterion.id}", self.say("rationale.stands_below", tier=tier), criterion
                )
            against += [] if tier else [criterion]
            if self.flows:
                self.said.add(criterion.id)
                yield from self.caution(criterion.id)
        made = self.session.determinations.get(self.key)
        if self.flows and against and made is not None and made.departs:
            one = self.sourced("departed", self.say("rationale.departed"), *against)
            yield replace(one, facts=(f"determination.{self.key}",))

    def reviewers_words(self) -> Iterator[DraftSentence]:
        for name, ruling in self.rulings.items():
            if name not in self.set.criteria:
                continue  # a source that the reviewer entered, and took back
            criterion = self.set.criteria[name]
            citation = self.set.citations[criterion.cite].name
            if ruling.ruling in RULED_OUT:
                text = self.say(f"rationale.{ruling.ruling}", citation=citation, reason=ended(ruling.reason))
                yield replace(self.sourced(f"ruling:{name}", text, criterion), origin="reviewer")
            elif ruling.ruling == "declined" and self.findings[name].state is State.MET:
                text = self.say("rationale.declined", citation=citation, reason=ended(ruling.reason))
                yield replace(self.sourced(f"ruling:{name}", text, criterion), origin="reviewer")
        yield from self.cautions()
        if not self.apart:
            yield from self.departure()

    def departure(self) -> Iterator[DraftSentence]:
        """Why the reviewer decides otherwise than the findings suggest."""
        made = self.session.determinations.get(self.key)
        if made is not None and made.departs:
            carried = [self.set.criteria[name] for name, f in self.findings.items() if f.stands]
            reason, facts = ended(made.reason), (f"determination.{self.key}",)
            if self.session.guard > 8:
                reason = f"{reason[0].upper()}{reason[1:]}"
                if not self.carrying():
                    yield replace(self.sourced("own_reason", self.say("rationale.own_reason")), facts=facts)
            one = self.sourced("departure", reason, *carried)
            yield replace(one, origin="reviewer", facts=facts)

    def cautions(self) -> Iterator[DraftSentence]:
        """What the reviewer ruled on a criterion under a caution, unless it stands beside the criterion's sentence."""
        for name in self.session.cautions.get(self.key, {}):
            if name in self.set.criteria and not (self.flows and name in self.said):
                yield from self.caution(name)

    def caution(self, name: str) -> Iterator[DraftSentence]:
        """What the reviewer ruled on a criterion under a caution, where it stands or was barred by that."""
        ruling = self.session.cautions.get(self.key, {}).get(name)
        if ruling is None:
            return
        criterion, finding = self.set.criteria[name], self.findings[name]
        if criterion.own and finding.stands:
            yield self.governing(criterion, ruling)
        barred = ruling.ruling == "does_not_govern"
        raised = criterion.caution is not None and self.reading.holds(criterion.caution.when) is True
        if criterion.caution is not None and raised and (barred or finding.state is State.MET):
            text = self.say(
                "rationale.does_not_govern" if barred else "rationale.governs",
                citation=self.set.citations[criterion.cite].name,
                caution=ended(criterion.caution.says),
                reason=ended(ruling.reason),
            )
            one = self.sourced(f"caution:{name}", capital(text), criterion)
            yield replace(one, origin="reviewer")

    def governing(self, criterion: Criterion, ruling: Ruling) -> DraftSentence:
        """Why one of the reviewer's own sources governs before those at variance with it."""
        citation = self.set.citations[criterion.cite].name
        text = self.say("rationale.own_governs", citation=citation, reason=ended(ruling.reason))
        return self.sourced(f"governs:{criterion.id}", capital(text), criterion)

    def conclusion(self) -> Iterator[DraftSentence]:
        if self.decision is None:
            return
        text, _ = self.rendered(self.set.conclusion[self.decision])
        carrying = self.carrying()
        one = replace(self.sourced("conclusion", text, *carrying), origin="drafted")
        yield replace(one, facts=(f"determination.{self.key}",), evidence=())

    # -- what the parts are made from ------------------------------------------------------------

    def say(self, place: str, **values: object) -> str:
        """What the session's letter says at a place of its frame, which is read only when it is first needed."""
        return self.session.frame().say(place, **values)

    def once_named(self, sentences: Iterable[DraftSentence]) -> list[DraftSentence]:
        """The sentences; a citation that was the last named isn't named in full again, nor a fact said twice."""
        made: list[DraftSentence] = []
        named: set[str] = set()
        run: tuple[tuple[str, ...], int] = (), 0
        every = list(sentences)
        for one in every:
            others = every if self.session.guard > 7 else made
            if self.apart and one.key.startswith("prompt:") and _said_by(one.text, others):
                continue
            here = {self.set.citations[cite].name for cite in one.citations}
            text = one.text
            for name in named & here if self.apart else ():
                text = _in_place(text, name, self.say("rationale.same_source"))
            if self.flows and not one.key.startswith("outweighed:"):
                text = self.same_guideline(text, named, here - named)
            if self.flows:
                text, run = self.opened_otherwise(text, run)
            was, one = one.text, replace(one, text=text)
            made.append(one)
            told = {name for name in here if name in was or capital(name) in was}
            named = told if told or not self.flows else named
        return made

    def same_guideline(self, text: str, named: Iterable[str], here: Iterable[str]) -> str:
        """The text with another place of the guideline that was named last by that place alone."""
        sources = {_source(name) for name in named}
        for name in here:
            if _source(name) in sources and _source(name) != name:
                text = _in_place(text, _source(name), self.say("rationale.same_guideline"))
        return text

    def opened_otherwise(
        self, text: str, run: tuple[tuple[str, ...], int]
    ) -> tuple[str, tuple[tuple[str, ...], int]]:
        """The text with another opening than that of the sentences before it, and the run of openings that it stands in."""
        for opening, others in _openings(self.say("rationale.openings")):
            if text.startswith(f"{opening} "):
                before, count = run if run[0] == others else (others, 0)
                turn = count % (len(others) + 1)
                said = f"{others[turn - 1]}{text.removeprefix(opening)}" if turn else text
                return said, (before, count + 1)
        return text, ((), 0)

    @property
    def flows(self) -> bool:
        """Whether sentences that follow each other are joined up by the frame."""
        return self.session.frame().flows

    @property
    def apart(self) -> bool:
        """Whether what speaks on each side is said in sentences of its own."""
        return self.session.frame().in_two_parts

    @property
    def other(self) -> str:
        return {"for": "against", "against": "for"}.get(self.side, "")

    @property
    def rulings(self) -> Mapping[str, Ruling]:
        return self.session.rulings.get(self.key, {})

    def arguing(self, side: str, stands: bool) -> list[Criterion]:
        """The criteria that argue a side and stand (or don't), the highest tier first."""
        found = [
            c for c in self.set.criteria.values() if c.argues == side and self.findings[c.id].stands is stands
        ]
        return sorted(found, key=self.set.rank)

    def speaking(self) -> list[Prompt]:
        """The prompts that say something: read by a deciding, dissenting or not-met opposing criterion, or `speaks`."""
        read: set[str] = set()
        for criterion in self.set.criteria.values():
            finding = self.findings[criterion.id]
            opposing = criterion.argues == self.other and finding.state is State.NOT_MET
            if finding.stands or opposing:
                read.update(criterion.reads())
        return [p for p in self.set.prompts.values() if p.says and (p.speaks or p.id in read)]

    def rendered(
        self,
        sentence: Sentence,
        criterion: Criterion | None = None,
        value_of: Prompt | None = None,
        also: Mapping[str, AnswerWords] | None = None,
    ) -> tuple[str, str]:
        """The text of the first branch that holds, and its template."""
        for branch in sentence:
            if criterion is not None and criterion.own:
                return self.quoted(branch.says, criterion.own), ""
            if self.reading.holds(branch.when) is True:
                more = dict(also or {})
                if criterion is not None:
                    more["citation"] = AnswerWords(self.set.citations[criterion.cite].name)
                if value_of is not None:
                    names = sentence_names(
                        self.reading, self.session.rules.case, self.item, "{{ " + value_of.id + " }}"
                    )
                    more["value"] = names[value_of.id]
                values = sentence_names(self.reading, self.session.rules.case, self.item, branch.says, **more)
                return capital(wording.render(branch.says, values)), branch.says
        return "", ""

    def quoted(self, says: str, quote: str) -> str:
        """What a source of the reviewer's own says, and how it bears on the worker, as two sentences."""
        before, mark, bears = says.partition(f"“{quote}” ")
        if not mark or not self.session.frame().tells_parts:
            return says
        named = before.removesuffix(" says: ")
        if named != before and not named.endswith(")"):
            before = f"{named}, says: "  # after the design of a study
        period = "" if quote.endswith((".", "!", "?", "…")) else "."
        return f"{capital(before)}“{quote}”{period} {capital(bears)}"

    def prompts_named(self, template: str, sentence: Sentence) -> tuple[str, ...]:
        """The prompts that a sentence names, or whose answers choose its wording."""
        named = [name for name in wording.names(template) if name in self.set.prompts]
        chosen = [atom.prompt for branch in sentence for atom in atoms(branch.when)]
        return tuple(dict.fromkeys([*named, *chosen]))

    def evidence(self, prompts: Sequence[str]) -> tuple[Evidence, ...]:
        found: list[Evidence] = []
        for name in prompts:
            answer = self.reading.answer(name)
            found.extend(answer.all_evidence() if answer is not None else ())
        return tuple(dict.fromkeys(found))

    def sourced(self, key: str, text: str, *criteria: Criterion) -> DraftSentence:
        own = any(one.own for one in criteria)
        prompts = tuple(dict.fromkeys(name for c in criteria for name in c.reads()))
        return DraftSentence(
            key,
            text,
            origin="reviewer" if own else "drafted",
            prompts=prompts,
            criteria=tuple(c.id for c in criteria),
            citations=tuple(dict.fromkeys(c.cite for c in criteria)),
            evidence=self.evidence(prompts),
        )


LISTED = 4  # so many things that were not found read better as a list


@lru_cache(maxsize=8)
def _openings(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a sentence may begin with, and what stands there instead in those that follow; the longest first."""
    pairs = (one.split("=", 1) for one in text.split(";") if "=" in one)
    made = [(first.strip(), tuple(other.strip() for other in more.split("/"))) for first, more in pairs]
    return tuple(sorted(made, key=lambda one: -len(one[0])))


def _in_place(text: str, name: str, other: str) -> str:
    return text.replace(name, other).replace(capital(name), capital(other))


def _source(name: str) -> str:
    """The name of a guideline without its place: `the MTUS chronic pain guideline of 2009 (TENS, p. 114)`."""
    return name.rpartition(" (")[0] if name.endswith(")") else name


def _said_by(text: str, others: Iterable[DraftSentence]) -> bool:
    """Whether a guideline's sentence ends with what this one says."""
    ending = text.rstrip(".").lower()
    return any(one.text.rstrip(".").lower().endswith((f" {ending}", f"; {ending}")) for one in others)


# What the answers of an item come to: findings, suggestion and draft, worked out together.


@dataclass(frozen=True)
class Assessment:
    """The findings, the suggestion and the draft of one item; the draft is written when it is first asked for."""

    findings: Mapping[str, Finding]
    suggestion: Suggestion
    session: Session = field(repr=False, compare=False)
    item: str

    @cached_property
    def sentences(self) -> tuple[DraftSentence, ...]:
        return draft(self.session, self.item, self.findings, self.suggestion)

    @cached_property
    def kept(self) -> dict[object, Any]:
        """For what else is worked out of it, and wanted more than once."""
        return {}


def assess(session: Session, item: str) -> Assessment:
    """The assessment of an item as things are answered and ruled."""
    reading = session.reading(item)
    on = effective_date(session, item)
    rulings = session.ruled(item)
    found = findings(reading, on, rulings)
    parent = depends_on(session, item)
    if parent and session.upheld(parent) is not False:
        suggestion = (
            Suggestion(None, "open") if session.upheld(parent) is None else Suggestion("upheld", "carried")
        )
    else:
        suggestion = suggest(reading, on, rulings)
    return Assessment(found, suggestion, session, item)


def deciding_cautions(session: Session, item: str) -> tuple[str, ...]:
    """The cautions not ruled on without whose criterion the suggestion would be another."""
    made = assess(session, item)
    found = []
    for name in unruled_cautions(session, item, made.findings):
        barred = {**session.ruled(item), name: Ruling("does_not_govern", "")}
        without = suggest(session.reading(item), effective_date(session, item), barred)
        if without.decision != made.suggestion.decision:
            found.append(name)
    return tuple(found)


_ROOT = r"[a-z0-9_]*"  # the question with which a place of a change begins


def changes_of(session: Session, item: str) -> tuple[Change, ...]:
    """What would change the suggestion of an item; what follows from answers that stay as they are can't be otherwise.

    One that wants all that another wants, and more, is not told.
    """
    reading, certified = session.reading(item), session.rules.case.items[item].certified
    prompts = reading.prompt_set.prompts

    def can_be(change: Change) -> bool:
        named = {one[0] for path in change.answers if (one := compiled(_ROOT).match(path))}
        return not any(
            not follows_from(prompts[name], reading) & named and worked_out(session, item, name) is not None
            for name in named & prompts.keys()
        )

    found = would_change(reading, effective_date(session, item), session.ruled(item), certified)
    possible = [one for one in found if can_be(one)]

    def wants_more(change: Change) -> bool:
        return any(
            one.decision == change.decision and one.answers.items() < change.answers.items()
            for one in possible
        )

    return tuple(one for one in possible if not wants_more(one))

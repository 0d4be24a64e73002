"""What the pages of a packet propose: what it is made of, and its text once it was confirmed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant import library
from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate, dates_in, how_to_write, not_a_date, parse_date, read_date
from assistant.core.problem import refuse
from assistant.core.record.chronology_lines import Line, worded
from assistant.core.record.claim import Fact
from assistant.core.record.mentions import akin
from assistant.core.record.refusal import Refusal
from assistant.core.record.sentences import APPLICATION, REQUEST, UR_REPORT, PacketDocument, cleared
from assistant.core.rules.services import SetProposal, propose_set, services_of
from assistant.core.text import digest, one_line
from assistant.core.value import Value, replace
from assistant.records.case_yaml import Entry, scalar, with_entries
from assistant.records.item_facts import asked_facts, fact_lines, stated
from assistant.records.line_facts import checked_part, given_parts, with_facts

DOCUMENT, QUESTION, CLAIM, DECISION, ITEM, LINE = "document", "question", "claim", "decision", "item", "line"
GROUPS = (DOCUMENT, QUESTION, CLAIM, DECISION, ITEM, LINE)
"""The groups of proposals in the order in which they are confirmed; all but the last come before a review."""
OPEN, CONFIRMED, REFUSED = "open", "confirmed", "refused"
BEFORE_INJURY = "before the injury"
KEPT = "decided.json"
"""In a case folder: what was decided of the lines that its records propose, by their keys."""


class Proposal(Value):
    """Something that the pages propose: its fields, where it stands, and what else is to be said of it.

    `asked` are the fields that a person has to fill in; `others` are pages that say something else.
    """

    key: str
    group: str
    title: str
    fields: Mapping[str, str]
    evidence: tuple[Evidence, ...] = ()
    asked: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    state: str = OPEN

    @property
    def words(self) -> str:
        """What is proposed, on one line."""
        told = {name: f"{_TOLD_AS.get(name, '')}{value}" for name, value in self.fields.items() if value}
        if "quantity" in told and "unit" in told:
            told["quantity"] += f" {told.pop('unit')}"
        said = ", ".join(told.values())
        return f"{self.title}: {said}" if said else self.title


_TOLD_AS = {
    "received": "received ",
    "request_date": "requested ",
    "quantity": "quantity ",
    "certified": "certified ",
    "prompt_set": "prompt set ",
}
"""Before the values that don't say by themselves what they are."""


def corrected(one: Proposal, name: str, value: str) -> dict[str, str]:
    """The parts of a proposal with another value for one; raises `Refused` for a value that it can't have."""
    if name not in one.fields:
        raise refuse(
            f"It has no “{one_line(name, 40)}”.", "", f"Its parts are {', '.join(one.fields) or 'none'}."
        )
    value = one_line(value)
    if name in ("date", "received", "request_date", "since", "decided") and value:
        date = read_date(value)
        if date is None:
            raise refuse(not_a_date(value, f"“{one_line(value, 40)}”"), "", how_to_write(value))
        value = str(date)
    checked_part(name, value)
    if name == "prompt_set" and value not in library.sources().prompts:
        raise refuse(f"There is no prompt set “{one_line(value, 40)}”.", "", "See `imr prompts list`.")
    held = {**one.fields, name: value}
    if name == "date" and held.get("says"):
        old, new = parse_date(one.fields["date"]), parse_date(value)
        if old is not None and new is not None:  # the words of the program follow, those of the page don't
            said, mark, quote = held["says"].partition("“")
            held["says"] = said.replace(old.prose(), new.prose(), 1) + mark + quote
    return held


def set_for(service: str, region: str) -> SetProposal:
    return propose_set(service, region, services_of(library.sources()), library.intake("services"))


_COMPLAINTS = (
    r"(?i)\b(?:(?P<how>chronic|constant|persistent|ongoing)\s+)?"
    r"(?P<where>(?:low|lower|mid|upper) back|neck|(?:left |right |bilateral )?(?:shoulder|knee|wrist|hand|hip|ankle|elbow|foot)) pain\b|\bLBP\b"
)


def _complaint(documents: Sequence[PacketDocument]) -> tuple[str, Evidence | None, tuple[str, ...]]:
    """What the patient complains of, as the notes word it most, and the notes that give it another side."""
    seen: dict[str, Evidence] = {}
    counted: Counter[str] = Counter()
    for one in documents:
        if one.type in (REQUEST, "Proof of service", UR_REPORT, APPLICATION):
            continue
        for number, page in enumerate(one.pages, 1):
            for line in page.split("\n"):
                if "pain" not in (lowered := line.lower()) and "lbp" not in lowered:
                    continue
                for match in re.finditer(_COMPLAINTS, cleared(line)):
                    said = "low back pain" if match[0].upper() == "LBP" else f"{match['where']} pain".lower()
                    counted[said] += 1
                    seen.setdefault(said, Evidence(one.id, number, " ".join(line.split())))
    if not counted:
        return "", None, ()
    best = counted.most_common(1)[0][0]
    turned = {"left": "right", "right": "left"}.get(best.split()[0], "")
    other = f"{turned} {best.partition(' ')[2]}"
    places = [seen[other]] if turned and other in seen else []
    return best, seen[best], tuple(f"{other} ({one.document}:{one.page})" for one in places)


def claim_proposals(
    facts: Mapping[str, Fact], documents: Sequence[PacketDocument], region: str, said: Refusal
) -> Iterator[Proposal]:
    injury = facts.get("injury")
    said_else = dict(reversed(injury.others)) if injury else {}
    others = [f"{value} ({where.document}:{where.page})" for value, where in reversed(said_else.items())]
    yield Proposal(
        "claim-injury", CLAIM, "Date of injury", {"date": injury.value if injury else ""},
        (injury.evidence,) if injury else (), () if injury else ("date",), tuple(others),
    )  # fmt: skip
    complaint, place, turned = _complaint(documents)
    sides = {one.side for one in said.services if one.side}
    yield Proposal(
        "claim-complaint", CLAIM, "Complaint",
        {"complaint": complaint, "region": region, "side": sides.pop() if len(sides) == 1 else ""},
        (place,) if place else (), () if complaint else ("complaint",), turned,
    )  # fmt: skip


def decision_proposals(said: Refusal, injury: PartialDate | None) -> Iterator[Proposal]:
    fields = {
        "date": said.decided.value if said.decided else "",
        "received": said.received.value if said.received else "",
        "guideline": _short(said.guideline.value) if said.guideline else "",
    }
    told = [one for one in (said.decided, said.guideline, said.received) if one is not None]
    decided = parse_date(fields["date"])
    notes = (BEFORE_INJURY,) if injury is not None and decided is not None and injury.after(decided) else ()
    yield Proposal(
        "decision", DECISION, "Utilization review decision", fields,
        tuple(one.evidence for one in told if one.evidence.quote),
        tuple(name for name in ("date", "guideline") if not fields[name]),
        tuple(f"{value} ({where.document}:{where.page})" for value, where in said.decided.others)
        if said.decided else (),
        notes,
    )  # fmt: skip
    if said.reason is not None:
        yield Proposal(
            "decision-reason",
            DECISION,
            "Reason given",
            {"reason": said.reason.value},
            (said.reason.evidence,),
        )


def _short(text: str) -> str:
    return text.strip(" .")


_OWN = {"decided": "decided", "received": "received", "guideline": "guideline", "rationale": "reason"}
"""What an item has of its own where another report than that on the rest decided it."""
ITEM_FIELDS = "service region side levels quantity unit certified decision request_date prompt_set".split()


def item_proposals(
    said: Refusal, region: str, documents: Sequence[PacketDocument] = ()
) -> Iterator[Proposal]:
    if not said.services:
        fields = dict.fromkeys(ITEM_FIELDS, "") | {
            "region": region,
            "decision": "denied",
            "prompt_set": "general",
        }
        yield Proposal(
            "item-1", ITEM, "Disputed item", fields,
            asked=tuple(name for name in ("service", "region") if not fields[name]),
            notes=("The pages don't say it in a way that is known: write what was refused.",),
        )  # fmt: skip
    for one in said.services:
        proposed = set_for(one.words, one.region or region)
        quantity, unit = _amount(one.quantity)
        allowed, _ = _amount(one.certified)
        if quantity and allowed and float(allowed) >= float(quantity):
            allowed = ""  # it was cut in another way, as of the refills
        fields = {
            "service": one.words,
            "region": one.region or proposed.region or region,
            "side": one.side,
            "levels": ", ".join(one.levels),
            "quantity": quantity,
            "unit": unit,
            "certified": allowed if one.decision == "modified" else "",
            "decision": one.decision,
            "request_date": one.request_date,
            "prompt_set": proposed.prompt_set,
            **{_OWN[name]: value for name, value in one.own},
            **stated(proposed.prompt_set, one.words, one.region or region),
        }
        facts = stated(proposed.prompt_set, one.words)
        asked_on = _asked_on(documents, proposed.prompt_set, facts, one.request_date)
        places = (one.evidence, *((one.requested_as,) if one.requested_as else ()), *asked_on)
        asked = [name for name in ("region",) if not fields[name]]
        notes = (
            ()
            if proposed.prompt_set != "general"
            else ("No set of questions is for this service: `general` asks about it.",)
        )
        yield Proposal(
            digest(f"item|{one.words}")[:16], ITEM, "Disputed item", fields, places, tuple(asked),
            tuple(f"{value} ({where.document}:{where.page})" for value, where in one.others), notes,
        )  # fmt: skip


_AROUND = 45
"""So many days before the request a note may have asked for it."""


def _asked_on(
    documents: Sequence[PacketDocument], prompt_set: str, facts: Mapping[str, str], requested: str
) -> Iterator[Evidence]:
    """The words of the request, or of a note near it, that say all the facts of an item: an answer of them rests on these."""
    day, told = parse_date(requested), any(facts.values())
    near = [
        one
        for one in documents
        if told and one.type not in (UR_REPORT, APPLICATION) and one.date is not None and day is not None
        and 0 <= (day.latest - one.date.earliest).days <= _AROUND
    ]  # fmt: skip
    for one in sorted(near, key=lambda each: each.type != REQUEST):
        for number, page in enumerate(one.pages, 1):
            lines = page.split("\n")
            for first in range(len(lines)):
                for count in (1, 2, 3):
                    quote = " ".join(" ".join(lines[first : first + count]).split())
                    if len(quote) < _LONGEST and stated(prompt_set, quote) == facts:
                        yield Evidence(one.id, number, quote)
                        return


_LONGEST = 200


def _amount(said: str) -> tuple[str, str]:
    found = re.match(r"#?\s?(\d+(?:\.\d+)?)\s*(\w*)", said)
    return (found[1], found[2]) if found else ("", "")


def line_fields(line: Line, decided: PartialDate | None) -> dict[str, str]:
    """What a line of the chronology is, as a person may correct it: its sentence, and the parts that become facts."""
    return {
        "date": str(line.date),
        "kind": line.kind,
        "region": line.region,
        "side": line.side,
        "says": worded(line, _templates()),
        **given_parts(line, decided),
    }


def _templates() -> Mapping[str, Any]:
    return library.chronology_words()


def line_proposals(
    lines: Sequence[Line], region: str, injury: PartialDate | None, decided: PartialDate | None
) -> Iterator[Proposal]:
    alike: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        alike.setdefault((line.kind, line.parts.get("what", "")), []).append(line)
    for line in lines:
        notes = []
        if decided is not None and line.date.after(decided):
            notes.append("after the decision")
        if injury is not None and injury.after(line.date):
            notes.append(BEFORE_INJURY)
        if line.region and region and not akin(line.region, region):
            notes.append(f"speaks of another region ({line.region})")
        beside = alike[line.kind, line.parts.get("what", "")]
        others = [_other(line, one) for one in beside if _disagree(line, one)]
        yield Proposal(
            line.key, LINE, line.kind, line_fields(line, decided), (line.evidence, *line.also[:40]),
            others=tuple(others), notes=tuple(notes),
        )  # fmt: skip


def _disagree(one: Line, other: Line) -> bool:
    """Whether two lines say different things of what may be one: visits counted differently, a date that differs in one part."""
    if one is other:
        return False
    if one.kind == "therapy":
        return (
            bool(one.parts.get("count") and other.parts.get("count"))
            and one.parts["count"] != other.parts["count"]
        )
    if one.kind in ("study", "operation") and one.date.day is not None and other.date.day is not None:
        first, second = one.date, other.date
        same = (first.year == second.year) + (first.month == second.month) + (first.day == second.day)
        return same == 2 and one.region == other.region
    return False


def _other(line: Line, other: Line) -> str:
    said = other.parts.get("count") or str(other.date)
    return f"{said} ({other.evidence.document}:{other.evidence.page})"


def quoted(one: Proposal, page: Any) -> dict[str, str]:
    """The page of a proposal, and its words where they stand there as they are; the first place that has them."""
    for place in one.evidence:
        whole = " ".join(page(place).split())
        quote = " ".join(place.quote.split())
        if quote and quote in whole:
            return {"page": str(place), "quote": quote}
    return {"page": f"{one.evidence[0].document}:{one.evidence[0].page}"} if one.evidence else {}


def _flow(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in values.items() if value) + "}"


def claim_text(confirmed: Sequence[Proposal], place: Any) -> Iterator[str]:
    held = {one.key: one for one in confirmed if one.group == CLAIM}
    said = held.get("claim-complaint")
    injury = held.get("claim-injury")
    lines = [
        f"  {name}: {scalar(said.fields[name])}"
        for name in ("complaint", "region", "side")
        if said is not None and said.fields[name]
    ]
    if injury is not None and injury.fields["date"]:
        lines.append(f"  injury: {_flow({'date': injury.fields['date'], **place(injury)})}")
    if lines:
        yield from ("claim:", *lines)


def items_text(confirmed: Sequence[Proposal], place: Any) -> Iterator[str]:
    decision = next((one for one in confirmed if one.key == "decision"), None)
    reason = next((one for one in confirmed if one.key == "decision-reason"), None)
    items = [one for one in confirmed if one.group == ITEM]
    for number, one in enumerate(items, 1):
        held = one.fields
        yield f'  "{number}":'
        for name in ("service", "region", "prompt_set", "request_date", "side"):
            if held.get(name):
                yield f"    {name}: {scalar(held[name])}"
        if held.get("levels"):
            yield f"    levels: [{', '.join(scalar(level.strip()) for level in held['levels'].split(','))}]"
        if held.get("quantity") and (held.get("unit") or held["quantity"] != "1"):
            unit = f", unit: {scalar(held['unit'])}" if held.get("unit") else ""
            yield f"    quantity: {{requested: {held['quantity']}{unit}}}"
        if held.get("certified") and held["decision"] == "modified" and held.get("quantity"):
            yield f"    certified: {{quantity: {held['certified']}}}"
        yield from (f"    {line}" for line in fact_lines(held.get("prompt_set", ""), held))
        facts = {name: held.get(name, "") for name in asked_facts(held.get("prompt_set", ""))}
        said = [
            where
            for where in one.evidence[1:]
            if any(facts.values()) and stated(held["prompt_set"], where.quote) == facts
        ]
        if (where := place(replace(one, evidence=(*said, *one.evidence)))) and one.evidence[:1]:
            yield f"    page: {scalar(where['page'])}"
            if "quote" in where:
                yield f"    quote: {scalar(where['quote'])}"
        yield "    ur_decision:"
        yield f"      decision: {held.get('decision') or 'denied'}"
        shared = {} if decision is None else {**decision.fields, "decided": decision.fields["date"]}
        shared["reason"] = reason.fields["reason"] if reason is not None else ""
        told = held if held.get("decided") else shared
        for name, key in (
            ("date", "decided"),
            ("guideline", "guideline"),
            ("received", "received"),
            ("reason", "reason"),
        ):
            if told.get(key):
                yield f"      {name}: {scalar(told[key]) if key in ('guideline', 'reason') else told[key]}"
        if (stands := one if told is held else decision) is not None and (where := place(stands)):
            yield f"      page: {scalar(where['page'])}"
            if "quote" in where:
                yield f"      quote: {scalar(where['quote'])}"


def own_line(said: str) -> dict[str, str]:
    """The parts of a line in a person's words: its day, and what was so; raises `Refused` where one is missing."""
    day, _, words = one_line(said).strip().partition(" ")
    date = read_date(day)
    if date is None or not words.strip():
        raise refuse("A line begins with its day.", "", "Write it as 2014-07-12 What was done.")
    if next(dates_in(words), None) is None:  # the summary of the letter has the words alone
        words = f"{date.prose()}: {words.strip()}"
    return {"date": str(date), "kind": "event", "region": "", "side": "", "says": words.strip()}


def with_lines(text: str, lines: Iterable[Proposal], place: Any) -> str:
    """The text of a case with confirmed lines in its timeline and the facts that they give, its comments kept."""
    entries: list[Entry] = []
    for one in lines:
        said = {
            key: one.fields[key] for key in ("date", "kind", "region", "side", "says") if one.fields.get(key)
        }
        entries.append({**said, **(where := place(one))})
        text = with_facts(text, one.fields, where)
    return with_entries(text, "timeline", entries) if entries else text

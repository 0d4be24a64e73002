"""What a packet says of the refusal that is reviewed: each fact with its page, as a proposal.

The decision and the services are read from the utilization review report, and held against the request for
authorization. Where two pages say different things of one fact, both stand in the proposal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate, dates_in
from assistant.core.record.claim import Fact
from assistant.core.record.counts import SPELLED, in_figures
from assistant.core.record.mentions import extract_kind, regions_named, regions_of_levels
from assistant.core.record.phrases import any_of
from assistant.core.record.sentences import (
    APPLICATION,
    REQUEST,
    UR_REPORT,
    PacketDocument,
    Words,
    cleared,
    dated,
    running_lines,
)
from assistant.core.text import compiled
from assistant.core.value import Value, replace

_LONGEST = 900


class Service(Value):
    """A disputed service as the report lists it."""

    words: str
    evidence: Evidence
    decision: str
    quantity: str = ""
    certified: str = ""
    region: str = ""
    side: str = ""
    levels: tuple[str, ...] = ()
    request_date: str = ""
    requested_as: Evidence | None = None
    own: tuple[tuple[str, str], ...] = ()
    """What the report on it says of its decision where it is another than that on the rest: `decided`, `guideline`."""
    others: tuple[tuple[str, Evidence], ...] = ()
    """The side or the levels for which the request asks, where the report gives others."""


class Refusal(Value):
    """What the reports say of the decision; each part is None where they don't say it."""

    decided: Fact | None
    received: Fact | None
    guideline: Fact | None
    reason: Fact | None
    services: tuple[Service, ...]


def refusal(
    documents: Sequence[PacketDocument], words: Words, service_of: Callable[[str], str] = lambda _: ""
) -> Refusal:
    """What the utilization review reports and the requests say; empty where there is no report.

    `service_of` names the service or the drug that words speak of, by which a report of no known form is read.
    """
    named = {day for day, _ in _other_days([one for one in documents if one.type == APPLICATION], words)}
    running = running_lines(documents)
    reports = [one for one in documents if one.type == UR_REPORT]
    reports.sort(key=lambda one: (str(one.date) in named, str(one.date or "")), reverse=True)
    requests = [one for one in documents if one.type == REQUEST]
    read = {one.id: _services(one, words) for one in reports}
    if not any(read.values()):
        read = {one.id: _told(one, requests, words, service_of) for one in reports}
    services: list[Service] = []
    parts: dict[str, Fact] = {}
    for report in reports:  # that against which the application is comes first, else the last
        held = [_stems(one.words) for one in services]
        made = [one for one in read[report.id] if not _is_among(_stems(one.words), held)]
        told = list(_parts(report, words, running))
        said = dict(reversed(told))
        made = _each_with_its_own(made, told, report)
        if not services or report.date in (None, reports[0].date):
            parts = {**said, **parts}
        elif "decided" in said:
            own = tuple((name, fact.value) for name, fact in said.items())
            made = [replace(one, own=own) for one in made]
        services += made
    asked = tuple(_requested(one, requests) for one in services if one.decision != "approved")
    if (decided := parts.get("decided")) is not None:
        others = {day: place for day, place in _other_days(documents, words) if day != decided.value}
        parts["decided"] = replace(decided, others=tuple(others.items()))
    return Refusal(
        parts.get("decided"), parts.get("received"), parts.get("guideline"), parts.get("rationale"), asked
    )


def _is_among(stems: set[str], held: Sequence[set[str]]) -> bool:
    """Whether words are those of one that is held, as a report and the one on its appeal word it."""
    return any(len(stems & one) > 0.8 * max(len(stems), len(one)) for one in held)


def _any(words: Words, name: str, after: str = r"(?!\w)") -> re.Pattern[str]:
    held = words[name]
    return any_of(tuple(str(one) for one in held), r"(?<![\w-])", after)


def _decisions(words: Words) -> Mapping[str, re.Pattern[str]]:
    held = words["decisions"]
    assert isinstance(held, Mapping)
    return {str(key): any_of(tuple(map(str, said))) for key, said in held.items()}


def _parts(report: PacketDocument, words: Words, running: frozenset[str]) -> Iterator[tuple[str, Fact]]:
    for number, page in enumerate(report.pages, 1):
        lines = [line.strip() for line in page.split("\n") if line.strip() not in running]
        for at, line in enumerate(lines):
            text = cleared(line)
            for match in _any(words, "received", r"\s*:?\s*").finditer(text):
                day = next((one for one in dated(text[match.end() :], report.date) if one.start < 3), None)
                if day is not None:
                    yield "received", Fact(str(day.date), Evidence(report.id, number, " ".join(line.split())))
            told = re.search(r"(?i)\breceived\b[^.;]{0,80}?(?<!signed )(?<!dated )\bon\s+(?=[A-Z\d])", text)
            told = re.search(r"(?i)(?:^|(?<=[.;] ))on\s+(?=[A-Z\d][^.;]{5,20} we received)", text) or told
            if told and (
                day := next((one for one in dated(text[told.end() :], report.date) if one.start < 2), None)
            ):
                yield "received", Fact(str(day.date), Evidence(report.id, number, " ".join(line.split())))
            for name in ("rationale", "guideline"):
                head = _any(
                    words, name, rf"{_OF_ITEM}{_OR_ELSE}\s*(?::|\?|$|\.(?=\s+[A-Z])|{_CELL[name]})"
                ).match(text)
                if head is None or (text[head.end() - 1] == "." and not text[0].isupper()):
                    continue
                body = _under(lines, at, head.end(), words)
                if len(body) > 8:
                    yield name, Fact(body, Evidence(report.id, number, body))
                    if which := re.search(r"\d+", head[0]):
                        yield f"{name} {int(which[0])}", Fact(body, Evidence(report.id, number, body))
        if number == 1 and report.date is not None:
            place = next((line for line in lines if _says(line, report.date)), "")
            yield "decided", Fact(str(report.date), Evidence(report.id, number, " ".join(place.split())))


_OF_ITEM = r"\s*(?:(?:,|for|on|of)?\s*(?:item|treatment|request|service)\s*(?:no\.?\s*)?#?\s*\d{1,2})?"
"""Behind the heading of a reason: of which of the services it is."""
_OR_ELSE = r"(?:\s*(?:/|&|\band\b)\s*[A-Za-z][A-Za-z' ]{2,40}?(?=\s*:))?"
"""Behind the heading of a part: that it is called something else as well."""
_CELL = {
    "rationale": r"(?<=[a-z] reason)s?\s+(?=[A-Z][\w'’-]* )|(?<=[a-z] rationale)\s+(?=[A-Z][\w'’-]* )",
    "guideline": r"\s+(?=(?:MTUS|ACOEM|ODG|Official Disability|CA MTUS|\d CCR)\b)",
}
"""What begins the cell beside a label without a colon, as in a form that gives each item its own reason."""


def _each_with_its_own(
    made: Sequence[Service], parts: Sequence[tuple[str, Fact]], report: PacketDocument
) -> list[Service]:
    """The services, each with the reason and the guideline that stand behind it, where each has one of its own."""
    pages = [" ".join(page.split()) for page in report.pages]

    def stands(place: Evidence) -> tuple[int, int]:
        return place.page, pages[place.page - 1].find(" ".join(place.quote.split()))

    begins = [stands(one.evidence) for one in made]
    ranges = list(pairwise([*begins, (len(pages) + 1, 0)]))
    reasons = [stands(fact.evidence) for name, fact in parts if name == "rationale"]
    owned = len(made) > 1 and all(sum(start < one < end for one in reasons) == 1 for start, end in ranges)
    decided = [(name, fact.value) for name, fact in parts if name == "decided"][:1]
    numbered = {name: fact.value for name, fact in parts if re.match(r"rationale \d", name)}
    if len(numbered) > 1 and not owned:
        guideline = [(name, fact.value) for name, fact in parts if name == "guideline"][:1]
        return [
            replace(one, own=(*decided, *guideline, ("rationale", said)))
            if (said := numbered.get(f"rationale {at}"))
            else one
            for at, one in enumerate(made, 1)
        ]
    if not owned:
        return list(made)
    found = []
    for one, (start, end) in zip(made, ranges, strict=True):
        own = [
            (name, fact.value)
            for name, fact in parts
            if name in ("rationale", "guideline") and start < stands(fact.evidence) < end
        ]
        found.append(replace(one, own=(*decided, *dict(reversed(own)).items())))
    return found


def _other_days(documents: Sequence[PacketDocument], words: Words) -> Iterator[tuple[str, Evidence]]:
    """The days that reports and applications label as that of the decision, the first place of a day last."""
    label = _any(words, "decided", r"\s*[:/]?\s*")
    for document in reversed([one for one in documents if one.type in (UR_REPORT, APPLICATION)]):
        for number, page in reversed(list(enumerate(document.pages, 1))):
            for line in reversed(page.split("\n")):
                text = cleared(line)
                for match in label.finditer(text):
                    day = next((one for one in dated(text[match.end() :], None) if one.start < 3), None)
                    if day is not None and day.date.day is not None and "‹" not in line:
                        yield str(day.date), Evidence(document.id, number, " ".join(line.split()))


def _says(line: str, day: PartialDate) -> bool:
    return any(
        (when.year, when.month, when.day) == (day.year, day.month, day.day)
        for _, _, when in dates_in(cleared(line))
    )


def _under(lines: Sequence[str], at: int, end: int, words: Words) -> str:
    """What stands under a heading, up to the next one or a signature."""
    kept = [lines[at][end:].strip()]
    stop = _any(words, "ends_part")
    heads = [_any(words, name, r"\s*[:?]?\s*$") for name in ("rationale", "guideline")]
    for line in lines[at + 1 :]:
        text = cleared(line)
        if (
            not line
            or stop.match(text.split(":")[0] if ":" in text[:40] else "")
            or (
                len(text.split()) < 8
                and not re.search(r"[.,;]$", text)
                and text[:1].isupper()
                and stop.match(text)
            )
        ):
            if line or len(" ".join(kept)) > 8:
                break
            continue
        if (
            re.search(_CLOSED, text)
            or _named_line(text)
            or any(one.match(text) for one in heads)
            or re.match(rf"(?i)guidelines?{_CELL['guideline']}", text)
        ):
            break
        if len(" ".join(kept)) + len(line) > _LONGEST:
            break
        kept.append(line)
    return " ".join(" ".join(kept).split())


_CLOSED = r"(?i)\blicense\b|board certified|\bpage \d+ of \d+|(?-i:^[A-Z]{1,6}[ _-]?\d{4,9}$)|^(?:electronically|digitally)\s+(?:signed|attested)\b|^(?:sincerely|respectfully|regards|cordially|very truly)\b"
"""Where a part of a letter ends without a heading."""


def _named_line(text: str) -> bool:
    return (
        re.match(r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}, (?:M\.?D|D\.?O|D\.?C|RN|PharmD)\b", text)
        is not None
    )


# The services that a report lists: as a table, or as sentences.


def _services(report: PacketDocument, words: Words) -> list[Service]:
    found: list[Service] = []
    for number, page in enumerate(report.pages, 1):
        found += _two_lists(report.id, number, page, words) or _table(report.id, number, page, words)
    for read in (_under_verdicts, _pairs, _sentences):
        if not found:
            for number, page in enumerate(report.pages, 1):
                found += read(report.id, number, page, words)
    return list({one.words.lower(): one for one in reversed(found)}.values())[::-1]


def _table(document: str, number: int, page: str, words: Words) -> Iterator[Service]:
    lines = [line.strip() for line in page.split("\n") if line.strip()]
    head = next(
        (
            at
            for at, line in enumerate(lines)
            if _any(words, "table").search(line)
            and len(_any(words, "table_beside").findall(line)) > 0
            and len(line.split()) < 12
            and not re.search(r"[.:?]\s*$|\b(?:19|20)\d\d\b", line)
            and not re.search(
                r"(?i)^(?:notice|letter|(?:re|subject|regarding)\s*:)|\butili[sz]ation review\b|\b(?:decision|determination) (?:on|of|for)\b"
                r"|^(?:requests?|treatments?|services?|items?|procedures?|medications?)(?: requested)?\s*#?\d*\s*:\s*\S",
                line,
            )
        ),
        None,
    )
    if head is None:
        return
    broken = re.compile(rf"(?i)(?:{_any(words, 'table_head').pattern.removeprefix('(?i)')}[\s/#.]*)+")
    first = next((at for at in range(head + 1, len(lines)) if not broken.fullmatch(lines[at])), len(lines))
    title = " ".join(lines[head:first])
    allows = re.search(r"(?i)\b(?:cert(?:ified)?|appr(?:oved?)?|auth(?:orized?)?|allowed?)\b", title)
    decides = re.search(r"(?i)\b(?:decision|determination|outcome|status|recommendation|result)\b", title)
    certified = allows is not None and not (decides and decides.start() < allows.start())
    decisions = _decisions(words)
    columns = [
        name
        for _, name in sorted(
            (hit.start(), name) for name, one in decisions.items() for hit in one.finditer(lines[head])
        )
    ]
    counted = _counting(title) if not decides else []
    ends = [_any(words, name) for name in ("ends_table", "rationale", "guideline")]
    row: list[str] = []
    made: Service | None = None
    for line in lines[first:]:
        text = cleared(line)
        if len(text.split()) < 7 and any(one.match(text) for one in ends):
            break
        if not row and len(text.split()) < 8 and (re.match(_GOES_ON, text) or text[:1].islower()):
            behind = _allowed(text) if made is not None and made.decision == "modified" else ""
            if made is not None and behind and not made.certified:  # the end of the decision before
                quote = f"{made.evidence.quote} {' '.join(line.split())}"
                made = replace(made, certified=behind, evidence=replace(made.evidence, quote=quote))
            continue
        row.append(line)
        whole = " ".join(row)
        told = _by_column(document, number, whole, columns) if columns else None
        told = told or (_by_counts(document, number, whole, counted) if len(counted) > 1 else None)
        if told is not None:
            if made is not None:
                yield made
            made, row = told, []
            continue
        verdict = _verdict(_ticked(whole), decisions)
        if verdict is not None and re.search(_PROSE, _ticked(whole)[: verdict[1]]):
            break
        if verdict is not None:
            if made is not None:
                yield made
            last = re.fullmatch(r"[^\d☐☒]{4,40}\s(\d{1,4})(?:\s\w+)?", _ticked(whole)[verdict[1] :])
            amount = f"to {last[1]}" if allows and not certified and last else ""
            made = _row(document, number, whole, verdict, certified, amount)
            row = []
        elif len(row) > _LONGEST_ROW:
            break
    if made is not None:
        yield made


def _by_column(document: str, number: int, row: str, columns: Sequence[str]) -> Service | None:
    """The service of a row whose ticked box stands in the column of its decision; None where the boxes don't tell."""
    text = cleared(row)
    boxes = list(re.finditer(r"[xX✓✔]?\s*☒|☐", text))
    ticked = [at for at, box in enumerate(boxes) if "☒" in box[0]]
    if len(columns) < 2 or len(boxes) != len(columns) or len(ticked) != 1:
        return None
    at = ticked[0]
    until = boxes[at + 1].start() if at + 1 < len(boxes) else len(text)
    behind = text[boxes[at].end() : until]
    return _row(document, number, row, (columns[at], boxes[0].start()), False, f"to {behind}")


def _by_counts(document: str, number: int, row: str, columns: Sequence[str]) -> Service | None:
    """The service of a row that ends with how much was asked for, allowed and refused; None where it doesn't."""
    found = re.fullmatch(
        rf"(?i)(.*?[a-z)].*?)((?:\s+(?:#\s?)?\d{{1,4}}(?:\s(?:{_UNITS}))?){{{len(columns)}}})", cleared(row)
    )
    if found is None:
        return None
    amounts = dict(zip(columns, re.findall(r"\d+", found[2]), strict=True))
    asked = int(amounts["asked"])
    allowed = int(amounts.get("allowed", asked - int(amounts.get("refused", asked))))
    decision = "approved" if allowed >= asked else "modified" if allowed else "denied"
    evidence = Evidence(document, number, " ".join(row.split()))
    body = re.sub(r"^\s*#?\(?(?:\d{1,2}[.)]?\s+(?=[A-Za-z]))", "", found[1])
    return _service(
        body, evidence, decision, amounts["asked"], str(allowed) if decision == "modified" else ""
    )


def _counting(title: str) -> list[str]:
    """What the columns of a head count, in order; empty where they don't count what was asked for."""
    hits = list(re.finditer(_COUNTS, title))
    if any(hit["asked"] and hit[0].lower() != "requested" for hit in hits):
        hits = [hit for hit in hits if hit[0].lower() != "requested"]  # of the service
    counted = [hit.lastgroup or "" for hit in hits]
    return counted if "asked" in counted and len(set(counted)) == len(counted) else []


_COUNTS = (
    r"(?i)\b(?P<refused>not (?:certified|approved|authorized)|non-?certified|denied|refused)\b|\b(?P<allowed>certified|approved|authorized|allowed)\b"
    r"|\b(?P<asked>requested|quantity|qty|units|amount|number)\b"
)
"""The heads of columns that count."""
_PROSE = r"\b[a-z]{3,}[.?!]\s+(?:[A-Z][a-z]|A\s[a-z])"
"""A row holds no sentences."""
_LONGEST_ROW = 8
"""The lines into which the cells of a row are broken at most."""
_GOES_ON = r"(?i)\([^()]*\)$|(?:to|for|with)\b|x\s?\d|#\s?\d"
"""What a line says that goes on with the decision before it."""


def _ticked(line: str) -> str:
    """The words of a line without those whose box is empty, where boxes say what was decided."""
    text = cleared(line)
    return compiled(_BOXES).sub(" ", text) if "☒" in text else text


_BOXES = r"[xX✓✔]?\s*☒|☐[^☐☒]*"


def _verdict(text: str, decisions: Mapping[str, re.Pattern[str]]) -> tuple[str, int] | None:
    """What a row comes to and where the words of it begin, which is near its end."""
    hits = [(match.start(), name) for name, found in decisions.items() for match in found.finditer(text)]
    hits = [one for one in hits if one[0] > 3]
    if not hits:
        return None
    start, name = min(hits, key=lambda one: (one[0], list(decisions).index(one[1])))
    if name == "approved":  # said of what was asked for
        start, name = min((one for one in hits if one[1] != name), default=(start, name))
    return name, start


_UNITS = (
    r"g|gm|ml|units?|sessions?|visits?|tablets?|tabs?|tubes?|box(?:es)?|bottles?|patch(?:es)?|grams?|caps\w*|pills?|days?|weeks?"
    r"|months?|views?|study|refills?|hours?|treatments?|injections?"
)
_AMOUNT = rf"(?:#\s?)?\d{{1,4}}(?:\.\d+)?(?:\s*(?:{_UNITS}))?"


def _row(
    document: str, number: int, row: str, verdict: tuple[str, int], certified: bool, behind: str = ""
) -> Service | None:
    decision, at = verdict
    text = cleared(row) if behind else _ticked(row)
    if re.match(r"(?i)for\b|weaning", text):
        return None
    body = in_figures(text[:at].strip(" -–|:"), _UNITS)
    body = re.sub(r"^\s*#?\(?(?:\d{1,2}[.)]?\s+(?=[A-Za-z])|[A-H][.)]?\s+(?=[A-Z][a-z]))", "", body)
    body = body.strip(" -–|:")
    body = re.sub(rf"[\s,(]+{_CODE}\)?(?=\s+{_AMOUNT}\s*$|\s*$)", "", body)
    if certified:
        body = re.sub(r"(?i)\s(?:none|nil|zero|n/a)$", " 0", body)
    amounts: list[str] = []
    while len(amounts) < (2 if certified else 1):
        found = re.search(rf"(?i)(?:^|[\s,])({_AMOUNT})\s*$", body)
        if found is None or not body[: found.start()].strip() or _is_name(body, found.start(1)):
            break
        amounts.insert(0, found[1].strip())
        body = body[: found.start()].strip(" ,-–|")
    body = re.sub(rf"[\s,(]+{_CODE}\)?$", "", body)
    body = re.sub(r"[\s,]+\d{1,2}\s?x\s?\d{1,2}$", "", body) if amounts else body  # how often
    if len(body) < 3:
        return None
    if decision == "denied" and len(amounts) > 1 and 0 < _figure(amounts[1]) < _figure(amounts[0]):
        decision = "modified"
    allowed = (
        amounts[1] if len(amounts) > 1 else _allowed(behind or text[at:]) if decision == "modified" else ""
    )
    return _service(
        body, Evidence(document, number, " ".join(row.split())), decision, amounts[0] if amounts else "", allowed
    )  # fmt: skip


def _allowed(verdict: str) -> str:
    """How much the words of a decision allow: `modified to #60`, `partially certified, 6 visits certified`."""
    found = re.search(
        r"(?i)\b(\d{1,4}(?:\s*[a-z]+)?)\s*(?:are |is )?(?:certified|approved|authorized)"
        r"|\b(?:certify|approve|authorize|allow)\s+(?:only\s+)?#?\s?(\d{1,4})\b"
        r"|(?:\b(?:to|for|with)\s|\(|[:x,–-]\s)\s*#?\s?(\d{1,4}(?!\s*%|/|\s*mg\b)(?:\s*(?!(?:with|of|and|for|per|over|in|on|at|as|by|to|from|a|an|the|until|through|certified|approved|authorized)\b)[a-z]+)?)|#\s?(\d{1,4})",
        in_figures(verdict, _UNITS),
    )
    return next(filter(None, found.groups()), "") if found else ""


def _figure(amount: str) -> float:
    return float(re.search(r"[\d.]+", amount)[0])  # type: ignore[index]


_CODE = r"(?:CPT\s*|HCPCS\s*)?(?:\d{5}|[A-Z]\d{4})"
"""The code of a procedure or of goods, in a column of its own."""


def _is_name(body: str, at: int) -> bool:
    """Whether a number at the end is part of what is asked for: a level, a dose, a code."""
    return re.search(r"(?i)(?:\b[CTLS]\d?-?|\b(?:cpt|code|hcpcs)|\d/|\bx|[2-9]x)\s*$", body[:at]) is not None


def _service(
    body: str, evidence: Evidence, decision: str, quantity: str = "", certified: str = ""
) -> Service:
    words = re.sub(r"\s*\((?:CPT|HCPCS|ICD)[^)]*\)", "", body).strip(" .,;•●▪")
    words = re.sub(
        r"(?i)[\s,;:–-]+(?:recommendation|determination|decision|outcome|status|result)$", "", words
    )
    words = re.sub(r"(?i)[\s,]+(?:for|of|to|with|at|x|per)$", "", words)
    if words[:1].isupper() and not words[:3].isupper() and not re.match(r"[A-Z]-", words):
        words = words[:1].lower() + words[1:]
    side, levels = _side_of(body), _levels_of(body)
    regions = list(dict.fromkeys(region for _, _, region in regions_named(body))) or regions_of_levels(body)
    return Service(
        words, evidence, decision, quantity, certified, regions[0] if regions else "",
        side, levels,
    )  # fmt: skip


def _side_of(body: str) -> str:
    """The side that words name; empty where they name none, or several."""
    sides = {mention.side for mention in extract_kind(body, "sides")}  # type: ignore[attr-defined]
    if not sides and (alone := re.search(_SIDE_ALONE, body)):
        sides = {alone[1].lower()}
    return sides.pop() if len(sides) == 1 else ""


def _levels_of(body: str) -> tuple[str, ...]:
    found = [level for mention in extract_kind(body, "levels") for level in mention.levels]  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(found))


_SIDE_ALONE = r"(?i)(?:[,(]\s*|\s)(left|right|bilateral)\s*(?=[,;)]|$)"
"""A side that a service is given by itself: `MRI of the knee, left`."""
_NUMBERED = r"(?i)^(?:treatments?|services?|items?|procedures?|medications?|requests?)\s*(?:requested\s*)?(?:#|no\.?\s*)?\s*\d{1,2}\s*[:.]?$"
"""The number of a service on a line of its own, above its words."""
_PAIR = r"(?i)^(?:(?:(?:treatment|service|item|procedure|medication)s? requested|requested (?:treatment|service|item|procedure|medication)s?)\s+(?=[A-Z\d])|(?:\d{1,2}[.)]\s*)?(?:treatments?|services?|items?|procedures?|medications?|requests?)?\s*(?:requested|request|reviewed)?\s*(?:#?\d{1,2})?\s*:\s*)"
_VERDICT = r"(?i)^(?:review |ur |final )?(?:decision|determination|outcome|recommendation|result)\s*(?:#?\d{1,2})?(?:\s*:\s*|\s+(?={verdict}))"
_ENTRY = r"(?:\(?\d{1,2}[.)]|[A-H][.)](?=\s[A-Z])|[•●▪◦‣*–-](?=\s))"
"""What an entry of a list begins with."""
_DASHED = rf"(?i)^{_ENTRY}\s*(?P<service>[A-Za-z].{{3,160}}?)\s*(?:[-–—:;=>]+|\.{{2,}}|,?\s(?=(?:is|are|was|were)\s))\s*(?P<verdict>(?:(?:is|are|was|were)\s+)?{{verdict}}.*)$"


_BEHIND_COLON = (
    r"^(?!(?i:[^:]*\b(?:decision|determination|recommendation|outcome|results?|status|requests?|rationale|note|prior|previous|appeal|liability"
    r"|claim|review|letter|notice)\b))(?P<service>[A-Z][^:;]{3,140}?):\s*(?P<verdict>{verdict}.*)$"
)
"""A line that gives the decision right behind a service and a colon, in capitals or at the beginning of a sentence."""
_ALONE = (
    r"(?P<service>[A-Z](?!t\b|he\b|hey\b|he request\b|his\b|our\b)[^.;:?]{3,140}?),?\s+(?i:is|are|was|were)\s+(?i:therefore\s+|hereby\s+)?"
    r"(?P<verdict>(?i:denied|non-?certified|not (?:certified|approved|authorized)|(?:modified|partially (?:certified|approved)|approved|certified|authorized)"
    r"(?:\s+(?:to|for|with)\s[^.;]{1,60})?))\.?$"
)
"""A line that is the sentence of one service and what was decided."""


def _pairs(document: str, number: int, page: str, words: Words) -> Iterator[Service]:
    """A service on a line of its own, and the decision on it on the next or behind a dash."""
    held: tuple[str, str] | None = None
    said = "|".join(one.pattern.removeprefix("(?i)") for one in _decisions(words).values())
    dash, colon, decides = (
        compiled(one.replace("{verdict}", f"(?i:{said})")) for one in (_DASHED, _BEHIND_COLON, _VERDICT)
    )
    alone = compiled(_ALONE)
    for line in _listed([line.strip() for line in page.split("\n") if line.strip()]):
        text = _ticked(line)
        verdict = decides.match(text)
        if re.match(_NUMBERED, text):
            held = "", line
            continue
        asked = re.match(_PAIR, text) if verdict is None else None
        dashed = dash.match(text) or alone.match(text) or colon.match(text)
        if dashed and not re.search(_PROSE, dashed["service"]):
            yield from _decided(document, number, dashed["service"], dashed["verdict"], line, words)
        elif verdict and held and held[0]:
            yield from _decided(document, number, held[0], text[verdict.end() :], f"{held[1]} {line}", words)
            held = None
        elif asked and asked[0].strip(": ") and len(text) > asked.end() + 3:
            held = text[asked.end() :], line
        elif held and len(held[0]) < 160 and not re.search(r"[.:]$", held[0]):
            held = f"{held[0]} {text}".strip(), f"{held[1]} {line}"


def _two_lists(document: str, number: int, page: str, words: Words) -> list[Service]:
    """The services of one list, and what was decided of each in a second one under the same numbers."""
    decisions = _decisions(words)
    asked: list[str] = []
    for entries in _numbered_entries(page):
        parts = [cleared(one) for one in entries]
        decided = [any(one.match(part.lstrip(" :-–")) for one in decisions.values()) for part in parts]
        if all(decided) and len(asked) == len(parts):
            return [
                one
                for service, verdict in zip(asked, entries, strict=True)
                for one in _decided(document, number, service, cleared(verdict), service, words)
            ]
        if not any(decided) and not asked and all(len(part) < _LONGEST_SERVICE for part in parts):
            asked = [one.strip(" .;,") for one in entries]
    return []


def _under_verdicts(document: str, number: int, page: str, words: Words) -> Iterator[Service]:
    """The services that stand one to a line under `The following are not certified:`, up to the next heading."""
    verdict = ""
    ends = [_any(words, name) for name in ("ends_table", "rationale", "guideline")]
    for line in (one.strip() for one in page.split("\n")):
        text = _ticked(line)
        if re.search(_OPENS_LIST, text) and _verdict(text, _decisions(words)) is not None:
            verdict = text
        elif (
            not text
            or re.match(_LABEL, text)
            or len(text) > _LONGEST_SERVICE
            or any(one.match(text) for one in ends)
        ):
            verdict = verdict if not text else ""
        elif verdict and not re.search(r"[a-z]{3}\.$", text):
            yield from _decided(document, number, re.sub(rf"^{_ENTRY}\s*", "", text), verdict, line, words)
        else:
            verdict = ""


_OPENS_LIST = r"(?i)\b(?:following|below|these|this|listed)\b[^.;]*:$"
_LONGEST_SERVICE = 120
_LABEL = r"[A-Z][A-Za-z /()-]{2,40}:"
_STYLES = (r"\((\d{1,2})\)", r"(?<!\S)#(\d{1,2})\b:?", r"(?<!\S)(\d{1,2})[.)](?=\s)")
"""How a list numbers its entries: one way throughout."""
_FIRST = r"\(1\)|(?<!\S)#1\b|(?<!\S)1[.)](?=\s)"


def _numbered_entries(page: str) -> Iterator[list[str]]:
    """The entries of each list that counts its own from 1 on, in running lines or one to a line."""
    held = ""
    for line in [*(one.strip() for one in page.split("\n")), "(1)"]:
        if held and (not line or re.match(_LABEL, line) or re.search(_FIRST, line)):
            for style in _STYLES:
                _, *parts = re.split(style, held)
                if len(parts) > 2 and parts[::2] == [str(one) for one in range(1, len(parts) // 2 + 1)]:
                    yield [" ".join(one.split()) for one in parts[1::2]]
            held = ""
        if held or re.search(_FIRST, line):
            held = f"{held} {line}".strip()


def _listed(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with each entry of a numbered list on one of its own, however the list is broken into lines."""
    open_ = False
    held = ""
    for line in lines:
        for at, part in enumerate(compiled(_NEXT).split(line)):
            numbered = compiled(rf"{_ENTRY}(?:\s|$)").match(part) is not None
            if held and (numbered or at or not open_ or len(held) > 200):
                yield held
                held = ""
            held = f"{held} {part}".strip()
            open_ = numbered or (open_ and bool(held) and held != part)
            if open_ and compiled(_ENDED).search(held):
                open_ = False
    if held:
        yield held


_NEXT = r"\s+(?=\d{1,2}[.)](?:\s+[A-Z]|\s*$))"
_ENDED = r"(?i)(?:denied|non-?certified|not certified|necessary|approved|certified|determination|as requested|\b(?:to|for)\s+\d.*)[).]?$"


def _decided(
    document: str, number: int, said: str, verdict: str, quote: str, words: Words
) -> Iterator[Service]:
    found = _verdict(f"xxxx {verdict}", _decisions(words))
    if found is None:
        return
    counted = in_figures(said, _UNITS)
    amount = re.search(rf"(?i)[,\s(x]+({_AMOUNT})\)?\s*$", counted)
    quantity = _counted(said) or (amount[1] if amount and not _is_name(counted, amount.start(1)) else "")
    certified = _allowed(verdict) if found[0] == "modified" else ""
    yield _service(said, Evidence(document, number, " ".join(quote.split())), found[0], quantity, certified)


def _counted(said: str) -> str:
    """How much of a service its words say, as `#60` or `8 visits`."""
    said = in_figures(said, _UNITS)
    if (series := re.search(r"(?i)\bseries of (?:(\d{1,2})|([a-z]+))\b", said)) and (
        count := series[1] or str(SPELLED.get(series[2].lower(), ""))
    ):
        return count
    found = re.search(r"(?i)#\s?(\d{1,4})\b", said) or re.search(
        r"(?i)\b(\d{1,3}\s*(?:sessions?|visits?|tablets?|units?|days?)\b)(?!\s+(?:a|per|each|every)\s)", said
    )
    return found[1] if found else ""


_ASKED = (
    r"(?i)\b(?:request(?:ed)?\b(?:\s+for)?(?:\s+authorization)?(?:\s+(?:of|for))?|the\s+(?!request)(?=[\w/ -]+?\s+(?:is|was|are)))\s*:?\s*"
    r"(?P<service>[A-Za-z0-9][^.;:]{3,140}?),?\s+(?:is|are|was|were|has been|have been)\s+(?:therefore |hereby |being )?"
    r"(?P<verdict>not (?:medically )?(?:necessary|certified|approved)|non-?certified|denied|modified|partially (?:certified|approved)|conditionally \w+)"
)
_CERTIFIED_TO = r"(?i)^\s*(?:to|for)\s+(?P<to>[^.;]{2,80})"


def _sentences(document: str, number: int, page: str, words: Words) -> Iterator[Service]:
    text = " ".join(page.split())
    for match in re.finditer(_ASKED, cleared(text)):
        said = match["service"].strip()
        if re.match(r"(?i)(?:request|treatment|service|decision|item|below|above|named|remainder)\b", said):
            continue
        if len(said.split()) < 2 and not re.search(r"(?i)mri|ct|emg|tens", said):
            continue
        decision, _ = _verdict(f"xxxx {match['verdict']}", _decisions(words)) or ("denied", 0)
        quote = text[match.start() : match.end()]
        if cleared(quote) != match[0]:
            continue
        allowed = re.match(_CERTIFIED_TO, cleared(text)[match.end() :]) if decision == "modified" else None
        yield _service(
            said,
            Evidence(document, number, quote),
            decision,
            _counted(said),
            _allowed(f" {allowed[0]}") or allowed["to"].strip() if allowed else "",
        )


# A report of no known form: what it names of what was asked for, and the words of deciding beside it.

_ASKS = (
    r"(?i)\b(?:request\w*|ask(?:s|ed|ing)?|seek(?:s|ing)?|sought|authori[sz]ation|approval|to (?:authori[sz]e|approve|certify|allow|pay))\b"
    r"(?:\s+(?:us|to|of|for|that|we|authori[sz]\w+|approv\w+|certify|allow|pay|you|the following|services?|treatments?)\b)*\s*:?\s*"
)
_LEADS = r"(?i)^(?:on\s+(?:[\d/.-]{6,10}|[a-z]{3,9}\.? \d{1,2}, \d{4})\s+(?=for\s))?(?:\W*(?:to|with|of|for|an?|the|any|this|these|your|also|further|additional|and|we|our|\(?\d{1,2}[.)](?=\s))\s+)+|^\W+"
_CLAUSES = r"(?:,|;)\s+(?=(?:for\s+)?(?:an?|the)\s|for\s)|(?:,|;)?\s+(?:and|as well as)\s+(?=an?\s|the\s|for\s|\d+ [a-z])"
_BEHIND = r"\s+(?:is|are|was|were|has|have|had|will|would|could|cannot|can|we|she|he|they|which|because|since|but|until)\b|\s\("


def _told(
    report: PacketDocument,
    requests: Sequence[PacketDocument],
    words: Words,
    service_of: Callable[[str], str],
) -> list[Service]:
    """The services that prose names, each with the decision that stands beside it or next behind it.

    Where there is a request, they are those that it lists; one that the report doesn't name is shown as the request has it.
    """
    asked = _asked_for(requests, service_of)
    rows = {key: _stems(one.words) for key, one in asked.items()}

    def named_by(said: str) -> str:
        own = service_of(said)
        return own if own in asked else _nearest_row(said, rows) or own

    verdicts = {**_decisions(words), **_decided_by(words)}
    found: dict[str, Service] = {}
    decided: dict[str, tuple[str, str]] = {}
    last: list[str] = []
    ahead = ""
    for number, page in enumerate(report.pages, 1):
        for sentence in _prose(page):
            named: list[str] = []
            said = re.sub(_ASKS, "\n", cleared(sentence))
            for clause in re.split(_CLAUSES, cleared(sentence)):
                body = _body(clause, verdicts, named_by)
                if body[:3].lower() == "no " or not (key := named_by(body)) or (asked and key not in asked):
                    continue
                told = _by_words(re.sub(_ASKS, "\n", clause), verdicts)
                if key not in found:
                    if (
                        not told
                        and not ahead
                        and not re.search(_ASKS, cleared(sentence))
                        and len(sentence) > 90
                    ):
                        continue  # of what was done, or wasn't
                    place = Evidence(report.id, number, " ".join(sentence.split()))
                    found[key] = _service(body, place, "", _counted(body))
                named.append(key)
                if told or ahead:
                    decided.setdefault(key, (told, clause) if told else (ahead, ""))
            last = named or last
            verdict = _by_words(said, verdicts)
            if verdict and last and not sentence.endswith(":"):
                for key in last:
                    decided.setdefault(key, (verdict, said))
            ahead = (
                verdict if sentence.endswith(":") else ahead if len(sentence) <= 90 and not verdict else ""
            )
    if not found and not decided and not any(_by_words(page, verdicts) for page in report.pages):
        return []
    made = []
    for key, one in {**asked, **found}.items():
        one = replace(one, quantity=one.quantity or (asked[key].quantity if key in asked else ""))
        made.append(_as_decided(one, *decided.get(key, ("denied", ""))))
    return made


def _nearest_row(said: str, rows: Mapping[str, set[str]]) -> str:
    """The service of the request that words name, by the words that they share; empty where none or several fit."""
    own = {one for one in _stems(said) if len(one) > 2 and one not in _LOOSE}
    best = sorted(((len(own & row), key) for key, row in rows.items()), reverse=True)[:2]
    if not best or not best[0][0] or (len(best) > 1 and best[1][0] == best[0][0]):
        return ""
    row = rows[best[0][1]]
    return best[0][1] if own <= row or best[0][0] >= 0.5 * min(len(row - _LOOSE), 3) else ""


_LOOSE = frozenset(
    "left right bilateral therapy treatment service request injection visit session unit care".split()
)
"""Words that many services share."""


def _as_decided(one: Service, decision: str, said: str) -> Service:
    """A service with the decision on it: what allows less than was asked for modifies it."""
    figures = re.findall(rf"(?i)(?<![\w.])\d{{1,4}}(?:\s*(?:{_UNITS}))\b", in_figures(said, _UNITS))
    less = next((told for told in figures if one.quantity and 0 < _figure(told) < _figure(one.quantity)), "")
    if decision != "denied" and less:
        return replace(one, decision="modified", certified=less)
    return replace(one, decision=decision)


def _asked_for(requests: Sequence[PacketDocument], service_of: Callable[[str], str]) -> dict[str, Service]:
    """What requests list, a cell of a row each, by the service or the drug that it names."""
    found: dict[str, Service] = {}
    for request in requests:
        for number, page in enumerate(request.pages, 1):
            for line in page.split("\n"):
                cells = re.split(r"\s{3,}|\t", cleared(line).strip())
                named = [
                    (key, cell)
                    for cell in (cells if len(cells) > 1 else ())
                    if not re.search(r"(?i):|\bform\b|\brequest", cell) and (key := service_of(cell))
                ]
                coded = next((at for at, cell in enumerate(cells) if re.fullmatch(_CODE, cell)), 0)
                if not named and coded and re.match(r"[A-Z][A-Za-z-]+", cells[coded - 1]):
                    named = [(" ".join(sorted(_stems(cells[coded - 1]))), cells[coded - 1])]
                for key, cell in named:
                    if key not in found:
                        beside = next((said for one in cells if (said := _counted(one))), "")
                        place = Evidence(request.id, number, " ".join(line.split()))
                        found[key] = _service(cell, place, "", beside)
    return found


def _decided_by(words: Words) -> Mapping[str, re.Pattern[str]]:
    held = words["decided_by"]
    assert isinstance(held, Mapping)
    return {f"{key} by": any_of(tuple(map(str, said))) for key, said in held.items()}


def _by_words(text: str, verdicts: Mapping[str, re.Pattern[str]]) -> str:
    """What words come to: the first that decide, and where one holds another the longer."""
    hits = [(hit.start(), -len(hit[0]), name) for name, one in verdicts.items() for hit in one.finditer(text)]
    return min(hits)[2].removesuffix(" by") if hits else ""


def _body(clause: str, verdicts: Mapping[str, re.Pattern[str]], service_of: Callable[[str], str]) -> str:
    """Of a clause the words that are the service: without what asks for it or decides on it."""
    body = clause
    for one in (re.compile(_ASKS), *verdicts.values()):
        for hit in reversed(list(one.finditer(body))):
            if service_of(body[hit.end() :]) and not service_of(body[: hit.start()]):
                body = body[hit.end() :]
                break
    for one in (re.compile(_BEHIND), *verdicts.values()):
        if (behind := one.search(body)) and service_of(body[: behind.start()]):
            body = body[: behind.start()]
    return re.sub(_LEADS, "", body).strip(" .,;:–-")


def _prose(page: str) -> Iterator[str]:
    """The sentences of a page; a short line that the next doesn't go on with is one as well."""
    held = ""
    for line in [*(one.strip() for one in page.split("\n")), ""]:
        if held and (
            not line or (len(held.split("\n")[-1]) < 70 and not line[0].islower()) or held[-1] in ".:;?!"
        ):
            yield from re.split(r"(?<=[\w)%][.;:?!])\s+(?=[A-Z(\d•])", " ".join(held.split("\n")))
            held = ""
        held = f"{held}\n{line}" if held else line


# The request, held against the report.


def _requested(service: Service, requests: Sequence[PacketDocument]) -> Service:
    """The service with what the request for it says besides: the date, and how much."""
    wanted = _stems(service.words)
    best: tuple[float, PacketDocument, int, str] | None = None
    for request in requests:
        for number, page in enumerate(request.pages, 1):
            for line in page.split("\n"):
                shared = len(wanted & _stems(cleared(line))) / max(1, len(wanted))
                if shared > (best[0] if best else 0.24):
                    best = shared, request, number, " ".join(line.split())
    if best is None:
        only = requests[0] if len(requests) == 1 else None
        return replace(service, request_date=str(only.date or "")) if only is not None else service
    _, request, number, line = best
    place = Evidence(request.id, number, line)
    side, levels = _side_of(cleared(line)), _levels_of(cleared(line))
    others = [(side, place)] if side and service.side and side != service.side else []
    if levels and service.levels and {*levels} != {*service.levels}:
        others.append((", ".join(levels), place))
    return replace(service, request_date=str(request.date or ""), requested_as=place, others=tuple(others))


_PLAIN = frozenset("the of for and with without to in per mg a an or".split())


def _stems(text: str) -> set[str]:
    return {
        word.rstrip("s")
        for word in re.findall(r"[a-z0-9]+", text.lower())
        if word not in _PLAIN and len(word) > 1
    }

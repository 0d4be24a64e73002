"""The forms in which a letter is written: plain lines of at most 80 columns, Markdown, and JSON.

Every string passes through `text.visible`; white space is folded, so no foreign text can look like a heading
or a banner of the letter. The signed text is a part of these very lines, and anyone can hash it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.core.answer import Answer, Evidence, Status
from assistant.core.rationale import DraftSentence, changes_of
from assistant.core.record.absence import against, dismissals, not_found, trail
from assistant.core.record.grounds import Kind, grounds
from assistant.core.record.passages import PassageGroup
from assistant.core.record.second_look import denials_by_prompt
from assistant.core.rules.answer_schema import in_order
from assistant.core.rules.criterion import Finding, State, Suggestion
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.text import ascii_json, one_line
from assistant.letter.document import Block, Letter, LetterSentence, ReviewedDocument, Section, Top

WIDTH = 80


def to_text(letter: Letter, part: str = "both") -> str:
    """The whole letter or one of its two documents, ending in a line break."""
    tops, signed, others = _of(letter, part)
    parts = []
    if letter.banner:
        parts.append("\n".join(line for one in letter.banner for line in wrapped_text(one)))
    parts.append(signed_text(tops, signed))
    parts += [section_text(section) for section in others]
    if letter.missing or letter.open_checks:
        parts.append(_titled(letter.frame.say("missing.title"), _points(missing_lines(letter))))
    below = letter.footer_of(part)
    parts.append("\n\n".join("\n".join(wrapped_text(one)) for one in ("-" * WIDTH, *below)))
    return "\n\n".join(parts) + "\n"


def _of(letter: Letter, part: str) -> tuple[list[Top], list[Section], list[Section]]:
    """What a document is made of: its tops, the sections that are signed, and those that follow the signed text."""
    tops = [one for one in letter.tops if part in ("both", one.part)]
    sections = [one for one in letter.sections if part in ("both", one.part)]
    return tops, [one for one in sections if one.signed], [one for one in sections if not one.signed]


def signed_text(tops: Iterable[Top], sections: Iterable[Section]) -> str:
    """The text that a signature covers: what stands above each document, and its sections that are `signed`.

    A section of a document that has no title of its own follows the one before.
    """
    parts: list[str] = []
    left = [section for section in sections if section.signed]
    for top in tops:
        parts.append(_top(top))
        parts += [section_text(one) for one in left if one.part == top.part]
        left = [one for one in left if one.part != top.part]
    return "\n\n".join([*parts, *map(section_text, left)])


def unwrapped(tops: Iterable[Top], sections: Iterable[Section]) -> Iterator[str]:
    """The signed text in lines that nothing has broken yet, for a window that breaks them at its own width."""
    left = [section for section in sections if section.signed]
    for top in tops:
        yield from (*map(one_line, top.letterhead), *([""] if top.letterhead else []))
        yield one_line(top.title)
        yield from (one_line(one.text) for one in top.lines)
        for section in (one for one in left if one.part == top.part):
            yield ""
            yield from [one_line(section.title)] if section.title else []
            for number, block in enumerate(section.blocks):
                yield from ([""] if number else [])
                yield from _lines(block)
        yield ""


def _top(top: Top) -> str:
    lines = [line for one in top.letterhead for line in wrapped_text(one)]
    lines += [""] if lines else []
    lines += _underlined(top.title, "=")
    return "\n".join([*lines, *(line for one in top.lines for line in wrapped_text(one.text, "  "))])


@dataclass(frozen=True)
class Piece:
    """A line, a paragraph or a point of a letter as a page shows it; `label` stands before the text, in bold."""

    kind: str
    text: str
    label: str = ""


def pieces(letter: Letter, part: str) -> Iterator[Piece]:
    """The letter or one of its documents in the order of the text, for the forms that are laid out on pages."""
    tops, signed, others = _of(letter, part)
    yield from (Piece("banner", one_line(line)) for line in letter.banner)
    left = signed
    for top in tops:
        yield from (Piece("letterhead", one_line(line)) for line in top.letterhead)
        yield Piece("title", one_line(top.title))
        yield from (Piece("line", one_line(one.text)) for one in top.lines)
        for section in (one for one in left if one.part == top.part or len(letter.tops) == 1):
            yield from _pieces(section)
        left = [one for one in left if one.part != top.part and len(letter.tops) > 1]
    for section in (*left, *others):
        yield from _pieces(section)
    if letter.missing or letter.open_checks:
        yield Piece("heading", one_line(letter.frame.say("missing.title")))
        yield from (Piece("point", one_line(line)) for line in missing_lines(letter))
    yield from (Piece("footer", one_line(line)) for line in letter.footer_of(part))


def _pieces(section: Section) -> Iterator[Piece]:
    if section.title:
        yield Piece("heading", one_line(section.title))
    for block in section.blocks:
        said = [one_line(sentence.marked) for sentence in block.sentences]
        label = f"{one_line(block.label)}:" if block.label else ""
        if block.kind == "box":
            yield from (
                Piece("box", reason, title) for title, reason in zip(said[::2], said[1::2], strict=True)
            )
        elif block.kind == "list":
            yield from [Piece("paragraph", "", label)] if label else []
            yield from (Piece("point", one) for one in said)
        elif block.kind == "listed":
            lead, *listed = map(one_line, block.sentences[0].points)
            yield Piece("paragraph", f"{lead}:", label)
            yield from (Piece("point", one) for one in listed)
        elif block.kind == "heading":
            yield Piece("subheading", said[0])
        else:
            yield Piece("paragraph", " ".join(said), label)


@dataclass(frozen=True)
class EachPage:
    """What stands on every page: above the text, and below it the digest and the page's number."""

    head: str
    digest: str
    number: str
    """With `{page}` and `{pages}` for the numbers."""


def each_page(letter: Letter, part: str) -> EachPage:
    """The lines on every page of a letter, or of one of its documents."""
    top = next((one for one in letter.tops if one.part == part), letter.tops[0])
    named = next((one.text for one in letter.tops[0].lines if one.key in ("case_number", "case")), "")
    above = " - ".join(one_line(one) for one in (*letter.banner[:1], top.title, named) if one)
    number = letter.frame.say("footer.page", page="{page}", pages="{pages}")
    return EachPage(above, f"SHA-256 {letter.body_hash}", one_line(number))


def section_text(section: Section) -> str:
    """A section with its title underlined, if it has one."""
    text = "\n\n".join(_block(block) for block in section.blocks)
    return _titled(section.title, text) if section.title else text


def content(section: Section) -> str:
    """The text of a section without its title and without breaks inside a paragraph."""
    return "\n\n".join("\n".join(_lines(block)) for block in section.blocks)


def missing_lines(letter: Letter) -> Iterator[str]:
    """What keeps the letter from being signed, a line each; a question is named once, not as a check too."""
    say = letter.frame.say
    for one in letter.missing:
        if one.item in letter.session.items:
            yield say("missing.of_item", item=one.item, what=one.words, prompt=one.prompt)
        else:
            yield say("missing.of_case", what=one.words, prompt=one.prompt)
    for check in letter.open_checks:
        if check.check != "implied-finding":
            yield say("missing.check", check=check.check, message=check.message)


def wrapped_text(text: str, indent: str = "", first: str = "") -> list[str]:
    """`text` made visible, in lines of at most `WIDTH` columns; they begin with `indent`, and the first with `first`.

    A word that is longer than a line is cut. This is done here, since what is signed must break the same in
    every version of Python.
    """
    lines = [first]
    for word in one_line(text).split(" "):
        room = WIDTH - len(lines[-1])
        started = bool(lines[-1].strip())
        if started and len(word) + 1 <= room:
            lines[-1] += f" {word}"
            continue
        if started:
            lines.append(indent)
        while len(lines[-1]) + len(word) > WIDTH:
            cut = WIDTH - len(lines[-1])
            lines[-1] += word[:cut]
            word = word[cut:]
            lines.append(indent)
        lines[-1] += word
    return lines


def _titled(title: str, text: str) -> str:
    return "\n".join([*_underlined(title, "-"), "", text])


def _underlined(title: str, sign: str) -> list[str]:
    lines = wrapped_text(title)
    return [*lines, sign * max(map(len, lines))]


def _block(block: Block) -> str:
    if block.kind == "box":
        lines = _lines(block)
        pairs = zip(lines[::2], lines[1::2], strict=True)
        return "\n".join(
            line
            for title, reason in pairs
            for line in (*wrapped_text(title), *wrapped_text(reason, "  ", "  "))
        )
    if block.kind in ("list", "listed"):
        lines = [
            line
            for one in _lines(block)
            for line in (wrapped_text(one, "  ") if one.startswith("- ") else wrapped_text(one))
        ]
        return "\n".join(lines)
    return "\n".join(line for one in _lines(block) for line in wrapped_text(one))


def _lines(block: Block) -> list[str]:
    """The block in lines that are not yet wrapped: a paragraph is one, a list as many as it has points."""
    if block.kind in ("box", "lines"):
        return [one_line(sentence.marked) for sentence in block.sentences]
    if block.kind == "list":
        head = [f"{one_line(block.label)}:"] if block.label else []
        return [*head, *(f"- {one_line(sentence.marked)}" for sentence in block.sentences)]
    if block.kind == "listed":
        lead, *listed = map(one_line, block.sentences[0].points)
        label = f"{one_line(block.label)}: " if block.label else ""
        return [f"{label}{lead}:", *(f"- {one}" for one in listed)]
    text = " ".join(one_line(sentence.marked) for sentence in block.sentences)
    return [f"{one_line(block.label)}: {text}" if block.label else text]


def _points(lines: Iterable[str]) -> str:
    return "\n".join(line for one in lines for line in wrapped_text(f"- {one}", "  "))


# The letter as Markdown, in which foreign text stays text.


_PLAIN = r"[^\s()\[\]<>`\\]"
_ADDRESS = re.compile(
    rf"{_PLAIN}*(?:://|@){_PLAIN}*"  # a scheme, or an address of mail
    rf"|\bwww\.{_PLAIN}+"
    r"|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b(?:[/:?#]" + _PLAIN + r"*)?",  # a bare name with a domain
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[\\`*_\[\]~|$#!^{}]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINE_START = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")


def to_markdown(letter: Letter, part: str = "both") -> str:
    """The whole letter or one of its two documents, ending in a line break."""
    return "\n\n".join(_parts(letter, part)) + "\n"


def _parts(letter: Letter, part: str) -> Iterator[str]:
    for line in letter.banner:
        yield f"**{escaped(line)}**"
    say = letter.frame.say
    tops, signed, others = _of(letter, part)
    for top in tops:
        yield from (_start(line) for line in top.letterhead)
        yield f"# {escaped(top.title)}"
        yield from (_top_line(one.text) for one in top.lines)
        for section in signed:
            if section.part == top.part or len(letter.tops) == 1:
                yield from _section(section)
    for section in [*(others if tops else [*signed, *others])]:
        yield from _section(section)
    if letter.missing or letter.open_checks:
        yield f"## {escaped(say('missing.title'))}"
        yield "\n".join(f"- {_start(line)}" for line in missing_lines(letter))
    yield "---"
    for line in letter.footer_of(part):
        yield _start(line)


def _top_line(text: str) -> str:
    """A line of the heading, its name in bold."""
    name, colon, said = text.partition(": ")
    return f"**{escaped(name)}:** {escaped(said)}" if colon else _start(text)


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield f"## {escaped(section.title)}"
    for block in section.blocks:
        yield _markdown_block(block)


def _markdown_block(block: Block) -> str:
    if block.kind == "heading":
        return f"### {_start(block.sentences[0].marked)}"
    if block.kind == "box":
        pairs = zip(block.sentences[::2], block.sentences[1::2], strict=True)
        return "\n".join(f"- **{escaped(title.marked)}** {escaped(reason.marked)}" for title, reason in pairs)
    label = f"**{escaped(block.label)}:**" if block.label else ""
    if block.kind == "list":
        listed = "\n".join(f"- {_start(sentence.marked)}" for sentence in block.sentences)
        return f"{label}\n\n{listed}" if label else listed
    if block.kind == "listed":
        lead, *phrases = block.sentences[0].points
        listed = "\n".join(f"- {_start(one)}" for one in phrases)
        return f"{label} {escaped(lead)}:\n\n{listed}" if label else f"{_start(lead)}:\n\n{listed}"
    text = " ".join(sentence.marked for sentence in block.sentences)
    return f"{label} {escaped(text)}" if label else _start(text)


def escaped(text: str) -> str:
    """`text` on one line as Markdown that shows just that."""
    folded = one_line(text)
    made, done = [], 0
    for match in _ADDRESS.finditer(folded):
        made += [_inert(folded[done : match.start()]), f"`{match[0]}`"]
        done = match.end()
    return "".join([*made, _inert(folded[done:])])


def _inert(text: str) -> str:
    marked = _PUNCTUATION.sub(lambda match: f"\\{match[0]}", text)
    return "".join(_ENTITIES.get(character, character) for character in marked)


def _start(text: str) -> str:
    """Escaped text that begins a line, so that it begins no list, rule or heading either."""
    return _LINE_START.sub(
        lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", escaped(text)
    )


# The letter as one JSON document, for programs: everything in the text, and what it was worked out from.


def letter_to_json(letter: Letter, part: str = "both") -> dict[str, Any]:
    """The letter as JSON values; its `sections` are those of one document, where that is named."""
    return {
        "session": letter.session.id,
        "status": letter.status,
        "kind": letter.kind,
        "case": letter.case,
        "outcome": letter.outcome,
        "digest": letter.body_hash,
        "sections": [
            {"part": section.part, "title": section.title, "text": content(section)}
            for section in _sections(letter, part)
        ],
        "documents_reviewed": [_document(one) for one in letter.documents],
        "checks": [
            {
                "check": check.check,
                "place": check.place or CASE_SCOPE,
                "severity": check.severity,
                "message": check.message,
                "facts": list(check.facts),
                "acknowledged": letter.acknowledged(check),
            }
            for check in letter.checks
        ],
        "missing": [{"item": one.item, "prompt": one.prompt} for one in letter.missing],
        "log": {"events": letter.log.events, "head": letter.log.head},
        "case_answers": _answers(letter.session, CASE_SCOPE),
        "items": [_item(letter, key) for key in letter.session.items],
    }


def _sections(letter: Letter, part: str) -> Iterator[Section]:
    """The sections with what stands above them, which is a section of its own here."""
    for top in letter.tops:
        if part in ("both", top.part):
            lines = (*top.letterhead, *(one.text for one in top.lines))
            said = tuple(LetterSentence(line) for line in lines)
            yield Section(top.title, (Block("lines", said),), part=top.part)
    yield from (section for section in letter.sections if part in ("both", section.part))


def json_text(letter: Letter, part: str = "both") -> str:
    """The document as text in which every character that is not printable ASCII is escaped."""
    return ascii_json(letter_to_json(letter, part)) + "\n"


def _document(one: ReviewedDocument) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.type,
        "author": one.author,
        "date": None if one.date is None else str(one.date),
        "pages": one.pages,
        "sent_by": one.sent_by,
        "ur_report": one.is_ur_report,
        "opened": list(one.opened),
        "cited": list(one.cited),
        "searched": one.searched,
    }


def _item(letter: Letter, key: str) -> dict[str, Any]:
    session = letter.session
    prompt_set = session.rules.sets[key]
    assessment = letter.assessments[key]
    rulings = {**session.rulings.get(key, {}), **session.cautions.get(key, {})}
    made = session.determinations.get(key)
    withheld = session.status == "open" and session.closed(key)
    changes = () if withheld else changes_of(session, key)
    found, suggestion = list(assessment.findings.values()), assessment.suggestion
    if withheld:  # all but what the day alone says
        suggestion = Suggestion(None, "unread" if suggestion.why == "unread" else "open")
        found = [
            one if one.reason else Finding(one.criterion, State.UNDETERMINED, one.prompts) for one in found
        ]
    return {
        "item": key,
        "service": session.rules.case.items[key].service,
        "prompt_set": prompt_set.id,
        "edition": prompt_set.edition,
        "answers": _answers(session, key),
        "findings": [_finding(session, key, one) for one in found],
        "rulings": {name: {"ruling": one.ruling, "reason": one.reason} for name, one in rulings.items()},
        "suggestion": _suggestion(suggestion),
        "would_change": [
            {"answers": dict(one.answers), "decision": one.decision, "rests_on": list(one.rests_on)}
            for one in changes
        ],
        "determination": None
        if made is None
        else {"decision": made.decision, "departs": made.decision != made.suggested, "reason": made.reason},
        "rationale": [] if withheld else [_sentence(one) for one in assessment.sentences],
    }


def _answers(session: Session, scope: str) -> dict[str, Any]:
    """The answers that are read now, by prompt; one that was set aside is not among them."""
    reading = session.reading(scope)
    made = {}
    for name, prompt in reading.prompt_set.prompts.items():
        answer = reading.answer(name)
        if answer is not None:
            made[name] = _answer(in_order(prompt.schema.shape, answer))
            none = any(one.kind is Kind.FILE for one in grounds(session, (scope, name)))
            if not_found(answer) or (none and session.guard > 1):
                made[name]["search"] = _search(session, (scope, name), answer)
            if session.guard > 1 and (denied := denials_by_prompt(session, (scope, name))):
                made[name]["denied"] = [_group(one) for one in denied]
    return made


def _answer(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {
        "status": answer.status.value,
        "value": answer.plain() if answer.given else None,
        "evidence": _passages(answer.all_evidence()),
    }
    if answer.parts is not None:
        made["parts"] = {name: _answer(part) for name, part in answer.parts.items()}
    return made


def _search(session: Session, place: tuple[str, str], answer: Answer) -> dict[str, Any]:
    """The trail of an absence: where and for what was searched, what was found, and what became of it."""
    made = trail(session, place)
    leaves = [leaf.search for _, leaf in answer.leaves() if leaf.status is Status.NOT_DOCUMENTED]
    given = [one for one in leaves if one is not None]
    own = [term for one in given for term in one.terms]
    documents = dict.fromkeys(name for one in given for name in one.documents)
    return {
        "terms": list(dict.fromkeys([*(made.terms if made is not None else ()), *own])),
        "documents": list(
            (made.documents if made is not None else documents) or session.rules.case.documents
        ),
        "pages": made.pages if made is not None else max((one.pages for one in given), default=0),
        "unread": list(made.unread if made is not None else ()),
        "read_by_eye": list(session.by_eye.read) if session.by_eye is not None else [],
        "hits": made.hits if made is not None else 0,
        "dismissed": [
            {"document": one.document, "page": one.page, "quote": one.quote, "reason": one.reason}
            for one in dismissals(session, place)
        ],
        "open": [_group(one) for one in against(session, place)],
        "attested": bool(leaves) and all(one is not None and one.attested for one in leaves),
    }


def _group(one: PassageGroup) -> dict[str, Any]:
    return {"document": one.document, "pages": list(one.pages), "quote": one.quote, "standing": one.standing}


def _finding(session: Session, key: str, one: Finding) -> dict[str, Any]:
    prompt_set = session.rules.sets[key]
    criterion = prompt_set.criteria[one.criterion]
    return {
        "criterion": one.criterion,
        "citation": criterion.cite,
        "tier": prompt_set.tier(criterion),
        "argues": criterion.argues,
        "state": one.state.value,
        "stands": one.stands,
        "rebutted_by": list(one.rebutted_by),
        "prompts": list(one.prompts),
    }


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {
        "decision": one.decision,
        "why": one.why,
        "because": list(one.because),
        "dissent": list(one.dissent),
        "rests_on": list(one.rests_on),
        "settle": list(one.settle),
    }


def _sentence(one: DraftSentence) -> dict[str, Any]:
    return {
        "text": one.text,
        "origin": one.origin,
        "prompts": list(one.prompts),
        "criteria": list(one.criteria),
        "citations": list(one.citations),
        "facts": list(one.facts),
        "evidence": _passages(one.evidence),
    }


def _passages(passages: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [
        {"document": one.document, "page": one.page, "quote": one.quote, "start": one.start}
        for one in passages
    ]

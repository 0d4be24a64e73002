"""The forms in which a letter is written: plain lines of at most 80 columns, Markdown, and JSON.

Every string passes through `text.visible`; white space is folded, so no foreign text can look like a heading
or a banner of the letter. The signed text is a part of these very lines, and anyone can hash it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.core.answer import Answer, Evidence, Status
from assistant.core.letter_frame import Frame
from assistant.core.rationale import DraftSentence
from assistant.core.record.absence import against, dismissals, not_found, trail
from assistant.core.record.grounds import Kind, grounds
from assistant.core.record.guard import denials_by_prompt
from assistant.core.record.passages import PassageGroup
from assistant.core.rules.answer_schema import in_order
from assistant.core.rules.criterion import Finding, Suggestion
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.rules.suggestion import would_change
from assistant.core.session import Session, effective_date
from assistant.core.text import one_line
from assistant.letter.document import Block, Letter, ReviewedDocument, Section

WIDTH = 80


def to_text(letter: Letter) -> str:
    """The whole letter, ending in a line break."""
    parts = []
    if letter.banner:
        parts.append("\n".join(line for one in letter.banner for line in wrapped_text(one)))
    parts.append(letter.body)
    parts += [section_text(section) for section in letter.sections if not section.signed]
    if letter.missing or letter.open_checks:
        parts.append(_titled(letter.frame.say("missing.title"), _points(missing_lines(letter))))
    parts.append("\n\n".join("\n".join(wrapped_text(one)) for one in ("-" * WIDTH, *letter.footer)))
    return "\n\n".join(parts) + "\n"


def signed_text(frame: Frame, case: str, outcome_words: str, sections: Iterable[Section]) -> str:
    """The text that a signature covers: title, case, outcome and the sections that are `signed`."""
    top = [
        *_underlined(frame.say("title"), "="),
        *wrapped_text(f"{frame.say('case')}: {case}", "  "),
        *wrapped_text(f"{frame.say('outcome')}: {outcome_words}", "  "),
    ]
    return "\n\n".join(["\n".join(top), *(section_text(section) for section in sections if section.signed)])


def section_text(section: Section) -> str:
    """A section with its title underlined."""
    return _titled(section.title, "\n\n".join(_block(block) for block in section.blocks))


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


def wrapped_text(text: str, indent: str = "") -> list[str]:
    """`text` made visible, in lines of at most `WIDTH` columns; lines after the first begin with `indent`.

    A word that is longer than a line is cut. This is done here, since what is signed must break the same in
    every version of Python.
    """
    lines = [""]
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
    if block.kind == "list":
        lines = [
            line
            for one in _lines(block)
            for line in (wrapped_text(one, "  ") if one.startswith("- ") else wrapped_text(one))
        ]
        return "\n".join(lines)
    return "\n".join(line for one in _lines(block) for line in wrapped_text(one))


def _lines(block: Block) -> list[str]:
    """The block in lines that are not yet wrapped: a paragraph is one, a list as many as it has points."""
    if block.kind == "list":
        head = [f"{one_line(block.label)}:"] if block.label else []
        return [*head, *(f"- {one_line(sentence.marked)}" for sentence in block.sentences)]
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


def to_markdown(letter: Letter) -> str:
    """The whole letter, ending in a line break."""
    return "\n\n".join(_parts(letter)) + "\n"


def _parts(letter: Letter) -> Iterator[str]:
    for line in letter.banner:
        yield f"**{escaped(line)}**"
    say = letter.frame.say
    yield f"# {escaped(say('title'))}"
    yield f"**{escaped(say('case'))}:** {escaped(f'{letter.case} - {letter.case_title}')}"
    yield f"**{escaped(say('outcome'))}:** {escaped(letter.outcome_words)}"
    for section in letter.sections:
        yield from _section(section)
    if letter.missing or letter.open_checks:
        yield f"## {escaped(say('missing.title'))}"
        yield "\n".join(f"- {_start(line)}" for line in missing_lines(letter))
    yield "---"
    for line in letter.footer:
        yield _start(line)


def _section(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.title)}"
    for block in section.blocks:
        yield _markdown_block(block)


def _markdown_block(block: Block) -> str:
    if block.kind == "heading":
        return f"### {_start(block.sentences[0].marked)}"
    label = f"**{escaped(block.label)}:**" if block.label else ""
    if block.kind == "list":
        listed = "\n".join(f"- {_start(sentence.marked)}" for sentence in block.sentences)
        return f"{label}\n\n{listed}" if label else listed
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


def letter_to_json(letter: Letter) -> dict[str, Any]:
    """The letter as JSON values."""
    return {
        "session": letter.session.id,
        "status": letter.status,
        "kind": letter.kind,
        "case": letter.case,
        "outcome": letter.outcome,
        "sections": [{"title": section.title, "text": content(section)} for section in letter.sections],
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


def json_text(letter: Letter) -> str:
    """The document as text in which every character that is not printable ASCII is escaped."""
    return json.dumps(letter_to_json(letter), ensure_ascii=True, indent=2).replace("\x7f", "\\u007f") + "\n"


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
    certified = session.rules.case.items[key].certified
    changes = would_change(session.reading(key), effective_date(session, key), session.ruled(key), certified)
    return {
        "item": key,
        "service": session.rules.case.items[key].service,
        "prompt_set": prompt_set.id,
        "edition": prompt_set.edition,
        "answers": _answers(session, key),
        "findings": [_finding(session, key, one) for one in assessment.findings.values()],
        "rulings": {name: {"ruling": one.ruling, "reason": one.reason} for name, one in rulings.items()},
        "suggestion": _suggestion(assessment.suggestion),
        "would_change": [
            {"answers": dict(one.answers), "decision": one.decision, "rests_on": list(one.rests_on)}
            for one in changes
        ],
        "determination": None
        if made is None
        else {"decision": made.decision, "departs": made.decision != made.suggested, "reason": made.reason},
        "rationale": [_sentence(one) for one in assessment.sentences],
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

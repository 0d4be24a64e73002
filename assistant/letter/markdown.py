"""The letter as Markdown, in which foreign text stays text.

An answer or a note may hold tags, link syntax or an address. None of them may become markup where the file is
rendered: punctuation is escaped, angle brackets become entities, and what a renderer might make a link of
stands as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.core.text import one_line
from assistant.letter.document import Block, Letter, Section
from assistant.letter.plain_text import missing_lines

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
        yield _block(block)


def _block(block: Block) -> str:
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

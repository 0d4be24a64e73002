"""The letter for a terminal or a printer: plain lines of at most 80 columns.

Every string passes through `text.visible`; white space is folded, so no foreign text can look like a heading
or a banner of the letter. The signed text is a part of these very lines, and anyone can hash it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.core.letter_frame import Frame
from assistant.core.text import one_line
from assistant.letter.document import Block, Letter, Section

WIDTH = 80


def to_text(letter: Letter) -> str:
    """The whole letter, ending in a line break."""
    parts = []
    if letter.banner:
        parts.append("\n".join(line for one in letter.banner for line in wrapped(one)))
    parts.append(letter.body)
    parts += [section_text(section) for section in letter.sections if not section.signed]
    if letter.missing or letter.open_checks:
        parts.append(_titled(letter.frame.say("missing.title"), _points(missing_lines(letter))))
    parts.append("\n\n".join("\n".join(wrapped(one)) for one in ("-" * WIDTH, *letter.footer)))
    return "\n\n".join(parts) + "\n"


def signed_text(frame: Frame, case: str, outcome_words: str, sections: Iterable[Section]) -> str:
    """The text that a signature covers: title, case, outcome and the sections that are `signed`."""
    top = [
        *_underlined(frame.say("title"), "="),
        *wrapped(f"{frame.say('case')}: {case}", "  "),
        *wrapped(f"{frame.say('outcome')}: {outcome_words}", "  "),
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


def wrapped(text: str, indent: str = "") -> list[str]:
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
    lines = wrapped(title)
    return [*lines, sign * max(map(len, lines))]


def _block(block: Block) -> str:
    if block.kind == "list":
        lines = [
            line
            for one in _lines(block)
            for line in (wrapped(one, "  ") if one.startswith("- ") else wrapped(one))
        ]
        return "\n".join(lines)
    return "\n".join(line for one in _lines(block) for line in wrapped(one))


def _lines(block: Block) -> list[str]:
    """The block in lines that are not yet wrapped: a paragraph is one, a list as many as it has points."""
    if block.kind == "list":
        head = [f"{one_line(block.label)}:"] if block.label else []
        return [*head, *(f"- {one_line(sentence.marked)}" for sentence in block.sentences)]
    text = " ".join(one_line(sentence.marked) for sentence in block.sentences)
    return [f"{one_line(block.label)}: {text}" if block.label else text]


def _points(lines: Iterable[str]) -> str:
    return "\n".join(line for one in lines for line in wrapped(f"- {one}", "  "))

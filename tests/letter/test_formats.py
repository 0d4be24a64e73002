"""Foreign text in a letter: shown in every form, obeyed in none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.core import commands as c
from assistant.core.text import one_line
from assistant.letter import json_text, to_markdown, to_text
from assistant.letter.formats import WIDTH, _start, escaped, wrapped_text
from assistant.review.review import Review
from tests.letter.reviewing import answer, determine, letter_of, sign

HOSTILE = (
    "\x1b[31mred\x1b[0m \u202etxt\x9b2J [bold]b[/bold] <script>alert(1)</script> "
    "[a](http://evil.example/x) ![i](javascript:x) `code` **b** # h | &lt; www.evil.example a@evil.example \x07\nSIGNED\n======\n- x\n1. y\n> q"
)
RAW = ("\x1b", "\u202e", "\x9b", "\x07")
INERT = {"text", "code_inline", "softbreak"}


def tokens(markdown: str) -> list[Token]:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    return [child for token in parser.parse(markdown) for child in (token.children or [token])]


@pytest.fixture
def hostile(review: Review, reference: dict[str, Any]) -> Review:
    """A signed session with foreign text wherever a person can write any."""
    answers = reference["answers"]
    answers["case"]["qualifications"] = {**answers["case"]["qualifications"], "certification": HOSTILE[:120]}
    answers["case"]["documents"] = {"value": "incomplete", "note": HOSTILE}
    answers["1"]["sought"] = HOSTILE
    answer(review, answers)
    determine(review, "overturned", HOSTILE)
    one = review.assess("1").sentences[0]
    review.perform(c.EditSentence("1", one.key, one.text, HOSTILE))
    review.perform(c.AddNote("1", "views", HOSTILE))
    sign(review, HOSTILE)
    review.perform(c.AddAddendum(HOSTILE))
    return review


def test_as_text(hostile: Review) -> None:
    text = to_text(letter_of(hostile))
    assert not any(character in text for character in RAW)
    assert "\u241b[31mred" in text
    assert "[bold]b[/bold]" in text
    assert not any(line in ("SIGNED", "======", "- x") for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= WIDTH


def test_as_markdown(hostile: Review) -> None:
    markdown = to_markdown(letter_of(hostile))
    assert not any(character in markdown for character in RAW)
    assert "<script" not in markdown
    found = tokens(markdown)
    kinds = {token.type for token in found}
    assert not kinds & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "em_open",
        "blockquote_open",
        "fence",
    }
    titles = [token for token in found if token.type == "heading_open"]
    letter = letter_of(hostile)
    sections = [section for section in letter.sections if section.title]
    headings = [block for section in sections for block in section.blocks if block.kind == "heading"]
    assert len(titles) == len(letter.tops) + len(sections) + len(headings)


def test_as_json(hostile: Review) -> None:
    text = json_text(letter_of(hostile))
    assert text.isascii()
    assert not any(character in text for character in (*RAW, "\x7f"))
    assert json.loads(text)["items"][0]["answers"]["sought"]["value"] == HOSTILE


def test_a_declined_reason(review: Review) -> None:
    review.perform(c.Decline("other", HOSTILE))
    letter = letter_of(review)
    assert "\x1b" not in to_text(letter)
    assert not {token.type for token in tokens(to_markdown(letter))} & {"html_inline", "link_open", "image"}


MARKUP = st.text(alphabet=st.sampled_from(list("ab1 .-+*_`[]()<>&#!|~\\/:@=\n\t\"'{}$^w")) | st.characters())


@given(MARKUP)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    found = [token for token in tokens(_start(text)) if not token.type.startswith("paragraph")]
    assert {token.type for token in found} <= INERT | {"inline"}
    assert "".join(token.content for token in found).strip() == one_line(text)


@given(
    st.lists(
        st.sampled_from(
            ["http://a.example", "www.b.example", "c@d.example", "e.example/f", "x", "`", "\\", "[g]("]
        )
    )
)
def test_addresses_are_no_links(words: list[str]) -> None:
    assert "link_open" not in {token.type for token in tokens(escaped(" ".join(words)))}
    assert "link_open" not in {token.type for token in tokens(escaped("".join(words)))}


@given(st.text())
def test_wrapping_loses_nothing_and_fits(text: str) -> None:
    for indent in ("", "  "):
        lines = wrapped_text(text, indent)
        assert max(map(len, lines)) <= WIDTH
        assert "".join("".join(lines).split()) == "".join(one_line(text).split())

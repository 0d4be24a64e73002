"""Documents as a case lists them, and pages as people write them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.core import yaml
from assistant.core.record.case import document_problems, read_document
from assistant.core.record.pages import page_runs, places_of_ranges, read_range

SHA = "0" * 63 + "a"
ENTRY = f"""documents:
  - id: note
    type: Progress note
    original: originals/bundle.pdf
    from_pages: 4-9
    sha256: "{SHA}"
    text_sha256: "{SHA}"
    recognised: [2, 4-5]
    recognised_by: Tesseract 5.3.0
    unreadable: [3]
"""


def problems(text: str, pages: int = 6) -> list[str]:
    document = yaml.parse_yaml(text, "case.yaml")
    return [str(one) for one in document_problems(document, {"note": pages})]


def test_a_document_says_where_it_is_from_and_how_far_it_can_be_read() -> None:
    assert problems(ENTRY) == []
    made = read_document(yaml.parse_yaml(ENTRY, "case.yaml").data["documents"][0], 6)
    assert (made.recognised, made.unreadable) == ((2, 4, 5), (3,))
    assert (made.original, made.from_pages, made.sha256) == ("originals/bundle.pdf", "4-9", SHA)


def test_what_a_document_may_not_say_is_refused() -> None:
    for old, new, says in [
        (
            "unreadable: [3]",
            "unreadable: [7]",
            "line 10: `unreadable` is not a list of the document's pages.",
        ),
        ("unreadable: [3]", "unreadable: [0]", "`unreadable` is not a list of the document's pages."),
        ("unreadable: [3]", "unreadable: 3", "`unreadable` is not a list of the document's pages."),
        ("unreadable: [3]", "unreadable: [1-9999999]", "`unreadable` is not a list of the document's pages."),
        ("unreadable: [3]", "unreadable: [3, 3]", "`unreadable` is not a list of the document's pages."),
        ("unreadable: [3]", "unreadable: [[3]]", "`unreadable` is not a list of the document's pages."),
        ("unreadable: [3]", "unreadable: [4]", "Page 4 is both recognised and unreadable."),
        ("originals/bundle.pdf", "../bundle.pdf", "`original` names no file in originals/."),
        ("originals/bundle.pdf", "originals/../case.yaml", "`original` names no file in originals/."),
        ("originals/bundle.pdf", "originals/..", "`original` names no file in originals/."),
        ("from_pages: 4-9", "from_pages: 9-4", "`from_pages` is no page and no range of pages."),
        ("id: note", "id: other", "Bring originals/bundle.pdf in again with `imr case add`"),
    ]:
        assert any(says in one for one in problems(ENTRY.replace(old, new)))


def test_a_document_is_listed_once() -> None:
    twice = ENTRY + ENTRY.removeprefix("documents:\n")
    assert any("is listed twice" in one for one in problems(twice))


@given(st.sets(st.integers(1, 60)))
def test_runs_of_pages_read_back(pages: set[int]) -> None:
    assert places_of_ranges(page_runs(pages), 60) == tuple(sorted(pages))


def test_a_range_of_pages() -> None:
    for text, pages in [
        ("4", range(4, 5)),
        ("1-3", range(1, 4)),
        (" 1 – 3 ", range(1, 4)),
        (7, range(7, 8)),
        ("3-1", None),
        ("0", None),
        ("٣", None),
        ("1-", None),
    ]:
        assert read_range(text) == pages

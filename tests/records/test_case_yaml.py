"""A case's file is added to in place: nothing that a person wrote in it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core import yaml
from assistant.core.problem import Refused
from assistant.records.case_yaml import scalar, with_changes, with_documents, without_documents

NEW = {"id": "note", "type": "Progress note", "sha256": "1" * 64, "unreadable": ["2", "4-6"]}
READ = {"id": "note", "type": "Progress note", "sha256": "1" * 64, "unreadable": [2, "4-6"]}
LISTS = (
    "documents: []\n",
    "documents: []  # none yet",
    "documents: [{id: a, type: b}]\n",
    "documents: [\n  {id: a, type: b},  # first\n]\n",
    "documents:\n- id: a\n  type: b  # first\n\n# later\n",
    "documents:\n  - {id: a, type: b} # first\n  # trailing\n\n",
    "documents:\n  - type: |\n      long\n      words\n\n    id: a\n",
    "documents:\n  - id: a\n    type: b",
    'documents:\r\n  - id: a\r\n    type: "b"\r\n',
    "documents:\n    -   id: a\n        type: >-\n          b\n",
)


def documents(text: str) -> list[object]:
    made: list[object] = yaml.parse_yaml(text, "case.yaml").data["documents"]
    return made


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("after", ["", "\nitems: [1]  # kept\n"])
def test_a_document_is_added_and_the_rest_stays(listed: str, after: str) -> None:
    text = f'# head\ntitle: "é\U0001f600"\n{listed}{after}'
    made = with_documents(text, [NEW])
    assert documents(made) == [*documents(text), READ]
    for line in text.splitlines():
        if "documents: [" not in line and "]" not in line:
            assert any(one.startswith(line.partition(",  #")[0]) for one in made.splitlines())
    assert made.count("#") == text.count("#")
    again = with_documents(made, [{"id": "third", "type": "x"}])
    assert documents(again)[-1] == {"id": "third", "type": "x"}


def test_an_entry_is_changed_in_its_place() -> None:
    for listed in LISTS:
        text = with_documents(listed, [NEW])
        made = with_changes(text, "note", {"unreadable": [], "recognised": ["1-3"], "sha256": "2" * 64})
        assert documents(made)[-1] == {
            "id": "note",
            "type": "Progress note",
            "sha256": "2" * 64,
            "recognised": ["1-3"],
        }
        if "id: a" in listed:
            made = with_changes(made, "a", {"recognised": ["1"]})
            assert documents(made)[0] == {**documents(text)[0], "recognised": [1]}  # type: ignore[dict-item]
            assert (
                with_changes(made, "a", {"recognised": []}).count("recognised")
                == made.count("recognised") - 1
            )


def test_what_is_not_changed_stays_as_it_was_typed() -> None:
    """Aligned values, odd quotes, long lines and comments, in the entry that changes as well as around it."""
    text = (
        f"title:   'A  case'   # aligned\nnote: {'long ' * 40}\n  folded\nday: 2014-07-17\nflow: {{a:  1,b: [ x ]}}\n"
        "documents:\n"
        "  # the first\n"
        "  -   id:         a            # as in the bundle\n"
        "      type:       'Progress  note'\n"
        "      unreadable: [2]\n"
        "      # asked for again\n\n"
        "      date:       2014-07-17\n"
        "  # the end of the list\n\n"
        "items: {}\n"
    )
    made = with_changes(text, "a", {"unreadable": [], "sha256": "3" * 64})
    added = f'      sha256: "{"3" * 64}"\n'
    assert made == text.replace("      unreadable: [2]\n", "").replace(
        "07-17\n  # the end", f"07-17\n{added}  # the end"
    )
    said = "      unreadable: [2, 4-6]\n"
    assert with_changes(text, "a", {"unreadable": ["2", "4-6"]}) == text.replace(
        "      unreadable: [2]\n", said
    )
    made = with_documents(text, [{"id": "b", "type": "x"}])
    assert made == text.replace("07-17\n  # the end", "07-17\n  - id: b\n    type: x\n  # the end")


def test_a_comment_inside_braces_is_not_lost_but_the_change_refused() -> None:
    with pytest.raises(Refused, match="can't change this list"):
        with_changes("documents:\n  - {id: a, # first\n     type: b}\n", "a", {"recognised": ["1"]})


def test_the_list_is_emptied() -> None:
    for listed in LISTS:
        made = without_documents(f"{listed}\nitems: [1]  # kept\n")
        assert documents(made) == []
        assert "items: [1]  # kept" in made


def test_a_change_of_the_bundled_case_is_one_line_long() -> None:
    text = library.find_case("cervical-radiographs-after-fusion").text
    made = with_documents(text, [{"id": "note", "type": "x"}])
    assert [line for line in made.splitlines() if line not in text.splitlines()] == [
        "  - id: note",
        "    type: x",
    ]


@given(st.text(max_size=40).filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text)))
def test_any_words_come_back_as_they_were(words: str) -> None:
    assert yaml.parse_yaml(f"a: {scalar(words)}\n", "x").data == {"a": words}
    made = with_documents("documents: [{id: a, type: b}]\n", [{"id": "note", "type": words}])
    assert documents(made)[-1] == {"id": "note", "type": words}


@pytest.mark.parametrize("text", ["title: x\n", "documents: none\n", "documents: {a: b}\n", "documents:\n"])
def test_a_case_without_a_list_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no list of documents"):
        with_documents(text, [NEW])

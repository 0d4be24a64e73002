"""The file of the letter's words: what is in it is used and known, and what is wrong with one is said with its line."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core import wording, yaml
from assistant.core.letter_frame import FILE, NAMES, Frame, is_frame, read_frame, sentence_lengths
from assistant.core.problem import Refused
from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS, WHY_WORDS
from assistant.core.rules.guidelines import TIER_NAMES
from assistant.library import first_words
from tests.prove import scale

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / FILE).read_text(encoding="utf-8")
OWN = read_frame(TEXT)


def refused(text: str) -> str:
    with pytest.raises(Refused) as found:
        library.letter_frame(text)
    return str(found.value)


def replaced(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


# -- the file that comes with the program ---------------------------------------------------------


def test_it_has_every_text_and_no_other() -> None:
    assert OWN.texts.keys() == NAMES.keys()
    assert list(library.letter_texts()) == [library.FRAME, library.TEMPLATE]


PACKAGE = ROOT / "assistant"
TREES = {
    path.name: ast.parse(path.read_text("utf-8"))
    for path in (
        *(PACKAGE / "letter").glob("*.py"),
        PACKAGE / "core" / "rationale.py",
        PACKAGE / "core" / "record" / "dismissed.py",
    )
}
CHOSEN = {
    "banner": "practice training",
    "grounds": "conflict specialty records other",
    "outcomes": "uphold overturn partial undecided",
    "decisions": "upheld overturned undecided",
    "why": "conflict gap open unclear unread",
    "tiers": "mtus studies national expert accepted likely_benefit",
    "made": "years hours years_and_hours",
    "documents": "complete incomplete unconfirmed",
    "summary": "confirmed disputed unconfirmed empty",
    "effect": "uphold overturn partial",
    "sources": "answers rules guidelines facts pages",
    "rationale": "inapplicable misstated",
}
"""The texts of which one is chosen by a word: a value, a tier, the kind of a source."""


def test_every_text_is_used() -> None:
    nodes = [node for tree in TREES.values() for node in ast.walk(tree)]
    starts = {getattr(node.values[0], "value", "") for node in nodes if isinstance(node, ast.JoinedStr)}
    said = {node.value for node in nodes if isinstance(node, ast.Constant)}
    unused = []
    for place in NAMES:
        part, _, key = place.rpartition(".")
        chosen = key in CHOSEN.get(part, "").split()
        if not (f"{part}." in starts if chosen else place in said or part.startswith("counted.")):
            unused.append(place)
    assert unused == []


def test_every_call_gives_a_text_the_names_that_it_has() -> None:
    calls = 0
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("say"):
                continue
            named = [keyword.arg for keyword in node.keywords]
            if isinstance(node.args[0], ast.Constant) and None not in named:  # None is `**`
                place = str(node.args[0].value)
                assert sorted(map(str, named)) == sorted(NAMES[place]), f"{file}, line {node.lineno}"
                calls += 1
    assert calls > 70


def test_the_words_for_decisions_are_those_of_the_screen() -> None:
    said = {name: OWN.texts[f"outcomes.{name or 'undecided'}"] for name in OUTCOME_WORDS}
    assert said == OUTCOME_WORDS
    for name in ("upheld", "overturned"):
        assert OWN.texts[f"decisions.{name}"] == DECISION_WORDS[name]
    for name in ("conflict", "gap", "open", "unclear", "unread"):
        assert OWN.texts[f"why.{name}"] == WHY_WORDS[name]
    assert {f"tiers.{name}": words for name, words in TIER_NAMES.items()} == {
        place: text for place, text in OWN.texts.items() if place.startswith("tiers.")
    }


def test_the_schema_has_the_same_texts_with_the_same_names() -> None:
    schema = json.loads((ROOT / "schemas" / "letter-frame.schema.json").read_text("utf-8"))
    assert dict(leaves(schema, "")) == {place: set(names) for place, names in NAMES.items()}


def leaves(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, set[str]]]:
    if "properties" not in schema:
        yield (
            place,
            set(
                re.findall(
                    r"\\s\*(\w+)\\s\*",
                    str([schema.get("pattern"), schema.get("allOf")]).replace("\\\\", "\\"),
                )
            ),
        )
        return
    assert sorted(schema["required"]) == sorted(schema["properties"])
    for key, inner in schema["properties"].items():
        yield from leaves(inner, f"{place}.{key}" if place else key)


def test_how_long_its_sentences_are_is_told() -> None:
    made = Frame(
        {"a": "One two {{ three }}. Four {% if x %}five {% endif %}six.", "b": "No sentence", "c": "Seven."}
    )
    assert sentence_lengths(made) == [3, 3, 1]
    assert max(sentence_lengths(OWN)) <= 45


def test_every_part_is_documented() -> None:
    page = (ROOT / "docs" / "prompt-sets.md").read_text("utf-8")
    section = page.split("## The letter's words", 1)[1].split("\n## ", 1)[0]
    assert {place.split(".")[0] for place in NAMES} <= set(re.findall(r"`(\w+)`", section))


# -- what is wrong with one -----------------------------------------------------------------------


def test_a_fault_is_named_with_its_line() -> None:
    for old, new, said in [
        ("no_tie:", "no_tei:", "`no_tei` is not known here. Did you mean `no_tie`?"),
        ("no_tie:", "no_tei:", "`no_tie` is missing."),
        ("footer:\n", "fotter:\n", "`fotter` is not known here. Did you mean `footer`?"),
        (
            "affiliation with {{ parties }}",
            "affiliation with {{ partys }}",
            "`partys` can't be named here. Name only",
        ),
        ("affiliation with {{ parties }}", "affiliation", "`{{ parties }}` is missing from this text."),
        (
            "affiliation with {{ parties }}",
            "tie {% if parties %}to them{% endif %}",
            "`{{ parties }}` is missing",
        ),
        (
            "affiliation with {{ parties }}",
            "{{ parties.upper }} {{ parties }}",
            "`{{ parties.upper }}` names a part",
        ),
        (
            "affiliation with {{ parties }}",
            "{{ parties|upper }} {{ parties }}",
            "is not a form that sentences",
        ),
        (
            "affiliation with {{ parties }}",
            "{% if parties %} {{ parties }}",
            "is not closed by `{% endif %}`",
        ),
        ("affiliation with {{ parties }}", "{% endif %} {{ parties }}", "has no `{% if %}`"),
        ("affiliation with {{ parties }}", "{{ parties }} {{ parties", "`{{` is not a form that sentences"),
        (
            "searched: searched",
            "searched: '{{ pages }}'",
            "can't be named here. This text can't name anything.",
        ),
        ("searched: searched", "searched: ''", "`searched` is empty."),
        ("searched: searched", "searched:", "`searched` is empty."),
        ("searched: searched", "searched: [a, b]", "`searched` is a list; text is wanted."),
        ("searched: searched", 'searched: "a\\u202eb"', "holds an invisible or control character"),
        ("searched: searched", "searched: {a: b}", "`searched` is a map; text is wanted."),
        ("searched: searched", "searched: a\n  searched: b", "`searched` stands twice"),
        ("summary:\n", "summary: x\nsomething:\n", "`summary` is text (“x”); a map is wanted."),
        ("checks:\n", "checks: }\n", "This isn't valid YAML"),
        ("footer:\n", "made.tie: x\nfooter:\n", "`made.tie` is not known here."),
    ]:
        text = replaced(old, new)
        found = refused(text)
        assert said in found
        assert all(re.match(rf"{re.escape(FILE)}, line \d+: ", line) for line in found.splitlines())
        line = text[: text.index(new)].count("\n") + 1
        assert "is missing. Add" in said or re.search(rf"line ({line}|{line + 1}): ", found)


def test_no_text_can_be_left_out() -> None:
    data = yaml.parse_yaml(TEXT, FILE).data
    for place in list(NAMES)[:: scale.of(5, 1)]:
        *parts, key = place.split(".")
        inner = data
        for part in parts:
            inner = inner[part]
        held = inner.pop(key)
        assert refused(json.dumps(data)).count("is missing") == 1, place
        inner[key] = held


TAGS = (
    "{% if a %}", "{%if a%}", "{% elif a %}", "{% else %}", "{%-else-%}", "{% endif %}", "{% endif x %}", "{% else x %}",
    "{% elif %}", "{{ a }}", "{{- a -}}", "{%- if a -%}", "{% for a in a %}", "{%", "%}", "{{", "}}", "{#", "x", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(TAGS), max_size=7).map("".join))
def test_what_is_accepted_can_be_filled_in(template: str) -> None:
    if not list(wording.template_problems(template, ["a"])):
        assert "{%" not in wording.words_filled(template, {"a": "1"})


@given(st.text())
def test_a_name_is_filled_in_as_it_is(words: str) -> None:
    assert OWN.say("searches.absent", question=words) == f"{words} Not found."


# -- one that a session keeps ---------------------------------------------------------------------


def test_a_kept_one_lacks_what_came_later_and_has_what_went() -> None:
    kept = replaced("title: Still missing", "tittle: Gone")
    made = read_frame(kept.replace("case: Case", "case: The case"), "kept", lambda: OWN)
    assert made.texts == {**OWN.texts, "case": "The case", "footer.case": OWN.texts["footer.case"]}
    with pytest.raises(Refused, match="is missing from this text"):
        read_frame(replaced("affiliation with {{ parties }}", "affiliation"), "kept", lambda: OWN)


FIRST = {
    "1.yaml": "d4a3193c939042646ab9f77e9c69a89d97fb4a472694af1dfc6d896271ae8939",
    "2.yaml": "8e20d2bded771061a96178eebda26d655107749fee433d3d518853f6938d5fbd",
    "3.yaml": "d67a59f8af6c795641c1a69d006f5f86b5bade0b01332b0fbcb4c794b6bda971",
    "4.yaml": "623042cce20105628df76dc11c15fe0c98fc9388d708e5d8891da5863157b5ce",
    "5.yaml": "abfd6ef6f6619faeb64e0006d1742fbe41e6b7b2e124954d049d757ebb92eb55",
    "6.yaml": "230956e411b592da6ca793e55d817fba4b01411ec77c41d796459faed1b2b519",
    "7.yaml": "191f2e956634674d6376ddccd62d67f508ab1c58947b23e051d94cbffc448724",
    "8.yaml": "50f2b92845195de72b3e78ceef846dc33ca66d8ec208bc61b99f59bcb64768c1",
    "9.yaml": "095693ee1a326d130f53a028de6b36211ded96f4f1ba350d96178265bec2e7a3",
    "10.yaml": "a64fa51d91e6650f9cd3536ca802db6291ab1a5d3176bb2925e4e5c83c12c56d",
    "11.yaml": "ff097b16f63223d5b4582582214cdb96d3e9a900fb1dc63e4c518eff1e34330c",
    "12.yaml": "5f17f0bdbec1b8972bb5a74e9144e68b86de6d176c2d93ed73258f23e35e7eb5",
    "13.yaml": "699719249af79b4fc7ff2f8a2b7572134c7212767817455e74aa75c30d6ccd5c",
    "14.yaml": "7be61fe6932dd960c3c36ba0d3476b10d1f81822e1cf6b6ff399f4fa9d6b6f2c",
    "15.yaml": "537d3c6e3c8753cf48b18154091571fb7928ec5ab8ff1649161a3576994eb253",
}
"""The SHA-256 of every file of the first wording. A line is added here with a new file, and none is ever changed."""


def test_the_first_wording_is_never_edited() -> None:
    texts = library.first_letter_texts()
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()} == FIRST
    assert list(texts) == [f"{number}.yaml" for number in range(1, len(texts) + 1)]


def test_the_first_wording_has_every_text_once_with_its_names() -> None:
    frames = [
        read_frame(text, name, lambda: Frame({})) for name, text in library.first_letter_texts().items()
    ]
    assert sorted(place for frame in frames for place in frame.texts) == sorted(NAMES)
    assert first_words().texts == {place: text for frame in frames for place, text in frame.texts.items()}


def test_a_frame_is_told_from_a_prompt_set() -> None:
    assert is_frame(yaml.parse_yaml(TEXT, FILE))
    for path in (ROOT / "prompts").rglob("*.yaml"):
        expected = path.name in (library.FRAME, "1.yaml")
        assert is_frame(yaml.parse_yaml(path.read_text("utf-8"), path.name)) == expected


def test_a_frame_counts() -> None:
    assert [OWN.counted(n, "page") for n in (0, 1, 2, 1234)] == [
        "0 pages",
        "1 page",
        "2 pages",
        "1,234 pages",
    ]
    assert isinstance(OWN, Frame)

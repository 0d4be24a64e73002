"""Every file in prompts/, schemas/ and casebank/ is valid and needed, and no file names a machine it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.core import yaml
from assistant.core.answer import Evidence
from assistant.core.record.case import Case
from assistant.core.record.passages import located
from assistant.core.rules.examples import try_examples
from assistant.core.rules.prompt_set import CASE, PromptSet
from assistant.core.rules.proof import prove
from assistant.core.rules.rules import (
    CASE_SET,
    GUIDELINES,
    OWN_CITATIONS,
    answers_named,
    guidelines_in,
    published,
    read_prompt_set,
    read_schema,
)
from assistant.core.wording import AnswerWords, render, sentence_names
from assistant.review import answers_file

CHECKOUT = Path(__file__).resolve().parent.parent
PROMPTS = sorted((CHECKOUT / "prompts").glob("*.*"))
EARLIER = sorted((CHECKOUT / "tests" / "older" / "first-language").glob("*.yaml"))
"""Sets of the first language as people have them: what they use is kept for them."""
ANSWERS = sorted((CHECKOUT / "schemas" / "answers").iterdir())
OUTPUTS = sorted(path for path in (CHECKOUT / "schemas").rglob("*") if path.is_file() and path not in ANSWERS)
CASES = sorted((CHECKOUT / "casebank").iterdir())
NOT_OURS = frozenset({"__pycache__", "build", "dist", "node_modules"})
REFUSED_WITHOUT_A_REASON = frozenset({"cervical-radiography", "functional-restoration", "lumbar-radiographs"})
"""Sets of a service that a guideline argues against unless the record gives a reason; an example says so."""
MOST_QUESTIONS = 12
MOST_WORDS = 45
KEPT_HIDDEN = frozenset({".ci", ".github", ".gitignore"})


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name)


@cache
def parsed(path: Path) -> yaml.YamlDocument:
    return yaml.parse_yaml(library.read_text(path), path.name)


# -- prompts --------------------------------------------------------------------------------------


@named(PROMPTS)
def test_a_prompt_file_is_a_set_that_reads_or_a_block_that_a_set_uses(path: Path) -> None:
    assert path.suffix == ".yaml"
    data = parsed(path).data
    if path.stem == GUIDELINES:
        return
    assert data["id"] == path.stem
    if "for" in data:
        read_prompt_set(path.stem, library.sources())
    else:
        assert path.stem in used_blocks(), "no set uses this block"


@cache
def used_blocks() -> set[str]:
    found = {OWN_CITATIONS}
    for path in [*PROMPTS, *EARLIER]:
        data = parsed(path).data
        found |= {*data.get("use", []), *(one["use"] for one in data.get("prompts", []) if "use" in one)}
    return found


@cache
def compiled_schemas() -> dict[str, str]:
    return dict(published(second_language()))


@cache
def second_language() -> list[PromptSet]:
    """Every set of the second language, in each of its regions."""
    names = [
        path.stem for path in PROMPTS if parsed(path).data.get("language") == 2 and "for" in parsed(path).data
    ]
    return [made for name in names for made in library.prompt_set_instances(name, library.sources())]


def about_services() -> list[PromptSet]:
    return [made for made in second_language() if made.service != CASE]


def test_every_place_of_a_guideline_is_cited_by_a_set() -> None:
    known = guidelines_in(library.read_text(CHECKOUT / "prompts" / f"{GUIDELINES}.yaml"))
    cited = {reference for made in second_language() for reference in made.citations}
    cited |= {
        reference
        for made in second_language()
        for prompt in made.prompts.values()
        if prompt.spec is not None
        for reference in prompt.spec.factors
    }
    assert set(known.references) == cited
    assert not any(list(guideline.holes()) for guideline in known.by_name.values())


def test_every_set_is_sound_and_its_examples_come_out_as_it_says() -> None:
    assert all(prove(made).sound for made in second_language() if made.service == CASE)
    for made in about_services():
        proof = prove(made)
        assert proof.sound
        assert "upheld" not in proof.empty_record.values() or made.id in REFUSED_WITHOUT_A_REASON, made.id
        tried = list(try_examples(parsed(CHECKOUT / "prompts" / f"{made.id}.yaml"), made))
        examples = parsed(CHECKOUT / "prompts" / f"{made.id}.yaml").data["examples"]
        assert made.id == "general" or len(examples) >= 10, made.id
        assert all("why" in one for one in examples if one["suggests"] == "none"), made.id
        assert [one.differs for one in tried if one.differs] == []
        assert {one.suggestion.decision for one in tried} >= {"upheld", "overturned"}
        stated = [one for one in examples if one["is"].startswith("a record with nothing in it: ")]
        assert made.id not in REFUSED_WITHOUT_A_REASON or stated, made.id


def test_a_set_asks_little_of_the_commonest_case() -> None:
    """The commonest case stands first among the examples of a set."""
    for made in about_services():
        commonest = next(try_examples(parsed(CHECKOUT / "prompts" / f"{made.id}.yaml"), made)).reading
        asked = [
            name
            for name, one in made.prompts.items()
            if commonest.asked(name) and not one.record and one.computed is None
        ]
        assert len(asked) <= MOST_QUESTIONS, made.id


def test_the_sentences_of_a_set_are_short() -> None:
    """Counted as its examples make them, but for lists of what a table holds."""
    case = Case("", "", True, (), {}, (), {}, {})
    for made in second_language():
        for tried in try_examples(parsed(CHECKOUT / "prompts" / f"{made.id}.yaml"), made):
            for criterion in (
                made.criteria[name] for name in tried.suggestion.because if name in made.criteria
            ):
                more = {"citation": AnswerWords(made.citations[criterion.cite].name)}
                for branch in criterion.says:
                    if tried.reading.holds(branch.when) is True:
                        told = sentence_names(tried.reading, case, None, branch.says, **more)
                        for one in re.split(r"(?<=[.]) (?=[A-Z])", render(branch.says, told)):
                            assert len(one.split()) < MOST_WORDS, (made.id, criterion.id, one)
                        break


def test_what_may_be_not_documented_has_words_to_look_for() -> None:
    """An absence stands on a search, and a search needs words."""
    for path in PROMPTS:
        for prompt in (one for one in parsed(path).data.get("prompts", []) if "use" not in one):
            words = prompt.get("look_for") or prompt.get("entries")
            assert words or prompt.get("documentable") != "yes", (path.name, prompt["id"])


def test_a_session_has_its_questions_about_the_case_as_a_whole() -> None:
    assert CASE_SET in [path.stem for path in PROMPTS]


# -- schemas --------------------------------------------------------------------------------------


def test_an_answer_schema_is_json_schema_and_some_prompt_asks_for_it() -> None:
    compiled = compiled_schemas()
    asked = {answer for other in [*PROMPTS, *EARLIER] for answer in answers_named(parsed(other))}
    for path in ANSWERS:
        name = path.name.removesuffix(".schema.json")
        assert path.name == f"{name}.schema.json"
        text = library.read_text(path)
        Draft202012Validator.check_schema(json.loads(text))
        read_schema(name, text)
        assert text == compiled.get(name, text), f"`imr prompts compile` writes {name} anew"
        assert name in compiled or name in asked, f"no prompt asks for {name}"


def test_another_schema_is_documented() -> None:
    pages = "".join(library.read_text(page) for page in (CHECKOUT / "docs").glob("*.md"))
    names = [path.relative_to(CHECKOUT).as_posix() for path in OUTPUTS]
    assert [name for name in names if not name.endswith(".schema.json") or f"`{name}`" not in pages] == []


# -- cases ----------------------------------------------------------------------------------------


@named(CASES)
def test_a_case_reads_and_holds_nothing_but_its_documents(path: Path) -> None:
    assert {one.name for one in path.iterdir()} <= {
        "case.yaml",
        "reference.yaml",
        "records",
        "originals",
        "README.md",
    }
    folder = library.open_case(path)
    case = library.rules_for(folder).case
    assert case.id == path.name
    assert {one.name for one in (path / "records").iterdir()} == {one.name for one in folder.files.values()}
    assert set(folder.files) == set(case.documents)
    assert all(page.strip() for pages in folder.pages.values() for page in pages)


@named(CASES)
def test_the_quotes_of_a_case_are_on_their_pages(path: Path) -> None:
    pages = library.open_case(path).pages
    quotes = [one for file in sorted(path.glob("*.yaml")) for one in passages(parsed(file).data)]
    assert quotes
    for one in quotes:
        assert 1 <= one.page <= len(pages[one.document]), one
        located(one, pages[one.document][one.page - 1])  # raises where the words are not there


@named(CASES)
def test_a_reference_reads_and_says_what_was_published(path: Path) -> None:
    file = path / "reference.yaml"
    if not file.exists():
        pytest.skip("no outcome of this case was published")
    read = answers_file.read_answers_file(file)
    published = parsed(file).data.get("published")
    if published is None:
        assert library.rules_for(library.open_case(path)).case.provenance.startswith("Made up")
        return
    assert set(published) == {"outcome", "items", "source"}
    assert published["outcome"] in ("uphold", "overturn", "partial")
    items = set(library.rules_for(library.open_case(path)).case.items)
    assert set(published["items"]) == items
    assert set(published["items"].values()) <= {"upheld", "overturned"}
    assert set(read.answers) <= {"case", *items}


TWELVE = (
    "physical-therapy opioids topical-compound lumbar-mri epidural-injection muscle-relaxants acupuncture emg-ncs "
    "electrotherapy consultation nsaids chiropractic"
).split()
"""The services that are disputed most often."""


def test_the_case_bank_shows_every_service_and_both_sides_of_the_most_frequent() -> None:
    decided: dict[str, set[str]] = {}
    several = 0
    for path in CASES:
        items = parsed(path / "case.yaml").data["items"]
        several += len(items) > 1
        reference = parsed(path / "reference.yaml").data
        for key, item in items.items():
            decided.setdefault(item["prompt_set"], set()).add(reference["determinations"][key]["decision"])
    assert len(CASES) >= 42
    assert several >= 3
    assert set(decided) == {made.id for made in second_language()} - {CASE_SET}
    assert [name for name in TWELVE if decided[name] != {"upheld", "overturned"}] == []


def test_a_reference_decides_as_the_set_suggests() -> None:
    """Where the reviewer's own citations decide, the set suggests nothing."""
    for made in second_language():
        for one in library.reference_items(made):
            data = parsed(CHECKOUT / "casebank" / one.case / "reference.yaml").data
            decided = data["determinations"][one.item]["decision"]
            of_its_own = None if "own" in data["answers"][one.item] else decided
            assert one.suggestion.decision in (decided, of_its_own), one.case


def passages(data: Any) -> Iterator[Evidence]:
    """Every quote in a case or answers file, with the page that it names in either of the two ways."""
    if isinstance(data, list):
        for inner in data:
            yield from passages(inner)
    elif isinstance(data, Mapping):
        if "quote" in data and "page" in data:
            document, _, number = f"{data.get('document', '')}:{data['page']}".strip(":").rpartition(":")
            yield Evidence(document, int(number), str(data["quote"]))
        for inner in data.values():
            yield from passages(inner)


def test_a_quote_that_lost_its_page_would_be_found() -> None:
    data = {"a": [{"page": "note:2", "quote": "x"}], "b": {"document": "note", "page": 1, "quote": "y"}}
    assert list(passages(data)) == [Evidence("note", 2, "x"), Evidence("note", 1, "y")]


# -- every file -----------------------------------------------------------------------------------

HOME = re.compile(r"(?<![\w.<>])/(?:home|Users|root|work|mnt|opt|srv|private)/\w|\b[A-Z]:\\(?:Users|Program)")
REGISTRY = re.compile(
    r"py[p]i\.|python[h]osted|registry\.[n]pmjs|--(?:extra-)?[i]ndex-url|--[f]ind-links|--[h]ash=|"
    r"[f]ile:/{2}|git\+[h]ttps",
    re.IGNORECASE,
)
"""Written so that they don't find themselves."""


def ours() -> list[Path]:
    """The files of the checkout that are kept, as far as names tell."""
    found: list[Path] = []
    folders = [CHECKOUT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name not in KEPT_HIDDEN
            if hidden or path.name in NOT_OURS or path.name.endswith(".egg-info"):
                continue
            folders.append(path) if path.is_dir() else found.append(path)
    return found


def test_every_file_is_utf_8_and_names_no_machine_and_no_registry() -> None:
    wrong = []
    for path in ours():
        data = path.read_bytes()
        text = "" if b"\0" in data else data.decode("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            wrong += [
                f"{path.relative_to(CHECKOUT)}, line {number}: {match[0]}"
                for pattern in (HOME, REGISTRY)
                for match in pattern.finditer(line)
            ]
    assert wrong == []


def test_such_a_name_would_be_found() -> None:
    for text in [
        "/ho~me/ann/case",
        "see /wo~rk/main",
        "C:~\\Users\\ann",
        "py~pi.org/simple",
        "--ind~ex-url x",
        "file:~//x",
    ]:
        said = text.replace("~", "")
        assert HOME.search(said) or REGISTRY.search(said)


def test_the_exact_versions_are_all_that_is_pinned() -> None:
    for line in library.read_text(CHECKOUT / "constraints.txt").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line), line

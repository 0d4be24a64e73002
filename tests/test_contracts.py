"""One contract for each kind of file: what its schema refuses its reader refuses, with a line, and no reader breaks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.problem import Problem, Refused
from assistant.review import answers_file
from tests import contracts
from tests.contracts import FEW, KINDS, File, held_against, held_schemas, once_each, places
from tests.prove import scale


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[File]:
    return list(contracts.files(tmp_path_factory.mktemp("files")))


@pytest.mark.parametrize("kind", KINDS)
def test_schema_and_reader_say_the_same_of_each_place_once_a_type(made: list[File], kind: str) -> None:
    tried = 0
    for file in [file for file in made if file.kind == kind]:
        paths = once_each(places(file.data), siblings=kind != "letter-frame")
        found = held_against(file, paths, FEW)
        assert found.wrong == []
        tried += found.refused
    assert tried > 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_schema_stands_in_one_of_these_files(made: list[File], kind: str) -> None:
    if kind in ("answer-schema", "letter-frame"):
        pytest.skip("the files are those that come with the program")
    keys = {str(path[-1]) for file in made if file.kind == kind for path in places(file.data)}
    known = set(named(held_schemas()[f"{kind}.schema.json"])) if kind != "block" else set()
    assert sorted(known - keys - UNUSED.get(kind, set())) == []


UNUSED = {
    "intake": {
        key
        for path in (library.folder("prompts") / "intake").glob("*.yaml")
        for key in library.intake(path.stem)
    }
    | set(library.chronology_words()),
    "case": {"request_date", "text_sha256"},
    "prompt-set": {"some", "$ref", "weights", "exclusiveMinimum", "additionalProperties"},
    "vocabulary": set(
        json.loads(library.read_text(library.folder("schemas") / "vocabulary.schema.json"))["properties"]
    ),
}
"""Keys whose form is that of another key that stands there."""


def named(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for inner in schema:
            yield from named(inner)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for inner in schema.values():
            yield from named(inner)


# -- what is no such file at all ------------------------------------------------------------------

NOTHING = {
    "a list": "- a\n- b\n",
    "a word": "word\n",
    "empty": "",
    "a comment": "# nothing\n",
    "a NUL": "id: a\0b\n",
    "a NUL in quotes": '{"id": "a\\u0000b"}',
    "a number without end": f'{{"id": {"9" * 5000}}}',
    "brackets without end": '{"id": ' + "[" * 100_000,
    "maps without end": '{"id": ' + '{"a": ' * 5_000,
    "aliases without end": "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
    "twice the same name": '{"id": "a", "id": "b"}',
    "two files in one": "id: a\n---\nid: b\n",
    "nulls": '{"id": null, "title": null, "neither": null}',
    "deep values": '{"answers": {"1": {"a": ' + '{"value": ' * 45 + "[[]]" + "}" * 48,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_such_file_is_refused_with_a_line(made: list[File], kind: str) -> None:
    file = next(file for file in made if file.kind == kind)
    for what, text in NOTHING.items():
        with pytest.raises(Refused) as caught:
            file.read(text)
        assert all("line " in problem.where for problem in caught.value.problems), (what, caught.value)


def test_a_file_of_the_program_with_a_key_removed_says_file_line_and_what_to_do(tmp_path: Path) -> None:
    """Every key of the words by which a packet is read is needed; of sets and blocks a few are tried, in proof all."""
    chance = random.Random(7)
    shipped = [one for one in contracts.shipped_files(tmp_path) if one.name.startswith("prompts/")]
    made_of = [one for one in shipped if one.kind in ("prompt-set-2", "prompt-set", "block", "letter-frame")]
    words = [one for one in shipped if one not in made_of and one.kind != "vocabulary"]
    few = chance.sample(made_of, min(len(made_of), scale.of(4, 100)))
    tried: set[str] = set()
    for file in [*words, *few]:
        keys = [one for one in places(file.data) if isinstance(one[-1], str) and one[0] != "examples"]
        top = [one for one in keys if len(one) == 1] if file in words else []
        using = f"prompts/{contracts.used_in(Path(file.name).stem)}.yaml, line "  # reads what a block gives no more
        for place in [*top, *chance.sample(keys, min(len(keys), scale.of(1, 300)))]:
            said = problems(file, json.dumps(contracts.without(file.data, place), indent=1))
            assert said or file.kind != "intake" or len(place) > 1, (file.name, place)
            for one in said:
                assert one.where.startswith((f"{file.name}, line ", using)), (file.name, place, one)
                assert one.what, (file.name, place, one)
                assert one.fix or file in few, (file.name, place, one)
            tried |= {file.name} if said else set()
    assert len(tried) > len(words)


def problems(file: File, text: str) -> tuple[Problem, ...]:
    """What is said of a file with this text; nothing where it reads."""
    try:
        file.read(text)
    except Refused as refused:
        return refused.problems
    return ()


JSON = {
    "no number": '{"answers": {"1": {"duration": NaN}}}',
    "a number without end": '{"answers": {"1": {"duration": 1e999}}}',
    "half a character": '{\n"reviewer": "\\ud800"}',
    "a name twice": '{"sign": true,\n"sign": false}',
    "no object": "[1]",
    "nothing": "null",
    "brackets without end": '{"answers":' + "[" * 100_000 + "]" * 100_000 + "}",
    "values without end": '{"answers": {"1": {"a": ' + '{"value": ' * 50 + "null" + "}" * 53,
    "a null": '{"answers":\n{"1": {"duration": null}}}',
}


@pytest.mark.parametrize("what", JSON)
def test_what_is_no_answers_file_in_json_is_refused_with_a_line(what: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(JSON[what], "utf-8")
    with pytest.raises(Refused, match=r"answers\.json, line \d+: "):
        answers_file.read_answers_file(path)


def test_a_json_file_has_the_lines_of_its_values(made: list[File]) -> None:
    text = json.dumps(contracts.ANSWERS, indent=1)
    assert yaml.parse_json(text, "a").lines == yaml.parse_yaml(text, "a").lines


# -- what has passed ------------------------------------------------------------------------------

TEXT = "id: r-1\nname: A\n"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The names of the files that were held against their schema; the user's cache is empty."""
    names: list[str] = []
    really = yaml.form_problems

    def noted(document: yaml.YamlDocument, *more: Any) -> list[Problem]:
        names.append(document.name)
        return really(document, *more)

    monkeypatch.setattr(yaml, "form_problems", noted)
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "cache"))
    library._passed.cache_clear()
    return names


def read_again(name: str) -> None:
    library._passed.cache_clear()  # as another start of the program
    library.document(TEXT, name, "profile")


def test_a_text_that_has_passed_is_not_checked_again(checked: list[str], tmp_path: Path) -> None:
    read_again("one")
    read_again("two")
    assert checked == ["one"]
    (tmp_path / "cache" / "passed").unlink()
    read_again("three")
    assert checked == ["one", "three"]


def test_it_is_checked_again_as_another_kind_by_another_schema_and_by_another_version(
    checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_again("one")
    with pytest.raises(Refused):
        library.document(TEXT, "two", "manifest")
    for changed in ("__version__", "_schema_texts"):
        library._schema_seal.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(library, changed, "9" if changed == "__version__" else lambda kind: ["{}"])
            library._checker.cache_clear()
            read_again(changed)
    library._schema_seal.cache_clear()
    library._checker.cache_clear()
    assert checked == ["one", "two", "__version__", "_schema_texts"]


def test_what_is_refused_is_refused_again(checked: list[str]) -> None:
    for name in ("one", "two"):
        library._passed.cache_clear()
        with pytest.raises(Refused):
            library.document("id: 7\n", name, "profile")
    assert checked == ["one", "two"]


@pytest.mark.parametrize(
    "state", ["a file in its place", "a folder in its place", "not text", "far too long"]
)
def test_a_cache_that_is_of_no_use_is_no_error(checked: list[str], tmp_path: Path, state: str) -> None:
    folder = tmp_path / "cache"
    if state == "a file in its place":
        folder.write_text("")
    elif state == "a folder in its place":
        (folder / "passed").mkdir(parents=True)
    else:
        folder.mkdir()
        (folder / "passed").write_bytes(b"\xff\xfe" if state == "not text" else b"0" * 1_000_000)
    read_again("one")
    library.document(TEXT, "two", "profile")
    assert checked == ["one"]


# -- what was parsed before -----------------------------------------------------------------------


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The names under which a text was really parsed; the user's cache is empty."""
    names: list[str] = []
    really = yaml.parse_yaml

    def noted(text: str, name: str) -> yaml.YamlDocument:
        names.append(name)
        return really(text, name)

    monkeypatch.setattr(yaml, "parse_yaml", noted)
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "cache"))
    return names


WRITTEN = "a: yes\nb:\n  - 1\n  - 2.5\n  - c: é 1 2\n"


def test_a_text_is_parsed_once_and_has_its_lines_and_the_name_of_the_day(texts: list[str]) -> None:
    first, again = library.parsed(WRITTEN, "one"), library.parsed(WRITTEN, "two")
    assert texts == ["one"]
    assert (again.name, again.data, again.lines) == ("two", first.data, first.lines)
    assert again.where("b", 2, "c") == "two, line 5"
    assert first.data == {"a": "yes", "b": [1, 2.5, {"c": "é 1 2"}]}


@pytest.mark.parametrize("kept", [b"", b"\x92\x80", b"\x91\x80", b"\x92\x80\x80\x80", b"never"])
def test_what_the_cache_can_not_say_is_parsed_anew(texts: list[str], tmp_path: Path, kept: bytes) -> None:
    first = library.parsed(WRITTEN, "one")
    (file,) = (tmp_path / "cache" / "parsed").iterdir()
    file.write_bytes(kept)
    assert library.parsed(WRITTEN, "two").data == first.data
    assert texts == ["one", "two"]


def test_the_cache_of_what_was_parsed_stays_small(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_MOST_PARSED", 3)
    for number in range(6):
        library.parsed(f"a: {number}\n", str(number))
    assert len(list((tmp_path / "cache" / "parsed").iterdir())) == 3
    library.parsed("a: 5\n", "again")
    assert texts == [str(number) for number in range(6)]


def test_what_is_refused_or_can_not_be_kept_is_parsed_each_time(texts: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(Refused):
            library.parsed("- a\n", "list")
    (tmp_path / "cache").write_text("a file in its place")
    for _ in range(2):
        assert library.parsed(WRITTEN, "one").data["a"] == "yes"
    assert texts == ["list", "list", "one", "one"]

"""The documentation is complete and true where a machine can tell: commands, keys, file formats, examples, links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.main import cli
from assistant.core import yaml
from assistant.core.event_form import all_kinds
from assistant.core.record import case
from assistant.core.rules.examples import try_examples
from assistant.core.rules.guidelines import TIERS
from assistant.core.rules.proof import prove
from assistant.core.rules.rules import GUIDELINES, Sources
from assistant.core.yaml import YamlDocument
from assistant.review import answers_file
from assistant.review.actions import ACTIONS
from tests.contracts import KINDS

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = {path.name: path for path in [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").glob("*.md")]}
TEXTS = {name: library.read_text(path) for name, path in PAGES.items()}
GUIDES = "\n".join(library.read_text(path) for path in sorted((CHECKOUT / "docs").glob("*.md")))


def commands(group: click.Group, name: str) -> Iterator[str]:
    """The full name of every command below a group."""
    context = click.Context(group)
    for inner in group.list_commands(context):
        command = group.get_command(context, inner)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {inner}")
        else:
            yield f"{name} {inner}"


def marked(text: str) -> set[str]:
    """Every word that stands in code marks, alone or among others."""
    spans = re.findall(r"`([^`\n]+)`", text)
    return {*spans, *(word for span in spans for word in re.findall(r"[A-Za-z_][\w.-]*", span))}


# -- what is documented ---------------------------------------------------------------------------


def test_every_command_is_documented() -> None:
    assert [one for one in commands(cli, "imr") if not re.search(rf"\b{one}\b", GUIDES)] == []


def test_every_key_is_documented_with_what_it_does() -> None:
    for action in [one for one in ACTIONS if one.key]:
        key = "+".join(part.capitalize() for part in action.key.split("+"))
        row = re.search(rf"^\| {re.escape(key)} \|(.*)$", TEXTS["reviewer.md"], re.MULTILINE)
        assert row, f"docs/reviewer.md has no row for {key}"
        assert action.title.split()[0].lower() in row[1].lower()
        assert action.plain in row[1]


def test_every_action_is_documented() -> None:
    for action in ACTIONS:
        assert action.title.split()[0] in TEXTS["reviewer.md"]
        assert f"`{action.plain}`" in TEXTS["reviewer.md"] or not action.plain


def keys_in(schema: Any) -> Iterator[str]:
    """Every key that a file may have, as its schema names them."""
    if isinstance(schema, list):
        for inner in schema:
            yield from keys_in(inner)
    elif isinstance(schema, dict):
        yield from schema.get("properties", ())
        for key, inner in schema.items():
            if key != "inline":  # JSON Schema's own keywords
                yield from keys_in(inner)


TOLD_ON = {
    "prompt-sets.md": ["vocabulary"],
    "language.md": ["guidelines", "prompt-set-2", "prompt-set", "block"],
    "formats.md": ["case", "manifest", "answers-file", "profile"],
}
"""The page that says what a file may hold; the parts of the letter's words are held against theirs elsewhere."""


@pytest.mark.parametrize(
    ("page", "kind"), [(page, kind) for page, kinds in TOLD_ON.items() for kind in kinds]
)
def test_every_key_of_a_file_is_documented(page: str, kind: str) -> None:
    schema = json.loads(library.read_text(CHECKOUT / "schemas" / f"{kind}.schema.json"))
    assert sorted(set(keys_in(schema)) - marked(TEXTS[page])) == []


def test_the_page_on_formats_says_which_schema_holds_for_which_file() -> None:
    for kind in KINDS:
        assert re.search(rf"^\| .* \| `schemas/{kind}.schema.json` \|$", TEXTS["formats.md"], re.MULTILINE), (
            kind
        )


def test_the_closed_lists_are_documented() -> None:
    schema = json.loads(library.read_text(CHECKOUT / "schemas" / "prompt-set.schema.json"))
    rules = schema["$defs"]["proposal"]["properties"]["rule"]["enum"]
    assert sorted({*TIERS, *rules} - marked(TEXTS["language.md"])) == []
    assert sorted(set(all_kinds()) - marked(TEXTS["formats.md"])) == []


def test_every_page_of_the_guide_says_what_the_program_is_not() -> None:
    for name in ("README.md", "reviewer.md", "trainer.md", "auditor.md"):
        text = " ".join(TEXTS[name].split())
        assert "decision support" in text, name
        assert "not affiliated with any Independent Medical Review organization" in text, name
        assert re.search(r"legal (?:or|nor) medical advice", text), name
    for name in ("README.md", "reviewer.md", "trainer.md", "prompt-sets.md", "CHANGELOG.md"):
        assert "not yet verified" in " ".join(TEXTS[name].replace("*", "").split()), name


# -- what the documentation shows is true ---------------------------------------------------------


def examples(page: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", TEXTS[page], re.MULTILINE | re.DOTALL)


def test_examples_are_valid_yaml() -> None:
    for page in TEXTS:
        for number, text in enumerate(examples(page), 1):
            yaml.parse_yaml(text, f"{page}, example {number}")


def test_the_set_that_is_built_from_nothing_is_sound_and_its_examples_hold() -> None:
    told, *parts = examples("prompt-sets.md")
    text = "".join(parts[: next(n for n, part in enumerate(parts) if part.startswith("examples:")) + 1])
    own = library.sources()
    known = Sources({**own.prompts, GUIDELINES: told, "example-brace": text}, own.schemas)
    sets = library.prompt_set_instances("example-brace", known)
    assert [made.region for made in sets] == ["wrist", "elbow"]
    for made in sets:
        assert prove(made).sound
        assert all(one.differs == () for one in try_examples(yaml.parse_yaml(text, "example"), made))


def test_the_example_of_the_language_is_sound_and_its_examples_hold() -> None:
    told, text = examples("language.md")
    own = library.sources()
    known = Sources({**own.prompts, GUIDELINES: told, "example-hypnotics": text}, own.schemas)
    (made,) = library.prompt_set_instances("example-hypnotics", known)
    found = prove(made)
    assert found.sound, found
    tried = list(try_examples(yaml.parse_yaml(text, "example"), made))
    assert [one.differs for one in tried] == [(), ()]


@pytest.mark.parametrize(
    ("schema", "page", "number"),
    [("answers-file", "formats.md", 0), ("case", "formats.md", 1)],
)
def test_the_examples_fit_their_schemas(schema: str, page: str, number: int) -> None:
    held = json.loads(library.read_text(CHECKOUT / "schemas" / f"{schema}.schema.json"))
    data = yaml.parse_yaml(examples(page)[number], page).data
    assert [error.message for error in Draft202012Validator(held).iter_errors(data)] == []


def test_the_example_of_an_answers_file_reads(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(examples("formats.md")[0], encoding="utf-8")
    assert answers_file.read_answers_file(path).sign


def test_the_example_of_a_case_reads() -> None:
    document: YamlDocument = yaml.parse_yaml(examples("formats.md")[1], "case.yaml")
    made = case.read_case(document, {"ur-report": 1, "progress-note": 1})
    assert list(made.items) == ["1"]
    assert made.practice


def test_links_lead_somewhere() -> None:
    for page in TEXTS:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXTS[page]):
            assert "://" in target or (PAGES[page].parent / target).exists(), target


def test_the_commands_of_the_readme_are_those_of_the_makefile() -> None:
    makefile = library.read_text(CHECKOUT / "Makefile")
    for target in re.findall(r"^make (\w+)", TEXTS["README.md"] + TEXTS["CONTRIBUTING.md"], re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for tool in ("ruff check .", "mypy", "pytest -n auto"):
        assert f"$(BIN)/{tool}" in makefile
        assert f".venv/bin/{tool}" in TEXTS["README.md"]

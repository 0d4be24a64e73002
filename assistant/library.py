"""Finds and reads prompts/, schemas/ and casebank/, and holds every file that a person writes to its JSON Schema.

The files lie in a checkout or in an installed wheel.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assistant import __version__
from assistant.clock import california_day
from assistant.core import yaml
from assistant.core.answer_reader import read_answer
from assistant.core.dates import CLOCK_FACTS, parse_date
from assistant.core.letter_frame import FILE as FRAME_FILE
from assistant.core.letter_frame import TEMPLATE as TEMPLATE_FILE
from assistant.core.letter_frame import Frame, Template, read_frame, read_template
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.proposal import unfit
from assistant.core.record.case import Case, evidence_in_case
from assistant.core.record.pages import split_pages
from assistant.core.record.passages import located
from assistant.core.rules.criterion import Ruling, Suggestion
from assistant.core.rules.editions import on_day
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.rules import (
    CASE_SET,
    GUIDELINES,
    OWN_GUIDELINES,
    Rules,
    Sources,
    files_of,
    is_language2,
    read_instances,
    read_prompt_set,
    read_rules,
)
from assistant.core.text import digest, one_line
from assistant.core.value import Value, replace
from assistant.core.yaml import YamlDocument
from assistant.files import LARGEST_FILE, cache_folder, user_folder
from assistant.machine import is_path, open_private

if TYPE_CHECKING:
    from assistant.core.record.language import Vocabulary

_PACKAGE = Path(__file__).resolve().parent
FRAME = "frame.yaml"
"""The file of the letter's words, in `prompts/letter/`."""
TEMPLATE = "template.yaml"
"""The file of what an organization gives its letters, there or in the folder `letter` of `IMR_PROMPTS`."""
BEING_WRITTEN = Path(".import", "writing")
"""In a case folder: the ids of documents that an import is writing, one on a line, until `case.yaml` lists them."""


def folder(name: str) -> Path:
    """The folder of data files called `name` (`prompts`, `schemas` or `casebank`)."""
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise refuse(
        f"The folder {name}/ of the program is missing.", str(_PACKAGE), "Install the program again."
    )


class CaseFolder(Value):
    """A case on disk: its folder, the text of `case.yaml`, and the pages of each document by its id.

    `hashes` holds the SHA-256 of each document's text as it lies in `records/`.
    """

    path: Path
    text: str
    pages: Mapping[str, tuple[str, ...]]
    files: Mapping[str, Path]
    hashes: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def page_counts(self) -> dict[str, int]:
        return {name: len(pages) for name, pages in self.pages.items()}


def read_text(path: Path) -> str:
    """The UTF-8 text of a file; raises `Refused` for one that is missing, too large or not UTF-8."""
    where = one_line(str(path))
    try:
        with path.open("rb") as file:  # a device tells no size
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise refuse("The file is larger than 64 MiB.", where, "Split it.")
    except FileNotFoundError:
        raise refuse("There is no such file.", where, "Check the name.") from None
    except IsADirectoryError:
        raise refuse("This is a folder; a file is wanted.", where, "Name the file in it.") from None
    except ValueError:  # a NUL in the name
        raise refuse("There can be no such file.", where, "Check the name.") from None
    except OSError as error:
        raise refuse(f"The file can't be read: {error.strerror}.", where, "Check its permissions.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse("The file is not UTF-8 text.", f"{where}, line {line}", "Save it as UTF-8.") from None


# One contract for each kind of file: the JSON Schema in `schemas/` that is shipped for it.


_REFERRED = {"block": ("prompt-set",), "answer-schema": ("prompt-set",)}
"""The schemas that another refers to."""


def document(
    text: str, name: str, kind: str, parse: Callable[[str, str], YamlDocument] = yaml.parse_yaml
) -> YamlDocument:
    """The file with this text, in the form of its kind; raises `Refused` with each fault, its line and what to do."""
    made = yaml.parse_json(text, name) if name.endswith(".json") else parse(text, name)
    hold_to_form(kind, text, lambda: made)
    return made


def hold_to_form(kind: str, text: str, parsed: Callable[[], YamlDocument]) -> None:
    """Raises `Refused` unless a file with this text has the form of its kind; what it is `parsed` to is asked for if need be.

    A text that has passed before isn't checked again: that is kept in the user's cache, by the digests of the text
    and of its schema, and by the version of the program.
    """
    held = _schema_seal(kind).copy()
    held.update(hashlib.sha256(text.encode()).digest())
    seal = held.hexdigest()
    if seal in _passed(_passed_file()):
        return
    problems = yaml.form_problems(parsed(), _checker(kind))
    if problems:
        raise Refused(*problems)
    _has_passed(seal)


def _schema_texts(kind: str) -> Iterator[str]:
    file = kind.partition("#")[0]
    for name in (file, *_REFERRED.get(file, ())):
        yield read_text(folder("schemas") / f"{name}.schema.json")


@lru_cache
def _checker(kind: str) -> Any:
    """What holds files against the schema of a kind; behind `#` stands which of its files it is, and what that one needs."""
    schema, *others = [json.loads(text) for text in _schema_texts(kind)]
    part = kind.partition("#")[2]
    return yaml.form_checker(schema | {"$ref": f"#/$defs/{part}"} if part else schema, others)


@lru_cache
def _schema_seal(kind: str) -> hashlib._Hash:
    return hashlib.sha256("\0".join([__version__, kind, *_schema_texts(kind)]).encode())


_MOST_KEPT = 4096
_SEAL = 65
"""The bytes of a line of the cache."""


def _passed_file() -> Path:
    """Where it is kept what has passed: in `IMR_CACHE`, or the program's own folder in the user's cache."""
    return cache_folder() / "passed"


@lru_cache(maxsize=4)
def _passed(file: Path) -> set[str]:
    """The lines of the cache, none where it can't be read; a set that grows with what passes."""
    with suppress(OSError, ValueError):
        if file.stat().st_size <= _MOST_KEPT * _SEAL:
            return set(file.read_text("ascii").split())
        file.unlink()
    return set()


def _has_passed(seal: str) -> None:
    """Keeps the line, where the user's cache can be written."""
    file = _passed_file()
    _passed(file).add(seal)
    with suppress(OSError, ValueError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(open_private(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab", 0) as kept:
            kept.write(f"{seal}\n".encode())


class _Texts(Mapping[str, str]):
    """The texts of files by name, each read once, when it is first asked for: a review needs few of them, or none."""

    def __init__(self, listed: Callable[[], Mapping[str, str]]) -> None:
        self._listed = listed
        self._read: dict[str, str] = {}

    @cached_property
    def _files(self) -> Mapping[str, str]:
        return self._listed()

    def __getitem__(self, name: str) -> str:
        if name not in self._read:
            self._read[name] = read_text(Path(self._files[name]))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


_MOST_PARSED = 512
"""The texts that the cache keeps as parsed."""


@lru_cache(maxsize=1)
def _parsed_decoder() -> msgspec.msgpack.Decoder[tuple[dict[str, Any], dict[tuple[str | int, ...], int]]]:
    return msgspec.msgpack.Decoder(tuple[dict[str, Any], dict[tuple[str | int, ...], int]])


def parsed(text: str, name: str) -> YamlDocument:
    """A YAML text as parsed, from the user's cache where it was parsed before; raises as `yaml.parse_yaml` does.

    Only what is begun now is read so: letters, replays and checks parse anew what a session keeps.
    """
    file = _passed_file().with_name("parsed") / digest(f"{yaml.FORM}\0{text}")
    with suppress(OSError, msgspec.MsgspecError):
        return YamlDocument(name, *_parsed_decoder().decode(file.read_bytes()))
    made = yaml.parse_yaml(text, name)
    with suppress(OSError, OverflowError, ValueError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = sorted(file.parent.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in kept[: len(kept) + 1 - _MOST_PARSED] if len(kept) >= _MOST_PARSED else ():
            old.unlink(missing_ok=True)
        with open(
            open_private(new := file.with_suffix(f".{os.getpid()}"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            "wb",
        ) as out:
            out.write(msgspec.msgpack.encode((made.data, made.lines)))
        os.replace(new, file)
    return made


_parsed_once = lru_cache(maxsize=64)(parsed)
"""The same for several readers while a session opens, none of whom changes it."""


def sources() -> Sources:
    """The texts of all prompt files and answer schemas that come with the program, and a person's own prompt files.

    Those lie in the folder that `IMR_PROMPTS` names; a set there takes the place of the program's of that name, and
    its guidelines.yaml adds to the program's.
    """
    prompts = _files(folder("prompts"), ".yaml") | _own_prompts()
    vocabulary = _files(folder("prompts") / "vocabulary", ".yaml")
    return Sources(
        prompts=_Texts(lambda: prompts),
        schemas=_Texts(partial(_files, folder("schemas") / "answers", ".schema.json")),
        vocabulary={f"{name}.yaml": read_text(Path(path)) for name, path in vocabulary.items()},
        parse=_parsed_once,
    )


def _files(place: Path, ending: str) -> dict[str, str]:
    """The files of a folder whose names end so, by name without it; in their order."""
    return {
        name.removesuffix(ending): os.path.join(place, name)
        for name in sorted(os.listdir(place))
        if name.endswith(ending)
    }


def own_prompts_folder() -> Path | None:
    """The folder of a person's own prompt files, which `IMR_PROMPTS` names; None where it names none."""
    named = os.environ.get("IMR_PROMPTS", "")
    if not named:
        return None
    place = Path(os.path.expanduser(named))
    if not place.is_dir():
        raise refuse("IMR_PROMPTS names no folder.", one_line(str(place)), "Make it, or name another.")
    return place


VERIFIED = "verified"
"""The file of a person's own that says what was held against its source; it is no prompt file."""


def _own_prompts() -> dict[str, str]:
    place = own_prompts_folder()
    files = sorted(place.glob("*.yaml")) if place is not None else []
    return {
        OWN_GUIDELINES if path.stem == GUIDELINES else path.stem: str(path)
        for path in files
        if path.stem != VERIFIED
    }


@lru_cache(maxsize=8)
def intake(name: str) -> Mapping[str, Any]:
    """The words by which the pages of a packet are read: a file of `prompts/intake/`, by its name."""
    path = folder("prompts") / "intake" / f"{name}.yaml"
    return dict(document(read_text(path), f"prompts/intake/{path.name}", f"intake#{name}").data)


@lru_cache(maxsize=1)
def chronology_words() -> Mapping[str, Any]:
    """How a line of the chronology stands in the clinical summary, by its kind."""
    path = folder("prompts") / "letter" / "chronology.yaml"
    return dict(document(read_text(path), f"prompts/letter/{path.name}", "intake#lines").data)


def letter_texts() -> dict[str, str]:
    """The words of the letter's frame and the template, by file name: as text only, since the letter alone needs them read."""
    shipped = folder("prompts") / "letter"
    named = os.environ.get("IMR_PROMPTS", "")
    own = Path(os.path.expanduser(named)) / "letter" / TEMPLATE if named else shipped / TEMPLATE
    return {
        FRAME: read_text(shipped / FRAME),
        TEMPLATE: read_text(own if own.exists() else shipped / TEMPLATE),
    }


@lru_cache(maxsize=4)
def letter_template(text: str, name: str = TEMPLATE_FILE) -> Template:
    """The template of letters that are begun now; raises `Refused` with file and line for every fault."""
    document(text, name, "letter-template")
    return read_template(text, name)


@lru_cache(maxsize=4)
def letter_frame(text: str, name: str = FRAME_FILE) -> Frame:
    """The frame of letters that are begun now; raises `Refused` with file and line for every fault."""
    problems: list[Problem] = []
    try:
        document(text, name, "letter-frame")
    except Refused as refused:
        problems += refused.problems
    try:
        frame = read_frame(text, name)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(*dict.fromkeys(problems))
    return frame


def first_letter_texts() -> dict[str, str]:
    """The first wording of the letter's frame, by file name in order; these files are never edited, only added to."""
    files = (folder("prompts") / "letter" / "first-wording").glob("*.yaml")
    return {path.name: read_text(path) for path in sorted(files, key=lambda path: int(path.stem))}


def case_names() -> list[str]:
    """The ids of the cases in the case bank."""
    place = folder("casebank")
    return [name for name in sorted(os.listdir(place)) if os.path.isfile(f"{place}/{name}/case.yaml")]


# The reviewer's own cases: folders in one folder, or in several where several organizations send them.


CASES = "IMR_CASES"
NAMED = Path(".import", "named.txt")
"""In the folder of a packet that is no case yet: its files, as a line by which it is gone on with."""
_CASE_ID = re.compile(r"^id:[ \t]*(['\"]?)(?P<id>[^'\"\s#]+)\1", re.MULTILINE)


def case_homes() -> tuple[Path, ...]:
    """The folders in which the reviewer's own cases lie: those that `IMR_CASES` names, else one in the data folder.

    Several are parted as in `PATH`. One that is named has to be there: its cases would be missed in silence.
    """
    named = [Path(os.path.expanduser(one)) for one in os.environ.get(CASES, "").split(os.pathsep) if one]
    missing = [one for one in named if not one.is_dir()]
    if missing:
        raise refuse(f"{CASES} names no folder.", one_line(str(missing[0])), "Make it, or name another.")
    return tuple(dict.fromkeys(named)) or (user_folder() / "cases",)


def own_cases() -> list[tuple[str, Path]]:
    """The id and the folder of each of the reviewer's own cases, by home and name."""
    files = [file for home in case_homes() for file in sorted(home.glob("[!.]*/case.yaml"))]
    return [(_case_id(file), file.parent) for file in files]


def begun_packets() -> list[tuple[str, str]]:
    """Packets that are being read, or wait for what comes before a review: the name of each, and its files as a line."""
    home = case_homes()[0]
    return [
        (file.parents[1].name[1:].removesuffix(".new"), read_text(file).strip())
        for file in sorted(home.glob(f".*.new/{NAMED}"))
    ]


def _case_id(file: Path) -> str:
    """The `id` in a case file, without reading the rest; the folder's name where it has none that can be read."""
    try:
        found = _CASE_ID.search(file.read_text("utf-8-sig", "replace"))
    except OSError:  # the case says so where it is opened
        found = None
    return found["id"] if found else file.parent.name


def all_cases() -> list[tuple[str, Path]]:
    """The id and the folder of every case at hand: the reviewer's own, then those of the case bank."""
    bank = folder("casebank")
    return [*own_cases(), *((name, bank / name) for name in case_names())]


def is_bundled(path: Path) -> bool:
    """Whether a case folder belongs to the program, and is not to be written to."""
    return path.resolve().is_relative_to(folder("casebank").resolve())


def writable_case(name: str) -> Path:
    """The folder of a case that is to be written to; `Refused` for one that belongs to the program."""
    path = find_case(name).path
    if is_bundled(path):
        raise refuse(
            "This case belongs to the program.", one_line(str(path)), "Copy its folder, and name the copy."
        )
    return path


def find_case(name: str) -> CaseFolder:
    """The case of a folder, or one of the reviewer's own or of the case bank by id (or its unique beginning)."""
    path = Path(name)
    if is_path(name) or (path / "case.yaml").is_file():
        return open_case(path)
    try:
        return open_case(case_path(name))
    except Refused:
        if path.is_dir():  # of a folder of that name it is said what it lacks
            return open_case(path)
        raise


def case_path(name: str) -> Path:
    """The folder of the case with this id, or with the only id that begins so."""
    known = all_cases()
    hits = [one for one in known if name in (one[0], one[1].name)] or [
        one for one in known if one[0].startswith(name)
    ]
    if len(hits) == 1:
        return hits[0][1]
    ids = [case for case, _ in hits]
    if len(set(ids)) == 1:
        raise refuse(
            f"There are several cases “{one_line(name, 80)}”: {', '.join(one_line(str(path)) for _, path in hits)}.",
            "",
            "Name the folder of the one that you mean, or give one of them another `id`.",
        )
    if hits:
        raise refuse(
            f"“{one_line(name)}” could be several cases: {one_line(', '.join(ids))}.",
            "",
            "Give more of the name.",
        )
    homes = " or ".join(one_line(str(home)) for home in case_homes())
    raise refuse(
        f"There is no case “{one_line(name, 80)}”.",
        "",
        f"Give a folder with a case.yaml, a case in {homes}, or one of the case bank: {', '.join(case_names())}.",
    )


def open_case(path: Path) -> CaseFolder:
    """The case in a folder; pages of a text document are parted by form feeds."""
    if not (path / "case.yaml").is_file():
        raise refuse(
            "There is no case.yaml in this folder.", one_line(str(path)), "Name the folder of a case."
        )
    text = read_text(path / "case.yaml")
    unlisted = _being_written(path, text)
    pages: dict[str, tuple[str, ...]] = {}
    files: dict[str, Path] = {}
    hashes: dict[str, str] = {}
    for file in sorted((path / "records").glob("*")) if (path / "records").is_dir() else []:
        if file.suffix in (".txt", ".md") and file.is_file() and file.stem not in unlisted:
            if file.stem in pages:
                raise refuse(
                    f"Two documents are called {one_line(file.stem)}.", one_line(str(path)), "Rename one."
                )
            held = read_text(file)
            pages[file.stem] = split_pages(held)
            files[file.stem] = file
            hashes[file.stem] = digest(held)
    return CaseFolder(path, text, pages, files, hashes)


def _being_written(path: Path, text: str) -> set[str]:
    """The documents that an import was writing when it was cut off, as far as `case.yaml` doesn't list them."""
    if not (path / BEING_WRITTEN).is_file():
        return set()
    entries = yaml.parse_yaml(text, "case.yaml").data.get("documents")
    listed = (
        {str(one.get("id")) for one in entries if isinstance(one, Mapping)}
        if isinstance(entries, list)
        else set()
    )
    return set(read_text(path / BEING_WRITTEN).split("\n")) - listed


_CLAIM_FACTS = (*CLOCK_FACTS, "priority")


def rules_for(case: CaseFolder, from_sources: Sources | None = None, *, as_it_lies: bool = False) -> Rules:
    """The rules for a case as the files say today, its name added to what is refused.

    Raises `Refused` also for a quote that is not on its page, for a record that the case doesn't list, and for
    one that is no longer what was brought in; `as_it_lies` lets that last one pass.
    """
    try:
        given = from_sources or sources()
        listed = given.parse(case.text, "case.yaml")
        hold_to_form("case", case.text, lambda: listed)
        sets = {key: item["prompt_set"] for key, item in listed.data["items"].items()}
        unknown = [
            Problem(
                f"There is no prompt set `{name}`.",
                listed.where("items", key, "prompt_set"),
                yaml.near(name, given.prompts),
            )
            for key, name in sets.items()
            if name not in given.prompts
        ]
        if unknown:
            raise Refused(*unknown)
        check_sources([CASE_SET, *sets.values()], given)
        if from_sources is None:
            hold_to_proof(sets.values(), given)
        for name, text in given.vocabulary.items():
            file = f"prompts/vocabulary/{name}"
            hold_to_form("vocabulary", text, partial(yaml.parse_yaml, text, file))
        rules = read_rules(case.text, case.page_counts, given)
        changed = [] if as_it_lies else changed_documents(case, rules.case)
        problems = [
            *_unlisted(case, rules),
            *changed,
            *_misquoted(case, listed),
            *_wrong_claim(listed),
            *unfit(rules, listed),
        ]
        if problems:
            raise Refused(*problems)
        return rules
    except Refused as refused:
        named = [
            type(problem)(
                problem.what,
                problem.where.replace("case.yaml", one_line(str(case.path / "case.yaml"))),
                problem.fix,
            )
            for problem in refused.problems
        ]
        raise Refused(*named) from None


def check_sources(sets: Iterable[str], given: Sources) -> None:
    """Raises `Refused` where a prompt file or answer schema that these sets are made of hasn't the form of its kind."""
    for name in dict.fromkeys(sets):
        if name not in given.prompts:
            continue  # the reader says so, where it is named
        made_of = files_of(name, given)
        for file, text in made_of.prompts.items():
            made = given.document(file)
            kind = "prompt-set" if "for" in made.data else "block"
            if file in (GUIDELINES, OWN_GUIDELINES):
                kind = "guidelines"
            elif is_language2(made):
                kind = "prompt-set-2"
            hold_to_form(kind, text, partial(given.document, file))
        for file, text in made_of.schemas.items():
            where = f"schemas/answers/{file}.schema.json"
            hold_to_form("answer-schema", text, partial(yaml.parse_json, text, where))


def hold_to_proof(sets: Iterable[str], given: Sources) -> None:
    """Raises `Refused` for a set of a person's own whose proof doesn't hold; the program's are held by its tests."""
    own = _own_prompts()
    for name in dict.fromkeys(sets if own else ()):
        made_of = files_of(name, given)
        if own.keys() & made_of.prompts.keys() and not _sound(name, tuple(sorted(made_of.prompts.items()))):
            raise refuse(
                f"The proof of the prompt set `{name}` doesn't hold, so no case is reviewed under it.",
                f"{name}.yaml",
                f"See `imr prompts check {name}`; `imr prompts try {name}` walks it all the same.",
            )


@lru_cache(maxsize=16)
def _sound(name: str, texts: tuple[tuple[str, str], ...]) -> bool:
    from assistant.core.rules.proof import prove  # only for a set of a person's own

    given = Sources(dict(texts), sources().schemas)
    return all(prove(made, most=1).sound for made in read_instances(name, given))


def prompt_set(name: str, given: Sources) -> PromptSet:
    """A prompt set as the files say today; raises `Refused` for anything malformed."""
    check_sources([name], given)
    return read_prompt_set(name, given)


def prompt_set_instances(name: str, given: Sources) -> tuple[PromptSet, ...]:
    """The same, once for each region that it is for."""
    check_sources([name], given)
    return read_instances(name, given)


def changed_documents(case: CaseFolder, read: Case) -> list[Problem]:
    """The documents whose text in `records/` is no longer the one that was brought in."""
    return [
        Problem(
            f"The text of the document `{one_line(name, 80)}` has been changed since it was brought in.",
            one_line(str(case.files[name])),
            f"Bring {one_line(document.original or 'its file', 160)} in again with `imr case add`, which restores it.",
        )
        for name, document in read.documents.items()
        if document.text_sha256 and document.text_sha256 != case.hashes.get(name, document.text_sha256)
    ]


def _unlisted(case: CaseFolder, rules: Rules) -> Iterator[Problem]:
    for name, file in case.files.items():
        if name not in rules.case.documents:
            yield Problem(
                f"The case doesn't list the document `{one_line(name, 80)}`.",
                one_line(str(file)),
                "List it under `documents` in the case's file, or move it out of records/.",
            )


def _wrong_claim(document: YamlDocument) -> Iterator[Problem]:
    """A fact of the claim that is misspelt, and a receipt on a day that has not come yet in California.

    Other facts may be called anything: prompt sets name them.
    """
    claim = document.data.get("claim", {})
    for key in claim:
        if key not in _CLAIM_FACTS and (near := difflib.get_close_matches(str(key), _CLAIM_FACTS, 1, 0.85)):
            yield Problem(
                f"`{key}` is not known here.", document.where("claim", key), f"Did you mean `{near[0]}`?"
            )
    now = datetime.now(UTC)
    for key in CLOCK_FACTS:
        made = parse_date(str(claim.get(key, "")))
        if made is None or made.earliest < now.date():  # the day never ends there before it does in UTC
            continue
        if made.earliest.isoformat() > california_day(now.isoformat()):
            yield Problem(
                f"`{key}` is {made}, a day that has not come yet.",
                document.where("claim", key),
                "Correct the date.",
            )


def _misquoted(case: CaseFolder, document: YamlDocument) -> Iterator[Problem]:
    quotes = [path[:-1] for path in document.lines if path and path[-1] == "quote"]
    for path in quotes:
        for evidence in evidence_in_case(document.find(*path)):
            try:
                located(evidence, case.pages[evidence.document][evidence.page - 1])
            except Refused as refused:
                for problem in refused.problems:
                    yield Problem(problem.what, document.where(*path, "quote"), problem.fix)


# The words of a session's letter: those that it keeps, or the first wording where it keeps none.


def letter_words(pinned: Mapping[str, str]) -> Callable[[], Frame]:
    """Reads, when it is first called, the frame of a session that keeps these texts; it raises `Refused` for a fault.

    A text that is not among them, since their version of the program had it elsewhere, has its first wording.
    """
    text = pinned.get(FRAME)
    return first_words if text is None else partial(_kept, text, pinned.get(TEMPLATE, ""))


@lru_cache(maxsize=1)
def first_words() -> Frame:
    """The frame of sessions that were opened before its words were stored with them."""

    texts: dict[str, str] = {}
    for name, text in first_letter_texts().items():
        texts |= read_frame(text, f"prompts/letter/first-wording/{name}", lambda: Frame({})).texts
    return Frame(texts, frozenset(texts))


@lru_cache(maxsize=8)
def _kept(text: str, template: str) -> Frame:
    frame = read_frame(text, "the letter's words that the session keeps", first_words)
    if not template:
        return frame
    return replace(frame, template=read_template(template, "the letter's template that the session keeps"))


# The cases of the case bank whose outcome was published, for holding the rules against real decisions.


class ReferenceItem(Value):
    """A disputed item of a case of the bank: its answers under a set, what was published and decided, what is suggested."""

    case: str
    item: str
    reading: Reading
    published: str | None
    decided: str | None
    suggestion: Suggestion

    @property
    def agrees(self) -> bool | None:
        """Whether the suggestion is what was published; None where nothing was, as of a case that is made up."""
        return None if self.published is None else self.published == self.suggestion.decision


def reference_items(prompt_set: PromptSet) -> Iterator[ReferenceItem]:
    """The items of the case bank that fall under a set, read with it."""
    for name in case_names():
        place = folder("casebank") / name
        path, text = place / "reference.yaml", read_text(place / "case.yaml")
        if not path.is_file() or prompt_set.id not in text:  # nor is it one of its prompt sets
            continue
        case, held = _reference(place, text, read_text(path))
        for key, item in case.items.items():
            if item.prompt_set == prompt_set.id and prompt_set.region in ("", item.region):
                yield _item(prompt_set, case, key, held)


@lru_cache(maxsize=128)
def _reference(place: Path, text: str, reference: str) -> tuple[Case, YamlDocument]:
    """A case of the bank and its reference, kept by their texts: several sets are held against one case."""
    case = rules_for(open_case(place)).case
    return case, document(reference, f"casebank/{place.name}/reference.yaml", "answers-file")


def _item(prompt_set: PromptSet, case: Case, key: str, held: YamlDocument) -> ReferenceItem:
    from assistant.core.rules.suggestion import suggest  # only for a reference

    item = case.items[key]
    on = {"ur_decision": item.ur_date, "request": item.request_date}.get(prompt_set.governed_by)
    prompt_set = on_day(prompt_set, on)
    answers = {
        name: read_answer(prompt_set.prompts[name].schema, raw, held.where("answers", key, name))
        for name, raw in (held.find("answers", key) or {}).items()
        if name in prompt_set.prompts
    }
    rulings = {
        name: Ruling(raw["ruling"], raw["reason"]) for name, raw in (held.find("rulings", key) or {}).items()
    }
    reading = Reading(prompt_set, answers)
    return ReferenceItem(
        case=case.id,
        item=key,
        reading=reading,
        published=held.find("published", "items", key),
        decided=(held.find("determinations", key) or {}).get("decision"),
        suggestion=suggest(reading, on, rulings),
    )


# The vocabulary that comes with the program, from `prompts/vocabulary/`.


def vocabulary_texts() -> dict[str, str]:
    """The texts of the vocabulary's files, by file name."""
    place = folder("prompts") / "vocabulary"
    return {f"prompts/vocabulary/{path.name}": read_text(path) for path in sorted(place.glob("*.yaml"))}


@lru_cache(1)
def own_vocabulary() -> Vocabulary:
    """The vocabulary as the files say; raises `Refused` with file and line for every fault."""
    return vocabulary(vocabulary_texts())


def vocabulary(texts: Mapping[str, str]) -> Vocabulary:
    """The vocabulary in files of this text, by name; raises `Refused` with file and line for every fault."""
    from assistant.core.record.language import read_vocabulary  # only for a search

    problems: list[Problem] = []
    for name, text in texts.items():
        try:
            document(text, name, "vocabulary")
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    return read_vocabulary(texts)

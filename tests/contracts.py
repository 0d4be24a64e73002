"""Files of every kind with a value put into another type, and whether their schema and their reader say the same of them.

A schema is asked by another validator than the program's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import jsonschema_rs

from assistant import library, profile
from assistant.core import yaml
from assistant.core.problem import Refused
from assistant.core.rules.rules import Sources, files_of
from assistant.core.value import replace
from assistant.core.yaml import Path as Place
from assistant.log import reviewer_keys
from assistant.log.keys import VerifierKey
from assistant.records import importing
from assistant.review import answers_file
from tests import earlier

WRONG: tuple[Any, ...] = (7, "word", "", " ", ["a"], {"a": "b"}, [], {}, 1.5, -1, [["a"]], [{}], "no", "7")
FEW: tuple[Any, ...] = (7, "word", ["a"], {"a": "b"})
SET = "cervical-radiography"
SEALED = {"event", "entry"}
KINDS = sorted(
    {path.name.removesuffix(".schema.json") for path in library.folder("schemas").glob("*.json")} - SEALED
)
"""The schemas of the files that the program reads; those of entries are of what is in the log."""


LETTER_TEMPLATE: dict[str, Any] = {
    "letterhead": ["The Review Organization", "1 Main Street"],
    "order": ["decisions", "made", "documents", "summary", "issues", "effect"],
    "paragraphs": [{"after": "effect", "title": "Questions", "text": "Write to the address above."}],
}


@dataclass(frozen=True)
class File:
    """A file that is as it should be: its kind, its name, its data, and what reads its text."""

    kind: str
    name: str
    data: dict[str, Any]
    read: Callable[[str], object]

    @property
    def text(self) -> str:
        return json.dumps(self.data, indent=1)


@cache
def held_schemas() -> dict[str, dict[str, Any]]:
    """The schemas that come with the program, by the name of their file."""
    folder = library.folder("schemas")
    return {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.schema.json")}


@cache
def validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    known = [(f"json-schema:///{name}", schema) for name, schema in held_schemas().items()]
    name = f"{kind}.schema.json"
    return jsonschema_rs.Draft202012Validator(
        held_schemas()[name],
        registry=jsonschema_rs.Registry(known),
        base_uri=f"json-schema:///{name}",
        offline=True,
    )


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """The path of every value below `value`."""
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


def once_each(found: Iterator[Place], siblings: bool = True) -> Iterator[Place]:
    """Of the places that differ only in the number of a list's entry, the first; so of all `siblings` where that is False."""
    seen = set()
    for path in found:
        kind = tuple(0 if isinstance(key, int) else key for key in (path if siblings else path[:-1]))
        if kind not in seen:
            seen.add(kind)
            yield path


Schemas = dict[int, tuple[dict[str, Any], dict[str, Any]]]
"""Schemas that speak of one value, each by its identity and with the file that it stands in."""


def schema_places(file: File) -> Iterator[tuple[Place, tuple[object, ...]]]:
    """Each place, with what the schema makes of it: two that it tells apart by nothing are the same to it.

    That is what it says of the value above, the name where it names it, and the type of what stands there.
    """

    def below(value: Any, said: Schemas, path: Place) -> Iterator[tuple[Place, tuple[object, ...]]]:
        inner: Any = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, item in inner:
            named = key if any(key in one.get("properties", {}) for one, _ in said.values()) else ""
            yield (*path, key), (frozenset(said), named, type(item))
            yield from below(item, speaking_of(under(said, key)), (*path, key))

    schema = held_schemas()[f"{file.kind}.schema.json"]
    yield from below(file.data, speaking_of([(schema, schema)]), ())


def under(said: Schemas, key: str | int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """What the schemas of a value say of the one below it, each with its file."""
    for one, root in said.values():
        if isinstance(key, int):
            yield dict(enumerate(one.get("prefixItems", []))).get(key, one.get("items")), root
            continue
        fits = [inner for name, inner in one.get("patternProperties", {}).items() if re.search(name, key)]
        fits += [one["properties"][key]] if key in one.get("properties", {}) else []
        yield from ((inner, root) for inner in fits or [one.get("additionalProperties")])


def speaking_of(schemas: Iterable[tuple[Any, dict[str, Any]]]) -> Schemas:
    """These schemas and those that they lead to for the same value: by reference, as alternatives, on a condition."""
    found: Schemas = {}
    waiting = list(schemas)
    while waiting:
        one, root = waiting.pop()
        if not isinstance(one, dict) or id(one) in found:
            continue
        found[id(one)] = one, root
        waiting += [(inner, root) for key in ("anyOf", "oneOf", "allOf") for inner in one.get(key, [])]
        waiting += [(one[key], root) for key in ("if", "then", "else", "not") if key in one]
        if "$ref" in one:
            name, _, pointer = one["$ref"].partition("#")
            home = held_schemas()[name.rpartition("/")[2]] if name else root
            waiting.append((at(home, tuple(filter(None, pointer.split("/")))), home))
    return found


def changed(data: Any, path: Place, wrong: Any) -> Any:
    made = deepcopy(data)
    at(made, path[:-1])[path[-1]] = deepcopy(wrong)
    return made


def without(data: Any, path: Place) -> Any:
    made = deepcopy(data)
    del at(made, path[:-1])[path[-1]]
    return made


def at(data: Any, path: Place) -> Any:
    for key in path:
        data = data[key]
    return data


@dataclass
class Found:
    """How many files were tried, how many of them the schema refuses, and what is wrong."""

    tried: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def held_against(file: File, paths: Iterator[Place], values: tuple[Any, ...]) -> Found:
    """Each value at each place: what the schema refuses the reader refuses with a line of it, and it never breaks.

    Of `FEW`, a place of the schema that refuses two places of the file for the same type is tried at the first.
    """
    found = Found()
    file.read(file.text)
    seen = set()
    for path in paths:
        kept = type(at(file.data, path))
        for value in (value for value in values if values is not FEW or type(value) is not kept):
            made = changed(file.data, path, value)
            by = frozenset(tuple(one.schema_path) for one in validator(file.kind).iter_errors(made))
            if values is FEW:
                said = (by, type(value), *(key for key in path[-1:] if isinstance(key, str)))
                if by and said in seen:
                    continue
                seen.add(said)
            text = json.dumps(made, indent=1)
            found.tried += 1
            try:
                parse = yaml.parse_json if file.name.endswith(".json") else yaml.parse_kept
                document = parse(text, file.name)
            except Refused as refused:
                found.wrong.append(f"{path} = {value!r}: {refused}")
                continue
            assert document.data == made
            fits = not by
            found.refused += not fits
            said = said_of(file, text, document, path, fits)
            if said:
                found.wrong.append(f"{file.name} {'.'.join(map(str, path))} = {json.dumps(value)}: {said}")
    return found


def said_of(file: File, text: str, document: yaml.YamlDocument, path: Place, fits: bool) -> str:
    """What is wrong with what the reader says; a record that no case lists is named without a line."""
    try:
        file.read(text)
    except Refused as refused:
        lines = {int(line) for one in refused.problems for line in re.findall(r"line (\d+)", str(one))}
        good = {document.line(*path[:end]) for end in range(len(path) + 1)}
        if not all(re.search(r"line \d+|\.txt$", one.where) for one in refused.problems):
            return f"refused without a line: {refused}"
        if not fits and not lines & good:
            return f"refused at another line than {good}: {refused}"
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "" if fits else "accepted"


# -- files as they should be ----------------------------------------------------------------------


def files(folder: Path) -> Iterator[File]:
    """One file or more of each kind that between them have every key; `folder` is for those that are read from disk."""
    case = library.find_case(SET_CASE)
    own = replace(library.sources(), parse=yaml.parse_kept)
    yield File("case", "case.yaml", CASE, lambda text: library.rules_for(replace(case, text=text), own))
    yield File("answers-file", "answers.yaml", ANSWERS, on_disk(folder / "answers.yaml", read_answers))
    yield File("manifest", "list.yaml", MANIFEST, on_disk(folder / "list.yaml", importing.read_manifest))
    yield File(
        "organization",
        "organization.yaml",
        ORGANIZATION,
        on_disk(folder / "organization.yaml", reviewer_keys.officers),
    )
    yield File("profile", "reviewer.yaml", PROFILE, on_disk(folder / "reviewer.yaml", profile.load_profile))
    yield File(
        "verified",
        "verified.yaml",
        VERIFIED,
        lambda text: library.document(text, "verified.yaml", "verified"),
    )
    yield File(
        "sources",
        "sources.yaml",
        SOURCES,
        lambda text: library.document(text, "sources.yaml", "sources"),
    )
    yield File(
        "packet-answers",
        "packet.yaml",
        PACKET_ANSWERS,
        lambda text: library.document(text, "packet.yaml", "packet-answers"),
    )
    yield File(
        "fault-places",
        "places.yaml",
        FAULT_PLACES,
        lambda text: library.document(text, "places.yaml", "fault-places"),
    )
    yield File(
        "exercises",
        "exercises.yaml",
        EXERCISES,
        lambda text: library.document(text, "exercises.yaml", "exercises"),
    )
    yield File(
        "deidentify-answers",
        "answers.yaml",
        DEIDENTIFY_ANSWERS,
        lambda text: library.document(text, "answers.yaml", "deidentify-answers"),
    )
    yield File(
        "packed-case",
        "packed.json",
        PACKED_CASE,
        lambda text: library.document(text, "packed.json", "packed-case"),
    )
    yield File(
        "intake",
        "prompts/intake/own.yaml",
        INTAKE,
        lambda text: library.document(text, "prompts/intake/own.yaml", "intake"),
    )
    yield File("prompt-set", "prompts/small.yaml", SMALL_SET, a_set("small", own))
    for kind, name, written in (
        ("prompt-set-2", "second", SECOND_SET),
        ("prompt-set-2", "second-block", SECOND_BLOCK),
        ("guidelines", "guidelines", GUIDELINES),
    ):
        yield File(kind, f"prompts/{name}.yaml", yaml.parse_yaml(written, name).data, second_set(name, own))
    yield File(
        "block",
        "prompts/red-flags-neck.yaml",
        shipped("prompts", "red-flags-neck.yaml"),
        a_set("red-flags-neck", own),
    )
    yield File(
        "faults", "passages.yaml", FAULTS, lambda text: library.document(text, "passages.yaml", "faults")
    )
    yield File("vocabulary", "own.yaml", VOCABULARY, lambda text: library.vocabulary({"own.yaml": text}))
    yield File(
        "letter-frame",
        "prompts/letter/frame.yaml",
        shipped("prompts", "letter/frame.yaml"),
        library.letter_frame,
    )
    yield File("letter-template", "prompts/letter/template.yaml", LETTER_TEMPLATE, library.letter_template)
    for name in ("prior-surgery-neck", "red-flags-neck", "studies-neck", "weeks"):
        yield answer_schema(name, own)


def shipped_files(folder: Path) -> Iterator[File]:
    """Every file of each kind that comes with the program."""
    own = library.sources()
    for name in library.case_names():
        case = library.find_case(name)
        data = yaml.parse_yaml(case.text, "case.yaml").data
        yield File(
            "case", "case.yaml", data, lambda text, case=case: library.rules_for(replace(case, text=text))
        )  # type: ignore[misc]
        if (case.path / "reference.yaml").is_file():
            data = yaml.parse_yaml(library.read_text(case.path / "reference.yaml"), "reference.yaml").data
            read = partial(read_answers, case=name)
            yield File("answers-file", "reference.yaml", data, on_disk(folder / "reference.yaml", read))
    for name in own.prompts:
        data = shipped("prompts", f"{name}.yaml")
        kind = "prompt-set" if "for" in data else "block"
        if name == "guidelines":
            kind = "guidelines"
        elif data.get("language") == 2:
            kind = "prompt-set-2"
        yield File(kind, f"prompts/{name}.yaml", data, a_set(name, own))
    for name in own.schemas:
        yield answer_schema(name, own)
    for name, text in library.vocabulary_texts().items():
        data = yaml.parse_yaml(text, name).data
        yield File("vocabulary", name, data, lambda text, name=name: library.vocabulary({name: text}))  # type: ignore[misc]
    for name in sorted(path.stem for path in (library.folder("prompts") / "intake").glob("*.yaml")):
        yield words_of(f"prompts/intake/{name}.yaml", f"intake#{name}")
    yield words_of("prompts/letter/chronology.yaml", "intake#lines")
    yield words_of("prompts/training/places.yaml", "fault-places")
    passages = shipped("prompts", "training/passages.yaml")
    yield File(
        "faults", "passages.yaml", passages, lambda text: library.document(text, "passages.yaml", "faults")
    )
    yield File(
        "letter-frame",
        "prompts/letter/frame.yaml",
        shipped("prompts", "letter/frame.yaml"),
        library.letter_frame,
    )
    yield File(
        "letter-template",
        "prompts/letter/template.yaml",
        shipped("prompts", "letter/template.yaml"),
        library.letter_template,
    )


def words_of(name: str, kind: str) -> File:
    """A file of words, of which `kind` says after `#` what it needs."""
    data = shipped("prompts", name.removeprefix("prompts/"))
    return File(kind.partition("#")[0], name, data, lambda text: library.document(text, name, kind))


@cache
def shipped(folder: str, name: str) -> dict[str, Any]:
    """The data of a file that comes with the program; those who change it change a copy."""
    return yaml.parse_yaml(library.read_text(library.folder(folder) / name), name).data


def on_disk(path: Path, read: Callable[[Path], object]) -> Callable[[str], object]:
    def written(text: str) -> object:
        path.write_text(text, "utf-8")
        return read(path)

    return written


def read_answers(path: Path, case: str = "") -> object:
    file = answers_file.read_answers_file(path)
    answers_file.check_answers(file, rules_of(case or SET_CASE))
    return file


@cache
def rules_of(case: str) -> Any:
    return library.rules_for(library.find_case(case))


def a_set(name: str, own: Sources) -> Callable[[str], object]:
    """Reads the set of this name from a text, or a set of the program that uses the block of this name."""
    using = used_in(name)
    prompts = {**own.prompts, SET: earlier.TEXT} if is_block(name, own) else own.prompts
    return lambda text: library.prompt_set(using, Sources({**prompts, name: text}, own.schemas))


@cache
def used_in(name: str) -> str:
    """The set itself, or the smallest that is made of the block of this name; one that cites the guidelines."""
    own = library.sources()
    if name not in own.prompts or "for" in shipped("prompts", f"{name}.yaml"):
        return name
    if name == "guidelines":
        return "muscle-relaxants"
    if is_block(name, own):
        return SET
    sets = [one for one in own.prompts if "for" in shipped("prompts", f"{one}.yaml")]
    using = [one for one in sets if name in files_of(one, own).prompts]
    return min(using, key=lambda one: len(own.prompts[one]))


def is_block(name: str, own: Sources) -> bool:
    """Whether it is a block of the first language, kept for the sets that people have in it."""
    data = shipped("prompts", f"{name}.yaml") if name in own.prompts else {"for": name}
    return "for" not in data and "guidelines" not in data and "language" not in data


def second_set(name: str, own: Sources) -> Callable[[str], object]:
    """Reads the set of the second language, for each of its regions, with a text in place of one that it is made of."""
    made_of = {"second": SECOND_SET, "second-block": SECOND_BLOCK, "guidelines": GUIDELINES}
    return lambda text: library.prompt_set_instances("second", Sources({**made_of, name: text}, own.schemas))


def answer_schema(name: str, own: Sources) -> File:
    plain = re.sub("[._]", "-", name)  # what a set was compiled to has dots, which no prompt can name
    using = {
        **own.prompts,
        "one": f"id: one\ntitle: One\nedition: 1\nfor: case\nprompts: [{{id: one, ask: A, answer: {plain}}}]",
    }

    def read(text: str) -> object:
        return library.prompt_set("one", Sources(using, {**own.schemas, plain: text}))

    return File("answer-schema", f"schemas/answers/{name}.schema.json", json.loads(own.schemas[name]), read)


SET_CASE = "cervical-radiographs-after-fusion"
NOTE = "progress-note-2014-07-17"
SHA = "0" * 63 + "a"
SEED = yaml.parse_yaml(library.find_case(SET_CASE).text, "case.yaml").data
CASE: dict[str, Any] = {
    **SEED,
    "claim": {
        "complaint": "neck pain",
        "priority": "expedited",
        "application_received": "2014-05-01",
        "documents_received": "2014-05",
        "injury": {"date": 2013, "page": f"{NOTE}:1", "weights": [1, 2.5, {"a": "b"}]},
    },
    "documents": [
        {
            **{"author": "A. Poe", "date": "2014-07-17", "sent_by": "provider", "ur_report": "no"},
            **one,
            **{"original": "originals/a.pdf", "from_pages": "4-9", "sha256": SHA, "recognised": [1]},
            **{"recognised_by": "Tesseract", "unreadable": [], "confirmed": ["page 1: another name"]},
        }
        for one in SEED["documents"]
    ],
    "timeline": [{**SEED["timeline"][0], "kind": "visit", "region": "neck", "side": "left"}],
    "items": {
        **SEED["items"],
        "2": {
            **SEED["items"]["1"],
            **{"side": "left", "levels": ["C4-5", "C5-6"], "depends_on": "1"},
            "quantity": {"requested": 8, "unit": "visits"},
            "certified": {"quantity": 2},
            "ur_decision": {
                **SEED["items"]["1"]["ur_decision"],
                **{"decision": "modified", "received": "2014-03-01", "reason": "None was shown."},
            },
        },
        "3": {**SEED["items"]["1"], "certified": {"words": "one of them"}},
    },
}
ANSWERS: dict[str, Any] = {
    "reviewer": "r-1",
    "answers": {
        "case": {
            "conflict": "none",
            "qualifications": {"certification": "A", "licence": "B", "years": 6, "hours": 24},
        },
        "1": {
            "red_flags": {
                "fracture": "no",
                "tumor": {"status": "not_documented", "note": "Not in the notes."},
            },
            "duration": 76,
            "acute_trauma": {
                "value": "no",
                "evidence": [{"document": NOTE, "page": 1, "quote": "cumulative trauma", "start": 3}],
            },
            "sought": {
                "status": "not_documented",
                "search": {
                    "terms": ["evaluate", 7],
                    "documents": [NOTE],
                    "pages": 3,
                    "attested": "yes",
                    "dismissed": [
                        {"document": NOTE, "page": 1, "quote": "evaluate", "reason": "Of the arm only."}
                    ],
                },
            },
            "prior_imaging": [{"value": {"date": "2014-07-12", "modality": "radiographs"}}],
            "views": ["flexion", "extension"],
        },
    },
    "rulings": {"1": {"routine-radiography": {"ruling": "inapplicable", "reason": "It has lasted longer."}}},
    "determinations": {"1": {"decision": "upheld", "reason": "No guideline says why."}},
    "edits": {"1": [{"sentence": 2, "text": "In my own words."}]},
    "acknowledge": {"later-study": "They reached the file later."},
    "sets": {"1": SET},
    "read_by_eye": [f"{NOTE}:1"],
    "sign": "yes",
    "published": {"outcome": "uphold", "items": {"1": "upheld"}, "source": "Somewhere"},
}
MANIFEST: dict[str, Any] = {
    "documents": [
        {
            **{
                "original": "a.pdf",
                "from_pages": "1-3",
                "sha256": SHA,
                "id": "note",
                "type": "Note",
                "author": "A",
            },
            **{
                "date": "2014-05",
                "sent_by": "B",
                "ur_report": "yes",
                "text_sha256": SHA,
                "recognised": ["1-2", 3],
            },
            **{"recognised_by": "Tesseract", "unreadable": [4], "confirmed": ["page 1: another name"]},
        },
        {"original": "a.pdf", "from_pages": 4, "date": 2014},
    ]
}
ORGANIZATION: dict[str, Any] = {
    "name": "The organization",
    "officers": [str(VerifierKey("officer", bytes(32)))],
}
PROFILE: dict[str, Any] = {
    **{"id": "r-1", "name": "A. Name", "certification": "Occupational Medicine", "licence": "California"},
    **{"years": 6, "hours": 24, "decide_first": "yes", "theme": "nord"},
    **{"certified_until": "2027-01-01", "licensed_until": "2027-06-30"},
    **{"specialties": ["Neurology"], "ties": ["A Hospital"]},
}
VERIFIED: dict[str, Any] = {
    "verified": [
        {"set": "second", "criterion": "for-fusion", "edition": "2009", "digest": "0" * 64}
        | {"by": "A. Reader", "on": "2026-11-28"}
    ]
}
SOURCES: dict[str, Any] = {
    "sources": [
        {"kind": "study", "tier": "studies", "by": "Made A", "title": "Walking aids", "journal": "J Made Up"}
        | {
            "year": 2018,
            "place": "12:3-9",
            "design": "a randomized trial",
            "quote": "It helps.",
            "level": "1b",
        }
        | {"verified": {"by": "r-one", "on": "2026-11-28"}}
    ]
}
FAULTS: dict[str, Any] = {"sought": ["It is sought."], "red_flags.tumor": ["A tumor was treated."]}
CUES = (
    *("before", "next_to", "after", "after_finding", "after_service", "before_function", "after_function"),
    "headings",
)
VOCABULARY: dict[str, Any] = {
    "synonyms": [
        {
            **{"same": ["fusion", "arthrodesis"], "kinds": ["ACDF"], "unless": ["cell fusion", 7]},
            **{"related": ["hardware"], "capitals": ["PT"]},
            "numbers": [
                {"written": ["n/5"], "from": 0, "under": 5},
                {"written": ["temp n"], "from": 100.4, "to": 110},
            ],
        },
        {"asked": ["stiff", "rigid"], "related": ["hardware"], "told": ["like a board"]},
        {"findings": ["weakness"], "functions": ["strength"], "denials": ["5/5"]},
    ],
    "apart": [["ilium", "ileum"]],
    "negated": {place: [f"no {place}"] for place in CUES},
    "uncertain": {"before": ["may"]},
    "ends": ["but"],
}
PACKET_ANSWERS: dict[str, Any] = {
    **{"id": "own", "title": "A case of my own", "practice": "yes"},
    "correct": {"document.1": {"type": "Note", "pages": 2}},
    **{"refuse": ["line.3"], "confirm": ["document", "line.1"]},
}
DEIDENTIFY_ANSWERS: dict[str, Any] = {
    "change": {"name:Quentin Testwell": "the worker"},
    **{"keep": ["short-date:8/10"], "confirm": ["name", "date"]},
}
PACKED_CASE: dict[str, Any] = {
    **{
        "packed": 1,
        "plan": "0123abcd",
        "case": "some-case",
        "trainer": "r-1",
        "due": "2026-05-31",
        "unaided": "yes",
    },
    **{
        "confidence": "no",
        "files": {"case.yaml": "id: some-case\n", "records/note.txt": "Words.\n"},
        "sealed": "gAAAAA==",
    },
}
INTAKE: dict[str, Any] = {
    "types": [{"type": "Note", "titles": ["progress note|report"]}],
    "told": [
        {"type": "Note", "head": [["DOS"]], "page": [["exam"]], "without": ["dear"], "over": ["Letter"]}
    ],
    "table": ["treatment (requested)"],
    "decisions": {"denied": ["not * certified"]},
}
FAULT_PLACES: dict[str, Any] = {
    "sections": {"examination": ["physical examination", "exam"]},
    "of_studies": {"in": ["Progress note"], "section": ["examination"]},
    "moves": {
        "regions": {"knee": {"of": "ankle", "called": "ankle"}},
        "levels": {"C": ["L1"], "T": ["L2"], "L": ["C5"], "S": ["C7"]},
    },
    "questions": {
        "red_flags.tumor": {"in": ["Progress note"], "section": ["examination"], "is": "yes"},
        "views": {"in": ["Radiology report"], "section": ["examination"], "sets": [SET]},
    },
}
EXERCISES: dict[str, Any] = {
    "made-2016": {
        **{"case": SET_CASE, "faults": ["inserted=red_flags"], "unaided": "yes"},
        **{"happened": "A finding was overlooked.", "source": "Made up"},
    }
}
SMALL_SET: dict[str, Any] = {
    **{"id": "small", "title": "A small set", "edition": 1, "for": {"region": "neck", "service": "films"}},
    **{"governed_by": "request", "use": ["red-flags-neck"], "together": "None was found of {{ absences }}."},
    "citations": {
        "high": {
            **{
                "tier": "mtus",
                "source": "Made",
                "edition": 2004,
                "locator": "Table 1",
                "name": "the made one",
            },
            **{"in_force": {"from": "2007-06-15", "until": 2017}, "verified": "no"},
        },
        "low": {
            **{"tier": "national", "source": "Made", "edition": "2013", "locator": "Row 2"},
            "verified": {"by": "A. Poe", "on": "2020-01-02"},
        },
    },
    "request": [{"when": {"red_flags": "any_present"}, "says": "With a flag."}, {"says": "For {{ item }}."}],
    "conclusion": {"upheld": "It is not necessary.", "overturned": "It is necessary."},
    "prompts": [
        {
            **{"id": "duration", "ask": "How long?", "why": "It counts.", "answer": "weeks", "cite": "high"},
            "propose": {
                **{"rule": "weeks_between", "of": "case.claim.injury.date", "than": "item.request_date"},
                **{"where": {"modality": "ct"}, "gives": {"yes": 7}},
            },
            **{"look_for": ["onset", 7], "documentable": "yes", "record": "no", "shows": "timeline"},
        },
        {"id": "trauma", "ask": "Was there?", "answer": "yes-no", "confirms": "no", "record": "yes"},
        {
            **{"id": "flags", "ask": "Which?", "answer": "red-flags-neck", "about": "documents"},
            "says": {"given": "They hold {{ value }}."},
            "entries": {
                flag: {"signs": {f"a {flag}": ["tumor", 7]}, "look_for": ["mass", 7]}
                for flag in shipped("schemas", "answers/red-flags-neck.schema.json")["properties"]
            },
        },
        {
            **{"id": "studies", "ask": "Which?", "answer": "studies-neck", "speaks": "always"},
            "propose": [{"fact": "case.studies", "where": {"region": "neck"}}],
            "when": [{"red_flags": ["none_found", "any_present"]}, {"red_flags.tumor": "yes"}],
            "says": {
                **{
                    "given": "They hold {{ value }}.",
                    "not_documented": "None was found.",
                    "together": "studies",
                },
                **{
                    "unclear": [{"says": "It is unclear."}],
                    "parts": {"provider_reading": "how they were read"},
                },
            },
        },
    ],
    "criteria": [
        {
            **{"id": "early", "cite": "high", "when": {"red_flags": "none_found"}, "argues": "against"},
            **{"says": "{{ citation }} is against it.", "unmet": "", "concedes": [{"says": ""}]},
            "applies": {"duration": {"type": "integer", "maximum": 6}},
            "caution": {"when": {"duration": "chronic"}, "says": "It speaks of weeks."},
            "parts": ["tumor"],
        },
        {
            **{
                "id": "flag-<flag>",
                "cite": "low",
                "argues": "for",
                "says": "A <words>.",
                "rebuts": ["early"],
            },
            **{"rows": [{"flag": "tumor", "words": "tumor"}], "when": {"red_flags.<flag>": "yes"}},
        },
        {
            **{
                "id": "shapes",
                "cite": "low",
                "argues": "for",
                "says": "{{ citation }} is for it.",
                "unmet": "",
            },
            "when": {
                "studies": {
                    **{"type": "array", "minItems": 1, "maxItems": 9, "minContains": 1, "maxContains": 3},
                    "contains": {
                        **{"type": "object", "required": ["modality"]},
                        "properties": {"modality": {"enum": ["ct", "mri"]}},
                    },
                    "items": {"not": {"const": "none"}},
                },
                "duration": {
                    **{"type": "number", "minimum": 1, "exclusiveMaximum": 90, "multipleOf": 1},
                    "allOf": [{"anyOf": [{"type": "integer", "exclusiveMinimum": 2}]}],
                },
            },
        },
    ],
    "never": [{"when": {"duration": "chronic"}, "says": "It can't be.", "blocks": "no"}],
    "silent": [{"when": {"duration": {"const": 3}, "red_flags": {"every": "no"}}, "says": "Nobody speaks."}],
}

# -- of the second language -----------------------------------------------------------------------

GUIDELINES = """
guidelines:
  high:
    tier: mtus
    editions:
      2009: {source: "High, 1st ed.", dated: 2008-11, from: 2009-01-01, until: 2016-12-31, name: the High Guideline}
      2017: {source: "High, 2nd ed.", from: 2017-01-01, name: the High Guideline of 2017}
    places:
      care: {2009: {rules: p. 1, page: {by: A. Poe, on: 2020-01-02}}, 2017: {rules: 7, seen: a summary}}
      more: {2009: {silent: {by: A. Poe, on: 2020-01}}, 2017: unread}
  annual:
    tier: national
    editions:
      running: {source: The Annual, from: 2008, name: the Annual}
    places:
      care: {running: {rules: Care}}
  code:
    tier: law
    editions:
      2004: {source: A Code, from: 2004-01-01, name: the Code}
    places:
      cap: {2004: {rules: section 1}}
"""
SECOND_BLOCK = """
language: 2
id: second-block
title: A block
edition: 1
regions:
  neck: {part: neck}
  low back: {part: back}
answers:
  signs:
    checklist: {tumor: a tumor, fever: {label: a fever, words: a high fever}}
    said: {yes: present, no: absent}
prompts:
  - id: signs
    ask: Which signs are there of the <part>?
    answer: signs
    documentable: yes
    entries: {tumor: {signs: {a tumor: [tumor, 7]}, look_for: [mass, 7]}, fever: {signs: {a fever: [fever]}}}
"""
SECOND_SET = """
language: 2
id: second
title: A set of the second language
edition: 1
for: {service: care, words: [care, some care], beside: [other care], regions: [neck, low back]}
governed_by: ur_decision
request: [{when: {signs: {some: "yes"}}, says: With a sign.}, {says: "The request is for {{ item }}."}]
conclusion: {upheld: It is not necessary., overturned: [{says: It is necessary.}]}
together: "None was found of {{ absences }}."
answers:
  visits: {number: whole, unit: visits, from: 0, to: 60}
  surgery:
    group:
      procedure: {choice: {fusion: {label: Fusion, denies: [a tear], against: [gain]}, repair: Repair}, named: {listed: [fusion, repair]}}
      weeks: {ask: How long ago?, answer: weeks}
      day: {date: partial}
    or: {none: No operation}
    words: the surgery
  drugs:
    table: drug
    columns:
      drug:
        choice:
          x: {label: X, words: the drug x, unit: mg, regions: [neck, low back], factor: 1.5}
          y: {label: Y, unit: mg, factor: [{up to 20: 4}, {over 20: 8}]}
          z: {label: Z, unit: mg, factor: none}
      amount: {number: decimal, unit: of drug, from: 0, to: 900}
      daily: {number: decimal, unit: a day, from: 0, to: 9}
      total: {number: decimal, from: 0, to: 9000, computed: {times: [amount, daily]}}
    optional: [amount, daily, total]
    known_by: [drug]
    only: {daily: {drug: [x, y]}}
    factors: [high/care]
  views: {choices: {front: {label: Front, also: [AP]}, side: Side}}
let:
  many: {in_all: over 10}
questions:
  first: {when: {signs: given}, asks: [high/care], regions: [neck]}
  other: {asks: [high/more]}
prompts:
  - id: had
    ask: How many visits were there?
    why: They count.
    cite: high/care
    answer: visits
    propose: {fact: item.quantity.certified, where: {unit: visits}}
    look_for: [visits, 7]
    documentable: yes
    once: yes
    elsewhere: no
    shows: timeline
    says: {given: "{{ value }} were had.", not_documented: None was found., unclear: [{says: It is unclear.}], together: visits}
    speaks: always
  - {id: asked, ask: How many are requested?, answer: visits, propose: [{fact: item.quantity.requested}], about: request}
  - {id: in_all, ask: How many in all?, answer: visits, computed: {add: [had, asked]}}
  - {id: surgery, ask: Which surgery was there?, answer: surgery, confirms: none, says: {given: There was one., parts: {day: the day}}}
  - id: long
    ask: For how long?
    answer: {choice: {short: Short, lasting: Lasting}}
    computed: {weeks: [surgery.day, item.ur_decision.date]}
    gives: [{up to 6: short}, {over 6: lasting}]
    record: yes
    regions: [neck]
  - {use: second-block, when: {had: given}, of: neck, only: [signs]}
  - {id: drugs, ask: Which drugs?, answer: drugs, requested: item.drug, record: yes}
  - {id: views, ask: Which views?, answer: views, record: yes}
  - {id: later, ask: Was it later?, answer: yes-no, record: yes, propose: {rule: any_after, of: surgery.day, than: item.ur_decision.date, gives: {yes: yes, no: no}}}
  - {id: told, ask: What else?, answer: {text: 200}, record: yes}
criteria:
  - id: for-<kind>
    cite: high/care
    editions: [2009, "2017"]
    regions: [neck, low back]
    applies: {had: given}
    when: {surgery.procedure: <kind>}
    argues: for
    says: "{{ citation }} is for it."
    unmet: It is not met.
    concedes: [{says: It is so.}]
    caution: {when: {many: "yes"}, says: It speaks of few.}
    rebuts: [few]
    otherwise: {says: It is against it., concedes: It is so., caution: {when: {many: "yes"}, says: Few.}, rebuts: []}
    rows: [{kind: fusion}, {kind: repair}]
  - id: few
    cite: annual/care
    limit: {of: in_all, up_to: 10, asked: asked}
    argues: for
    says: "{{ citation }} has up to 10."
    over: {says: "{{ citation }} has up to 10."}
    partly: "{{ within }} of {{ asked }} would be within it."
  - {id: cap, cite: code/cap, argues: nothing, says: "{{ citation }} has a cap."}
never:
  - {when: {had: exactly 60}, says: It can't be., blocks: no}
silent:
  - {gap: {signs: given}, says: Nobody speaks of it.}
  - {conflict: [{signs: given}, {had: given}], says: They differ.}
examples:
  - is: a made one
    on: 2014-06-01
    region: neck
    given: {had: 4, asked: 4}
    item: {drug: x}
    read: {high/care: silent}
    suggests: none
    why: unread
    because: [few]
    computed: {in_all: 8}
    within: 4
    more: 0
    notes: [cap]
    from: nowhere
    published: upheld
    later: 2015
"""

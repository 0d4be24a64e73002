"""The arrows of the house: who may import whom, what the core may not touch, and how large a module may be.

Imports are read from the source, those inside functions and for type checkers included, so that nothing
slips through by being imported late.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "assistant"
MODULES = {
    ".".join(("assistant", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

LAYERS = {
    "cli": ("cli", "__main__"),
    "tui": ("tui",),
    "training": ("training",),
    "review": ("review", "web"),
    "log": ("log",),
    "records": ("records", "profile"),
    "library": ("letter", "library", "files", "machine", "clock", "cipher"),
    "core": ("core",),
}
"""The layers from the top, each with its units: the modules and packages right under `assistant`."""

ORDER = list(LAYERS)
LAYER = {unit: layer for layer, units in LAYERS.items() for unit in units}

PURE = frozenset(
    "__future__ abc base64 bisect collections contextlib copy dataclasses datetime decimal difflib enum fractions "
    "functools graphlib hashlib heapq hmac itertools json math operator re statistics string textwrap types "
    "typing unicodedata weakref".split()
)
"""The standard modules that the core may use: none reaches a file, clock, random number or screen."""

CORE_LIBRARIES = frozenset({"yaml", "jsonschema", "referencing", "jinja2", "msgspec", "pysat"})
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
IMPURE_METHODS = frozenset({"now", "utcnow", "today", "read_text", "write_text", "read_bytes", "write_bytes"})
MOST_LINES = 1_000
"""As a rule a file has 100 to 800."""
MOST_LOOSE = 8
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"})


LATE = {
    "asyncio": "slow; where it is asked for, a loop runs already",
    "cryptography": "slow, and only signing needs it",
    "datasette": "an optional extra",
    "jinja2": "slow, and the first frame has no sentence to write",
    "jsonschema": "slow, and the first frame has no answer to check",
    "referencing": "the same",
    "psycopg": "an optional extra",
    "pyrage": "an optional extra",
    "platformdirs": "slow, and a place that is named needs none",
    "rfc3161_client": "an optional extra",
    "fsrs": "an optional extra",
    "pyarrow": "an optional extra",
    "pysat": "slow, and only weighing what is still open, or proving a set, needs it",
    "sqlcipher3": "an optional extra",
    "sqlite3": "slow, and `--help` takes no lock",
    "sqlite_utils": "slow, and only a new log needs it",
    "yaml": "slow, and a start knows its files from before",
    "zoneinfo": "slow, and a start asks for no day in California",
    "textual": "slow; where it is asked for, a screen runs already",
}
"""What a function may import, and why; a command (`cli/`) imports what it needs when it is called."""

LATE_OURS = {
    ("core.answer_reader", "core.record.mentions"): "levels are read with the first answer that names one",
    ("core.decide", "core.rationale"): "what the answers come to is not asked for before there is one",
    ("core.decide", "core.record.finding_checks core.record.second_look"): "the same",
    ("core.record.passages", "core.record.language"): "the first question cites nothing yet",
    ("core.decide", "core.record.mentions"): "what a page says is read where the program misread it",
    (
        "core.agenda",
        "core.record.checks core.record.finding_checks core.record.second_look",
    ): "there is nothing to check before the first answer",
    ("core.turn", "core.record.checks"): "the same",
    ("library", "core.record.language core.rules.suggestion"): "a search or a reference case needs them",
    ("library", "core.rules.proof"): "only a set of a person's own is proven when a case is opened",
    (
        "review.talk",
        "core.record.checks core.record.own_words",
    ): "there is nothing to check before the first answer",
    ("review.passages", "core.record.checks core.record.counts core.record.guard"): "the same",
    ("review.review", "core.rationale core.record.checks core.record.finding_checks"): "the same",
    (
        "review.views",
        "core.rationale core.record.finding_checks core.record.second_look core.rules.suggestion review.determination",
    ): "the same",
    (
        "review.amendment",
        "core.rules.services records.course",
    ): "another set is seldom wanted, and never before the first question",
    (
        "core.event_form",
        "core.access_events core.training_events core.work_events",
    ): "a review meets none of these",
    ("core.event_words", "core.access_events core.training_events core.work_events"): "the same",
    (
        "tui.app",
        "files library log profile review.worklist tui",
    ): "the home screen is drawn before there is anything to list",
    (
        "tui.review",
        "letter records.case_folder records.course review.determination review.search review.signing tui.dialogs tui.intake",
    ): "not before the first question",
    (
        "review.conversation",
        "core.record.second_look review.determination",
    ): "the letter is not needed before the signature",
    ("review.talk", "review.determination"): "the same",
    ("review.views", "letter"): "the same",
    ("review.views", "records.course"): "the first question uses no line of the course",
    (
        "records.reader_process",
        "records.docx records.pdf records.recognition",
    ): "a process reads one kind of file, and each is read by another library",
    ("review.review", "review.desk"): "only a real case has been at a desk",
    ("review.review", "review.reasons"): "no reason was given before the first question",
    ("review.review", "review.search"): "the index is made while the first question is read",
    (
        "review.search",
        "core.record.claim core.record.counts core.record.sentences records.index",
    ): "the same",
}
"""The same for modules of ours: importer, what it imports late, and why."""


def unit(module: str) -> str:
    """The unit that a module belongs to; empty for the package itself, which holds the version only."""
    return module.split(".")[1] if "." in module else ""


def imports(module: str) -> list[tuple[str, int]]:
    """Every module that `module` imports, with the line."""
    return _imports(module, MODULES[module])


@cache
def _imports(module: str, path: Path) -> list[tuple[str, int]]:
    return [found for node in nodes(path) for found in _imported(module, node)]


def imports_at_run_time(module: str) -> list[tuple[str, int, bool]]:
    """The same without those for types only; with whether it stands in a function."""
    return _imports_at_run_time(module, MODULES[module])


@cache
def _imports_at_run_time(module: str, path: Path) -> list[tuple[str, int, bool]]:

    def walk(node: ast.AST, late: bool) -> Iterator[tuple[str, int, bool]]:
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.If) and ast.unparse(inner.test) == "TYPE_CHECKING":
                continue
            yield from ((target, line, late) for target, line in _imported(module, inner))
            yield from walk(inner, late or isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef))

    return list(walk(parsed(path), False))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """What these tests look at in a file: its imports, calls and attributes."""
    looked = ast.Import | ast.ImportFrom | ast.Call | ast.Attribute
    return [node for node in ast.walk(parsed(path)) if isinstance(node, looked)]


def _imported(module: str, node: ast.AST) -> Iterator[tuple[str, int]]:
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    if isinstance(node, ast.Import):
        yield from ((name.name, node.lineno) for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        source = ".".join([*parts, *([node.module] if node.module else [])])
        for name in node.names:
            inner = f"{source}.{name.name}"
            yield (inner if inner in MODULES else source), node.lineno
    elif isinstance(node, ast.Call):
        yield from _late(node)


def _late(node: ast.Call) -> Iterator[tuple[str, int]]:
    """`import_module(f"assistant.cli.{name}")`: the part that is written out."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name != "import_module" or not node.args:
        return
    first = node.args[0]
    values = first.values if isinstance(first, ast.JoinedStr) else [first]
    if isinstance(values[0], ast.Constant):
        yield str(values[0].value).rstrip("."), node.lineno


def test_every_module_has_a_place_in_the_layers() -> None:
    units = {unit(module) for module in MODULES} - {""}
    assert sorted(units - set(LAYER)) == []


def test_imports_run_one_way() -> None:
    wrong = []
    for module in MODULES:
        own = unit(module)
        for target, line in imports(module):
            other = unit(target) if target.split(".")[0] == "assistant" else ""
            if own and other and ORDER.index(LAYER[other]) < ORDER.index(LAYER[own]):
                wrong.append(f"{module}, line {line}: {LAYER[own]} imports {target} ({LAYER[other]})")
    assert wrong == []


def test_units_of_a_layer_do_not_import_each_other_in_a_circle() -> None:
    arrows: dict[str, set[str]] = {}
    for module in MODULES:
        for target, _ in imports(module):
            if (
                target.split(".")[0] == "assistant"
                and unit(module)
                and unit(target) not in ("", unit(module))
            ):
                arrows.setdefault(unit(module), set()).add(unit(target))
    assert sorted(" -> ".join(one) for one in circles(arrows)) == []


def test_files_do_not_import_each_other_in_a_circle_when_the_program_runs() -> None:
    arrows = {
        module: {target for target, *_ in imports_at_run_time(module) if target in MODULES} - {module}
        for module in MODULES
    }
    assert tangled(arrows) == set()


def tangled(arrows: dict[str, set[str]]) -> set[str]:
    """What is left of a graph when what leads nowhere, or is led to by nothing, is taken away again and again."""
    left = dict(arrows)
    while True:
        reached = set().union(*left.values()) if left else set()
        going = {name: targets & left.keys() for name, targets in left.items() if name in reached}
        going = {name: targets for name, targets in going.items() if targets}
        if going == left:
            return set(left)
        left = going


def test_imports_stand_at_the_top() -> None:
    """But those in `LATE`; a process that runs alone, as the standalone verifier does, imports as it likes."""
    ours = {
        (f"assistant.{importer}", f"assistant.{one}")
        for importer, several in LATE_OURS
        for one in several.split()
    }
    wrong = []
    for module in MODULES:
        if unit(module) == "cli" or module == "assistant.log.standalone_verify":
            continue
        for target, line, late in imports_at_run_time(module):
            above = target.split(".")
            names = {".".join(above[:count]) for count in range(1, len(above) + 1)}
            if late and above[0] not in LATE and not any((module, name) in ours for name in names):
                wrong.append(f"{module}, line {line}: imports {target} in a function")
    assert wrong == []


def circles(arrows: dict[str, set[str]]) -> Iterator[list[str]]:
    """The circles in a graph, each once, beginning at its first name."""

    def walk(name: str, trail: list[str]) -> Iterator[list[str]]:
        if name in trail:
            if name == trail[0] == min(trail):
                yield [*trail, name]
            return
        for other in sorted(arrows.get(name, ())):
            yield from walk(other, [*trail, name])

    for name in sorted(arrows):
        yield from walk(name, [])


def test_the_core_is_pure() -> None:
    wrong = []
    for module in (name for name in MODULES if unit(name) == "core"):
        for target, line in imports(module):
            root = target.split(".")[0]
            known = PURE if root in sys.stdlib_module_names else CORE_LIBRARIES
            if unit(target) != "core" if root == "assistant" else root not in known:
                wrong.append(f"{module}, line {line}: imports {target}")
        for node in nodes(MODULES[module]):
            if isinstance(node, ast.Call):
                if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
                    wrong.append(f"{module}, line {node.lineno}: calls {node.func.id}()")
                if isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE_METHODS:
                    wrong.append(f"{module}, line {node.lineno}: calls .{node.func.attr}()")
    assert wrong == []


def test_the_verifier_that_bundles_carry_needs_nothing_but_python() -> None:
    needed = {target.split(".")[0] for target, _ in imports("assistant.log.standalone_verify")}
    assert needed <= sys.stdlib_module_names


def test_what_differs_between_systems_stands_in_one_module() -> None:
    modules = {
        "fcntl",
        "resource",
        "pwd",
        "grp",
        "termios",
        "tty",
        "pty",
        "select",
        "selectors",
        "msvcrt",
        "signal",
    }
    attributes = {
        "os": set("name open chown fork kill getuid geteuid getgid mkfifo setsid uname access".split()),
        "sys": {"platform"},
        "platform": {"system", "machine"},
    }
    wrong = []
    for module in sorted(MODULES.keys() - {"assistant.machine", "assistant.log.standalone_verify"}):
        for target, line in imports(module):
            if target.split(".")[0] in modules:
                wrong.append(f"{module}, line {line}: imports {target}")
        for node in nodes(MODULES[module]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.attr in attributes.get(node.value.id, ()):
                    wrong.append(f"{module}, line {node.lineno}: asks for {node.value.id}.{node.attr}")
                if node.attr == "as_uri":
                    wrong.append(f"{module}, line {node.lineno}: {node.attr} knows no share of Windows")
    assert wrong == []


def test_a_module_is_no_longer_than_can_be_read_in_a_sitting() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_few_files_stand_loose_in_the_package() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= MOST_LOOSE


def test_no_name_says_nothing() -> None:
    assert [module for module in MODULES if EMPTY_NAMES & set(module.split("."))] == []


def test_imports_are_found_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "from assistant import library, __version__\n"
        "if TYPE_CHECKING:\n    from assistant.log import Log\n"
        "def late():\n    import assistant.tui.app\n    from ..core import text\n"
        "    import_module(f'assistant.cli.{name}')\n"
    )
    monkeypatch.setitem(MODULES, "assistant.letter.one", path)
    found = {target for target, _ in imports("assistant.letter.one")}
    assert found == {
        "typing",
        "assistant",
        "assistant.library",
        "assistant.log",
        "assistant.tui.app",
        "assistant.core.text",
        "assistant.cli",
    }


def test_what_is_imported_for_types_only_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from assistant.log import Log\n"
        "class One:\n    from assistant import library\n    def late():\n        import assistant.tui.app\n"
    )
    monkeypatch.setitem(MODULES, "assistant.letter.one", path)
    assert {(target, late) for target, _, late in imports_at_run_time("assistant.letter.one")} == {
        ("typing", False),
        ("assistant.library", False),
        ("assistant.tui.app", True),
    }


def test_a_circle_is_found() -> None:
    assert tangled({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == {"b", "c"}
    assert tangled({"a": {"b"}, "b": {"c"}, "c": set()}) == set()
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}})) == [["a", "b", "c", "a"]]
    assert list(circles({"a": {"b", "c"}, "b": {"c"}})) == []

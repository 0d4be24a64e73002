"""No test touches the folders of the one who runs them: neither profile, key and checkpoints, nor cases, nor cache.

What comes with the program is read once for all of them: none changes a file of it.
Nor does one wait for the disk: what has to outlast a power failure is tried by processes of their own (`tests/prove`).
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal import charmap
from hypothesis.internal.conjecture import providers
from hypothesis.internal.intervalsets import IntervalSet

from assistant import library
from assistant.log import Log, database
from tests.prove import scale

sys.dont_write_bytecode = False  # each process that a test starts would compile the program anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
gc.set_threshold(
    200_000, 20, 100
)  # what the tests share is large, and need not be gone through again and again

os.fsync = lambda file: None  # type: ignore[assignment]
DURABLE = database.DURABLE
database.DURABLE = {
    "synchronous": ("OFF", 0),
    **{one: DURABLE[one] for one in DURABLE if one != "synchronous"},
}

OWN = tuple(f"{library.folder(name)}{os.sep}" for name in ("prompts", "schemas", "casebank"))
read_text = library.read_text
read_once = cache(read_text)
library.read_text = lambda path: (read_once if str(path).startswith(OWN) else read_text)(path)

# Hypothesis would read all modules that are loaded for constants, and try every character: seconds in a new clone.
UTF_8 = IntervalSet([(0, 0xD7FF), (0xE000, 0x10FFFF)]), IntervalSet()
of_codec = charmap.intervals_from_codec
charmap.intervals_from_codec = lambda name: UTF_8 if name == "utf-8" else of_codec(name)
providers._get_local_constants = lambda: providers._local_constants

settings.register_profile(
    "tests", max_examples=scale.of(12, 200), derandomize=not scale.ALL, database=None, deadline=None
)
settings.load_profile("tests")  # the sample is the same each time: what `make prove` finds becomes a test


@pytest.fixture(scope="module", autouse=True)
def own_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders for the tests of one file, and one cache for all: where a log was kept is looked up among all others."""
    folder = tmp_path_factory.getbasetemp() / f"of-{request.path.parent.name}-{request.path.stem}"
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        patch.setenv("IMR_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        patch.setenv("IMR_CASES", str(folder / "cases"))
        patch.delenv("IMR_KEY", raising=False)
        yield


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: while one waits for a screen, a server or a process, another works."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Of the first two workers one begins with the last file: in a new clone each then compiles half of them."""
    made = yield
    if isinstance(collector, pytest.Dir) and os.environ.get("PYTEST_XDIST_WORKER") == "gw1":
        made.result.reverse()
    return made


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parts)


def pytest_collection_finish() -> None:
    gc.freeze()  # nor what was collected


made = itertools.count()


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder by number: pytest's own, by the name of the test, looks through all that were made before it."""
    folder = tmp_path_factory.getbasetemp() / f"{next(made)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log of a test lies."""
    return tmp_path / "log.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    with Log.open(path) as opened:
        yield opened


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that is opened now reaches the disk at each commit, as it does outside the tests."""
    monkeypatch.setattr(database, "DURABLE", DURABLE)

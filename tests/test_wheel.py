"""What is shipped is what was tested: the wheel alone, in an empty environment far from the checkout.

The dependencies are lent by the environment that runs the tests; the program itself can only come from the wheel.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = ("prompts", "schemas", "casebank")
CASE = "cervical-radiographs-after-fusion"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel") / "dist")


def test_the_wheel_alone_does_a_whole_review(tmp_path: Path, wheel: Path) -> None:
    assert shipped(wheel) == {
        path.relative_to(CHECKOUT).as_posix()
        for name in DATA
        for path in (CHECKOUT / name).rglob("*")
        if path.is_file()
    }
    installed = Installed(tmp_path, wheel)
    package = Path(installed.python("import assistant; print(assistant.__file__)").strip()).parent
    assert package.is_relative_to(installed.root)

    assert CASE in installed.imr("case", "list")
    answers = package / "_data" / "casebank" / CASE / "reference.yaml"
    log = tmp_path / "log.sqlite"
    made = json.loads(installed.imr("review", CASE, "--answers", str(answers), "--json", "--log", str(log)))
    assert (made["status"], made["outcome"]) == ("signed", "uphold")
    assert "PRACTICE" in installed.imr("letter", "last", "--log", str(log))
    assert json.loads(installed.imr("log", "verify", "--json", "--log", str(log)))["ok"] is True


def test_the_source_archive_builds_the_same_wheel(tmp_path: Path, wheel: Path) -> None:
    source = build(tmp_path / "source", "sdist")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        # Python before 3.11.4 has no filters; this archive is our own.
        archive.extractall(
            tmp_path / "apart", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
        )
    assert {
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "constraints.txt",
        "pyproject.toml",
        "tests/test_wheel.py",
    } <= names
    assert [
        name for name in names if ".venv" in name or "__pycache__" in name or name.endswith(".sqlite-wal")
    ] == []
    (folder,) = (tmp_path / "apart").iterdir()
    assert contents(build(tmp_path / "again", "wheel", folder)) == contents(wheel)


def build(folder: Path, kind: str = "wheel", of: Path = CHECKOUT) -> Path:
    """The wheel or the source archive (`sdist`) of this checkout, or of another folder."""
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(folder)]
    run([*command, str(of)], folder.parent)
    (made,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def contents(wheel: Path) -> dict[str, str]:
    """Every file of a wheel, with its hash."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def shipped(wheel: Path) -> set[str]:
    """The data files in a wheel, by their place in a checkout."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith("tests/")]
    return {name.removeprefix("assistant/_data/") for name in names if name.startswith("assistant/_data/")}


class Installed:
    """An environment of its own that holds the wheel, and a folder outside the checkout to work in."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.root = folder / "environment"
        self.folder = folder / "elsewhere"
        self.folder.mkdir()
        run([sys.executable, "-m", "venv", "--without-pip", str(self.root)], folder)
        self.bin = self.root / ("Scripts" if os.name == "nt" else "bin")
        target = str(self.bin / "python")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            target,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--no-compile",
        ]
        run([*pip, str(wheel)], folder)
        # A path file lends only what lies in the folder: path files in there, the checkout's own among
        # them, are not followed.
        place = self.python("import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        lent = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
        (Path(place) / "lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
        self._take_along(Path(place))

    def _take_along(self, place: Path) -> None:
        """What the checkout's files were compiled to, where the installed ones are the same; it takes seconds to make."""
        for source in (place / "assistant").rglob("*.py"):
            own = CHECKOUT / source.relative_to(place)
            made = Path(cache_from_source(str(own)))
            if made.is_file() and own.read_bytes() == source.read_bytes():
                shutil.copystat(own, source)
                (source.parent / made.parent.name).mkdir(exist_ok=True)
                shutil.copy(made, cache_from_source(str(source)))

    def imr(self, *arguments: str) -> str:
        return run([str(self.bin / "imr"), *arguments], self.folder)

    def python(self, code: str) -> str:
        return run([str(self.bin / "python"), "-c", code], self.folder)


def run(command: list[str], folder: Path) -> str:
    """What a command prints; it must succeed, and sees nothing of the user's settings."""
    home = {"HOME": str(folder), "USERPROFILE": str(folder), "IMR_CONFIG": str(folder / "config")}
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "IMR_", "XDG_"))
    }
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        command, cwd=folder, env={**kept, **home}, capture_output=True, text=True, encoding="utf-8"
    )
    assert made.returncode == 0, f"{' '.join(command)}\n{made.stdout}\n{made.stderr}"
    return made.stdout

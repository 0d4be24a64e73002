"""The reviewer's profile: kept once, closed to others, and its name never logged."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import profile
from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.profile import Profile

KEPT = {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}
FULL = Profile("r-test", "Amalia Quessenberry", KEPT, decide_first=True, theme="textual-light")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "a" / "b"))
    return tmp_path / "a" / "b" / "reviewer.yaml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        profile.load_profile(path)
    return str(caught.value)


def test_a_reviewer_without_a_profile_gets_an_id_and_no_file(path: Path) -> None:
    first, second = profile.load_profile(), profile.load_profile()
    assert first.id.startswith("r-")
    assert first.id != second.id
    assert first.qualifications == {}
    assert not path.exists()


def test_a_profile_comes_back_as_it_was_saved(path: Path) -> None:
    assert profile.save_profile(FULL) == path
    assert profile.load_profile() == FULL
    profile.save_profile(Profile("r-2"))
    assert profile.load_profile() == Profile("r-2")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_profile_is_closed_to_others(path: Path) -> None:
    profile.save_profile(FULL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["reviewer.yaml"]


def test_the_name_is_never_among_what_is_logged() -> None:
    assert FULL.logged() == {"qualifications": KEPT}
    assert Profile("r-test", "Amalia Quessenberry").logged() == {}


def test_a_save_that_is_cut_leaves_the_old_profile(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile.save_profile(FULL)

    def cut(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", cut)
    with pytest.raises(Refused, match="No space left on device"):
        profile.save_profile(replace(FULL, id="r-2"))
    assert profile.load_profile() == FULL


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "file" / "below"))
    with pytest.raises(Refused, match="The profile can't be written"):
        profile.save_profile(FULL)


def test_the_profile_lies_in_the_users_own_folder_unless_another_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert profile.profile_path() == path
    monkeypatch.delenv("IMR_CONFIG")
    assert profile.profile_path().name == "reviewer.yaml"
    assert "imr-assistant" in profile.profile_path().parts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: A\n", "`id` is missing."),
        ("id: ''\n", "`id` is empty."),
        ("id: [a]\n", "`id` is a list; text is wanted."),
        ("id: r-1\ncolour: red\n", "`colour` is not known here."),
        ("id: r-1\nyears: six\n", "`years` is text (“six”); a whole number is wanted."),
        ("id: r-1\nid: r-2\n", "id"),
        ("id: r-1\n  bad: [\n", "reviewer.yaml"),
        ("- a\n- b\n", "reviewer.yaml"),
        ("just words\n", "reviewer.yaml"),
        ("id: !!python/object:os.system x\n", "reviewer.yaml"),
    ],
)
def test_a_malformed_profile_is_refused_with_its_place(path: Path, text: str, says: str) -> None:
    assert says in refused(written(path, text))


def test_a_profile_that_is_not_utf_8_is_refused(path: Path) -> None:
    written(path, "")
    path.write_bytes(b"id: \xff\n")
    assert "not UTF-8" in refused(path)


def test_qualifications_count_only_when_they_are_whole(path: Path) -> None:
    made = profile.load_profile(written(path, "id: r-1\ncertification: Occupational Medicine\nyears: 6\n"))
    assert made.qualifications == {}


@pytest.mark.parametrize(("said", "first"), [("yes", True), ("true", True), ("no", False), ("false", False)])
def test_the_settings_are_read(path: Path, said: str, first: bool) -> None:
    made = profile.load_profile(written(path, f"id: r-1\ndecide_first: {said}\ntheme: textual-light\n"))
    assert (made.decide_first, made.theme) == (first, "textual-light")


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)


@given(name=WORDS, certification=WORDS, licence=WORDS)
def test_any_words_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, name: str, certification: str, licence: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "reviewer.yaml"
    kept = {"certification": certification, "licence": licence, "years": 0, "hours": 120}
    made = Profile("r-test", name, kept)
    profile.save_profile(made, path)
    assert profile.load_profile(path) == made


def test_qualifications_are_taken_over_from_a_session() -> None:
    made = profile.with_qualifications(Profile("r-test", "A"), KEPT)
    assert made == Profile("r-test", "A", KEPT)


# -- what is kept, and what a profile may say ----------------------------------------------------


def test_a_new_id_is_kept_at_the_first_session(path: Path) -> None:
    first = profile.kept()
    assert path.exists()
    assert profile.kept() == profile.load_profile() == first


def test_a_profile_that_is_there_is_not_written_again(path: Path) -> None:
    written(path, "id: r-1  # mine\n")
    assert profile.kept().id == "r-1"
    assert path.read_text("utf-8") == "id: r-1  # mine\n"


def test_where_a_profile_cannot_be_kept_it_goes_on_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "file" / "below"))
    assert profile.kept().id.startswith("r-")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("id: Amalia Quessenberry", "a pseudonym, never a name"),
        ("id: -r", "a pseudonym"),
        (f"id: {'r' * 41}", "a pseudonym"),
        ("years: 81", "`years` is 81; at most 80 is possible."),
        ("years: -1", "`years` is -1; at least 0 is possible."),
        ("hours: 121", "`hours` is 121; at most 120 is possible."),
        ("hours: 4.5", "`hours` is the number 4.5; a whole number is wanted."),
        ("certification: [a]", "`certification` is a list; text is wanted."),
        ("licence: 4", "`licence` is the number 4; text is wanted."),
        ("licence:", "`licence` is empty."),
        ("theme: {a: b}", "`theme` is a map; text is wanted."),
        ("name: [a]", "`name` is a list; text is wanted."),
        ("decide_first: maybe", "`decide_first` can't be `maybe`. Write yes or no."),
        ("decide_first: []", "`decide_first` can't be a list. Write yes or no."),
    ],
)
def test_what_a_profile_may_not_say_is_refused_with_its_line(path: Path, line: str, says: str) -> None:
    text = f"# kept\n{line}\n" if line.startswith("id") else f"id: r-1\n{line}\n"
    said = refused(written(path, text))
    assert says in said
    assert "reviewer.yaml, line 2" in said

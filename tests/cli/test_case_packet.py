"""`imr case new PACKET`: as plain lines, from a file, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from tests.cli.conftest import Imr
from tests.records.test_intake import NOTE, RFA, UR, packet


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return packet(tmp_path, UR, RFA, NOTE)


def test_enter_alone_makes_a_case_of_a_packet(imr: Imr, file: Path, tmp_path: Path) -> None:
    status, out, err = imr("case", "new", "--plain", file, tmp_path / "made", typed="\n" * 11)
    assert (status, err) == (0, "")
    case = library.rules_for(library.open_case(tmp_path / "made")).case
    assert (case.title, list(case.items)) == ("MRI lumbar spine without contrast", ["1"])
    assert "from originals/packet.txt, page 2\n" in imr("case", "show", tmp_path / "made")[1]
    assert "21 lines" not in out
    assert "lines about the course" in out
    assert "outside your folder of cases" in out


def test_replies_correct_go_back_and_leave_out(imr: Imr, file: Path, tmp_path: Path) -> None:
    typed = "3 date\n3 date 2023-10-18\nout 2\nin 2\npage 1\n?\nnonsense\n\n<\n3 date 2023-10-17\n\n\ncomplaint back pain\n\n\n\nside left\n\n\n\n\nyes\n"
    status, out, _ = imr("case", "new", "--plain", file, tmp_path / "made", typed=typed)
    assert status == 0
    assert "Its date is to be what? Write it behind the name" in " ".join(out.split())
    assert "(left out)" in " ".join(out.split())
    assert "-- page 1 --" in out
    assert "nothing that can be done" in out
    case = library.rules_for(library.open_case(tmp_path / "made")).case
    assert case.fact("case.claim.complaint") == "back pain"
    assert (case.items["1"].side, case.practice) == ("left", True)
    assert "2023-10-17" in {str(one.date) for one in case.documents.values()}


def test_the_way_back_leads_from_the_title_to_what_was_confirmed_before(
    imr: Imr, file: Path, tmp_path: Path
) -> None:
    to_the_title = "\n" * 7
    typed = f"{to_the_title}Another\nmade-up\n<\n<\n<\nside right\n\n\nMy own\nmine\nno\n"
    status, _out, err = imr("case", "new", "--plain", file, tmp_path / "made", typed=typed)
    assert (status, err) == (0, "")
    case = library.rules_for(library.open_case(tmp_path / "made")).case
    assert (case.title, case.id, case.items["1"].side) == ("My own", "mine", "right")


def test_lines_are_confirmed_a_page_at_a_time_with_the_page_before_them(
    imr: Imr, file: Path, tmp_path: Path
) -> None:
    status, out, _ = imr(
        "case", "new", "--plain", file, tmp_path / "made", typed="\n" * 6 + "yes\n\nx\n\n\n\n\n"
    )
    assert status == 0
    assert out.index("-- page 3 --") < out.index("Modified duty: no lifting")
    made = library.rules_for(library.open_case(tmp_path / "made")).case
    assert len(made.timeline) == 2


def test_a_service_and_a_line_are_added_in_plain_lines(imr: Imr, file: Path, tmp_path: Path) -> None:
    typed = "\nadd acupuncture\n" + "\n" * 6 + "yes\nadd a fall\nadd 2023-09-01 A fall.\n\n" + "\n" * 12
    status, out, _ = imr("case", "new", "--plain", file, tmp_path / "made", typed=typed)
    assert status == 0
    assert "A line begins with its day." in out
    case = library.rules_for(library.open_case(tmp_path / "made")).case
    assert [one.service for one in case.items.values()][1:] == ["acupuncture"]
    assert "September 1, 2023: A fall." in {one.says for one in case.timeline}


def test_replies_that_end_early_leave_no_case_and_are_gone_on_with(
    imr: Imr, file: Path, tmp_path: Path
) -> None:
    assert imr("case", "new", "--plain", file, tmp_path / "made", typed="\n\n")[0] == 2
    assert not (tmp_path / "made").exists()
    status, _out, _ = imr("case", "new", "--plain", file, tmp_path / "made", typed="\n" * 12)
    assert status == 0


def test_json_gives_what_a_file_then_confirms(imr: Imr, file: Path, tmp_path: Path) -> None:
    status, out, _ = imr("case", "new", file, tmp_path / "made", "--json")
    data = json.loads(out)
    Draft202012Validator(
        json.loads((library.folder("schemas") / "output" / "case-new.schema.json").read_text("utf-8"))
    ).validate(data)
    assert status == 1
    line = next(one["key"] for one in data["proposals"] if one["group"] == "line")
    item = next(one["key"] for one in data["proposals"] if one["group"] == "item")
    answers = tmp_path / "answers.json"
    answers.write_text(
        json.dumps(
            {
                "id": "mine",
                "title": "A title",
                "practice": "yes",
                "correct": {item: {"side": "right"}},
                "confirm": ["document", "question", "claim", "decision", "item", line],
            }
        )
    )
    status, out, err = imr("case", "new", file, tmp_path / "made", "--answers", answers)
    assert (status, err) == (0, "")
    case = library.rules_for(library.open_case(tmp_path / "made")).case
    assert (case.id, case.items["1"].side, len(case.timeline)) == ("mine", "right", 1)


def test_a_file_that_leaves_something_open_says_what(imr: Imr, file: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("confirm: [document]\n")
    status, _, err = imr("case", "new", file, tmp_path / "made", "--answers", answers)
    assert status == 1
    assert "imr: open: claim-injury Date of injury: 2021-02-09" in err


@pytest.mark.parametrize(
    ("text", "says"),
    [("confirm: [line]\n", "can't be"), ("confirm: [nothing]\n", "There is no proposal"), ("agree: [x]\n", "`agree` is not known")],
)  # fmt: skip
def test_a_file_with_something_wrong_in_it_is_refused(
    imr: Imr, file: Path, tmp_path: Path, text: str, says: str
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(text)
    status, _, err = imr("case", "new", file, tmp_path / "made", "--answers", answers)
    assert status == 2
    assert says in err


@pytest.mark.parametrize(
    "names",
    [("none.pdf",), ("none.TXT", "made"), ("packet.txt", "none.pdf"), ("packet.txt", "none.pdf", "made")],
)
def test_a_file_that_is_not_there_is_said(
    imr: Imr, file: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    status, out, err = imr("case", "new", *(file.parent / name for name in names))
    assert (status, out) == (2, "")
    assert "There is no such file." in err
    assert not {tmp_path / "made", tmp_path / "none.pdf"} & set(tmp_path.iterdir())


def test_the_case_goes_into_the_reviewers_own_folder(
    imr: Imr, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("IMR_CASES", str(home))
    status, out, _ = imr("case", "new", "--plain", file, typed="\n" * 11)
    (made,) = home.iterdir()
    assert (status, (made / "case.yaml").is_file()) == (0, True)
    assert f"`imr review {made.name}`" in out


def test_a_case_in_one_line_of_json_is_made(imr: Imr, tmp_path: Path) -> None:
    case = {
        "id": "one", "title": "T", "documents": [], "timeline": [],
        "items": {"1": {"service": "an MRI: left", "region": "lumbar spine", "prompt_set": "lumbar-mri"}},
    }  # fmt: skip
    (tmp_path / "case.json").write_text(json.dumps(case))
    status, _, err = imr("case", "new", tmp_path / "made", "--from", tmp_path / "case.json")
    assert (status, err) == (0, "")
    assert library.rules_for(library.open_case(tmp_path / "made")).case.items["1"].service == "an MRI: left"

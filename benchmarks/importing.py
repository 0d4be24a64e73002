"""A 2,000-page PDF brought into a case, against the PDF library alone reading the text of the same pages."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import PROGRAM, Place, Result, workplace
from benchmarks.pdf_writer import text_pdf

PAGES = 2_000
ROUNDS = 5
CASE = """\
id: measured
title: A case to measure with
practice: yes
documents: []
timeline: []
items:
  "1": {service: radiographs of the neck, region: cervical spine, prompt_set: cervical-radiography}
"""
ALONE = """
import sys, pypdfium2
made = pypdfium2.PdfDocument(sys.argv[1])
for number in range(len(made)):
    page = made[number]
    text = page.get_textpage()
    text.get_text_range()
    text.close()
    page.close()
"""
SENTENCES = (
    "The patient reports neck pain rated 6/10 with radiation to the left arm.",
    "Cervical range of motion is reduced in flexion and extension.",
    "There is no evidence of loosening of the hardware at C4-C6.",
    "Physical therapy was completed, twelve visits, with modest benefit.",
    "Denies fever, chills or weight loss.",
    "Plan: continue ibuprofen 600 mg and the home exercise program.",
    "Sensation is intact to light touch in both upper extremities.",
)


def run() -> list[Result]:
    """The library and the program by turns, each in a new process."""
    alone: list[float] = []
    whole: list[float] = []
    with workplace() as place:
        file = place.folder / "bundle.pdf"
        pages = generated_pages(PAGES)
        file.write_bytes(text_pdf(pages))
        for number in range(ROUNDS):
            alone.append(_timed([sys.executable, "-c", ALONE, str(file)], place))
            whole.append(_imported(place, file, number))
    size = sum(map(len, pages)) / len(pages) / 1000
    figures = f"{PAGES / median(whole):,.0f} against {PAGES / median(alone):,.0f} pages a second, {size:.1f} KB a page"
    return [Result("a 2,000-page PDF imported", median(whole) / median(alone), 2.0, "x", figures)]


def generated_pages(count: int) -> list[str]:
    """Pages of about 3 KB, in documents of one to six pages with a title and a date."""
    chosen = random.Random(2014)
    pages: list[str] = []
    while len(pages) < count:
        title = chosen.choice(
            ("PROGRESS NOTE", "RADIOLOGY REPORT", "PHYSICAL THERAPY NOTE", "OPERATIVE REPORT")
        )
        day = f"{chosen.randint(1, 12)}/{chosen.randint(1, 28)}/{chosen.randint(2011, 2014)}"
        for _ in range(chosen.randint(1, 6)):
            lines = [f"{chosen.choice(SENTENCES)} {chosen.choice(SENTENCES)}"[:100] for _ in range(32)]
            pages.append("\n".join([title, f"Date of visit: {day}", "", *lines]))
    return pages[:count]


def _imported(place: Place, file: Path, number: int) -> float:
    """Seconds in which the file is brought into a new case as it is proposed."""
    folder = place.folder / f"case-{number}"
    folder.mkdir()
    (folder / "case.yaml").write_text(CASE, encoding="utf-8")
    seconds = _timed([*PROGRAM, "case", "add", str(folder), str(file), "--yes"], place)
    shutil.rmtree(folder)
    return seconds


def _timed(command: list[str], place: Place) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=place.environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun

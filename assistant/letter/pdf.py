"""The letter as a PDF file: tagged for screen readers (PDF/UA-1), with the digest and its number on every page.

It is set by Typst with the fonts that come with it, without a network, and holds no author, machine or time: the same
letter gives the same bytes.
"""

from __future__ import annotations

import json
import re

import typst

from assistant.core.problem import refuse
from assistant.letter.document import Letter
from assistant.letter.formats import each_page, pieces

_PAGES = """
#let d = json(bytes(sys.inputs.letter))
#set document(title: d.title, author: (), date: none)
#set text(font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"), size: 10.5pt, lang: "en", region: "US",
  hyphenate: false)
#set par(justify: false, leading: 0.55em, spacing: 0.85em)
#set list(indent: 0.6em, spacing: 0.6em)
#show heading.where(level: 1): set text(size: 16pt)
#show heading.where(level: 2): set text(size: 12pt)
#show heading.where(level: 3): set text(size: 10.5pt)
#show heading: it => block(above: 1.2em, below: 0.65em, sticky: true, it)
#set page(paper: "us-letter", margin: (x: 0.95in, top: 0.8in, bottom: 0.75in),
  header: text(size: 8pt, d.head),
  footer: context [
    #set text(size: 7.5pt)
    #d.digest #h(1fr) #d.number.replace("{page}", str(here().page())).replace("{pages}", str(counter(page).final().first()))
  ])
#let labelled(p) = if p.label == "" { p.text } else if p.text == "" { strong(p.label) } else [#strong(p.label) #p.text]
#let shown(p) = {
  if p.kind == "banner" { block(strong(p.text)) }
  else if p.kind == "letterhead" { block(below: 0.4em, p.text) }
  else if p.kind == "title" { heading(level: 1, p.text) }
  else if p.kind == "line" { block(above: 0.45em, below: 0.45em, p.text) }
  else if p.kind == "heading" { heading(level: 2, p.text) }
  else if p.kind == "subheading" { heading(level: 3, p.text) }
  else if p.kind == "footer" { block(text(size: 8.5pt, p.text)) }
  else { block(labelled(p)) }
}
#for (g, group) in d.groups.enumerate() {
  let leads = g + 1 < d.groups.len() and d.groups.at(g + 1).kind == "point"
  if group.kind == "point" { block(breakable: group.pieces.len() > 6, list(..group.pieces.map(p => p.text))) }
  else if group.kind == "box" {
    block(width: 100%, stroke: 0.8pt, inset: 9pt, group.pieces.map(p => [#block(below: 0.4em, strong(p.label)) #block(p.text)]).join())
  } else if group.kind == "footer" {
    block(breakable: false, above: 1.4em, [#line(length: 100%, stroke: 0.4pt) #group.pieces.map(shown).join()])
  } else {
    for (n, p) in group.pieces.enumerate() {
      if p.kind == "title" and group.new { pagebreak(weak: true) }
      if n > 0 and p.kind == "paragraph" and group.pieces.at(n - 1).kind == "line" { v(0.5em) }
      if leads and n + 1 == group.pieces.len() and p.kind == "paragraph" { block(sticky: true, labelled(p)) } else { shown(p) }
    }
  }
}
"""


def to_pdf(letter: Letter, part: str = "both") -> bytes:
    """The letter, or one of its two documents, as the bytes of a PDF file; raises `Refused` for a character that no font has."""
    on_each = each_page(letter, part)
    groups: list[dict[str, object]] = []
    titles = 0
    for piece in pieces(letter, part):
        kind = piece.kind if piece.kind in ("point", "box", "footer", "title") else "flow"
        if not groups or groups[-1]["kind"] != kind:
            groups.append({"kind": kind, "pieces": [], "new": titles > 0})
        titles += piece.kind == "title"
        groups[-1]["pieces"].append({"kind": piece.kind, "text": piece.text, "label": piece.label})  # type: ignore[attr-defined]
    data = {
        "title": letter.tops[0].title,
        "head": on_each.head,
        "digest": on_each.digest,
        "number": on_each.number,
        "groups": groups,
    }
    try:
        made = typst.compile(
            _PAGES.encode(),
            format="pdf",
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
            sys_inputs={"letter": json.dumps(data)},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        lacks = re.search(r"the text `\"(.+?)\"` could not", str(error))
        why = f"no font that comes with the program has {lacks[1]}" if lacks else str(error)
        raise refuse(
            f"The PDF file can't be made: {why}.", "", "Write the letter as docx or text instead."
        ) from None
    assert isinstance(made, bytes)
    return made

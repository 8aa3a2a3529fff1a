"""The HTML part of a letter says what its text says, broken by the reader's screen instead of at 60 columns."""

from consults.letter_layout import Paragraph, paragraphs

LETTER = """Hello Ada,

Your visit is confirmed. It is a conversation; you can decide
everything else later.

  Time:       Monday, December 7, 2026, 4:00 PM to 4:30 PM
  Reference:  ABCD-1234

Please tell us on your own page. A calendar file is there too:
https://clinic.example/consults/abc/

Modern Therapeutics
200 Schilling Dr S., Dundas, MN 55019
"""


def test_only_lines_that_were_broken_to_fit_are_joined():
    assert paragraphs(LETTER) == [
        Paragraph(["Hello Ada,"], []),
        Paragraph(["Your visit is confirmed. It is a conversation; you can decide everything else later."], []),
        Paragraph([], [("Time", "Monday, December 7, 2026, 4:00 PM to 4:30 PM"), ("Reference", "ABCD-1234")]),
        Paragraph(["Please tell us on your own page. A calendar file is there too:", "https://clinic.example/consults/abc/"], []),
        Paragraph(["Modern Therapeutics", "200 Schilling Dr S., Dundas, MN 55019"], []),
    ]

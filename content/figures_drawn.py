"""Draws a figure as small people, ten in a row: full ones for those who are counted, slight ones for the rest.

No picture is told in color alone, and nothing in the picture alone: every number is in the words beside it.
"""

import re
from pathlib import Path

from .figures import Figure, Group, told_of

_ACROSS = 10
_WIDE, _HIGH = 10, 18
_HEADS = 'stroke-dasharray="0 18"'
_BODIES = 'stroke-dasharray="3 15" stroke-dashoffset="-5.2"'
_FULL = (f'{_HEADS} stroke-width="4.6"', f'{_BODIES} stroke-width="5.6"')
_SLIGHT = (f'{_HEADS} stroke-width="3"', f'{_BODIES} stroke-width="2.2"')


def drawn(figure: Figure) -> str:
    """The figure as HTML. Citations stay as written, as in every rendered text."""
    groups = "".join(f"<div>{_people(group)}<p>{_told(group)}</p></div>" for group in figure.groups)
    return (
        f'<figure class="crowd"><p class="label">{_escape(figure.title)}</p><p>{_escape(figure.asks)}</p>'
        f'{groups and f"""<div class="land">{groups}</div>"""}<figcaption>{_escape(figure.explains)}</figcaption></figure>'
    )


def _told(group: Group) -> str:
    told = _escape(told_of(group)).replace(group.spelled, f"<strong>{group.spelled}</strong>", 1)
    return told + (f"<br>{group.studied} people studied" if group.studied and group.studied != group.of else "")


def _people(group: Group) -> str:
    """Heads and bodies are dashes of one line down each column, so a hundred people are as light as ten."""
    rows = -(-group.of // _ACROSS)
    drawn = (_lines("is", 0, group.count), _lines("not", group.count, group.of), _underline(group.low, group.high))
    view = f"0 0 {_ACROSS * _WIDE} {rows * _HIGH}"
    return f'<svg viewBox="{view}" aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'


def _lines(kind: str, first: int, last: int) -> str:
    columns = _columns(first, last)
    parts = _FULL if kind == "is" else _SLIGHT
    return "".join(f'<path class="{kind}" d="{columns}" {part}/>' for part in parts) if columns else ""


def _columns(first: int, last: int) -> str:
    """A line down each column, from the head of its first person to the feet of its last."""
    lines = []
    for column in range(_ACROSS):
        rows = [place // _ACROSS for place in range(first, last) if place % _ACROSS == column]
        if rows:
            lines.append(f"M{column * _WIDE + 5} {rows[0] * _HIGH + 3}v{len(rows) * _HIGH - 9}")
    return "".join(lines)


def _underline(low: int, high: int) -> str:
    """A line below everybody from `low` to `high`, row by row."""
    lines = []
    for row in range(low // _ACROSS, -(-high // _ACROSS)):
        begin, end = max(low, row * _ACROSS), min(high, (row + 1) * _ACROSS)
        if begin < end:
            lines.append(f"M{begin % _ACROSS * _WIDE + 1} {(row + 1) * _HIGH - 1.5:g}h{(end - begin) * _WIDE - 2}")
    return f'<path d="{"".join(lines)}" stroke-width="1.3"/>' if lines else ""


def _escape(text: str) -> str:
    return re.sub("[&<>]", lambda match: {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[match[0]], text)


SOURCE = Path(__file__).read_bytes()

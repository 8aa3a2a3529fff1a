"""Draws a figure as small people, ten in a row: full ones for those who are counted, slight ones for the rest.

No picture is told in color alone, and nothing in the picture alone: every number is in the words beside it.
"""

import re
from pathlib import Path

from .figures import Figure, Group, told_of

_ACROSS = 10
_WIDE, _HIGH = 10, 18


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
    """Heads and bodies are dashes of one line per column, so a hundred people are as light as ten."""
    rows = -(-group.of // _ACROSS)
    paths = [
        *((f"{kind} {part}", _columns(first, last)) for kind, first, last in _kinds(group) for part in ("heads", "bodies")),
        ("range", _underline(group.low, group.high)),
    ]
    lines = "".join(f'<path class="{kind}" d="{line}"/>' for kind, line in paths if line)
    view = f"0 0 {_ACROSS * _WIDE} {rows * _HIGH}"
    return f'<svg viewBox="{view}" aria-hidden="true" focusable="false">{lines}</svg>'


def _kinds(group: Group) -> list[tuple[str, int, int]]:
    return [("is", 0, group.count), ("not", group.count, group.of)]


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
    return "".join(lines)


def _escape(text: str) -> str:
    return re.sub("[&<>]", lambda match: {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[match[0]], text)


SOURCE = Path(__file__).read_bytes()

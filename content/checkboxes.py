"""Makes checkboxes of list items that begin with `[ ]`. They belong to no form and have no name: nothing can be sent."""

import re
from pathlib import Path

_ITEM = re.compile(r"<li>\[ \] (.*?)</li>")
_BOX = r'<li><label class="choice bare"><input type="checkbox"><span>\1</span></label></li>'


def with_checkboxes(html: str) -> str:
    """Rendered HTML in which those items can be checked."""
    return _ITEM.sub(_BOX, html)


SOURCE = Path(__file__).read_bytes()

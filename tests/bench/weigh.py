"""The weight of a first view as sent: br bodies of HTML, CSS, font, pictures and scripts (icons and manifest not counted).

    python -m tests.bench.weigh http://127.0.0.1:8000

Prints one line a page and ends with status 1 when a page is over its budget. KB = 1,000 bytes.
"""

import re
import sys
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from tests.browser.pages import BOOK, PUBLIC_PAGES
from tests.browser.test_weight import BUDGETS

PAGES = (*PUBLIC_PAGES, BOOK)
_PARTS = re.compile(
    r'<link rel="(?:stylesheet|preload)"[^>]*?href="([^"]+)"|<link[^>]*?href="([^"]+)"[^>]*?rel="stylesheet"'
    r'|<(?:img|script)[^>]*? src="([^"]+)"'
)


def fetch(url: str) -> tuple[bytes, int]:
    """The body as text-to-be and its size as sent."""
    request = Request(url, headers={"Accept-Encoding": "br"})
    with urlopen(request) as response:
        body = response.read()
        encoding = response.headers.get("Content-Encoding", "")
    if encoding == "br":
        import brotli

        return brotli.decompress(body), len(body)
    return body, len(body)


def main(base: str) -> int:
    over = 0
    for path in PAGES:
        budget = BUDGETS.get(path)
        html, html_size = fetch(urljoin(base, path))
        parts = {next(filter(None, match)) for match in _PARTS.findall(html.decode())}
        foreign = [part for part in parts if urljoin(base, part).split("/")[2] != base.split("/")[2]]
        sizes = {part.rpartition("/")[2]: fetch(urljoin(base, part))[1] for part in sorted(parts)}
        total = html_size + sum(sizes.values())
        too_heavy = bool(budget and total > budget) or bool(foreign)
        over += too_heavy
        detail = ", ".join(f"{name} {size}" for name, size in sizes.items())
        print(f"{'OVER' if too_heavy else 'ok':4} {path:28} {total:6} of {budget or '-'}: HTML {html_size}, {detail}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/")))

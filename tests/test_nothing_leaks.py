"""What a patient typed is nowhere on disk in clear: a real site is used and broken, then every byte it wrote is searched."""

import base64
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import pytest

from tests.browsers import FORM, REQUESTS, Clerk, Visitor, starts_on
from tests.postgresql import postgresql
from tests.records import Records
from tests.server import HANG_SECONDS, Site, started_before, wait_for

pytestmark = pytest.mark.server

MARKERS = {
    "full_name": "Qzvx Wkjh",
    "email": "pqzjxw@mail.example",
    "phone": "507-555-0178",
    "note": "Vjqxwz stairs",
    "staff_notes": "Kwxzqj mornings",
}
# Mail that was delivered greets by name and knows its address; nothing else may be in it.
IN_MAIL = {"full_name", "email"}
_MOST_UNPACKED = 10_000_000
# The first bytes of a gzip or zlib stream.
_STREAM = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")


def disguises(text: str) -> Iterator[bytes]:
    """How a text may lie in a file, each found wherever it begins: as it is, UTF-16, hex, base64."""
    plain = text.encode()
    yield from (plain, text.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode())
    for shift in range(3):
        # The first and the last characters depend on what is before and after.
        yield base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """(path, content) of each. A running PostgreSQL removes some of its own meanwhile, and then nobody can read them."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        with suppress(FileNotFoundError):
            yield path, path.read_bytes()


def unpacked(content: bytes) -> Iterator[bytes]:
    """Whatever is compressed in it: gzip and zlib streams, from wherever they begin."""
    window = memoryview(content)
    for start in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj(47).decompress(window[start.start() :], _MOST_UNPACKED)  # 47: either kind, told by its head
        except zlib.error:
            continue


def traces(folder: Path, markers: dict[str, str]) -> set[tuple[str, Path]]:
    """Which marker was found in which file, in whatever disguise."""
    forms = [(form, name) for name, text in markers.items() for form in disguises(text)]
    contents = ((path, content) for path, whole in _files(folder) for content in (whole, *unpacked(whole)))
    return {(name, path) for path, content in contents for form, name in forms if form in content}


def use_and_break(site: Site) -> None:
    """A day's work and a few accidents."""
    site.serve()
    name, password = site.make_staff()
    with closing(Records(site)) as records:
        start = starts_on(site.get(FORM).text)[0]
        visitor = Visitor(site).open_form()
        visitor.fields |= {key: MARKERS[key] for key in ("full_name", "email", "phone", "note")}
        assert visitor.send("POST", FORM, visitor.fields)[0] == 422
        # Broken in the middle: the message cannot be written.
        records.run("ALTER TABLE consults_outboxmessage RENAME TO elsewhere")
        assert visitor.ask(start) in {500, 503}
        records.run("ALTER TABLE elsewhere RENAME TO consults_outboxmessage")
        assert visitor.ask(start) == 303
        work_as_staff(Clerk(site).sign_in(name, password), records.last_request)
    wait_for(lambda: site.letters(MARKERS["email"]), HANG_SECONDS, "the letter", lambda: site.log)
    assert site.manage("backup").returncode == 0
    assert "consults_outboxmessage" in site.log, "the broken request left a traceback, which is searched too"


def work_as_staff(clerk: Clerk, request: int) -> None:
    assert MARKERS["full_name"] in clerk.send("GET", f"{REQUESTS}{request}/change/")[2]
    assert clerk.send("GET", REQUESTS)[0] == 200
    for term in ("full_name", "email", "phone"):
        status, found, _ = clerk.post(f"{REQUESTS}search/", {"q": MARKERS[term]})
        assert status == 302
        assert MARKERS["full_name"] in clerk.send("GET", found)[2]
    assert clerk.decide(request, "note", 1, staff_notes=MARKERS["staff_notes"]) == 302
    assert MARKERS["staff_notes"] in clerk.send("GET", f"{REQUESTS}{request}/change/")[2]
    assert clerk.decide(request, "confirm", 2) == 302


@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_no_byte_that_was_written_tells_what_was_typed(database, tmp_path):
    # A PostgreSQL of its own: its files hold this site alone.
    with postgresql() if database == "postgresql" else nullcontext() as server:
        site = started_before(tmp_path, {"WEB_WORKERS": "1"} | ({"DATABASE_URL": server.new_database()} if server else {}))
        try:
            use_and_break(site)
        finally:
            site.stop()
        found = {trace for folder in filter(None, (tmp_path, server and server.folder)) for trace in traces(folder, MARKERS)}
    assert [(name, path) for name, path in found if not path.is_relative_to(site.data / "mail")] == []
    assert {name for name, _ in found} == IN_MAIL, "the search finds what is there"


@pytest.mark.parametrize(
    "disguise",
    [
        pytest.param(lambda text: text.encode(), id="plain"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: text.encode().hex().encode(), id="hex"),
        pytest.param(lambda text: base64.b64encode(b"x" + text.encode() + b"yz"), id="base64"),
        pytest.param(lambda text: b"before" + gzip.compress(b"a page with " + text.encode()), id="gzip"),
        pytest.param(lambda text: b"before" + zlib.compress(b"a session with " + text.encode()), id="zlib"),
    ],
)
def test_the_search_sees_through_a_disguise(tmp_path, disguise):
    """Negative control."""
    (tmp_path / "file").write_bytes(b"\0\1" + disguise("Qzvx Wkjh"))
    assert traces(tmp_path, {"full_name": "Qzvx Wkjh"}) == {("full_name", tmp_path / "file")}

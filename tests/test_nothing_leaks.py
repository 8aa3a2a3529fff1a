"""What a patient typed is nowhere on disk in clear: a real site is used and broken, then every byte it wrote is searched."""

import base64
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors import FORM, REQUESTS, Clerk, Records, Visitor, starts_on
from tests.postgresql import postgresql
from tests.server import started_before, wait_for

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


def disguises(text: str) -> dict[str, bytes]:
    """How a text may lie in a file, each found wherever it begins."""
    plain = text.encode()
    found = {"plain": plain, "UTF-16": text.encode("utf-16-le"), "hex": plain.hex().encode(), "HEX": plain.hex().upper().encode()}
    for shift in range(3):
        # The first and the last characters depend on what stands before and after.
        coded = base64.b64encode(b"\0" * shift + plain)
        found[f"base64 +{shift}"] = coded[4 if shift else 0 : -4]
    return found


def unpacked(content: bytes) -> Iterator[bytes]:
    """Whatever is compressed in it: gzip and zlib streams, from wherever they begin."""
    for start in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", content):
        for bits in (31, 15):
            try:
                yield zlib.decompressobj(bits).decompress(content[start.start() :], 10_000_000)
            except zlib.error:
                continue


def traces(folder: Path, markers: dict[str, str]) -> list[str]:
    """Where a marker was found, and in which disguise."""
    searched = {name: disguises(text) for name, text in markers.items()}
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for content in (whole := path.read_bytes(), *unpacked(whole)):
            found += [
                f"{name} in {path.relative_to(folder)} ({how})"
                for name, forms in searched.items()
                for how, form in forms.items()
                if form in content
            ]
    return found


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def used_and_broken(request, tmp_path_factory):
    """The folder of a site, and the one of its database server, after a day's work and a few accidents."""
    folder = tmp_path_factory.mktemp("leaks")
    if request.param == "SQLite":
        site = started_before(folder)
        use_and_break(site)
        yield site, [folder]
        return
    with postgresql() as server:
        site = started_before(folder, {"DATABASE_URL": server.new_database()})
        use_and_break(site)
        yield site, [folder, server.folder]


def use_and_break(site) -> None:
    name, password = site.make_staff()
    site.serve()
    records = Records(site)
    try:
        answers = {key: MARKERS[key] for key in ("full_name", "email", "phone", "note")}
        start = starts_on(site.get(FORM).text)[0]
        visitor = Visitor(site).open_form()
        visitor.fields |= answers
        assert visitor.send("POST", FORM, visitor.fields)[0] == 422
        # Broken in the middle: the message cannot be written.
        records.run("ALTER TABLE consults_outboxmessage RENAME TO elsewhere")
        assert visitor.ask(start) in {500, 503}
        records.run("ALTER TABLE elsewhere RENAME TO consults_outboxmessage")
        assert visitor.ask(start) == 303
        work_as_staff(Clerk(site).sign_in(name, password), records.last_request)
        wait_for(lambda: site.letters(MARKERS["email"]), 20, "the letter", lambda: site.log)
        assert site.manage("backup").returncode == 0
    finally:
        records.close()
        site.stop()


def work_as_staff(clerk: Clerk, request: int) -> None:
    assert MARKERS["full_name"] in clerk.send("GET", f"{REQUESTS}{request}/change/")[2]
    assert clerk.send("GET", REQUESTS)[0] == 200
    assert clerk.decide(request, "note", 1, staff_notes=MARKERS["staff_notes"]) == 302
    assert MARKERS["staff_notes"] in clerk.send("GET", f"{REQUESTS}{request}/change/")[2]
    assert clerk.decide(request, "confirm", 2) == 302


def test_no_byte_that_was_written_tells_what_was_typed(used_and_broken):
    site, folders = used_and_broken
    delivered = str((site.data / "mail").relative_to(folders[0]))
    found = [trace for folder in folders for trace in traces(folder, MARKERS)]
    elsewhere = [trace for trace in found if f" in {delivered}/" not in trace]
    assert elsewhere == []
    assert {trace.split(" in ")[0] for trace in found} == IN_MAIL, "the search finds what is there"


def test_the_accidents_were_logged(used_and_broken):
    site, _ = used_and_broken
    assert "consults_outboxmessage" in site.log, "the broken request left a traceback, and the marker is not in it"


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
    assert traces(tmp_path, {"full_name": "Qzvx Wkjh"})

"""Content coding of every text answer: brotli or gzip for a client that takes it, and 304 for one that has the page already.

An answer with an ETag is sent many times, so the best compression is worth its time and the bytes are kept. Every other
answer is one person's: compressed quickly, for this request, and forgotten.
"""

import gzip
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import brotli

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TEXT = (
    "text/",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
)
_NOT_ON_304 = {"content-type", "content-length", "content-encoding"}
# What is shorter than this gains nothing when it is compressed for one request.
_SHORTEST = 500
Headers = list[tuple[str, str]]


class Compression:
    """WSGI: codes what `application` answers."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status = ""
        headers: Headers = []

        def capture(given_status: str, given_headers: Headers, exc_info=None):
            nonlocal status, headers
            status, headers = given_status, given_headers

        result = self.application(environ, capture)
        values = {name.lower(): value for name, value in headers}
        if not _can_be_coded(values):
            start_response(status, headers)
            return result
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        encoding = accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = values.get("etag", "")
        if tag:
            body = _encode_and_keep(body, encoding)
            tag = f'{tag[:-1]}-{encoding}"' if encoding else tag
        else:
            encoding = encoding if len(body) > _SHORTEST else ""
            body = _encode(body, encoding, once=False)
        headers = _coded(headers, encoding, tag, len(body))
        if tag and status.startswith("200") and _matches(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
            start_response("304 Not Modified", [(name, value) for name, value in headers if name.lower() not in _NOT_ON_304])
            return []
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def accepted_encoding(accept_encoding: str) -> str:
    """br, gzip or "" for a client's Accept-Encoding (RFC 9110, 12.5.3)."""
    accepted = set()
    for item in accept_encoding.lower().split(","):
        name, _, weight = item.partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            accepted.add(name.strip())
    return next((encoding for encoding in ("br", "gzip") if encoding in accepted), "")


def _can_be_coded(values: dict[str, str]) -> bool:
    return values.get("content-type", "").lower().startswith(_TEXT) and not values.keys() & {"content-encoding", "content-range"}


def _encode(body: bytes, encoding: str, *, once: bool) -> bytes:
    """`once`: the bytes are kept, so the best compression is worth its time."""
    if encoding == "br":
        return brotli.compress(body, quality=11 if once else 5)
    if encoding == "gzip":
        return gzip.compress(body, 9 if once else 6, mtime=0)
    return body


# Several times the pages of the site in both encodings; what an edit replaced is the first to be forgotten.
@lru_cache(maxsize=500)
def _encode_and_keep(body: bytes, encoding: str) -> bytes:
    return _encode(body, encoding, once=True)


def _coded(headers: Headers, encoding: str, tag: str, length: int) -> Headers:
    replaced = {"content-length", "vary", "etag"}
    vary = [value for name, value in headers if name.lower() == "vary" and "accept-encoding" not in value.lower()]
    coded = [(name, value) for name, value in headers if name.lower() not in replaced]
    coded += [("Vary", ", ".join([*vary, "Accept-Encoding"])), ("Content-Length", str(length))]
    if encoding:
        coded.append(("Content-Encoding", encoding))
    return [*coded, ("ETag", tag)] if tag else coded


def _matches(if_none_match: str, tag: str) -> bool:
    tags = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return tag.removeprefix("W/") in tags or "*" in tags

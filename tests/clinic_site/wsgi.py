"""A stand-in for Django behind a WSGI wrapper, and a client of the wrapper."""

import io

PAGE = b"<!doctype html><title>x</title>" + b"words " * 200
PUBLIC = [("Cache-Control", "public, max-age=0"), ("ETag", '"digest"')]


class Site:
    """Answers the same page each time and counts how often it is asked."""

    def __init__(self, headers=PUBLIC, status="200 OK", body=PAGE):
        self.asked, self.headers, self.status, self.body = 0, list(headers), status, body

    def __call__(self, environ, start_response):
        self.asked += 1
        start_response(self.status, [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "1"), *self.headers])
        return Body([self.body])


class Body(list):
    def close(self):
        pass


def ask(application, path="/", method="GET", query="", **headers):
    """Status, headers and body. `accept_encoding="br"` is the header Accept-Encoding."""
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "127.0.0.1:8000", "wsgi.input": io.BytesIO()}
    environ["QUERY_STRING"] = query
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    answer = {}
    body = application(environ, lambda status, given, exc_info=None: answer.update(status=status, headers=dict(given)))
    return answer["status"][:3], answer["headers"], b"".join(body)

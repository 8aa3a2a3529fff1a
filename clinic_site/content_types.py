"""What a browser says of the form it sends, before Django reads it by that."""

import re

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\"';\s]*)", re.IGNORECASE)
_OURS = {"utf-8", "utf8"}
# The longest that a browser sends, of a form with files, has under 100. Django takes time by the square of the length.
_LONGEST = 200
_REFUSED = "application/x-www-form-urlencoded; charset=latin-1"


def is_readable(content_type: str) -> bool:
    """Whether Django may decode by it: no other charset than UTF-8, which all our pages ask for, and no encoded parameter."""
    if len(content_type) > _LONGEST:
        return False
    return "*" not in content_type and {charset.lower() for charset in _CHARSET.findall(content_type)} <= _OURS


class ContentTypes:
    """Takes what is not readable for a form in Latin-1: an address is answered as ever, a form with a 400, as Django does itself.

    Django decodes a form with whatever codec of Python the header names. Some take minutes over a megabyte, some make half
    characters that no page can be sent with, and some are no codec of text at all. It reads the header of a GET too.
    """

    def __init__(self, application) -> None:
        self._application = application

    def __call__(self, environ, start_response):
        if not is_readable(environ.get("CONTENT_TYPE", "")):
            environ = environ | {"CONTENT_TYPE": _REFUSED}
        return self._application(environ, start_response)

"""What a form says of its own encoding is not believed."""

import pytest

from clinic_site.content_types import ContentTypes, is_readable
from tests.clinic_site.wsgi import ask


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        'multipart/form-data; boundary=----WebKitFormBoundaryAb1; charset="utf-8"',
    ],
)
def test_what_browsers_send_is_read(content_type):
    assert is_readable(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        *(f"multipart/form-data; boundary=x; charset={codec}" for codec in ("punycode", "unicode_escape", "utf-7", "undefined")),
        "multipart/form-data; boundary=x; CharSet = 'latin-1'",
        "multipart/form-data; boundary=x; charset=utf-8; charset=idna",
        "multipart/form-data; boundary*=bogus''x",
        "text/html; charset*=utf-8''hex",
        'multipart/form-data; boundary=x; x="' + 100 * "a" + 100 * ";",
    ],
)
def test_no_other_codec_ever_reads_what_a_stranger_sends(content_type):
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return []

    def typed(environ, start_response):
        return ContentTypes(application)(environ | {"CONTENT_TYPE": content_type}, start_response)

    assert not is_readable(content_type)
    assert ask(typed, method="POST")[0] == "200"
    assert seen["CONTENT_TYPE"] == "application/x-www-form-urlencoded; charset=latin-1", "which Django refuses"

"""Cookies that take long to read are not read."""


def without_escapes(cookies: str) -> str:
    """Each without a backslash, as it was. None that we set has one: both keys and signed texts need no quotes."""
    return ";".join(cookie for cookie in cookies.split(";") if "\\" not in cookie)


class PlainCookies:
    """Django reads the cookies of every request. Before 3.11.10 and 3.12.6 Python takes time by the square of the backslashes in
    one (CVE-2024-7592): a third of a second for 8 KB, in which no other thread of the process gets on.
    """

    def __init__(self, application) -> None:
        self._application = application

    def __call__(self, environ, start_response):
        if "\\" in environ.get("HTTP_COOKIE", ""):
            environ = environ | {"HTTP_COOKIE": without_escapes(environ["HTTP_COOKIE"])}
        return self._application(environ, start_response)

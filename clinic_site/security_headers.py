"""What browsers may load and do: the content security policy, and the headers that Django and django-csp do not send."""

from csp.constants import NONE, SELF
from django.conf import settings

_FROM_NOWHERE = ("default-src", "base-uri", "frame-ancestors")
_FROM_HERE = ("script-src", "style-src", "img-src", "font-src", "manifest-src", "connect-src", "form-action")
# The setting of django-csp.
CONTENT_SECURITY_POLICY: dict[str, dict[str, list[str]]] = {
    "DIRECTIVES": {name: [NONE] for name in _FROM_NOWHERE} | {name: [SELF] for name in _FROM_HERE},
}
# What a page of this site could be used to spy with or to sell; the policy above allows no script and no frame of others.
_PERMISSIONS = (
    "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), "
    "publickey-credentials-create={passkeys}, publickey-credentials-get={passkeys}, usb=()"
)
# Staff sign in there.
_WITH_PASSKEYS = "/admin/"
_HEADERS = {
    # Django sends it too, but not on responses from before its SecurityMiddleware.
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _PERMISSIONS.format(passkeys="()"),
    "X-Permitted-Cross-Domain-Policies": "none",
}
# They tell a browser what a document may do. A stylesheet, font, script or picture is none (an SVG may be opened as one), and on
# the small ones they would weigh as much as the rest.
_ONLY_OF_DOCUMENTS = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "X-Permitted-Cross-Domain-Policies",
)
_NO_DOCUMENTS = {"text/css", "text/javascript", "font/woff2", "image/png"}


def add_static_headers(headers, path: str, url: str) -> None:
    """The setting of WhiteNoise: the site's picture for shared links is shown on other sites. Its name may have a hash in it."""
    if "/img/share." in url:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"


class SecurityHeadersMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith(_WITH_PASSKEYS):
            response.headers.setdefault("Permissions-Policy", _PERMISSIONS.format(passkeys="(self)"))
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        # Of the site's own files: what staff upload is told everything.
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind in _NO_DOCUMENTS and request.path.startswith(settings.STATIC_URL):
            for name in _ONLY_OF_DOCUMENTS:
                response.headers.pop(name, None)
        return response

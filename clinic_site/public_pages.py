"""Which pages are public: the same for everybody, safe to keep and to share."""

from django.utils.cache import patch_cache_control

_NAMESPACES = {"pages", "blog"}


class PublicPagesMiddleware:
    """Marks public pages `Cache-Control: public`, for `page_cache` and for any cache on the way.

    Shared caches ask again each time (a 304 is cheap): hours and words may change within two seconds.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.namespace in _NAMESPACES and response.status_code == 200 and request.method in {"GET", "HEAD"}:
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
        return response

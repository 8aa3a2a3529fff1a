"""Cache headers of public pages: the same for everybody, safe to keep and to share."""

from django.utils.cache import patch_cache_control, set_response_etag

_NAMESPACES = {"pages", "blog", "machines"}


class CacheHeadersMiddleware:
    """Marks public pages with `Cache-Control: public` and an ETag, for `page_cache`, `compression` and any intermediate cache.

    Shared caches ask again each time (a 304 is cheap): hours and texts may change within two seconds. A visitor may
    bring cookies of the booking flow, even broken ones that Django would replace: a public page sets none.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.namespace in _NAMESPACES and response.status_code == 200:
            response.cookies.clear()
            response.headers.pop("Vary", None)
            if response.has_header("Cache-Control"):
                # A search is not kept, a picture is kept for good.
                return response
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
            set_response_etag(response)
        return response

"""Cache headers of public pages, which are the same for every visitor."""

from django.utils.cache import patch_cache_control, set_response_etag

_NAMESPACES = {"pages", "blog", "machines"}


class CacheHeadersMiddleware:
    """Marks public pages with `Cache-Control: public` and an ETag, for `page_cache`, `compression` and any intermediate cache.

    Shared caches revalidate each time (a 304 is cheap), because a change has to show within two seconds. A visitor may
    send cookies of the booking flow, even broken ones that Django would replace; a public page sets none.

    Redirects from a former address too: a browser may keep one forever that says nothing, and runs in circles when the page
    gets its former address back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.namespace in _NAMESPACES and response.status_code in {200, 301}:
            response.cookies.clear()
            response.headers.pop("Vary", None)
            if response.has_header("Cache-Control"):
                # A search must not be cached, and a picture may be cached forever.
                return response
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
            set_response_etag(response)
        return response

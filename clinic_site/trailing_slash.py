from django.middleware.common import CommonMiddleware
from django.urls import resolve

from pages.models import Page


class TrailingSlashMiddleware(CommonMiddleware):
    """Redirects an address without its slash where there is such a page; an unknown address is a 404 at once."""

    def should_redirect_with_slash(self, request) -> bool:
        if not super().should_redirect_with_slash(request):
            return False
        match = resolve(f"{request.path_info}/")
        return match.view_name != "pages:page" or Page.objects.filter(key=match.kwargs["key"]).exists()

from django.middleware.common import CommonMiddleware
from django.urls import resolve

from pages.models import Page


class TrailingSlashMiddleware(CommonMiddleware):
    """Redirects a URL without its slash if the page exists; an unknown URL is a 404 at once."""

    def should_redirect_with_slash(self, request) -> bool:
        if not super().should_redirect_with_slash(request):
            return False
        match = resolve(f"{request.path_info}/")
        return match.view_name != "pages:page" or Page.objects.filter(key=match.kwargs["key"]).exists()

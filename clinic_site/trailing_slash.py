from django.middleware.common import CommonMiddleware
from django.urls import resolve

from blog.models import Article, FormerSlug
from pages.models import Page


class TrailingSlashMiddleware(CommonMiddleware):
    """Redirects a URL without its slash if the page exists; an unknown URL is a 404 at once."""

    def should_redirect_with_slash(self, request) -> bool:
        if not super().should_redirect_with_slash(request):
            return False
        match = resolve(f"{request.path_info}/")
        if match.view_name == "pages:page":
            key = match.kwargs["key"]
            return key != Page.HOME and Page.objects.filter(key=key).exists()
        if match.view_name == "blog:article":
            return any(kind.objects.filter(slug=match.kwargs["slug"]).exists() for kind in (Article, FormerSlug))
        return True

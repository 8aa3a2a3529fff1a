"""The blog: a list of articles, and each article with its references."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.citations import Citations
from content.medical_review import show_review
from pages.models import Clinic, Page

from .models import Article, FormerSlug
from .structured_data import article_nodes

_FEWEST_CONTENTS = 3


@require_safe
def index(request):
    page = get_object_or_404(Page, key=Page.BLOG)
    context = {
        "page": page,
        "articles": Article.objects.published(at=timezone.now()).defer("body", "body_html", "contents"),
        "section": "blog",
        "breadcrumbs": [{"name": "Home", "url": "/"}, {"name": "Blog", "url": reverse("blog:index")}],
    }
    return render(request, "blog/index.html", context)


@require_safe
def article(request, slug: str):
    published = Article.objects.published(at=timezone.now()).select_related("author", "reviewed_by", "picture")
    formerly = FormerSlug.objects.filter(slug=slug).values("article")
    found = {article.slug: article for article in published.filter(Q(slug=slug) | Q(pk__in=formerly))}
    if not found:
        raise Http404
    article = found.get(slug)
    if article is None:
        # A former slug redirects to the current one.
        return redirect("blog:article", next(iter(found)), permanent=True)
    return show_article(request, article)


def show_article(request, article: Article):
    show_review(article)
    citations = Citations([article.body_html])
    article.body_html = citations.number(article.body_html)
    clinic = Clinic.objects.current()
    url = article.get_absolute_url()
    context = {
        "article": article,
        "author_name": clinic.name,
        "published_on": article.published_at.astimezone(clinic.zone).date(),
        "section": "blog",
        "contents": article.contents if len(article.contents) >= _FEWEST_CONTENTS else [],
        "references": citations.references,
        "breadcrumbs": [
            {"name": "Home", "url": "/"},
            {"name": "Blog", "url": reverse("blog:index")},
            {"name": article.title, "url": url},
        ],
        "json_ld": article_nodes(article, clinic, citations.references),
    }
    return render(request, "blog/article.html", context)

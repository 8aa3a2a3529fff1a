"""Views of the pages whose text staff edit, of search, and of picture files."""

import logging
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.citations import Citations, without_citations
from content.medical_review import show_review
from content.models import reviewed_kinds
from content.query_words import LONGEST_QUERY
from content.share_picture import can_be_drawn, name_of, share_picture

from .crisis_search import dangers_in
from .facts import clinic_of
from .models import Page, Picture, Provider, Question, in_groups
from .named_in_search import find_with_names
from .pictures import folder
from .sheet_address import SheetAddress
from .visiting import about_care, about_coming, about_safety, directions_url, first_sentence, in_brief, photographs

logger = logging.getLogger("clinic.pictures")

_FEWEST_CONTENTS = 4


def get_page(key: str) -> Page:
    page = Page.objects.select_related("reviewed_by").filter(key=key).first()
    if page is None:
        raise Http404
    return page


def breadcrumbs(page: Page) -> list[dict[str, str]]:
    return [{"name": "Home", "url": "/"}, {"name": page.name or page.title, "url": page.get_absolute_url()}]


@require_safe
def home(request):
    return show_home(request, get_page(Page.HOME))


def show_home(request, page: Page):
    clinic = clinic_of(request)
    questions = [question for question in Question.objects.on_home() if question.is_answered(clinic)]
    show_review(page)
    page.body_html = without_citations(page.body_html)
    for question in questions:
        question.answer_html = without_citations(question.answer_html)
    page.changed_on = page.latest_change(questions)
    context = {
        "page": page,
        "questions": questions,
        "area": first_sentence(clinic.area),
        "section": "home",
    }
    return render(request, "pages/home.html", context)


@require_safe
def page(request, key: str):
    """Shows a page of prose, which is any page without its own view. The home page has another address."""
    if key == Page.HOME:
        raise Http404
    return show_prose(request, get_page(key))


def show_prose(request, page: Page):
    show_review(page)
    citations = Citations([page.body_html])
    page.body_html = citations.number(page.body_html)
    page.in_short_html = without_citations(page.in_short_html)
    page.sheet_html = without_citations(page.sheet_html)
    tells_safety = page.key in (Page.TREATMENT_DAY, Page.FOR_CLINICIANS)
    safety = about_safety(clinic_of(request)) if tells_safety else []
    context = {
        "page": page,
        "about_safety": safety,
        "in_brief": in_brief(safety) if page.sheet_html else [],
        "photographs": photographs(clinic_of(request), "room") if page.key == Page.TREATMENT_DAY else [],
        "is_listed": page.is_listed(),
        "sheet": SheetAddress(page) if page.sheet_html else None,
        "section": page.key,
        "contents": page.contents if len(page.contents) >= _FEWEST_CONTENTS else [],
        "references": citations.references,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/page.html", context)


@require_safe
def meet_our_providers(request):
    providers = Provider.objects.published().select_related("portrait")
    return show_providers(request, get_page(Page.MEET_OUR_PROVIDERS), list(providers))


def show_providers(request, page: Page, providers: list[Provider]):
    show_review(page)
    page.body_html = without_citations(page.body_html)
    context = {
        "page": page,
        "providers": providers,
        "section": page.key,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/providers.html", context)


@require_safe
def faqs(request):
    return show_faqs(request, get_page(Page.FAQS), in_groups(Question.objects.published()))


def show_faqs(request, page: Page, questions: list[Question]):
    """Shows the FAQs. `questions` are in the order of their groups; see `in_groups`."""
    show_review(page)
    citations = Citations([page.body_html, *(question.answer_html for question in questions)])
    page.body_html = citations.number(page.body_html)
    for question in questions:
        question.answer_html = citations.number(question.answer_html)
    page.changed_on = page.latest_change(questions)
    clinic = clinic_of(request)
    answered = [question for question in questions if question.is_answered(clinic)]
    groups = [
        {"slug": group, "title": Question.Group(group).label, "questions": list(members)}
        for group, members in groupby(answered, key=lambda question: question.group)
    ]
    context = {
        "page": page,
        "groups": groups,
        "told_at_the_consult": [question for question in questions if question not in answered],
        "references": citations.references,
        "section": page.key,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/faqs.html", context)


@require_safe
def visit(request):
    return show_visit(request, get_page(Page.VISIT))


def show_visit(request, page: Page):
    clinic = clinic_of(request)
    page.body_html = without_citations(page.body_html)
    context = {
        "page": page,
        "about_coming": about_coming(clinic),
        "about_care": about_care(clinic),
        "tells_safety": bool(about_safety(clinic)),
        "photographs": photographs(clinic, "outside", "entrance"),
        "directions": directions_url(clinic),
        "section": page.key,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/visit.html", context)


def show_page(request, page: Page):
    """Shows any page as visitors see it, for the preview; the booking page and the blog with their text only."""
    if page.key == Page.HOME:
        return show_home(request, page)
    if page.key == Page.FAQS:
        return show_faqs(request, page, in_groups(Question.objects.published()))
    if page.key == Page.MEET_OUR_PROVIDERS:
        return show_providers(request, page, list(Provider.objects.published().select_related("portrait")))
    if page.key == Page.VISIT:
        return show_visit(request, page)
    return show_prose(request, page)


@require_safe
def search(request):
    """Searches the site. Queries are never stored or logged, because they are about people's health.

    Beside the card on suicide no result may tell what kills: the answers that help replace them, unless all are asked for.
    """
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    dangers = dangers_in(query)
    helps_first = "suicide" in dangers and "all" not in request.GET
    context = {
        "query": query,
        "found": None if helps_first else find_with_names(query, clinic_of(request), at=timezone.now()),
        "helps_first": helps_first,
        "helping": Question.objects.that_help_in_a_crisis() if helps_first else [],
        "dangers": dangers,
        "section": "search",
        "canonical": "",
        "breadcrumbs": [{"name": "Home", "url": "/"}, {"name": "Search", "url": "/search/"}],
    }
    response = render(request, "pages/search.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _file(find: Callable[[], Path], *, content_type: str) -> FileResponse:
    """Raises Http404 where the file is not there, cannot be read or cannot be made; the log says which."""
    try:
        return FileResponse(find().open("rb"), content_type=content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError as error:
        logger.error("a picture cannot be read or made: %s", error)
        raise Http404 from error


@require_safe
def picture(request, name: str):
    """Serves a picture's file while a row names it. A file never changes, so it may be cached forever."""
    digest, _, width = name.removesuffix(".webp").partition("-")
    row = Picture.objects.filter(digest__startswith=digest).first()
    if row is None or int(width) not in row.widths:
        raise Http404
    response = _file(lambda: folder() / name, content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def share(request, name: str):
    """Serves the share picture of a page or article that visitors may read, drawn when it is first requested."""
    now = timezone.now()
    titles = [title for kind in reviewed_kinds() for title in kind.objects.public(at=now).values_list("title", flat=True)]
    title = next((title for title in titles if name_of(title) == name and can_be_drawn(title)), None)
    if title is None:
        raise Http404
    response = _file(lambda: share_picture(title), content_type="image/png")
    # Where the page is shared, others show its picture.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response

"""The pages that staff keep: home, providers, what is ketamine, FAQs, the legal pages."""

from itertools import groupby

from django.http import Http404
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from blog.citations import Citations, without_citations

from . import json_ld
from .models import Page, Provider, Question
from .site_facts import SiteFacts

_FEWEST_CONTENTS = 4


def get_page(key: str) -> Page:
    page = Page.objects.select_related("reviewed_by").filter(key=key).first()
    if page is None:
        raise Http404
    return page


def breadcrumbs(page: Page) -> list[dict[str, str]]:
    return [{"name": "Home", "url": "/"}, {"name": page.get_key_display(), "url": f"/{page.key}/"}]


@require_safe
def home(request):
    site = SiteFacts()
    page = get_page(Page.Key.HOME)
    page.body_html = without_citations(page.body_html)
    questions = list(Question.objects.on_home())
    for question in questions:
        question.answer_html = without_citations(question.answer_html)
    context = {
        "page": page,
        "questions": questions,
        "section": "home",
        "site": site,
        "json_ld": [json_ld.clinic_node(site), json_ld.website_node(site)],
    }
    return render(request, "pages/home.html", context)


@require_safe
def prose(request, key: str):
    """A page that is mostly text."""
    page = get_page(key)
    citations = Citations([page.body_html])
    page.body_html = citations.number(page.body_html)
    page.in_short_html = without_citations(page.in_short_html)
    context = {
        "page": page,
        "section": key,
        "contents": page.contents if len(page.contents) >= _FEWEST_CONTENTS else [],
        "references": citations.references,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/page.html", context)


@require_safe
def meet_our_providers(request):
    page = get_page(Page.Key.MEET_OUR_PROVIDERS)
    page.body_html = without_citations(page.body_html)
    providers = list(Provider.objects.published())
    for provider in providers:
        provider.bio_html = mark_safe(provider.bio_html)  # noqa: S308  cleaned when it was saved
    context = {
        "page": page,
        "providers": providers,
        "section": page.key,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/providers.html", context)


@require_safe
def faqs(request):
    page = get_page(Page.Key.FAQS)
    order = list(Question.Group.values)
    questions = sorted(Question.objects.published(), key=lambda question: order.index(question.group))
    citations = Citations([page.body_html, *(question.answer_html for question in questions)])
    page.body_html = citations.number(page.body_html)
    for question in questions:
        question.answer_html = citations.number(question.answer_html)
    groups = [
        {"slug": group, "title": Question.Group(group).label, "questions": list(members)}
        for group, members in groupby(questions, key=lambda question: question.group)
    ]
    context = {
        "page": page,
        "groups": groups,
        "references": citations.references,
        "section": page.key,
        "breadcrumbs": breadcrumbs(page),
    }
    return render(request, "pages/faqs.html", context)

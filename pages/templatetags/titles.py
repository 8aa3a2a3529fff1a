"""What a page is called in the browser's tab and in search results."""

from django import template

from pages.models import Page

register = template.Library()


@register.simple_tag(takes_context=True)
def page_title(context, page: Page) -> str:
    """The page's own words, with the clinic's place behind them where somebody who searches has to know it."""
    title, clinic = page.browser_title or page.title, context["site"].clinic
    if page.key not in Page.SAYS_PLACE or not clinic.city or clinic.city in title:
        return title
    return f"{title} in {clinic.place}"

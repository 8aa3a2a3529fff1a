"""`{% words_desk %}`: what the website's words need, for the admin's front page."""

from django import template
from django.utils import timezone

from content.due import find_due

register = template.Library()


@register.inclusion_tag("admin/pages/_words_desk.html", takes_context=True)
def words_desk(context):
    """Only for people who may edit the words."""
    if not context["user"].has_perm("pages.change_page"):
        return {"may_edit": False}
    return {"may_edit": True, "stale": find_due(today=timezone.localdate())}

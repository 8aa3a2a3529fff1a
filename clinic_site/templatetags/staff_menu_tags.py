"""The name of a model's list, for the trail of the pages below it."""

from django import template

from clinic_site.staff_menu import list_label

register = template.Library()
register.filter("list_label", list_label)

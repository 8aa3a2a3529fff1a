"""A phone number in a link."""

from django import template

from pages import facts

register = template.Library()
register.filter("dialed", facts.dialed)

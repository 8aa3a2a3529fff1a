"""A choice from a list of coded rows, as a form sends it."""

from django.db.models import QuerySet


def chosen(offered: QuerySet, code: str):
    """The row of the list with this code, or None. Compared here: a code with NUL is an error to PostgreSQL, and only unknown."""
    return next((row for row in offered if row.code == code), None)

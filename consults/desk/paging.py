"""Paging without a grand total: a table of 100,000 rows is not counted to show fifty of them."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet

MOST_LISTED = 2000


class BoundedPaginator(Paginator):
    """Counts up to MOST_LISTED rows. Use a filter or the search to reach older rows."""

    object_list: QuerySet

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_LISTED].count()

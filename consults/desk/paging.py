"""Pages of a list without a grand total: a table of 100,000 rows is not counted to show fifty of them."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet

MOST_LISTED = 2000


class BoundedPaginator(Paginator):
    """Counts up to MOST_LISTED rows. Who looks for older ones narrows the list by a filter or a search."""

    object_list: QuerySet

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_LISTED].count()

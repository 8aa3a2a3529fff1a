"""Lists of the admin take the filters that they show, and no other, for every model.

One that no column and no date can hold is answered like any other that is none.
"""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError, ProgrammingError


class BoundedFilters(admin.ModelAdmin):
    def lookup_allowed(self, lookup, value, request=None):
        """Django takes any lookup on a column of the list, `regex` too: with an expression that never ends, from a link in a
        mail, it would hold a web worker until that is killed.
        """
        allowed = {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")} if self.date_hierarchy else set()
        for shown in self.get_list_filter(request):
            if not isinstance(shown, str):
                allowed.add(getattr(shown, "parameter_name", ""))
                continue
            allowed |= {f"{shown}__exact", f"{shown}__isnull"}
            if related := self.opts.get_field(shown).remote_field:
                allowed.add(f"{shown}__{related.model._meta.pk.name}__exact")
        return lookup in allowed

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except (DataError, ProgrammingError, IndexError, OverflowError, TypeError, ValueError) as error:
            if set(request.GET) <= {ERROR_FLAG}:
                raise
            # Django shows the list without filters then.
            raise IncorrectLookupParameters from error

"""Lists of the admin answer a filter that no column and no date can hold like any other that is none, for every model."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError, ProgrammingError


class BoundedFilters(admin.ModelAdmin):
    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except (DataError, ProgrammingError, IndexError, OverflowError, TypeError, ValueError) as error:
            if set(request.GET) <= {ERROR_FLAG}:
                raise
            # Django shows the list without filters then.
            raise IncorrectLookupParameters from error

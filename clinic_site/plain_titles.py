"""A list of the admin is titled by what it lists, not by what one is to do with it ("Select question to change")."""

from django.contrib import admin
from django.utils.text import capfirst


class PlainTitles(admin.ModelAdmin):
    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})})

"""Lists of the admin in the words of the menu: the title is no task ("Select question to change"), no choice a row of dashes."""

from django.contrib import admin

from .staff_menu import list_label


class PlainLists(admin.ModelAdmin):
    show_facets = admin.ShowFacets.NEVER

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        # An admin that gives its list a title of its own keeps it.
        if (shown := context.get("cl")) and context["title"] == shown.title:
            context["title"] = list_label(self.opts)
        return response

    def get_action_choices(self, request, default_choices=(("", "Choose what to do"),)):
        return super().get_action_choices(request, [*default_choices])

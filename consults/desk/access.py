"""The access record, which only owners may read."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from consults.models import AccessRecord

from .read_only import ReadOnlyAdmin


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "kind", "for_request", "rows", "term"]
    list_display_links = None
    list_filter = ["kind", "by"]
    list_select_related = ["by", "request"]
    search_fields = ["=request__reference", "=by__username", "^term_index"]
    search_help_text = "A reference like 7K3M-9QXA, a user name, or the mark of what was searched."
    show_full_result_count = False

    @admin.display(description="mark of the search", empty_value="-")
    def term(self, obj):
        return obj.term_index[:8] or None

    @admin.display(description="request")
    def for_request(self, obj):
        if obj.request is None:
            return "-"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:consults_consultrequest_change", args=[obj.request_id]), obj.request.reference
        )

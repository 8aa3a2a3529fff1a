"""Sign-ins, which only owners may read."""

from django.contrib import admin

from consults.desk.read_only import ReadOnlyAdmin

from .models import SignIn


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = ["at", "user", "kind", "typed_name"]
    list_display_links = None
    list_filter = ["kind", "user"]
    list_select_related = ["user"]
    search_fields = ["=user__username", "^name_index"]
    search_help_text = "A user name, or the mark of a typed name."
    show_full_result_count = False

    @admin.display(description="mark of the typed name", empty_value="-")
    def typed_name(self, obj):
        return obj.name_index[:8] or None

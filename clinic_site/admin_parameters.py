"""Reads the parameters of the admin's own forms, which come in every address and every form, as Django's templates send them.

Django takes an empty `_to_field` for a field without a name, and shows a refused form that asks for "save as new" as that of
a row, where there is none: both ended in a 500.
"""

from django.contrib import admin

_SAVE_AS_NEW = "_saveasnew"


class AdminParameters(admin.ModelAdmin):
    def get_object(self, request, object_id, from_field=None):
        return super().get_object(request, object_id, from_field or None)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if _SAVE_AS_NEW in request.POST and not self.save_as:
            request.POST = request.POST.copy()
            del request.POST[_SAVE_AS_NEW]
        return super().changeform_view(request, object_id, form_url, extra_context)

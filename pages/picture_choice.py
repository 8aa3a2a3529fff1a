"""The field that chooses a picture: the chosen one is shown, and one button in words adds another."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.template.loader import render_to_string

from content.editing.admin import ContentAdmin

from .models import Picture


class PictureChoice(RelatedFieldWidgetWrapper):
    def render(self, name, value, attrs=None, renderer=None):
        chosen = Picture.objects.filter(pk=value).first() if value and str(value).isdecimal() else None
        return render_to_string("admin/pages/_picture_choice.html", self.get_context(name, value, attrs) | {"chosen": chosen})


class ChoosesPictures(ContentAdmin):
    """Of Django's four icons, one deletes the picture instead of taking it off; a picture is changed under Pictures."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        wrapper = getattr(field, "widget", None)
        if db_field.related_model is Picture and isinstance(wrapper, RelatedFieldWidgetWrapper):
            field.widget = PictureChoice(wrapper.widget, wrapper.rel, wrapper.admin_site, wrapper.can_add_related)
            field.empty_label = "No photo"
        return field

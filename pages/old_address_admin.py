"""The admin for old addresses: where one leads must be a page of this site, in one step, and no living page may be hidden."""

from datetime import datetime
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.utils import timezone

from content.links import Links

from .models import OldAddress
from .models.old_address import is_for_all, normalized, validate_not_private


class OldAddressForm(forms.ModelForm):
    now: datetime

    def clean_old_path(self) -> str:
        path = normalized(_on_this_site(self.cleaned_data["old_path"]))
        path = path if path.startswith("/") else f"/{path}"
        validate_not_private(path)
        links = Links(at=self.now)
        if links.lead_to(path) or links.lead_to(f"{path}/"):
            raise forms.ValidationError(
                "The site has a page at this address. Only an address without one can lead on.", code="living"
            )
        if OldAddress.objects.exclude(pk=self.instance.pk).filter(new_path__in=[path, f"{path}/"]).exists():
            raise forms.ValidationError("Another old address leads here. Change that one first.", code="chain")
        return path

    def clean_new_path(self) -> str:
        path = _on_this_site(self.cleaned_data["new_path"])
        place = urlsplit(path)
        if not place.path.startswith("/") or path.startswith("//") or "\\" in path or place.netloc:
            message = "Enter a page of this site, beginning with /, for example /visit/."
            raise forms.ValidationError(message, code="elsewhere")
        if OldAddress.objects.filter(old_path=normalized(place.path)).exists():
            raise forms.ValidationError("This is an old address itself. Enter the page that it leads to.", code="chain")
        if not is_for_all(normalized(place.path)):
            message = "This is not a public page. Enter a public page of this site, for example /visit/."
            raise forms.ValidationError(message, code="private")
        final = "" if place.query else Links(at=self.now).final(path)
        if not final:
            raise forms.ValidationError("There is no such page, or no such place on it.", code="nowhere")
        return final


def _on_this_site(address: str) -> str:
    """The address as it was typed, without the site's own name."""
    return address.strip().removeprefix(settings.PUBLIC_URL)


@admin.register(OldAddress)
class OldAddressAdmin(admin.ModelAdmin):
    form = OldAddressForm
    list_display = ["old_path", "new_path"]
    search_fields = ["old_path", "new_path"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"now": timezone.now()})

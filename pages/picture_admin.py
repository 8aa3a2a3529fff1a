"""The admin for pictures, which staff upload and then choose on articles and profiles."""

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils.html import format_html

from .models import Picture
from .pictures import MOST_BYTES, PictureRefused, delete_files, encode, store


class PictureForm(forms.ModelForm):
    upload = forms.FileField(
        label="Picture",
        help_text="JPEG, PNG or WebP, up to 12 MB. Location and camera data are removed.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("This file is larger than 12 MB. Make it smaller first.", code="large")
        try:
            self.encoded = encode(upload)
        except PictureRefused as refused:
            raise forms.ValidationError(str(refused), code="picture") from refused
        same = Picture.objects.filter(digest=self.encoded.digest).first()
        if same:
            raise forms.ValidationError(f"This picture has already been uploaded as “{same}”.", code="same")
        return upload

    def full_clean(self):
        """Stores the files of a form without errors, last of all, so that a full disk is one."""
        super().full_clean()
        if self.is_bound and not self.errors:
            try:
                store(self.instance, self.encoded)
            except PictureRefused as refused:
                self.add_error("upload", forms.ValidationError(str(refused), code="not_stored"))


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin):
    list_display = ["thumbnail", "name", "alt", "width", "height"]
    list_display_links = ["thumbnail", "name"]
    search_fields = ["name", "alt"]
    readonly_fields = ["thumbnail"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Offers an upload only for a new row: the file of a picture never changes."""
        return super().get_form(request, obj, change, **({} if obj else {"form": PictureForm}), **kwargs)

    def get_fields(self, request, obj=None):
        return ["thumbnail", "name", "alt"] if obj else ["upload", "name", "alt"]

    def delete_model(self, request, obj):
        # A file that cannot be deleted is in the log; the row is gone all the same.
        transaction.on_commit(lambda: delete_files(obj), robust=True)
        obj.delete()

    def delete_queryset(self, request, queryset):
        for picture in queryset:
            self.delete_model(request, picture)

    @admin.display(description="picture")
    def thumbnail(self, obj):
        return format_html('<img src="{}" alt="{}" width="160">', obj.smallest_url, obj.alt)

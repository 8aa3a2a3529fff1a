"""The admin's supply list: each missing fact, why it is worth having, and a field that saves it alone; and the same on paper.

It is a part of the admin of the clinic's facts, so one saves here under the same permissions, checks and questions as there.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import path, reverse

from content.editing import kept_form
from content.editing.admin import ContentAdmin

from .models import Clinic
from .models.safety import PHOTOGRAPHS
from .supply import PEOPLE, Wanted, read_supply

# In the form that saves one fact: which one it is.
FACT = "fact"
# In the same form, where the fact was set meanwhile: they have been told.
REPLACE = "replace"
_SET_MEANWHILE = "This was set in the meantime. Your text is below and is not saved yet; saving again replaces what is set."


class SupplyPages(ContentAdmin):
    def get_urls(self):
        pages = {"missing": self.missing_view, "interview": self.interview_view}
        own = [path(f"{name}/", self.admin_site.admin_view(view), name=f"pages_clinic_{name}") for name, view in pages.items()]
        return [*own, *super().get_urls()]

    def missing_view(self, request):
        """Lists what is missing; a POST saves one fact."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "GET" and (kept := kept_form.of(request)):
            with transaction.atomic():
                return self._kept_page(request, kept)
        if request.method != "POST":
            return self._missing_page(request)
        with transaction.atomic():
            return self._save_one(request)

    def _kept_page(self, request, kept: kept_form.KeptForm):
        """The list with the answer that comes back to it, unless somebody else has to enter that."""
        supply, fact = read_supply(), kept.posted.get(FACT) if kept.posted else None
        one = next((one for one in supply.everything if one.fact != PEOPLE and one.fact == fact), None)
        asks_first = one is not None and one.fact in Clinic.OWNERS_FACTS and getattr(request, "asks_password_first", False)
        if one is None or asks_first or not self._may_set(request, one):
            return self._missing_page(request)
        form = self._form(request, [one], data=kept_form.take(request))
        if form.is_valid() and one not in supply.missing:
            form.add_error(None, forms.ValidationError(_SET_MEANWHILE, code="set_meanwhile"))
        return self._missing_page(request, refused=one, form=form, status=200)

    def _save_one(self, request):
        supply = read_supply()
        one = next((one for one in supply.everything if one.fact != PEOPLE and one.fact == request.POST.get(FACT)), None)
        if one is None:
            return redirect("admin:pages_clinic_missing")
        if not self._may_set(request, one):
            raise PermissionDenied
        form = self._form(request, [one], data=request.POST)
        is_set, is_empty = one not in supply.missing, not request.POST.get(one.fact, "").strip()
        if is_set and (is_empty or one.fact not in form.changed_data):
            messages.info(request, "This is set already. Change it below, among all facts.")
            return redirect("admin:pages_clinic_missing")
        form.fields[one.fact].required = True
        if form.is_valid() and is_set and REPLACE not in request.POST:
            form.add_error(None, forms.ValidationError(_SET_MEANWHILE, code="set_meanwhile"))
        if not form.is_valid():
            return self._missing_page(request, refused=one, form=form)
        clinic = form.save(commit=False)
        self.save_model(request, clinic, form, True)
        self.log_change(request, clinic, self.construct_change_message(request, form, []))
        messages.success(request, f"Saved: {one.field.verbose_name}.")
        return redirect("admin:pages_clinic_missing")

    def _may_set(self, request, one: Wanted) -> bool:
        if one.fact == PEOPLE:
            return request.user.has_perm("pages.add_provider")
        return self.has_change_permission(request) and one.fact not in self.get_readonly_fields(request)

    def _form(self, request, wanted: list[Wanted], *, data=None) -> forms.ModelForm:
        """The clinic's own form, with these facts alone."""
        clinic, names = Clinic.objects.current(), [one.fact for one in wanted]
        form = self.get_form(request, clinic, change=True, fields=names)(data, instance=clinic)
        for name in set(PHOTOGRAPHS) & set(names):
            # Without the links of a full form, which only work with script.
            form.fields[name].widget = form.fields[name].widget.widget
        for name in names:
            if isinstance(form.fields[name].widget, forms.Textarea):
                form.fields[name].widget.attrs["rows"] = 4
        return form

    def _missing_page(self, request, *, refused: Wanted | None = None, form: forms.ModelForm | None = None, status: int = 422):
        """`status`: where `form` takes the place of the one for `refused`."""
        supply = read_supply()
        locked = Clinic.OWNERS_FACTS if getattr(request, "asks_password_first", False) else ()
        allowed = [one for one in supply.missing if one.fact != PEOPLE and self._may_set(request, one)]
        fields = [one for one in allowed if one.fact not in locked]
        shown = self._form(request, fields)
        rows = []
        for one in supply.everything:
            is_refused = refused is not None and one.fact == refused.fact
            if one not in supply.missing and not is_refused:
                continue
            used = form if is_refused else shown
            rows.append(
                {
                    "wanted": one,
                    "is_people": one.fact == PEOPLE,
                    "is_photograph": one.fact in PHOTOGRAPHS,
                    "is_locked": one in allowed and one.fact in locked,
                    "field": used[one.fact] if used is not None and one.fact in used.fields else None,
                    "seen": used["seen"].value() if used is not None else "",
                    "replace": REPLACE if one not in supply.missing else "",
                    "errors": form.non_field_errors() if is_refused and form is not None else [],
                }
            )
        status = status if refused else 200
        prefix = "Error: " if status == 422 else ""
        context = self.admin_site.each_context(request) | {
            "title": f"{prefix}Missing facts: {supply.count} of {len(supply.everything)} set",
            "opts": self.opts,
            "rows": rows,
            "may_add_people": request.user.has_perm("pages.add_provider"),
            "change": reverse("admin:pages_clinic_change", args=[1]),
        }
        return render(request, "admin/pages/missing.html", context, status=status)

    def interview_view(self, request):
        """All questions on two pages of paper, in the same order, with room to write."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        supply = read_supply()
        numbered = list(enumerate(supply.everything, start=1))
        missing = {one.fact for one in supply.missing}
        half = (len(numbered) + 1) // 2
        context = self.admin_site.each_context(request) | {
            "title": "Interview sheet",
            "pages": [numbered[:half], numbered[half:]],
            "missing": missing,
        }
        return render(request, "admin/pages/interview.html", context)

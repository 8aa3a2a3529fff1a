"""The two short forms on the page of a pending change: who read it, and when it is to be published."""

from datetime import date, datetime

from django import forms

from content.models import PendingChange

from .bounds import bound_dates


class ReviewForm(forms.ModelForm):
    """`today` is the clinic's date, `proposed_on` the one since which the words are as they are."""

    class Meta:
        model = PendingChange
        fields = ("reviewed_by", "reviewed_on")
        widgets = {"reviewed_on": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, *args, today: date, proposed_on: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.proposed_on = today, proposed_on
        self.fields["reviewed_by"].required = self.fields["reviewed_on"].required = True
        self.fields["reviewed_by"].empty_label = "Choose one"  # type: ignore[attr-defined]
        self.initial["reviewed_on"] = self.initial.get("reviewed_on") or today

    def clean_reviewed_on(self) -> date:
        day = self.cleaned_data["reviewed_on"]
        if day > self.today:
            raise forms.ValidationError("Enter a date that is not in the future.", code="future_review")
        if day < self.proposed_on:
            raise forms.ValidationError(
                f"These words are of {self.proposed_on:%B %-d, %Y}. Nobody can have read them before.", code="early_review"
            )
        return day


class TimeForm(forms.Form):
    """When the change is to be published, on the clinic's clock."""

    publish_at = forms.SplitDateTimeField(
        label="Publish on",
        widget=forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "aria-label": "Publish on: date"},
            time_attrs={"type": "time", "aria-label": "Publish on: time"},
        ),
    )

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        bound_dates(self.fields["publish_at"])

    def clean_publish_at(self) -> datetime:
        at = self.cleaned_data["publish_at"]
        if at <= self.now:
            raise forms.ValidationError("That moment has passed. Choose one in the future, or publish now.", code="past")
        return at

"""The page of figures for owners, and the form that counts how people heard of the clinic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Sum
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import dates, referrals
from consults.figures import Figures, Month, months_until, read_figures
from consults.models import ConsultRequest, MonthlyCount, PrintedSheet, ReferralSource
from pages.models import OldAddress

from .choice import chosen
from .display import local_date
from .read_only import ReadOnlyAdmin

Subject = MonthlyCount.Subject
# Anybody can ask for an address: one that was asked for seldom says nothing, and is not shown.
FEWEST_SHOWN = 5
MOST_SHOWN = 30


@dataclass(frozen=True)
class Row:
    """A row of a table. `share`: the length of its bar, in percent of the longest."""

    label: str
    cells: list
    share: int = 0


@admin.register(MonthlyCount)
class FiguresAdmin(ReadOnlyAdmin):
    def changelist_view(self, request, extra_context=None):
        """Shows the figures of the last twelve months."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        figures, months = read_figures(now=now), months_until(local_date(now))
        weekdays, hours = _by_weekday(figures)
        context = {
            **self.admin_site.each_context(request),
            "title": "Figures",
            "opts": self.opts,
            "months": _by_month(figures.months),
            "weekdays": weekdays,
            "hours": hours,
            "without_time": figures.without_time,
            "month_labels": [f"{month:%b %Y}" for month in months],
            "sheets": _by_code(Subject.SHEET, dict(PrintedSheet.objects.values_list("code", "label")), months),
            "not_found": _not_found(months),
            "full_months": _months_with_a_full_list(months),
            "most_not_found": MonthlyCount.MOST_NOT_FOUND,
            "may_redirect": request.user.has_perm("pages.add_oldaddress"),
            "referrals": _by_code(Subject.REFERRAL, dict(ReferralSource.objects.values_list("code", "label")), months),
        }
        return TemplateResponse(request, "admin/consults/figures.html", context)


def take_referral(request, found: ConsultRequest) -> None:
    """Counts the source in the form, once for each request. The message does not tell it: messages are kept in the session."""
    source = chosen(ReferralSource.objects.offered(), request.POST.get("source", ""))
    if source is None:
        messages.error(request, "Choose a source from the list.")
    elif referrals.count_referral(found, code=source.code, now=timezone.now()):
        messages.success(request, "Counted. The answer is not kept with the request.")
    else:
        messages.error(request, "Nothing was changed: this request is already counted.")


def _by_month(months: Iterable[Month]) -> list[Row]:
    return _with_shares(
        [
            Row(
                f"{month.first:%b %Y}",
                [
                    *(month.requests, month.answered_in_time, _duration_text(month.median_answer)),
                    *(month.expired, month.no_shows, month.moved_by_patients, month.moved_by_staff),
                ],
            )
            for month in months
        ],
        [month.requests for month in months],
    )


def _by_weekday(figures: Figures) -> tuple[list[Row], list[str]]:
    """A row for each weekday with a count for each hour that was asked for, then their sum; and the names of these hours."""
    hours = sorted({hour for _, hour in figures.hours_asked})
    rows, sums = [], []
    for weekday, name in enumerate(dates.WEEKDAYS):
        counts = [figures.hours_asked.get((weekday, hour), 0) for hour in hours]
        rows.append(Row(name, [*(count or "" for count in counts), sum(counts)]))
        sums.append(sum(counts))
    return _with_shares(rows, sums), [f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}" for hour in hours]


def _by_code(subject: str, labels: dict[str, str], months: list[date]) -> list[Row]:
    """A row for each code and page with a count for each month, then their sum. A code that is gone is its own label."""
    counts: dict[tuple[str, str], dict[date, int]] = {}
    for row in MonthlyCount.objects.filter(subject=subject, month__in=months):
        counts.setdefault((row.code, row.path), {})[row.month] = row.number
    rows = [
        Row(
            " ".join(filter(None, (labels.get(code, code), path))),
            [*(by_month.get(month, "") for month in months), sum(by_month.values())],
        )
        for (code, path), by_month in counts.items()
    ]
    return _with_shares(rows, [sum(by_month.values()) for by_month in counts.values()])


def _not_found(months: list[date]) -> list[tuple[str, int]]:
    """(address, count of these months) of the addresses without a page that were asked for most."""
    rows = MonthlyCount.objects.filter(subject=Subject.NOT_FOUND, month__in=months)
    sums = rows.values("path").annotate(sum=Sum("number")).filter(sum__gte=FEWEST_SHOWN)
    led_on = OldAddress.objects.filter(old_path=OuterRef("path"))
    return list(sums.exclude(Exists(led_on)).order_by("-sum", "path").values_list("path", "sum")[:MOST_SHOWN])


def _months_with_a_full_list(months: list[date]) -> list[str]:
    """The months in which more addresses without a page may have been asked for than are kept, oldest first."""
    rows = MonthlyCount.objects.filter(subject=Subject.NOT_FOUND, month__in=months).order_by("month").values("month")
    full = rows.annotate(kept=Count("pk")).filter(kept__gte=MonthlyCount.MOST_NOT_FOUND)
    return [f"{month:%b %Y}" for month in full.values_list("month", flat=True)]


def _with_shares(rows: list[Row], numbers: list[int]) -> list[Row]:
    longest = max(numbers, default=0) or 1
    return [Row(row.label, row.cells, 100 * number // longest) for row, number in zip(rows, numbers, strict=True)]


def _duration_text(value: timedelta | None) -> str:
    """`40 minutes`, `5 hours`, `2 days 3 hours`, rounded down; `-` for None."""
    if value is None:
        return "-"
    hours = value.days * 24 + value.seconds // 3600
    if not hours:
        return _many(value.seconds // 60, "minute")
    return " ".join(_many(number, unit) for number, unit in ((hours // 24, "day"), (hours % 24, "hour")) if number)


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"

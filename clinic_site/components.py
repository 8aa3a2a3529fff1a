"""The component gallery: every component and every state of a page, for people and for screenshot tests. Routed in DEBUG only.

It renders the real templates with made-up rows that are never saved, so that states a database seldom has (no article,
forty people, a holiday during an announcement) are one URL away.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice
from types import SimpleNamespace

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path
from django.utils.safestring import mark_safe

from blog.models import Article
from clinic_site.context_processors import SiteFacts
from clinic_site.made_up_people import made_up_people
from consults import hours_text
from consults.public.form import ConsultRequestForm
from consults.public.slots import TimeChoices
from consults.scheduling import PostedHours, Shift
from content import markdown
from pages.models import Clinic, Page

app_name = "components"
_DAY = date(2026, 12, 7)
_ZONE = settings.CLINIC_FOLDER.facts.get("time_zone_label", "")
_WEEK = {**{day: (Shift(time(16), time(20)),) for day in range(5)}, 5: (Shift(time(8), time(12)),)}
_SNOW = "Closed today because of snow. We call everybody who has a visit today, and nobody loses a place."
_SENTENCE = "A few plain sentences stand here, as long as they usually are, to see how they wrap."
_ARTICLE = f"""{_SENTENCE} Sources are cited in the text.

::: note Before you read
{_SENTENCE}
:::

## A table

| Medicine | Approved | For depression |
| --- | --- | --- |
| **First**: with a word of explanation | Anesthesia | Off-label |
| Second | Some adults | At certified sites |

### A smaller heading that runs over two lines when the screen is as narrow as a telephone

1. {_SENTENCE}
2. {_SENTENCE}

- One
- Another, with [a link](/faqs/) in it

> {_SENTENCE}

::: pair
### What it may do
- {_SENTENCE}
### What to weigh
- {_SENTENCE}
:::

::: steps
### First
{_SENTENCE}
### Second
{_SENTENCE}
### Third
{_SENTENCE}
:::

{{figure: one-dose-sedative}}

- [ ] {_SENTENCE}

::: crisis If this is urgent
[Call 911](tel:911) now if someone is in danger.
:::
"""


def _facts(*, announcement: str = "", special_days: list[dict[str, str]] | None = None, week: dict | None = None) -> SiteFacts:
    """The made-up clinic, with the changes of one state."""
    facts = SiteFacts()
    facts.today = _DAY
    facts.clinic = Clinic(**settings.CLINIC_FOLDER.facts, announcement=announcement)
    posted = PostedHours(facts.clinic.zone, _WEEK if week is None else week)
    facts.hours, facts.week, facts.special_days = (
        hours_text.weekly_hours(posted),
        hours_text.week_windows(posted),
        special_days or [],
    )
    return facts


def _page(title: str, **fields) -> Page:
    return Page(title=title, browser_title=title, description=_SENTENCE, updated_on=_DAY, lede=_SENTENCE, **fields)


def _articles(number: int):
    titles = cycle(["An article", "An article with a title that is as long as titles are allowed to be on a site like this one"])
    for index, title in enumerate(islice(titles, number)):
        published = datetime(2026, 12, 7, 18, tzinfo=UTC) - timedelta(days=9 * index)
        yield Article(
            title=title, slug=f"article-{index}", summary=_SENTENCE, published_at=published, updated_on=published.date()
        )


def _form(days: int, *, data: dict | None = None, times: int = 8) -> ConsultRequestForm:
    form = ConsultRequestForm(data, ticket="")
    zone = Clinic().zone
    dates = (_DAY + timedelta(days=number) for number in range(days))
    listed = tuple(
        (day, tuple(datetime.combine(day, time(16), zone) + timedelta(minutes=30 * number) for number in range(times)))
        for day in dates
    )
    form.choices = TimeChoices(listed, "/book-a-consult/")
    return form


def _booking(form: ConsultRequestForm, **context) -> tuple[str, dict]:
    around = {"length_minutes": 30, "shown_range": "", "earlier_url": "", "later_url": "", "next_date_url": ""}
    page = _page("Book a consult", body_html=f"<p><strong>Good to know.</strong> {_SENTENCE}</p>")
    return "consults/request_consult.html", {"page": page, "form": form, **around, **context}


def _own_page() -> tuple[str, dict]:
    """Of somebody who waits for an answer and is offered an earlier time."""
    monday, asked = "Monday, December 7, 2026", f"Wednesday, December 9, 2026, 4:00 PM to 4:30 PM {_ZONE}"
    own = SimpleNamespace(token="a" * 43, reference="ABCD-2345", status="requested")
    words = SimpleNamespace(headline=("A heading", _SENTENCE), time_label="Time you asked for", is_over=False)
    times = {"offered_when": f"{monday}, 4:00 PM to 4:30 PM {_ZONE}", "offered_until": f"{monday}, 2:00 PM {_ZONE}"}
    times |= {"when": asked, "answer_by": f"{monday}, 2:00 PM {_ZONE}"}
    forms = {"form": None, "address_form": None, "visit": "visit"}
    offer = SimpleNamespace(starts_at=datetime(2026, 12, 7, 22, tzinfo=UTC))
    return "consults/own_page.html", {"own": own, "words": words, "offer": offer, "is_open": True, **times, **forms}


def _article(**context) -> tuple[str, dict]:
    rendered = markdown.render(_ARTICLE)
    [article] = _articles(1)
    article.body_html, article.subtitle = mark_safe(rendered.html), _SENTENCE  # noqa: S308
    facts = {
        "article": article,
        "author_name": settings.CLINIC_FOLDER.facts["name"],
        "published_on": _DAY,
        "contents": rendered.contents,
    }
    return "blog/article.html", facts | {"references": []} | context


def _home() -> tuple[str, dict]:
    page = _page("A headline, as long as it usually is", eyebrow="What and where", body_html=markdown.render(_ARTICLE).html)
    return "pages/home.html", {"page": page, "questions": []}


def _providers(number: int) -> tuple[str, dict]:
    return "pages/providers.html", {"page": _page("Meet our providers"), "providers": list(made_up_people(number, _SENTENCE))}


def _with_photo() -> tuple[str, dict]:
    """A provider with a portrait and one without. The portrait is the site's own picture: we never show a made-up person."""
    picture = static("img/share.png")
    template, context = _providers(1)
    portrait = SimpleNamespace(url=picture, srcset=f"{picture} 1200w", alt="A river at dusk")
    known = {"name": "Provider Name", "role": "Role", "get_absolute_url": "/meet-our-providers/", "portrait": portrait}
    person = SimpleNamespace(**known, parts=[], license_type="", license_number=None)
    return template, {**context, "providers": [person, *context["providers"]]}


def _provider(number: int) -> tuple[str, dict]:
    return "pages/provider.html", {"provider": list(made_up_people(number, _SENTENCE))[-1], "breadcrumbs": []}


def _blog(number: int, **context) -> tuple[str, dict]:
    return "blog/index.html", {"page": _page("The Blog"), "articles": list(_articles(number)), **context}


def _letter() -> tuple[str, dict]:
    address = f"https://clinic.example/consults/{'a' * 43}/"
    clinic = _facts().clinic
    visit = f"Time: Monday, December 7, 2026, 4:00 PM\nPlace: {clinic.address_line}"
    text = f"Hello Name,\n\n{_SENTENCE}\n\n{visit}\n\nYour page:\n{address}\n\n{clinic.name}\n{clinic.street}"
    return "consults/messages/mail.html", {"subject": "Your request", "text": text}


def _error(name: str) -> Callable[[], tuple[str, dict]]:
    return lambda: (f"{name}.html", {"clinic_name": settings.CLINIC_FOLDER.facts["name"]})


_WRONG = {"ticket": "-", "email": "name at example", "phone": "12", "starts_at": "2026-12-07T16:00-06:00", "contact_by": "phone"}
_HOLIDAY = [
    {"label": "Thursday, December 24", "text": "4:00 PM to 6:00 PM", "note": "Christmas Eve"},
    {"label": "Friday, December 25", "text": "Closed", "note": "Christmas Day"},
]
# State -> its template and context.
STATES: dict[str, Callable[[], tuple[str, dict]]] = {
    "home": _home,
    "providers-one": lambda: _providers(1),
    "providers-photo": _with_photo,
    "providers-forty": lambda: _providers(40),
    "provider-little": lambda: _provider(1),
    "provider-everything": lambda: _provider(2),
    "blog-none": lambda: _blog(0),
    "blog-one": lambda: _blog(1),
    "blog-forty": lambda: _blog(40),
    "article": _article,
    "announcement": lambda: _article(site=_facts(announcement=_SNOW)),
    "holiday": lambda: _blog(0, site=_facts(announcement=_SNOW, special_days=_HOLIDAY)),
    "never-open": lambda: _blog(0, site=_facts(week={})),
    "book-no-times": lambda: _booking(_form(0), next_date_url="?from=2026-12-28", later_url="?from=2026-12-21"),
    "book-one-time": lambda: _booking(_form(1, times=1), earlier_url="?from=2026-11-23"),
    "book-many-times": lambda: _booking(_form(14, times=40), later_url="?from=2026-12-21"),
    "book-errors": lambda: _booking(_form(2, data={"ticket": "-"})),
    "book-wrong": lambda: _booking(_form(2, data=_WRONG)),
    "own-page-offered": _own_page,
    "letter": _letter,
    "share": lambda: ("components/share.html", {}),
    **{f"error-{name}": _error(name) for name in ("400", "403", "403_csrf", "404", "413", "429", "500", "503")},
}


def index(request):
    return render(request, "components/index.html", {"site": _facts(), "section": "", "states": STATES})


def state(request, name: str):
    if name not in STATES:
        raise Http404
    template, context = STATES[name]()
    given = {"site": _facts(), "section": "", "references": [], "breadcrumbs": []}
    # Error pages get no facts, as when the database is down.
    return render(request, template, context if name.startswith("error-") else given | context)


urlpatterns = [path("", index, name="index"), path("<slug:name>/", state, name="state")]

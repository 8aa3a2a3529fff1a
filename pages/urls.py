from django.urls import path, re_path

from . import views
from .models import Page

app_name = "pages"

_PROSE = (
    Page.Key.WHAT_IS_KETAMINE,
    Page.Key.DISCLAIMER,
    Page.Key.PRIVACY_POLICY,
    Page.Key.TERMS_OF_SERVICE,
    Page.Key.ACCEPTABLE_USE,
    Page.Key.ACCESSIBILITY,
    Page.Key.GOOD_FAITH_ESTIMATE,
    Page.Key.NOTICE_OF_PRIVACY_PRACTICES,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("meet-our-providers/", views.meet_our_providers, name="meet_our_providers"),
    path("faqs/", views.faqs, name="faqs"),
    re_path(r"^pictures/(?P<name>[0-9a-f]{24}-[0-9]{1,4}\.webp)$", views.picture, name="picture"),
    re_path(r"^share/(?P<name>[0-9a-f]{24})\.png$", views.share, name="share"),
    path("search/", views.search, name="search"),
    *(path(f"{key.value}/", views.prose, {"key": key.value}, name=key.value.replace("-", "_")) for key in _PROSE),
]

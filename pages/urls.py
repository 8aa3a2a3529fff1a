from django.urls import path, re_path

from . import provider_page, views

app_name = "pages"

urlpatterns = [
    path("", views.home, name="home"),
    path("meet-our-providers/", views.meet_our_providers, name="meet_our_providers"),
    path("meet-our-providers/<slug:slug>/", provider_page.provider, name="provider"),
    path("faqs/", views.faqs, name="faqs"),
    path("visit/", views.visit, name="visit"),
    re_path(r"^pictures/(?P<name>[0-9a-f]{24}-[0-9]{1,4}\.webp)$", views.picture, name="picture"),
    re_path(r"^share/(?P<name>[0-9a-f]{24})\.png$", views.share, name="share"),
    path("search/", views.search, name="search"),
    # Every other page is a row; clinic_site.urls includes this route last.
    path("<slug:key>/", views.page, name="page"),
]

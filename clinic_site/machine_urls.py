from django.contrib.sitemaps.views import sitemap
from django.urls import path

from . import for_machines
from .sitemaps import SITEMAPS

app_name = "machines"

urlpatterns = [
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", for_machines.robots, name="robots"),
    path("manifest.webmanifest", for_machines.manifest, name="manifest"),
    path(".well-known/security.txt", for_machines.security, name="security"),
]

"""The URLs of the site on one screen."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from clinic_site import errors

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

urlpatterns = [
    path("", include("clinic_site.well_known_urls")),
    path("blog/", include("blog.urls")),
    path("", include("consults.urls")),
    path("admin/", include("staff.urls")),
    path("admin/", admin.site.urls),
    *([path("components/", include("clinic_site.components"))] if settings.DEBUG else []),
    # Last, because a page of prose may have any path that is left.
    path("", include("pages.urls")),
]

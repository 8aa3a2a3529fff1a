"""Redirects from URLs of the clinic's earlier site and from URLs that people guess, each in one step."""

import re

from django.urls import re_path
from django.views.generic import RedirectView

MOVED = {
    "home": "/",
    "index.html": "/",
    "about": "/meet-our-providers/",
    "about-us": "/meet-our-providers/",
    "providers": "/meet-our-providers/",
    "faq": "/faqs/",
    "contact": "/book-a-consult/",
    "contact-us": "/book-a-consult/",
    "book": "/book-a-consult/",
    "privacy": "/privacy-policy/",
    "terms": "/terms-of-service/",
    "blog/the-benefits-of-ketamine-therapy-for-depression": "/blog/ketamine-benefits/",
}

urlpatterns = [re_path(rf"^{re.escape(old)}/?$", RedirectView.as_view(url=new, permanent=True)) for old, new in MOVED.items()]

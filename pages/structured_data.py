"""The clinic as structured data (schema.org): only facts that are confirmed and visible on the page."""

from django.conf import settings

from .models import Clinic


def clinic_node(clinic: Clinic, opening_hours: dict) -> dict:
    """The clinic as a node. `opening_hours`: the properties for its hours."""
    address = {
        "streetAddress": clinic.street,
        "addressLocality": clinic.city,
        "addressRegion": clinic.state,
        "postalCode": clinic.postal_code,
        "addressCountry": clinic.country,
    }
    optional = {"description": clinic.summary, "telephone": clinic.phone, "email": clinic.email}
    return {
        "@type": "MedicalClinic",
        "@id": f"{settings.PUBLIC_URL}/#clinic",
        "name": clinic.name,
        "url": f"{settings.PUBLIC_URL}/",
        **{key: value for key, value in optional.items() if value},
        "address": {"@type": "PostalAddress", **{key: value for key, value in address.items() if value}},
        **opening_hours,
    }


def website_node(clinic: Clinic) -> dict:
    origin = settings.PUBLIC_URL
    return {
        "@type": "WebSite",
        "@id": f"{origin}/#website",
        "name": clinic.name,
        "url": f"{origin}/",
        "publisher": {"@id": f"{origin}/#clinic"},
    }

"""The clinic as structured data (schema.org): what is visible on the page, and nothing that is not confirmed."""

from django.conf import settings

from .models import Clinic


def clinic_node(clinic: Clinic, opening_hours: dict) -> dict:
    """`opening_hours`: its properties that say when the clinic is open."""
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

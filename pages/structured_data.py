"""The clinic as structured data (schema.org): what is visible on the page, and nothing that is not confirmed."""

from django.conf import settings

from .site_facts import SiteFacts


def clinic_node(site: SiteFacts) -> dict:
    clinic = site.clinic
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
        **site.opening_markup(),
    }


def website_node(site: SiteFacts) -> dict:
    origin = settings.PUBLIC_URL
    return {
        "@type": "WebSite",
        "@id": f"{origin}/#website",
        "name": site.clinic.name,
        "url": f"{origin}/",
        "publisher": {"@id": f"{origin}/#clinic"},
    }

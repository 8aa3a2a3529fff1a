"""Numbered system checks of the settings: what may leave this machine in clear. Every command prints them, `serve` too."""

import ipaddress
import os
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

_POSTGRESQL_OVER_TLS = {"require", "verify-ca", "verify-full"}


def is_here(host: str) -> bool:
    """Whether the host is this machine: a loopback address, its name, a socket in the file system, or nothing."""
    if host in {"", "localhost"} or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def mail_is_encrypted(app_configs, **kwargs) -> list[Warning]:
    options = settings.MAILERS["default"]["OPTIONS"]
    if is_here(options.get("host", "")) or options["use_tls"] or options["use_ssl"]:
        return []
    what = "letters and its password" if options["password"] else "letters"
    hint = "Use smtp+tls:// or smtps://."
    return [Warning(f"EMAIL_URL sends {what} over the network in clear.", hint=hint, id="clinic_site.W001")]


@register(Tags.security)
def the_cache_is_guarded(app_configs, **kwargs) -> list[Warning]:
    url = urlsplit(str(settings.CACHES["default"].get("LOCATION", "")))
    if is_here(url.hostname or "") or (url.scheme == "rediss" and url.password):
        return []
    hint = "Use rediss://:password@host:port/0: who can write to the cache can run code in the site."
    return [Warning("CACHE_URL leads to another machine without TLS or without a password.", hint=hint, id="clinic_site.W002")]


@register(Tags.security)
def the_database_is_encrypted(app_configs, **kwargs) -> list[Warning]:
    database = settings.DATABASES["default"]
    mode = database.get("OPTIONS", {}).get("sslmode") or os.environ.get("PGSSLMODE", "")
    if is_here(database.get("HOST", "")) or mode in _POSTGRESQL_OVER_TLS:
        return []
    hint = "Add ?sslmode=verify-full, with sslrootcert= where the system does not know the certificate's issuer."
    return [Warning("DATABASE_URL leads to another machine, maybe in clear.", hint=hint, id="clinic_site.W003")]

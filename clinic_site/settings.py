"""Django settings, in the order of Django's manual. They are safe by default; the README lists what can be set.

Values come from the environment through `env`, whose readers stop the start with one line.
"""

from datetime import timedelta
from pathlib import Path

from clinic_site import env, env_database, env_folders, env_secrets, generated_keys, near_hosts, sealed_before, security_headers
from clinic_site.clinic_folder import FINDERS, clinic_folder
from clinic_site.logs import LOGGING as LOGGING
from clinic_site.passkey_settings import are_offered, settings_of
from clinic_site.password_settings import AUTH_PASSWORD_VALIDATORS as AUTH_PASSWORD_VALIDATORS

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_folders.folder("DATA_DIR", str(BASE_DIR / "var"))
BACKUP_DIR = env_folders.second_folder("BACKUP_DIR", DATA_DIR)
CLINIC_FOLDER = clinic_folder("CLINIC_DIR", BASE_DIR / "clinic")

# Where and how the site is reached
HOST = env.listen_host("HOST", "127.0.0.1")
PORT = env.whole_number("PORT", 8000, 1, 65535)
WEB_WORKERS = env.whole_number("WEB_WORKERS", 2, 1, 64)
PUBLIC = env.public_url("PUBLIC_URL", f"http://{HOST}:{PORT}")
# All that guards a public site hangs on https: cookies, the second step, keys and mail that must be set.
if not PUBLIC.is_https and not near_hosts.is_near(PUBLIC.host):
    raise env.WrongSetting(
        "PUBLIC_URL", f"must be https, got {PUBLIC.origin}: plain http is for this machine and its own network"
    )
PUBLIC_URL = PUBLIC.origin
TRUSTED_PROXIES = env.whole_number("TRUSTED_PROXIES", 0, 0, 10)
if PUBLIC.is_https and TRUSTED_PROXIES == 0:
    raise env.WrongSetting(
        "TRUSTED_PROXIES",
        "must be at least 1 when PUBLIC_URL is https, which takes a proxy that ends TLS",
    )

# Core
DEBUG = env.flag("DEBUG")
if DEBUG and PUBLIC.is_https:
    raise env.WrongSetting("DEBUG", "must be off when PUBLIC_URL is https, because error pages would show internals")
ALLOWED_HOSTS = [PUBLIC.host]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "clinic_site.urls"
WSGI_APPLICATION = "clinic_site.wsgi.application"
INSTALLED_APPS = [
    "clinic_site.apps.ClinicSiteConfig",
    "content",
    "pages",
    "blog",
    "guard",
    "consults",
    "clinic_site.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "crispy_forms",
    "csp",
    "simple_history",
    "axes",
    *("django_otp", "django_otp_webauthn"),
    # After the apps whose admin pages it replaces.
    "staff",
]
MIDDLEWARE = [
    "clinic_site.security_headers.SecurityHeadersMiddleware",
    "clinic_site.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic_site.errors.DatabaseUnavailableMiddleware",
    "clinic_site.cache_headers.CacheHeadersMiddleware",
    "clinic_site.old_addresses.OldAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Before the CSRF check, which reads the form.
    "clinic_site.body_limit.BodyLimitMiddleware",
    "clinic_site.trailing_slash.TrailingSlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "staff.refusals.RefusalsMiddleware",
    "staff.session_limits.SessionLimitsMiddleware",
    "staff.reauthentication.ReauthenticationMiddleware",
    "staff.returning_words.ReturningWordsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic_site.admin_time_zone.AdminTimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]
# For who is signed in: even the longest article is far smaller than this. `body_limit` allows anybody else much less.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# More than the boxes of one person's data (`consults.desk.data_request`), and little to read.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_HANDLERS = [
    "clinic_site.upload_limit.LargeUploadsRefused",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Cache
CACHES = {"default": env.cache("CACHE_URL")}

# Database
DATABASES = {"default": env_database.database("DATABASE_URL", str(DATA_DIR / "clinic.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Email
if PUBLIC.is_https and not env.secret("EMAIL_URL"):
    raise env.WrongSetting("EMAIL_URL", "must be set when PUBLIC_URL is https, because mail in files reaches nobody")
MAILERS = {"default": env.mailer("EMAIL_URL", str(DATA_DIR / "mail"))}
globals().update(env.email_settings(MAILERS["default"]))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_address("MAIL_FROM", f"clinic@{PUBLIC.host}")
STAFF_INBOX = env.mail_address("STAFF_INBOX")
EMAIL_SUBJECT_PREFIX = ""
# Where the reports of mail servers about our letters arrive; None: nobody reads them.
BOUNCES = env_secrets.mailbox("BOUNCES_URL")

# Globalization: the clinic's own zone is a row that staff edit; UTC is what is stored.
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "clinic_site.formats"
# A published change names up to three people in the history.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# Security
_secret_key, _field_keys = env.secret("SECRET_KEY"), env.secret("FIELD_KEYS")
if PUBLIC.is_https and not (_secret_key and _field_keys):
    _missing = "FIELD_KEYS" if _secret_key else "SECRET_KEY"
    raise env.WrongSetting(_missing, "must be set when PUBLIC_URL is https; the README says how to make one")
SECRET_KEY = _secret_key or generated_keys.read_or_make(DATA_DIR / "keys", "secret_key")
if len(SECRET_KEY) < 32:
    raise env.WrongSetting("SECRET_KEY", "must be at least 32 random characters")
if not _field_keys and not (DATA_DIR / "keys" / "field_keys").exists():
    sealed_before.refuse_a_new_key(DATABASES["default"])
FIELD_KEYS = env_secrets.field_keys("FIELD_KEYS", _field_keys or generated_keys.read_or_make(DATA_DIR / "keys", "field_keys"))
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC.is_https
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_HOST = PUBLIC_URL.partition("://")[2] if PUBLIC.is_https else None
SECURE_HSTS_SECONDS = 63_072_000 if PUBLIC.is_https else 0
# Subdomains and preload bind the owner's whole domain for years, so nothing but the host is bound unasked.
_hsts = env.choice("HSTS", "host", "subdomains", "preload")
SECURE_HSTS_INCLUDE_SUBDOMAINS = _hsts in {"subdomains", "preload"}
SECURE_HSTS_PRELOAD = _hsts == "preload"
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "otp_webauthn.E030"]
X_FRAME_OPTIONS = "DENY"
_COOKIE_PREFIX = "__Host-" if PUBLIC.is_https else ""
SESSION_ENGINE = "staff.session_store"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
# The cookie. `staff.session_limits` ends a session after 12 hours; the day after that it proves whose words are kept.
SESSION_COOKIE_AGE = 36 * 3600
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
SENT_COOKIE_NAME = f"{_COOKIE_PREFIX}sent"
CSRF_FAILURE_VIEW = "clinic_site.errors.csrf_failure"
CONTENT_SECURITY_POLICY = security_headers.CONTENT_SECURITY_POLICY

# Templates
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["clinic_site.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic_site.context_processors.site",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "form_pack"
CRISPY_FAIL_SILENTLY = False

# Messages: in the session, so that no cookie of its own is set.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Authentication
LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_RESET_TIMEOUT = 3600
# A code from a phone in addition to the password, wherever the site is public.
STAFF_SECOND_FACTOR = PUBLIC.is_https
STAFF_PASSKEYS = are_offered(PUBLIC)
globals().update(settings_of(PUBLIC))
STAFF_IDLE_SECONDS = 30 * 60
STAFF_SESSION_SECONDS = 12 * 3600
# The views that ask for the password again, and how long an entered password counts.
STAFF_REAUTHENTICATION_SECONDS = 10 * 60
STAFF_REAUTHENTICATION_VIEWS = {
    *(f"admin:auth_user_{name}" for name in ("add", "change", "delete", "password_change", "second_factor")),
    *(f"admin:auth_group_{name}" for name in ("add", "change", "delete")),
    *(f"admin:consults_consultrequest_{name}" for name in ("export", "copy", "erase")),
    *("admin:second_factor_renew", "admin:second_factor_passkey", "admin:second_factor_phone"),
    "admin:hold",
}
# Sign-in posts per IP address. What follows counts per account and cannot be turned off.
SIGN_IN_RATE = env.rate("SIGN_IN_RATE", "60/h")
# Wrong passwords in a row for one account, from however many addresses: 100 at first, then 10 an hour.
STAFF_ACCOUNT_RATE = env.Rate(100, 36_000)
# Wrong codes in a row, of either kind: 10, then 10 an hour, and no more than 20 a day.
STAFF_CODE_RATE = env.Rate(10, 3600)
STAFF_CODE_DAILY_RATE = env.Rate(20, 86_400)
# Far fewer than for a password, which people choose: a recovery code has 120 random bits, and a wrong one is compared with ten.
STAFF_RECOVERY_CODE_ITERATIONS = 30_000
# Five wrong passwords for one name from one IP address lock it out for an hour. No address is stored: see `staff.rate_limits`.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(hours=1)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "staff.rate_limits.address_pseudonym"
AXES_LOCKOUT_CALLABLE = "staff.rate_limits.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = FINDERS
_plain, _bundled = "django.contrib.staticfiles.storage.StaticFilesStorage", "clinic_site.static_files.BundledStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _plain if DEBUG else _bundled},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ADD_HEADERS_FUNCTION = security_headers.add_static_headers
MEDIA_ROOT = DATA_DIR / "uploads"

# The booking form
BOOKING_RATE = env.rate("BOOKING_RATE", "20/h")

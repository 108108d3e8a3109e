"""All settings. The demonstration needs nothing from outside; everything else has no defaults (DESIGN.md)."""

import os
from datetime import timedelta

import pghistory
from csp.constants import NONE, SELF

from dealercrm import embedded, environment, log

BASE_DIR = environment.BASE_DIR
DATA_DIR = environment.data_dir()
DEMONSTRATION = environment.is_demonstration()
DEBUG = False

ENV = environment.read()
PROXIES = ENV.PROXIES or 0
if DEMONSTRATION:
    SECRET_KEY = environment.demonstration_secret_key()
    # Only by name of this machine, so that no page of the internet can point its own name at us.
    ALLOWED_HOSTS = ["*"] if "HOST" in os.environ else ["localhost", "127.0.0.1", "[::1]"]
    DATABASE_URL = ENV.DATABASE_URL or embedded.url(DATA_DIR / "postgres")
else:
    SECRET_KEY = ENV.SECRET_KEY
    ALLOWED_HOSTS = ENV.ALLOWED_HOSTS
    DATABASE_URL = ENV.DATABASE_URL

DATABASES = {"default": environment.database(DATABASE_URL)}
if os.environ.get("DATABASE_POOL") == "1":
    DATABASES["default"] = environment.pooled(DATABASES["default"])

INSTALLED_APPS = [
    "dealercrm",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "lucide",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_q",
    "pghistory",
    "pgtrigger",
    "stores",
    "customers",
    "followups",
    "todo",
    "reports",
]
MIDDLEWARE = [
    "dealercrm.access_log.AccessNotesMiddleware",
    "dealercrm.health.HealthMiddleware",
    "dealercrm.recovery.RecoveryMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dealercrm.language.LanguageMiddleware",
    "dealercrm.oversize.OversizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dealercrm.trail.TrailMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dealercrm.urls"
WSGI_APPLICATION = "dealercrm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stores.context.house",
            ],
        },
    }
]

# Language and time
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
FLOORS = ("stores", "customers", "followups", "todo", "reports", "dealercrm")
LOCALE_PATHS = [BASE_DIR / "locale" / app for app in FLOORS]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
USE_I18N = True
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

# Files sent as they are
STATIC_URL = "/static/"
STATIC_ROOT = ENV.STATIC_DIR or DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Who changed what when: `@pghistory.track()` on a model keeps every state of its rows, written by triggers, never
# rewritten; `exclude=[…]` leaves columns out. Who it was stands in the row itself.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_BASE_MODEL = "dealercrm.trail.Event"
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST",)
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True, related_name="events")

# Files that people bring in; none so far, but a backup takes the folder along
MEDIA_ROOT = DATA_DIR / "files"

# Mail. The demonstration sends none: what it would send lies in a folder.
if DEMONSTRATION and "EMAIL_URL" not in os.environ:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
globals().update(ENV.EMAIL_URL)
EMAIL_TIMEOUT = 10
# What links in mails begin with: the first of the names that people type.
SITE_URL = f"http://localhost:{ENV.PORT}" if DEMONSTRATION else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.EMAIL_FROM

# Who signs in, and how
AUTH_USER_MODEL = "stores.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "dealercrm.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "dealercrm.accounts.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "dealercrm.accounts.client_address"
AXES_VERBOSE = False

# What the browser is told
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_COOKIE_SECURE = not DEMONSTRATION
CSRF_COOKIE_SECURE = not DEMONSTRATION
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not DEMONSTRATION
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not DEMONSTRATION
SECURE_HSTS_SECONDS = 0 if DEMONSTRATION else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMONSTRATION
SECURE_HSTS_PRELOAD = not DEMONSTRATION
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# The worker: every number is explained in STYLE.md's last chapter. retry > timeout × (1 + ⌈2 / 2⌉).
Q_CLUSTER = {
    "name": "dealercrm",
    **({"redis": ENV.REDIS_URL} if ENV.REDIS_URL else {"orm": "default"}),
    "workers": 2,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 60,
    "retry": 300,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "poll": 0.2,
    "guard_cycle": 1,
    "recycle": 500,
    "max_rss": 400_000,
    "save_limit": 100,
    "time_zone": TIME_ZONE,
    "label": "dealercrm",
}

LOGGING = log.configuration()

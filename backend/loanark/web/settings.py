"""Django's settings, from the environment (see `config`)."""

from loanark.web.config import django_database, load

CONFIG = load()

SECRET_KEY = CONFIG.secret_keys[0]
SECRET_KEY_FALLBACKS = list(CONFIG.secret_keys[1:])
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the public URL is used for every link, never the Host header
_SECURE = CONFIG.public_url.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "loanark.tenants",
    "loanark.connections",
    "loanark.contacts",
    "loanark.audit",
    "loanark.sync",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "loanark.web.security.ContentSecurityPolicy",
    "loanark.web.errors.MethodsAsProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "loanark.web.urls"
WSGI_APPLICATION = None
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASES = {"default": django_database(CONFIG.database_url or "postgresql:///loanark")}
# Login throttling counts in the cache: it must be one cache for all processes.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "loanark.tenants.adapter.ClosedSignup"
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{CONFIG.public_url}/verify-email/{{key}}",
    "account_reset_password": f"{CONFIG.public_url}/password/reset",
    "account_reset_password_from_key": f"{CONFIG.public_url}/password/reset/{{key}}",
    "account_signup": f"{CONFIG.public_url}/sign-in",
}

CSRF_FAILURE_VIEW = "loanark.web.errors.csrf_failed"
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"

LOGGING_CONFIG = None

# The built user interface: `frontend/dist` in a clone, or what LOANARK_FRONTEND_DIR names.
FRONTEND_DIR = CONFIG.frontend_dir
WHITENOISE_ROOT = CONFIG.frontend_dir
WHITENOISE_INDEX_FILE = False
WHITENOISE_AUTOREFRESH = False

# A factory of transports in the place of the network: set by tests, which speak to a simulator in process.
HUBSPOT_TRANSPORT = None

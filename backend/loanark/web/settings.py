"""Django's settings, from the environment (see `config`)."""

from loanark.web.config import HSTS_SECONDS, LARGEST_BODY, django_database, load

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
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "loanark.tenants",
    "loanark.connections",
    "loanark.contacts",
    "loanark.audit",
    "loanark.duplicates",
    "loanark.sync",
]

MIDDLEWARE = [
    "loanark.web.security.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "loanark.web.security.ResponseHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "loanark.web.errors.MethodsAsProblems",
    "loanark.web.strict.StrictSignIn",
    "loanark.web.sessions.SessionCookies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "loanark.web.sessions.SeenOncePerMinute",
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
CACHES = {
    "default": {
        "BACKEND": "loanark.web.cache.TableCache",
        "KEY_FUNCTION": "loanark.web.security.cache_key",
    }
}

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# As NIST SP 800-63B has it: long, not among the known ones, not one's own name; no rules of composition, no expiry.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "loanark.tenants.passwords.MaximumLengthValidator"},
    {"NAME": "loanark.tenants.passwords.KnownPasswordValidator"},
]
ACCOUNT_ADAPTER = "loanark.tenants.adapter.People"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # an invitation proves the address too
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # a mail either way: neither the answer nor its time tells who has an account
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    # Wrong passwords: five for one account in five minutes, from anywhere; more from one address is an office at most.
    "login_failed": "10/m/ip,5/300s/key",
    "login": "30/m/ip",
    # Whoever has a session already guesses at one account only.
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    # Each sends a mail to somebody who may not have asked for it.
    "reset_password": "20/m/ip,5/h/key",
    "signup": "20/m/ip",
    "confirm_email": "1/3m/key",
    # Keys in links are too long to guess; this keeps the tries cheap for us.
    "reset_password_from_key": "20/m/ip",
    # Invitations and company sign-in are ours, and count here too.
    "invitation": "30/m/ip",
    "company": "20/m/ip",
}
PASSWORD_RESET_TIMEOUT = 3600  # whoever asked for the link is waiting for it
SOCIALACCOUNT_ADAPTER = "loanark.tenants.company_login.CompanyLogins"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "loanark.tenants.company_login.CompanyProvider"}}
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # the provider verified the address, or nobody comes in
MFA_ADAPTER = "loanark.tenants.authenticators.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True  # a passkey is two factors: the device, and what unlocks it
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "LoanArk CRM Sync"
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # `ClientAddress` knows the proxies; from there on REMOTE_ADDR is the client's
USERSESSIONS_TRACK_ACTIVITY = True
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_TOKEN_STRATEGY = "loanark.web.sessions.SessionTokens"  # noqa: S105  a class
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{CONFIG.public_url}/verify-email/{{key}}",
    "account_reset_password": f"{CONFIG.public_url}/password/reset",
    "account_reset_password_from_key": f"{CONFIG.public_url}/password/reset/{{key}}",
    "account_signup": f"{CONFIG.public_url}/sign-up",
    "socialaccount_login_error": f"{CONFIG.public_url}/sign-in",
}

# Mail: through the configured server, or kept in the product's own mailbox.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if CONFIG.mail_server else "loanark.web.mailbox.MailboxBackend"
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIG.mail_from
EMAIL_TIMEOUT = 10  # a person waits for the answer meanwhile
if CONFIG.mail_server:
    EMAIL_HOST, EMAIL_PORT = CONFIG.mail_server.host, CONFIG.mail_server.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CONFIG.mail_server.user, CONFIG.mail_server.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = CONFIG.mail_server.tls_from_start, CONFIG.mail_server.tls_later

CSRF_FAILURE_VIEW = "loanark.web.errors.csrf_failed"
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 7 * 24 * 3600  # and less without being used: `web.sessions`
if _SECURE:  # names that a browser takes only from this very host, over https, for all its paths (RFC 6265bis)
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY
SESSION_ENGINE = "loanark.web.sessions"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = HSTS_SECONDS if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
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
WHITENOISE_ALLOW_ALL_ORIGINS = False
# What has its hash in its name never changes; all else, the service worker above all, is asked for again each time.
WHITENOISE_IMMUTABLE_FILE_TEST = "^/assets/"
WHITENOISE_MAX_AGE = 0
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}

# A factory of transports in the place of the network: set by tests, which speak to a simulator in process.
HUBSPOT_TRANSPORT = None

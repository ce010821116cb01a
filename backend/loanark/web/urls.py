"""Every address the product answers on."""

from django.urls import include, path, re_path

from loanark.connections.api import oauth_callback
from loanark.sync.api import hubspot_webhook
from loanark.tenants.company_login import come_back
from loanark.web.api import api
from loanark.web.docs import problems
from loanark.web.errors import not_here
from loanark.web.health import live, metrics, ready
from loanark.web.mailbox import mailbox
from loanark.web.pages import page

urlpatterns = [
    re_path(
        r"^api/auth/(?:browser|app)/v1/(?:account/email|account/phone|account/providers|auth/provider/\w+)$", not_here
    ),
    path("api/auth/", include("allauth.headless.urls")),
    path("api/", api.urls),
    path("webhooks/hubspot", hubspot_webhook),
    path("oauth/hubspot/callback", oauth_callback),
    path("oauth/company/<slug:slug>/callback", come_back),
    path("health/live", live),
    path("health/ready", ready),
    path("metrics", metrics),
    path("docs/problems", problems),
    path("mailbox", mailbox),
    path("", page),
    path("<path:anything>", page),
]

handler400 = "loanark.web.errors.malformed"
handler500 = "loanark.web.errors.broken"

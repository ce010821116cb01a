"""The user interface: one page, whatever the address; the browser's router takes it from there."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import ensure_csrf_cookie

from loanark.kit.problems import problem


@ensure_csrf_cookie
def page(request: HttpRequest, anything: str = "") -> HttpResponseBase:
    """The page itself is never cached: its assets' names change with their contents."""
    if anything.startswith(("api/", "assets/", "webhooks/", "oauth/", "health/")) or request.method not in (
        "GET",
        "HEAD",
    ):
        return problem(404, "not-found", "Not found", f"There is nothing at /{anything}.")
    index = Path(settings.FRONTEND_DIR) / "index.html"
    if not index.exists():
        return HttpResponse(
            "The user interface is not built. Run: ./run setup", status=503, content_type="text/plain; charset=utf-8"
        )
    response = FileResponse(index.open("rb"), content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response

"""What was asked of HubSpot lately, for people: a page of attempts, and one of them in outline."""

from typing import Any

import orjson

from loanark.kit import sql
from loanark.kit.cursors import numbered
from loanark.kit.errors import NotFound
from loanark.sync.monitor_schemas import RequestDetail, RequestFilters, RequestOut, RequestPage

_COLUMNS = """id, at, lane, method, path, status, failure, ms, attempt, run_id, correlation, remaining,
    daily_remaining"""

#: What each class of statuses is. No answer has none.
_CLASSES = {
    "ok": "status < 300",
    "refused": "status BETWEEN 300 AND 499 AND status <> 429",
    "limited": "status = 429",
    "failed": "status >= 500",
    "silent": "status IS NULL",
}


def page(filters: RequestFilters, *, cursor: str | None, limit: int) -> RequestPage:
    """Attempts, newest first."""
    parts, params = ["true"], list[Any]()
    if (before := numbered(cursor)) is not None:
        parts.append("id < %s")
        params.append(before)
    if filters.status:
        parts.append("(" + " OR ".join(_CLASSES[name] for name in filters.status) + ")")
    if filters.lane:
        parts.append("lane = ANY(%s)")
        params.append(list(filters.lane))
    if filters.path:
        parts.append("strpos(path, %s) > 0")
        params.append(filters.path)
    for name in ("run_id", "correlation"):
        if (value := getattr(filters, name)) is not None:
            parts.append(f"{name} = %s")
            params.append(value)
    if filters.record:
        parts.append("%s = ANY(records)")
        params.append(filters.record)
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM hubspot_requests WHERE {' AND '.join(parts)} ORDER BY id DESC LIMIT %s",
        [*params, limit + 1],
    )
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    return RequestPage(items=[RequestOut(**row) for row in found[:limit]], next_cursor=following)


def one(request_id: int) -> RequestDetail:
    """One attempt with what was sent and answered, in outline. Raises: NotFound."""
    row = sql.first(f"SELECT {_COLUMNS}, request, response FROM hubspot_requests WHERE id = %s", [request_id])
    if row is None:
        raise NotFound("There is no such request any more: the last 2,000 of a day are kept.")
    for name in ("request", "response"):
        row[name] = orjson.loads(row[name]) if row[name] else None
    return RequestDetail(**row)

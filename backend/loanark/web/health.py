"""Health for machines: is the process up, can it serve, and what do the numbers say."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from loanark.kit import sql
from loanark.kit.problems import problem
from loanark.web.errors import first_line


def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and is migrated."""
    try:
        waiting = pending_migrations()
    except Error as error:
        detail = f"The database does not answer: {first_line(error)}"
        return problem(503, "database-away", "Not ready", detail)
    if waiting:
        return problem(503, "not-migrated", "Not ready", f"{waiting} migrations are missing: run `loanark migrate`.")
    return JsonResponse({"status": "ready"})


def pending_migrations() -> int:
    """How many migrations the database lacks. Raises: django.db.Error when it does not answer."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class _Numbers(Collector):
    """Read from the database at each scrape, so that any number of processes tell the same."""

    def collect(self) -> list[GaugeMetricFamily]:
        workers = GaugeMetricFamily("loanark_workers_alive", "Worker processes seen in the last 15 seconds")
        workers.add_metric([], sql.scalar("SELECT count(*) FROM worker_beats WHERE seen_at > now() - interval '15 s'"))
        tenants = GaugeMetricFamily("loanark_organisations", "Organisations")
        tenants.add_metric([], sql.scalar("SELECT count(*) FROM tenants"))
        return [workers, tenants]


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics: nothing about any organisation's data."""
    registry = CollectorRegistry()
    registry.register(_Numbers())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

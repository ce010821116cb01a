"""The command: ``python -m hubspot_simulator --port 0 --contacts 1000``."""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path

import click
import orjson

from hubspot_simulator.description import VERSIONS, describe
from hubspot_simulator.disorder.faults import Storm
from hubspot_simulator.disorder.trouble import SEARCH_TROUBLE, WEBHOOK_TROUBLE
from hubspot_simulator.limits import DAILY_LIMIT, SEARCH_PER_SECOND, TIERS, Limit
from hubspot_simulator.people import DEFAULT_COUNT
from hubspot_simulator.server import listen, serve
from hubspot_simulator.simulator import Settings, Simulator
from hubspot_simulator.state import StateMismatch


def announcement(simulator: Simulator) -> bytes:
    """The one line on standard output that says everything is ready."""
    return orjson.dumps(
        {
            "base_url": simulator.base_url,
            "client_id": simulator.authority.client_id,
            "client_secret": simulator.authority.client_secret,
            "app_id": simulator.app_id,
            "developer_key": simulator.developer_key,
            "portals": [
                {"portal_id": portal_id, "static_token": simulator.static_token(portal_id)}
                for portal_id in simulator.portals
            ],
        }
    )


def _limit(_context: click.Context, _parameter: click.Parameter, text: str) -> Limit | None:
    try:
        return Limit.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _print_description(context: click.Context, _parameter: click.Parameter, version: str | None) -> None:
    if version is not None:
        click.echo(orjson.dumps(describe(version), option=orjson.OPT_INDENT_2))
        context.exit()


def _trouble(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    try:
        rates = {name: float(rate) for name, _, rate in (text.partition("=") for text in texts)}
        Storm({name: rate for name, rate in rates.items() if name not in (*WEBHOOK_TROUBLE, SEARCH_TROUBLE)})
    except ValueError as error:
        raise click.BadParameter(f"trouble looks like error-after=0.01 ({error})") from None
    return rates


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=0, help="Port to listen on; 0 picks a free one.")
@click.option("--contacts", default=DEFAULT_COUNT, help="How many people each account holds.")
@click.option("--seed", default=1, help="The same seed makes the same people, ids and secrets.")
@click.option("--portals", default=1, help="How many accounts.")
@click.option("--people", "people_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="CSV file with people, in place of generated ones.")  # fmt: skip
@click.option("--limit", default="110/10s", callback=_limit, help="Requests per account and window, or none.")
@click.option("--search-limit", default=SEARCH_PER_SECOND, help="Searches per second and account; 0 for no limit.")
@click.option("--daily-limit", default=DAILY_LIMIT, help="Requests per day with a static token.")
@click.option("--tier", default="", type=click.Choice(["", *TIERS]),
              help="Tier of the accounts: the limits of their private apps.")  # fmt: skip
@click.option("--latency-ms", default=0, help="Wait before each answer.")
@click.option("--search-lag-ms", default=500, help="How long the search index stays behind.")
@click.option("--property-lag-ms", default=700, help="How long a new property cannot be seen.")
@click.option("--webhook-url", default="", help="Where webhooks go.")
@click.option("--trouble", multiple=True, metavar="KIND=RATE", callback=_trouble,
              help="Trouble at random, e.g. error-after=0.01; kinds: see docs/simulator.md.")  # fmt: skip
@click.option("--someone", "someone_per_minute", default=0.0, help="What others do in the accounts, acts per minute.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path),
              help="Directory that keeps changes over restarts.")  # fmt: skip
@click.option("--client-id", default="", envvar="HUBSPOT_SIMULATOR_CLIENT_ID", help="Fix the app's client id.")
@click.option("--client-secret", default="", envvar="HUBSPOT_SIMULATOR_CLIENT_SECRET",
              help="Fix the app's client secret; from the environment, lists of processes do not show it.")  # fmt: skip
@click.option("--announce/--no-announce", default=True, help="Whether to print address and secrets when ready.")
@click.option("--openapi", type=click.Choice(VERSIONS), is_flag=False, flag_value=VERSIONS[0], is_eager=True,
              expose_value=False, callback=_print_description,
              help="Print the OpenAPI description of a version (the newest unless told) and stop.")  # fmt: skip
def main(
    host: str,
    port: int,
    contacts: int,
    seed: int,
    portals: int,
    people_file: Path | None,
    limit: Limit | None,
    search_limit: int,
    daily_limit: int,
    tier: str,
    latency_ms: int,
    search_lag_ms: int,
    property_lag_ms: int,
    webhook_url: str,
    trouble: dict[str, float],
    someone_per_minute: float,
    state: Path | None,
    client_id: str,
    client_secret: str,
    announce: bool,
) -> None:
    """Run a HubSpot for development, demonstrations and tests."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    settings = Settings(
        contacts=contacts,
        seed=seed,
        portals=portals,
        limit=limit,
        search_per_second=search_limit,
        daily_limit=daily_limit,
        tier=tier,
        latency_ms=latency_ms,
        search_lag_ms=search_lag_ms,
        property_lag_ms=property_lag_ms,
        people_file=people_file,
        trouble=trouble,
        someone_per_minute=someone_per_minute,
        state=state,
        client_id=client_id,
        client_secret=client_secret,
        webhook_url=webhook_url,
    )
    try:
        listener = listen(host, port)
        simulator = Simulator(settings)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from None
    except StateMismatch as error:
        raise click.ClickException(str(error)) from None
    for problem, count in simulator.load_report.items():
        click.echo(f"{people_file}: {count} x {problem}", err=True)
    shown = f"[{host}]" if ":" in host else host
    simulator.base_url = f"http://{shown}:{listener.getsockname()[1]}"
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again after a clean stop
        serve(simulator, listener, lambda: click.echo(announcement(simulator)) if announce else None)


if __name__ == "__main__":
    main()

"""The app and the accounts: who is connected, with which rights, and what an app needs to know to connect."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.oauth import OPTIONAL_SCOPES, REQUIRED_SCOPES, Access, Install
from hubspot_simulator.page.authorize import MEANINGS
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, flag, html, join, notice, table
from hubspot_simulator.page.words import counted, moment
from hubspot_simulator.records.portal import Portal
from hubspot_simulator.token_info import USER_EMAIL

BODY = """
<h1>Account</h1>{message}
<section class="group"><h2>Accounts of this simulator</h2>{accounts}</section>
<section class="group" id="installs"><h2>Who connected the app to {company}</h2>{installs}</section>
<section class="group"><h2>The app {app}</h2>
<p class="hint">What another program needs to know. All of it is invented and works here only.</p>
<dl class="facts wide" id="app">{facts}</dl></section>
<section class="group" id="webhooks"><h2>Webhooks of the app</h2>
<form method="post" action="{webhooks_action}" class="row" id="webhook-settings">
<div class="grow"><label for="target-url">Target URL</label><input id="target-url" name="target_url" value="{target}"
 inputmode="url" placeholder="http://127.0.0.1:8000/webhooks/hubspot"></div>
<label class="choice"><input type="checkbox" id="webhooks-enabled" name="enabled" value="true"{enabled}> Webhooks
on</label><button type="submit" id="save-webhooks" class="quiet">Save</button></form>
<details class="more"><summary>{subscriptions}</summary><ul class="plain">{subscribed}</ul></details></section>
<section class="group" id="scopes"><h2>Rights</h2>
<form method="post" action="{scopes_action}" id="scope-form" class="halves">
<fieldset><legend>Scopes of the static token</legend><p class="hint">Without one, 403 for what needs it.</p>
{static}</fieldset>
<fieldset><legend>Optional scopes this account’s tier lacks</legend>
<p class="hint">Dropped without a word when the app is connected.</p>{lacking}</fieldset>
<p><button type="submit" class="quiet" id="save-scopes">Save rights</button></p></form></section>
"""
ACCOUNT = """<tr><td class="wrap"><a href="{href}"{mark}>{company}</a><span class="under">{id}, {zone}</span></td>
<td>{contacts}</td><td>{app}</td><td>{limit}</td></tr>"""
INSTALL = "<div><dt>{since}</dt><dd>{who}, {state}<div>{scopes}</div></dd></div>"
FACT = """<div><dt>{label}</dt><dd class="copied"><code id="fact-{name}">{value}</code><button type="button"
 class="quiet small" data-copy="fact-{name}" hidden>Copy<span class="unseen"> {label}</span></button></dd></div>"""
SCOPE = """<label class="choice line"><input type="checkbox" name="{name}" value="{scope}"{mark}> <span>{meaning}
<code>{scope}</code></span></label>"""


def show(view: View, error: ApiError | None = None) -> Response:
    simulator, portal = view.simulator, view.portal
    settings = simulator.webhooks.settings
    known = list(simulator.webhooks.subscriptions.by_id.values())
    events = sorted(s.event_type + (f" of {s.property_name}" if s.property_name else "") for s in known if s.active)
    body = html(
        BODY,
        message=notice(error.message, problem=True) if error else view.note(),
        accounts=table(
            "accounts",
            "Accounts",
            ("Account", "Contacts", "App", "Rate limit"),
            join(_account(view, one) for one in simulator.portals.values()),
        ),
        company=portal.company,
        installs=_installs(view),
        app=simulator.app_name,
        facts=_facts(view),
        webhooks_action=view.link("/account/webhooks"),
        target=settings.target_url,
        enabled=flag("checked", settings.enabled),
        subscriptions=counted(len(events), "subscription"),
        subscribed=join(html("<li><code>{event}</code></li>", event=event) for event in events),
        scopes_action=view.link("/account/scopes"),
        static=_scopes("static", (*REQUIRED_SCOPES, *OPTIONAL_SCOPES), _static(view).scopes),
        lacking=_scopes("lacking", OPTIONAL_SCOPES, portal.unavailable_scopes),
    )
    return view.page("Account", body, current="account", status=error.status if error else 200)


def _account(view: View, portal: Portal) -> Html:
    simulator = view.simulator
    living = _living(view, portal)
    return html(
        ACCOUNT,
        href=f"/account?portal={portal.id}",
        mark=Html(' aria-current="true"') if portal is view.portal else EMPTY,
        company=portal.company,
        id=portal.id,
        zone=portal.time_zone,
        contacts=f"{len(portal.live):,}",
        app="connected"
        if living
        else "static token only"
        if simulator.authority.is_installed(portal.id)
        else "removed",
        limit=simulator.limit or "none",
    )


def _living(view: View, portal: Portal) -> list[Install]:
    return [i for i in view.simulator.authority.installs.values() if i.portal_id == portal.id and not i.revoked]


def _installs(view: View) -> Html:
    authority, portal = view.simulator.authority, view.portal
    rows = [i for i in authority.installs.values() if i.portal_id == portal.id]
    if not rows:
        return Html(
            "<p>Nobody yet. A person connects it on the app’s own pages, or a program uses the static token.</p>"
        )
    return html('<dl class="facts wide">{rows}</dl>', rows=join(_install(view, install) for install in reversed(rows)))


def _install(view: View, install: Install) -> Html:
    now = view.simulator.clock.now_ms()
    tokens = [t for t in view.simulator.authority.tokens.values()
              if t.portal_id == install.portal_id and not t.static and not t.app and t.expires > now]  # fmt: skip
    return html(
        INSTALL,
        since=moment(install.since) if install.since else "before this was noted",
        who=USER_EMAIL,
        state="removed" if install.revoked else f"connected; {counted(len(tokens), 'valid access token')}",
        scopes=join(html('<span class="tag">{scope}</span>', scope=scope) for scope in install.scopes),
    )


def _facts(view: View) -> Html:
    simulator, authority = view.simulator, view.simulator.authority
    facts = (
        ("url", "Address", simulator.base_url),
        ("id", "App ID", simulator.app_id),
        ("client-id", "Client ID", authority.client_id),
        ("client-secret", "Client secret", authority.client_secret),
        ("static-token", "Static token of this account", _static(view).token),
        ("developer-key", "Developer API key", simulator.developer_key),
    )
    return join(html(FACT, name=name, label=label, value=value) for name, label, value in facts)


def _static(view: View) -> Access:
    return view.simulator.authority.tokens[view.simulator.static_token(view.portal.id)]


def _scopes(name: str, scopes: Iterable[str], held: Collection[str]) -> Html:
    return join(
        html(SCOPE, name=name, scope=scope, meaning=MEANINGS.get(scope, "Special"), mark=flag("checked", scope in held))
        for scope in scopes
    )


def save_webhooks(view: View) -> Response:
    target = view.text("target_url")
    try:
        if target and not target.startswith(("http://", "https://")):
            raise ApiError(400, f"The target URL must begin with http:// or https://, not be “{target}”.")
        view.act("PUT", "webhooks", target_url=target, enabled="enabled" in view.form)
    except ApiError as error:
        return show(view, error)
    return view.done("/account", "The webhook settings hold from now on.")


def save_scopes(view: View) -> Response:
    view.act_here("PUT", "settings", static_scopes=view.every("static"), unavailable_scopes=view.every("lacking"))
    return view.done("/account", "The rights hold from now on.")

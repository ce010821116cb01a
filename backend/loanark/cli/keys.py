"""The keys that secrets are sealed with."""

from typing import Any

import click

from loanark.cli import boot
from loanark.cli.output import command, json_option, show


@click.command("rotate-keys")
@json_option
@command
def rotate_keys(as_json: bool) -> None:
    """Seal every stored secret with the newest key of LOANARK_ENCRYPTION_KEYS, while everything runs.

    First put the new key before the old ones and start web and workers anew; then run this; then the old keys can go.
    Exit code 1 when a secret does not open with any of the keys: it is named, and left as it is.
    """
    boot.django()
    from loanark.audit import anchors
    from loanark.connections import credentials
    from loanark.connections.problems import SecretLost
    from loanark.kit import trail
    from loanark.kit.secrets import SecretError
    from loanark.tenants import authenticators, company
    from loanark.tenants.access import every_tenant, tenant_scope
    from loanark.tenants.keys import keyring
    from loanark.web import mailbox, sessions

    key = keyring().newest
    people, lost = authenticators.reseal()
    sessions.reseal()
    mailbox.reseal()
    done: dict[str, Any] = {"key": key, "second_factors": people, "connections": 0, "company_sign_ins": 0}
    for tenant in every_tenant():
        with tenant_scope(tenant.id):
            try:
                tokens, secrets = credentials.reseal(tenant.id), company.reseal(tenant.id)
            except (SecretLost, SecretError):
                lost.append(tenant.slug)
                continue
            trail.note("keys.rotated", key, detail={"tokens": tokens, "company_sign_in": secrets})
            done["connections"] += tokens
            done["company_sign_ins"] += secrets
        with tenant_scope(tenant.id):
            anchors.drop(tenant.id, every_seconds=0)  # what the old key signed says nothing once it is gone
    if as_json:
        show({**done, "lost": lost})
    else:
        click.echo(
            f"Sealed with key {key}: {done['connections']} tokens, {done['company_sign_ins']} secrets of company "
            f"sign-ins, {people} second factors. What was sealed with it already is not counted."
        )
        for whose in lost:
            click.echo(f"A secret of {whose} opens with none of the keys. It is as it was; add its key.", err=True)
    if lost:
        raise SystemExit(1)

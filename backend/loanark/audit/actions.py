"""What is done to the audit log: nothing but keeping it."""

from loanark.kit import sql


def prune() -> int:
    """Takes away what is older than the retention policy says; returns how many events went. In a tenant's scope."""
    return int(sql.scalar("SELECT audit_prune()"))


def keep(days: int | None) -> None:
    """Sets how long events are kept; None: for ever. Within a tenant's scope."""
    sql.execute("SELECT audit_keep(%s)", [days])

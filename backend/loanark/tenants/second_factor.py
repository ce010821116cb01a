"""Whether an organisation requires a second factor, and who lacks one."""

from loanark.kit import sql
from loanark.kit.errors import Forbidden


class SecondFactorNeeded(Forbidden):
    code = "second-factor-needed"
    title = "A second factor is needed"


def demand(user_id: int) -> None:
    """In an organisation's transaction: lets nobody pass who lacks the second factor it requires.

    Raises: SecondFactorNeeded.
    """
    lacking = sql.scalar(
        """SELECT EXISTS (SELECT FROM sign_in_rules WHERE second_factor_required)
                  AND NOT EXISTS (SELECT FROM mfa_authenticator WHERE user_id = %s AND type <> 'recovery_codes')""",
        [user_id],
    )
    if lacking:
        raise SecondFactorNeeded(
            "This organisation asks every member for a second factor, and your account has none. Nothing was done. Set "
            "one up on the page Your account, then try again."
        )


def rules() -> sql.Row:
    """What the organisation requires, and how many members could not come in if it required a second factor."""
    return {
        "second_factor_required": bool(sql.scalar("SELECT second_factor_required FROM sign_in_rules")),
        "members_without_second_factor": sql.scalar(
            """SELECT count(*) FROM memberships m WHERE NOT EXISTS (
                   SELECT FROM mfa_authenticator a WHERE a.user_id = m.user_id AND a.type <> 'recovery_codes')"""
        ),
    }


def require(user_id: int, required: bool) -> None:
    """Switches it on or off. Whoever switches it on has one. Raises: SecondFactorNeeded."""
    sql.execute(
        """INSERT INTO sign_in_rules (second_factor_required) VALUES (%s)
           ON CONFLICT (tenant_id) DO UPDATE SET second_factor_required = excluded.second_factor_required""",
        [required],
    )
    demand(user_id)

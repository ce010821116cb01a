"""The secrets of the environment: known to be taken out of texts, and in nothing that is shown of the configuration."""

import pytest

from loanark.web.config import ConfigurationError, django_database, load, secrets_of_environment, without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://loanark:s3cret@db:5432/crm?sslmode=require", "postgresql://loanark@db:5432/crm?sslmode=require"),
        ("postgresql://loanark@/crm?host=%2Frun&password=s3cret", "postgresql://loanark@/crm?host=%2Frun"),
        ("postgresql://loanark@/crm?host=%2Frun&port=5432", "postgresql://loanark@/crm?host=%2Frun&port=5432"),
        ("postgresql:///crm", "postgresql:///crm"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("LOANARK_DATABASE_URL", "postgresql://loanark:p%40ss/word@db/crm", {"p%40ss/word", "p@ss/word"}),
        ("LOANARK_DATABASE_DIRECT_URL", "postgresql://loanark@/crm?password=p%40ss", {"p@ss"}),
        ("LOANARK_MAIL_URL", "smtps://loanark:p%40ss@mail.example", {"p@ss"}),
        ("LOANARK_SECRET_KEYS", "newer, older", {"newer", "older"}),
        ("LOANARK_ENCRYPTION_KEYS", "not even base64", {"not even base64"}),
        ("LOANARK_HUBSPOT_CLIENT_SECRET", "of the app", {"of the app"}),
    ],
)
def test_every_secret_of_the_environment_is_known(
    variable: str, value: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert found <= set(secrets_of_environment())


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3cret@db:s3cret/crm", "mysql://u:s3cret@db/crm", "s3cret://", "s3cret"]
)
def test_a_wrong_address_of_a_database_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="Set LOANARK_DATABASE_URL") as told:
        django_database(url)
    assert "s3cret" not in str(told.value)


def test_the_configuration_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANARK_SECRET_KEYS", "planted-1")
    monkeypatch.setenv("LOANARK_HUBSPOT_CLIENT_SECRET", "planted-2")
    monkeypatch.setenv("LOANARK_MAIL_URL", "smtps://u:planted-3@mail.example")
    monkeypatch.setenv("LOANARK_DATABASE_URL", "postgresql://u:planted-4@db/crm")
    config = load()
    assert "planted" not in repr(config)
    assert config.encryption_keys[0].hex() not in repr(config)
    assert str(config.encryption_keys[0]) not in repr(config)

"""What the API says about people and organisations."""

from ninja import Schema

from loanark.tenants.models import Role


class Person(Schema):
    id: int
    email: str
    name: str


class Organisation(Schema):
    slug: str
    name: str
    role: Role


class Session(Schema):
    """Who is signed in, and where they belong."""

    user: Person
    organisations: list[Organisation]

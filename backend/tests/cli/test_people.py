"""Who belongs to an organisation, and people of support, from the command line."""

from command_line import Loanark


def test_members_are_listed_and_people_of_support_made_and_ended(loanark: Loanark) -> None:
    made = loanark("tenant", "create", "People Lender", "--admin", "ann@people.example", "--json")
    assert made.code == 0, made.err
    listed = loanark("tenant", "members", "--tenant", "people-lender", "--json")
    assert [(row["email"], row["role"], row["support_until"]) for row in listed.document] == [
        ("ann@people.example", "administrator", None)
    ]
    assert loanark("tenant", "members", "--tenant", "people-lender").out.split() == [
        "ann@people.example",
        "administrator",
    ]
    vera = loanark("support", "add", "Vera@vendor.example", "--json")
    assert (vera.document["email"], bool(vera.document["password"])) == ("vera@vendor.example", True)
    again = loanark("support", "add", "vera@vendor.example")
    assert (again.code, "as before" in again.out) == (0, True)
    ended = loanark("support", "remove", "vera@vendor.example", "--json")
    assert ended.document == {"email": "vera@vendor.example", "ended": 0}
    nobody = loanark("support", "remove", "vera@vendor.example", "--json")
    assert (nobody.code, nobody.document["error"]["code"]) == (1, "not-found")

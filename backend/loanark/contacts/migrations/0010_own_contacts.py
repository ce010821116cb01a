"""Whoever may see their own contacts only: a role of the database to which no others show.

Its requests set `loanark.own_contacts` to what those contacts hold as owner or loan officer (`tenants.access.enter`).
Without it they see none. Nobody else has these policies, and so nobody else pays for them.
"""

from django.db import migrations

from loanark.kit.rls import lesser_role, narrowed

ROLE = "loanark_own_contacts"

_KEY = "(SELECT nullif(current_setting('loanark.own_contacts', true), ''))"
OWN = f"lower(btrim(owner)) = {_KEY} OR lower(btrim(loan_officer)) = {_KEY}"

#: Of a contact that shows.
OF_OWN = 'EXISTS (SELECT FROM contacts c WHERE c.tenant_id = "{0}".tenant_id AND c.id = "{0}".contact_id)'

#: What is kept by a side's id.
RECORD_OF_OWN = """CASE WHEN side = 'loanark' THEN EXISTS (
        SELECT FROM contacts c WHERE c.tenant_id = "{0}".tenant_id AND c.id = "{0}".record_id::uuid)
    ELSE EXISTS (SELECT FROM contact_links l WHERE l.tenant_id = "{0}".tenant_id AND l.hubspot_id = "{0}".record_id) END"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_audited"), ("tenants", "0010_access")]

    operations = [
        lesser_role(ROLE),
        migrations.RunSQL(
            """
            CREATE INDEX contacts_owner_idx ON contacts (tenant_id, lower(btrim(owner))) WHERE owner IS NOT NULL;
            CREATE INDEX contacts_officer_idx ON contacts (tenant_id, lower(btrim(loan_officer)))
                WHERE loan_officer IS NOT NULL;
            """,
            migrations.RunSQL.noop,
        ),
        narrowed("contacts", ROLE, OWN),
        *(
            narrowed(table, ROLE, OF_OWN.format(table))
            for table in ("contact_links", "contact_changes", "contact_conflicts", "contact_rejections", "erasures")
        ),
        narrowed("contact_tombstones", ROLE, RECORD_OF_OWN.format("contact_tombstones")),
        # Ids of HubSpot alone tell that there are contacts.
        narrowed("contact_aliases", ROLE, "false"),
    ]

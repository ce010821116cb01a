import { RadioCards } from "@/components/ui/radio-cards";
import { SideBadge } from "@/components/ui/side";
import type { SyncSettingsOut } from "./queries";
import { Section } from "./section";
import { useSection } from "./use-section";

interface FormProps {
  tenant: string;
  settings: SyncSettingsOut;
  canWrite: boolean;
}

/** What a deletion on one side does to the other, and whose value is kept when two contacts meet. */
export function DeletionsForm({ tenant, settings, canWrite }: FormProps) {
  const section = useSection(tenant, settings, ["deletes_in_hubspot", "deletes_in_loanark"]);
  const { deletes_in_hubspot: hubspot, deletes_in_loanark: loanark } = section.values;
  return (
    <Section
      title="Deletions"
      lead="A deletion is believed only with evidence. Unusually many wait for a person: see Brakes."
      state={section}
      done="What deletions do is saved"
      canWrite={canWrite}
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <RadioCards
          legend="A contact is deleted in HubSpot"
          value={hubspot}
          onValueChange={(deletes_in_hubspot) => section.set({ deletes_in_hubspot })}
          cards={[
            {
              value: "follow",
              label: "Delete it in LoanArk too",
              note: "Its history stays, and it can be restored.",
            },
            {
              value: "keep",
              label: "Keep it in LoanArk",
              note: "It stays here as it is, and is not made in HubSpot again.",
            },
          ]}
        />
        <RadioCards
          legend="A contact is deleted in LoanArk"
          value={loanark}
          onValueChange={(deletes_in_loanark) => section.set({ deletes_in_loanark })}
          cards={[
            {
              value: "follow",
              label: "Delete it in HubSpot too",
              note: "It goes to HubSpot’s recycle bin, where it can be restored for 90 days.",
            },
            {
              value: "keep",
              label: "Keep it in HubSpot",
              note: "It stays there as it is, and does not come back here.",
            },
          ]}
        />
      </div>
    </Section>
  );
}

export function FirstMatchForm({ tenant, settings, canWrite }: FormProps) {
  const section = useSection(tenant, settings, ["first_match"]);
  return (
    <Section
      title="First match"
      lead="When a contact of each side is found to be the same person, and both hold a value, one of them is kept. The other one stays in the history. A blank never wins."
      state={section}
      done="Whose value is kept at first is saved"
      canWrite={canWrite}
    >
      <RadioCards
        legend="Whose value is kept"
        value={section.values.first_match}
        onValueChange={(first_match) => section.set({ first_match })}
        cards={[
          { value: "hubspot", label: <SideBadge side="hubspot" /> },
          { value: "loanark", label: <SideBadge side="loanark" /> },
        ]}
        className="sm:grid-cols-2"
      />
    </Section>
  );
}

import { SearchX, UsersRound } from "lucide-react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

interface NoContactsProps {
  isNarrowed: boolean;
  onClear: () => void;
  onCreate: (() => void) | undefined;
}

export function NoContacts({ isNarrowed, onClear, onCreate }: NoContactsProps) {
  if (isNarrowed) {
    return (
      <EmptyState
        icon={SearchX}
        title="No contact matches"
        action={<Button onClick={onClear}>Clear search and filters</Button>}
      >
        Search looks at names, e-mail addresses, companies and phone numbers; one or two letters are looked
        for at the beginning of an address or a last name only.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={UsersRound}
      title="No contacts yet"
      action={onCreate && <Button onClick={onCreate}>Create the first</Button>}
    >
      They arrive with the first run after HubSpot is connected, or when someone creates one here.
    </EmptyState>
  );
}

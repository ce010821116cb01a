import type { Side } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { fullName, initials } from "@/lib/format";
import type { ContactRow } from "./queries";
import { WaitingMark } from "./waiting-edits";

interface ContactNameProps {
  contact: ContactRow;
  /** Of whose values the name is. */
  side?: Side;
  className?: string;
}

/** A person's initials and name; the address stands in when there is no name. */
export function ContactName({ contact, side = "loanark", className }: ContactNameProps) {
  const name = fullName(side === "hubspot" ? asSaid(contact) : contact);
  return (
    <span className={cn("flex min-w-0 items-center gap-2.5", className)}>
      <span
        aria-hidden
        className="grid size-6 shrink-0 place-items-center rounded-full border bg-sunken font-semibold text-[0.625rem] text-ink-2"
      >
        {initials(name)}
      </span>
      <span className="truncate font-medium text-ink" title={name}>
        {name}
      </span>
      <WaitingMark contactId={contact.id} />
    </span>
  );
}

/** The contact named as the values of the side in view name it. */
const asSaid = (contact: ContactRow): ContactRow => ({
  ...contact,
  firstname: contact.values?.firstname ?? null,
  lastname: contact.values?.lastname ?? null,
  email: contact.values?.email ?? contact.email,
});

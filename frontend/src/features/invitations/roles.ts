import type { Role } from "./queries";

/** What each role may do, in a line. */
export const ROLES: { value: Role; label: string; may: string }[] = [
  { value: "loan_officer", label: "Loan officer", may: "sees and edits contacts" },
  { value: "sales_manager", label: "Sales manager", may: "also starts runs and decides what is held" },
  { value: "administrator", label: "Administrator", may: "also sets up connection, mapping and people" },
  { value: "auditor", label: "Auditor", may: "reads everything and changes nothing" },
];

export const roleName = (role: string): string =>
  ROLES.find(({ value }) => value === role)?.label ?? role.replaceAll("_", " ");

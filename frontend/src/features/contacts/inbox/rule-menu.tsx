import { Link } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { type ConflictOut, type Policy, useDecisions } from "./queries";

const RULES: [Policy, string, string][] = [
  ["hubspot", "HubSpot always wins", "HubSpot’s value wins"],
  ["loanark", "LoanArk always wins", "LoanArk’s value wins"],
  ["newest", "The newer edit wins", "the newer edit wins"],
];

interface RuleMenuProps {
  tenant: string;
  conflict: ConflictOut;
}

/** Decides this field once and for all: the rule is the field's policy in the mapping. */
export function RuleMenu({ tenant, conflict: { field, label, policy } }: RuleMenuProps) {
  const { setPolicy } = useDecisions(tenant);
  const choose = async (next: Policy, told: string) => {
    try {
      const { version } = await setPolicy(field, next);
      toastDone(`From now on ${told} for ${label}`, {
        detail: `Version ${version} of the mapping. Those that wait are decided by it at the next comparison.`,
        undo: () =>
          void setPolicy(field, policy).then(
            () => toastDone(`${label} asks a person again`, { detail: "What was decided meanwhile stays." }),
            failed,
          ),
      });
    } catch (error) {
      failed(error);
    }
  };
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button kind="quiet">
          <ListChecks aria-hidden /> Make it a rule…
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>When both sides change {label}</MenuLabel>
        {RULES.filter(([rule]) => rule !== policy).map(([rule, name, told]) => (
          <MenuItem key={rule} onSelect={() => void choose(rule, told)}>
            {name}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem asChild>
          <Link to="/$tenant/mapping" params={{ tenant }}>
            See the mapping
          </Link>
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

function failed(error: unknown): void {
  const problem = asProblem(error);
  toastFailed(problem.title, { detail: problem.detail });
}

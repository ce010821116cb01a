import { Check, Minus, X } from "lucide-react";
import { Panel } from "@/components/ui/card";
import type { ConnectionOut } from "./queries";

/** What each permission is for. The last two are asked for, and can be done without. */
const PURPOSES: Record<string, string> = {
  oauth: "lets LoanArk sign in to the account at all",
  "crm.objects.contacts.read": "reads contacts, and finds what changed",
  "crm.objects.contacts.write": "writes edits made in LoanArk to HubSpot",
  "crm.schemas.contacts.read": "reads which properties there are, for the mapping",
  "crm.schemas.contacts.write": "creates LoanArk’s own properties, when you agree to it",
  "crm.objects.owners.read": "shows owners by their names",
};

const OPTIONAL = ["crm.schemas.contacts.write", "crm.objects.owners.read"];

type State = "granted" | "missing" | "optional";

const LOOKS: Record<State, { words: string; glyph: React.ReactNode }> = {
  granted: { words: "granted", glyph: <Check className="size-4 text-ok-ink" aria-hidden /> },
  missing: { words: "missing", glyph: <X className="size-4 text-bad-ink" aria-hidden /> },
  optional: { words: "not granted, optional", glyph: <Minus className="size-4 text-muted" aria-hidden /> },
};

/** What HubSpot lets LoanArk do, what each is for, and what is missing. */
export function Permissions({ connection }: { connection: ConnectionOut }) {
  const { auth, scopes = [], missing_scopes: missing = [] } = connection;
  const rest = auth === "oauth" ? OPTIONAL.filter((scope) => !scopes.includes(scope)) : [];
  const states: [string, State][] = [
    ...missing.map((scope): [string, State] => [scope, "missing"]),
    ...scopes.map((scope): [string, State] => [scope, "granted"]),
    ...rest.filter((scope) => !missing.includes(scope)).map((scope): [string, State] => [scope, "optional"]),
  ];
  return (
    <Panel title="Permissions" bodyClassName="p-0">
      {states.length === 0 ? (
        <p className="p-4 text-muted text-sm">HubSpot does not tell what this token may do.</p>
      ) : (
        <ul className="divide-y">
          {states.map(([scope, state]) => (
            <li key={scope} className="flex items-start gap-3 px-4 py-2 text-sm">
              <span className="mt-0.5">{LOOKS[state].glyph}</span>
              <span className="min-w-0 flex-1">
                <code className="break-all font-mono text-xs">{scope}</code>
                {PURPOSES[scope] && <span className="block text-muted text-xs">{PURPOSES[scope]}</span>}
              </span>
              <span
                className={state === "missing" ? "font-medium text-bad-ink text-xs" : "text-muted text-xs"}
              >
                {LOOKS[state].words}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

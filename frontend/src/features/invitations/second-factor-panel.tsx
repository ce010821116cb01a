import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Panel } from "@/components/ui/card";
import { Switch } from "@/components/ui/switch";
import { plural } from "@/lib/format";
import { signInRulesQuery, useChangeRules } from "./queries";

/** Whether every member needs a second factor. */
export function SecondFactorPanel({ tenant, canAdminister }: { tenant: string; canAdminister: boolean }) {
  const id = useId();
  const { data: rules } = useQuery(signInRulesQuery(tenant));
  const change = useChangeRules(tenant);
  const lacking = rules?.members_without_second_factor ?? 0;
  return (
    <Panel title="Second factor">
      <div className="flex items-start justify-between gap-6">
        <div>
          <label htmlFor={id} className="font-medium text-sm">
            Every member needs a second factor
          </label>
          <p className="mt-0.5 max-w-prose text-muted text-sm">
            An authenticator app or a passkey. Who has none can only set one up.{" "}
            {lacking > 0 && `${plural(lacking, "member has", "members have")} none now.`}
          </p>
        </div>
        <Switch
          id={id}
          checked={rules?.second_factor_required ?? false}
          disabled={!canAdminister || !rules || change.isPending}
          onCheckedChange={(required) =>
            change.mutate({ path: { tenant }, body: { second_factor_required: required } })
          }
        />
      </div>
    </Panel>
  );
}

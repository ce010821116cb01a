import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { type MissingOut, type MissingProperty, useMappingActions } from "./queries";

interface CreatePropertiesProps {
  tenant: string;
  missing: MissingOut;
}

/** Makes LoanArk's own properties in HubSpot. Each is named before; naming them is the consent. */
export function CreateProperties({ tenant, missing }: CreatePropertiesProps) {
  const [isOpen, setOpen] = useState(false);
  const count = missing.properties.length;
  if (count === 0) return null;
  return (
    <>
      <Notice
        title={`${plural(count, "property", "properties")} of LoanArk’s ${count === 1 ? "is" : "are"} not in HubSpot yet`}
        action={
          <Button size="sm" onClick={() => setOpen(true)}>
            <Plus aria-hidden /> Create in HubSpot
          </Button>
        }
      >
        {missing.properties.map(({ label }) => label).join(", ")}. Created there,{" "}
        {count === 1 ? "it is" : "they are"} mapped at once.
      </Notice>
      {isOpen && <Consent tenant={tenant} missing={missing} onClose={() => setOpen(false)} />}
    </>
  );
}

function Consent({ tenant, missing, onClose }: CreatePropertiesProps & { onClose: () => void }) {
  const [names, setNames] = useState(() => new Set(missing.properties.map(({ name }) => name)));
  const { createProperties } = useMappingActions(tenant);
  const problem = createProperties.isError ? asProblem(createProperties.error) : undefined;
  const toggle = (name: string) =>
    setNames((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    createProperties.mutate(
      { path: { tenant }, body: { names: [...names] } },
      {
        onSuccess: ({ results, mapped }) => {
          const refused = results.filter(({ outcome }) => outcome === "refused");
          onClose();
          if (refused.length > 0)
            toastFailed(`HubSpot refused ${plural(refused.length, "property", "properties")}`, {
              detail: refused.map(({ name, reason }) => `${name}: ${reason}`).join(" "),
            });
          else
            toastDone(`${plural(results.length, "property is", "properties are")} in HubSpot`, {
              detail: `${plural(mapped.length, "field is", "fields are")} mapped at once.`,
            });
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Create these in HubSpot?"
      description={`In the group “${missing.group_label}” of contact properties. Only what is ticked is created.`}
      className="w-[min(40rem,calc(100vw-2rem))]"
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        {missing.missing_scopes.length > 0 && (
          <Notice tone="warn" title="HubSpot has not granted this yet">
            Reconnect, and grant {missing.missing_scopes.join(", ")}.
          </Notice>
        )}
        {problem && (
          <div role="alert">
            <Notice tone="bad" title={problem.title}>
              {problem.detail}
            </Notice>
          </div>
        )}
        <fieldset className="divide-y rounded-md border">
          <legend className="sr-only">Properties</legend>
          {missing.properties.map((property) => (
            <Property
              key={property.name}
              property={property}
              isChosen={names.has(property.name)}
              onToggle={() => toggle(property.name)}
            />
          ))}
        </fieldset>
        <p className="text-muted text-xs">
          LoanArk never deletes a property. You can archive one in HubSpot’s settings.
        </p>
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            kind="primary"
            busy={createProperties.isPending}
            disabled={names.size === 0 || missing.missing_scopes.length > 0}
          >
            Create {plural(names.size, "property", "properties")} in HubSpot
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface PropertyProps {
  property: MissingProperty;
  isChosen: boolean;
  onToggle: () => void;
}

function Property({ property, isChosen, onToggle }: PropertyProps) {
  const { name, label, type, description, unique, options } = property;
  return (
    <label className="flex cursor-pointer items-start gap-3 px-3 py-2.5 hover:bg-hover">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={onToggle}
        className="mt-0.5 size-4 shrink-0 accent-ink"
      />
      <span className="grid min-w-0 gap-0.5">
        <span className="font-medium text-sm">{label}</span>
        <span className="text-muted text-xs">
          <code className="font-mono text-2xs">{name}</code> · {type}
          {unique && " · unique"}
          {options.length > 0 && ` · ${options.map((option) => option.label).join(", ")}`}
        </span>
        {description && <span className="text-ink-2 text-xs">{description}</span>}
      </span>
    </label>
  );
}

import { Copy, Plus } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { asProblem } from "@/lib/problem";
import { toastDone, toastFailed } from "@/lib/toast";
import { type Permission, useTokenActions } from "./queries";
import { SCOPES } from "./scopes";

const DAYS = [
  { value: "7", label: "In a week" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "366", label: "In a year" },
];

interface MakeTokenProps {
  tenant: string;
  can: (permission: Permission) => boolean;
}

/** Makes a personal API token, then shows its text, once. */
export function MakeToken({ tenant, can }: MakeTokenProps) {
  const [isOpen, setOpen] = useState(false);
  const { make } = useTokenActions(tenant);
  const close = () => {
    setOpen(false);
    make.reset(); // The text is nowhere any more.
  };
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <Plus aria-hidden /> New token
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={close}
        title={make.data ? "Your new token" : "New token"}
        description={
          make.data
            ? "Copy it now: it is not shown again."
            : "For a program of yours. It may do what you choose here, and never more than you may yourself."
        }
      >
        {make.data ? (
          <Made text={make.data.token} onClose={close} />
        ) : (
          <TokenForm tenant={tenant} can={can} make={make} onCancel={close} />
        )}
      </Dialog>
    </>
  );
}

interface TokenFormProps extends MakeTokenProps {
  make: ReturnType<typeof useTokenActions>["make"];
  onCancel: () => void;
}

function TokenForm({ tenant, can, make, onCancel }: TokenFormProps) {
  const [days, setDays] = useState("30");
  const groupId = useId();
  const problem = make.isError ? asProblem(make.error) : undefined;
  const errorOf = (name: string) => problem?.fields.find(({ field }) => field === name)?.message;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const scopes = form.getAll("scopes") as Permission[];
    const body = { name: String(form.get("name")).trim(), scopes, expires_in_days: Number(days) };
    make.mutate({ path: { tenant }, body });
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {problem && problem.fields.length === 0 && (
        <div role="alert">
          <Notice tone="bad" title={problem.title}>
            {problem.detail}
          </Notice>
        </div>
      )}
      <Field label="Name" hint="What it is for." error={errorOf("name")}>
        {(control) => <Input {...control} name="name" maxLength={100} required autoComplete="off" />}
      </Field>
      <Field label="It ends" error={errorOf("expires_in_days")}>
        {(control) => <Select {...control} value={days} onValueChange={setDays} options={DAYS} />}
      </Field>
      <fieldset aria-describedby={errorOf("scopes") ? groupId : undefined}>
        <legend className="mb-1.5 font-medium text-ink-2 text-xs">It may</legend>
        <ul className="grid">
          {SCOPES.filter(([scope]) => can(scope)).map(([scope, meaning]) => (
            <li key={scope}>
              <label className="flex min-h-8 pointer-coarse:min-h-11 items-center gap-2.5 text-sm">
                <input type="checkbox" name="scopes" value={scope} className="size-4 shrink-0 accent-ink" />
                <span className="min-w-0 text-pretty">
                  {meaning} <span className="font-mono text-2xs text-muted">{scope}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
        {errorOf("scopes") && (
          <p id={groupId} role="alert" className="mt-1 text-bad-ink text-xs">
            {errorOf("scopes")}
          </p>
        )}
      </fieldset>
      <DialogActions>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" kind="primary" busy={make.isPending}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}

function Made({ text, onClose }: { text: string; onClose: () => void }) {
  const onCopy = () =>
    navigator.clipboard.writeText(text).then(
      () => toastDone("The token is copied"),
      () => toastFailed("It was not copied", { detail: "Select the text and copy it by hand." }),
    );
  return (
    <div className="grid gap-4">
      <Field label="Token" hint="Send it as the header Authorization: Bearer …">
        {(control) => (
          <Input
            {...control}
            value={text}
            readOnly
            className="font-mono"
            onFocus={(event) => event.currentTarget.select()}
          />
        )}
      </Field>
      <DialogActions>
        <Button onClick={() => void onCopy()}>
          <Copy aria-hidden /> Copy
        </Button>
        <Button kind="primary" onClick={onClose}>
          I have it
        </Button>
      </DialogActions>
    </div>
  );
}

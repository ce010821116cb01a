import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { passkeysWorkHere } from "@/lib/webauthn";
import { type Authenticator, addPasskey, removePasskey, renamePasskey } from "./account";
import { useConfirmed, whatWentWrong } from "./confirm";
import { isoOf } from "./times";

/** Passkeys: added, renamed, removed. */
export function PasskeysPanel({ passkeys }: { passkeys: Authenticator[] }) {
  const queryClient = useQueryClient();
  const confirmed = useConfirmed();
  const [naming, setNaming] = useState<number | "new">();
  const change = useMutation({
    mutationFn: (action: () => Promise<void>) => confirmed(action),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["account", "authenticators"] });
      setNaming(undefined);
    },
    meta: { handlesError: true },
  });
  const failed = whatWentWrong(change.error);
  const nameForm = (label: string, action: (name: string) => Promise<void>, name = "") => (
    <NameForm
      label={label}
      name={name}
      busy={change.isPending}
      onName={(given) => change.mutate(() => action(given))}
      onCancel={() => setNaming(undefined)}
    />
  );
  return (
    <Panel title="Passkeys">
      <p className="max-w-prose text-ink-2 text-sm">
        Your device proves that it is you, by its fingerprint reader, face or PIN. A passkey is both factors
        at once: with it no password is asked for.
      </p>
      {passkeys.length > 0 && (
        <ul className="mt-4 divide-y rounded-lg border">
          {passkeys.map(({ id = 0, name = "Passkey", created_at, last_used_at }) => (
            <li key={id} className="flex flex-wrap items-center justify-between gap-3 px-3 py-2.5">
              {naming === id ? (
                nameForm("New name", (given) => renamePasskey(id, given), name)
              ) : (
                <>
                  <div>
                    <p className="font-medium text-sm">{name}</p>
                    <p className="text-muted text-xs">
                      Added <Ago iso={isoOf(created_at)} />
                      {last_used_at ? (
                        <>
                          , used <Ago iso={isoOf(last_used_at)} />
                        </>
                      ) : (
                        ", not used yet"
                      )}
                    </p>
                  </div>
                  <div className="flex gap-2">
                    <Button size="sm" aria-label={`Rename ${name}`} onClick={() => setNaming(id)}>
                      Rename
                    </Button>
                    <Button
                      size="sm"
                      kind="danger"
                      aria-label={`Remove ${name}`}
                      busy={change.isPending}
                      onClick={() => change.mutate(() => removePasskey(id))}
                    >
                      Remove
                    </Button>
                  </div>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-4">
        {!passkeysWorkHere() ? (
          <p className="text-muted text-sm">
            Passkeys need an address with a name and https, so none can be added from here.
          </p>
        ) : naming === "new" ? (
          nameForm("Name of this device", addPasskey)
        ) : (
          <Button onClick={() => setNaming("new")}>Add a passkey</Button>
        )}
      </div>
      {failed && (
        <p role="alert" className="mt-3 text-bad-ink text-sm">
          {failed}
        </p>
      )}
    </Panel>
  );
}

interface NameFormProps {
  label: string;
  name: string;
  busy: boolean;
  onName: (name: string) => void;
  onCancel: () => void;
}

function NameForm({ label, name, busy, onName, onCancel }: NameFormProps) {
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onName(String(new FormData(event.currentTarget).get("name")));
  };
  return (
    <form onSubmit={onSubmit} className="flex w-full flex-wrap items-end gap-2">
      <Field label={label} className="min-w-48 flex-1">
        {(control) => (
          <Input {...control} name="name" defaultValue={name} maxLength={100} required autoFocus />
        )}
      </Field>
      <Button type="submit" kind="primary" busy={busy}>
        {name ? "Rename" : "Go on"}
      </Button>
      <Button kind="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </form>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { toastDone } from "@/lib/toast";
import { type Authenticator, addApp, offerApp, removeApp } from "./account";
import { useConfirmed, whatWentWrong } from "./confirm";
import { qrQuery } from "./queries";

/** Codes from an authenticator app: on, off, and the way from one to the other. */
export function AppPanel({ app }: { app: Authenticator | undefined }) {
  const queryClient = useQueryClient();
  const confirmed = useConfirmed();
  const [offer, setOffer] = useState<{ secret: string; address: string }>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["account", "authenticators"] });
  const begin = useMutation({
    mutationFn: offerApp,
    onSuccess: setOffer,
    meta: { handlesError: true },
  });
  const add = useMutation({
    mutationFn: (code: string) => confirmed(() => addApp(code)),
    onSuccess: async () => {
      await refresh();
      setOffer(undefined);
      toastDone("Your authenticator app is added", { detail: "From now on signing in asks for a code." });
    },
    meta: { handlesError: true },
  });
  const remove = useMutation({
    mutationFn: () => confirmed(removeApp),
    onSuccess: async () => {
      await refresh();
      toastDone("The authenticator app is removed");
    },
    meta: { handlesError: true },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate(String(new FormData(event.currentTarget).get("code")).replaceAll(" ", ""));
  };
  const failed = whatWentWrong(begin.error ?? remove.error);
  return (
    <Panel title="Authenticator app" aside={app && <Badge tone="ok">On</Badge>}>
      {offer ? (
        <form onSubmit={onSubmit} className="grid gap-4 sm:grid-cols-[auto_1fr]">
          <Qr address={offer.address} />
          <div className="grid content-start gap-4">
            <p className="text-ink-2 text-sm">
              Scan the picture with your app, or type this key into it:
              <code className="mt-1.5 block break-all rounded-md bg-sunken px-2 py-1.5">
                {offer.secret.replace(/(.{4})/g, "$1 ").trim()}
              </code>
            </p>
            <Field label="Code that the app shows now" error={whatWentWrong(add.error)}>
              {(control) => (
                <Input
                  {...control}
                  name="code"
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  required
                  autoFocus
                />
              )}
            </Field>
            <div className="flex gap-2">
              <Button type="submit" kind="primary" busy={add.isPending}>
                Switch it on
              </Button>
              <Button kind="quiet" onClick={() => setOffer(undefined)}>
                Not now
              </Button>
            </div>
          </div>
        </form>
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-ink-2 text-sm">
            {app
              ? "Signing in with your password asks for a code from your app."
              : "An app on your phone shows a code that is asked for beside your password."}
          </p>
          {app ? (
            <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              Remove
            </Button>
          ) : (
            <Button busy={begin.isPending} onClick={() => begin.mutate()}>
              Set up an app
            </Button>
          )}
          {failed && (
            <p role="alert" className="w-full text-bad-ink text-sm">
              {failed}
            </p>
          )}
        </div>
      )}
    </Panel>
  );
}

function Qr({ address }: { address: string }) {
  const { data: svg } = useQuery(qrQuery(address));
  if (!svg) return <Skeleton className="size-44 rounded-lg" />;
  return (
    <img
      src={`data:image/svg+xml,${encodeURIComponent(svg)}`}
      alt="Key for your authenticator app"
      className="size-44 rounded-lg border bg-white"
    />
  );
}

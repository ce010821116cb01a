import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { plural } from "@/lib/format";
import { type Authenticator, firstRecoveryCodes, newRecoveryCodes } from "./account";
import { useConfirmed, whatWentWrong } from "./confirm";

/** Codes on paper for the day the phone is gone. The server shows them once. */
export function RecoveryPanel({ codes }: { codes: Authenticator }) {
  const queryClient = useQueryClient();
  const confirmed = useConfirmed();
  const show = useMutation({
    mutationFn: async (isNew: boolean) =>
      (await confirmed(isNew ? newRecoveryCodes : firstRecoveryCodes)) ?? [],
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["account", "authenticators"] }),
    meta: { handlesError: true },
  });
  const failed = whatWentWrong(show.error);
  return (
    <Panel title="Recovery codes">
      <p className="max-w-prose text-ink-2 text-sm">
        Each signs you in once, when neither app nor passkey is at hand.{" "}
        {plural(codes.unused_code_count ?? 0, "code")} of {codes.total_code_count} are left.
      </p>
      {show.data && show.data.length > 0 && <Codes codes={show.data} />}
      {show.data?.length === 0 && (
        <Notice className="mt-4" title="These codes were shown before">
          For your safety they are shown once. Make new ones if you do not have them any more.
        </Notice>
      )}
      <div className="mt-4 flex flex-wrap gap-2">
        {!show.data && (
          <Button busy={show.isPending && !show.variables} onClick={() => show.mutate(false)}>
            Show the codes
          </Button>
        )}
        <Button busy={show.isPending && show.variables} onClick={() => show.mutate(true)}>
          Make new codes
        </Button>
      </div>
      {failed && (
        <p role="alert" className="mt-3 text-bad-ink text-sm">
          {failed}
        </p>
      )}
    </Panel>
  );
}

function Codes({ codes }: { codes: string[] }) {
  const file = `LoanArk CRM Sync: recovery codes\nEach works once.\n\n${codes.join("\n")}\n`;
  return (
    <div className="mt-4 grid justify-items-start gap-3">
      <Notice tone="warn" title="Keep them now: they are not shown again">
        Print them, or store them in your password manager.
      </Notice>
      <ul aria-label="Your recovery codes" className="grid grid-cols-2 gap-x-6 gap-y-1 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button asChild size="sm">
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(file)}`}
          download="loanark-recovery-codes.txt"
        >
          <Download aria-hidden /> Download
        </a>
      </Button>
    </div>
  );
}

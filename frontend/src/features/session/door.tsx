import type { ReactNode } from "react";
import { Logo } from "@/components/ui/logo";
import { useTitle } from "@/lib/use-title";

/** A page before the house: one thing to do, in the middle. */
export function Door({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="grid min-h-dvh grid-rows-[auto_1fr_auto] px-6 py-8 sm:px-12">
      <div className="flex items-center gap-2.5">
        <Logo />
        <span className="font-semibold text-sm tracking-tight">LoanArk CRM Sync</span>
      </div>
      <div className="mx-auto w-full max-w-88 self-center py-10">
        <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
        {lead && <p className="mt-1 text-muted">{lead}</p>}
        <div className="mt-6">{children}</div>
      </div>
    </main>
  );
}

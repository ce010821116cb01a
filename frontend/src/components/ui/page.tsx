import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useTitle } from "@/lib/use-title";

interface PageProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** "read" keeps a comfortable measure; "work" takes the whole width. */
  width?: "read" | "work";
  children: ReactNode;
}

/** The frame every page stands in: one h1, perhaps a sentence, perhaps actions, then the content. */
export function Page({ title, lead, actions, width = "read", children }: PageProps) {
  useTitle(title);
  return (
    <div
      className={cn(
        "mx-auto w-full px-4 pt-5 pb-24 md:px-8 md:pt-8 md:pb-12",
        width === "read" ? "max-w-6xl" : "max-w-[96rem]",
      )}
    >
      {/* On a desk the actions keep their line, so that one more of them moves nothing below. */}
      <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3 lg:flex-nowrap">
        <div className="min-w-0 lg:flex-1">
          <h1 className="font-semibold text-xl">{title}</h1>
          {lead && <p className="mt-1 max-w-3xl text-pretty text-muted text-sm">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2 lg:flex-nowrap">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { Ago } from "@/components/ui/ago";
import { Card } from "@/components/ui/card";
import { Rolling } from "@/components/ui/rolling";
import { type Side, SideBadge } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import type { Balance as BalanceData } from "./queries";

/** The sum that proves the sentence: it is always arithmetically true, and says so when it is not yet explained. */
export function Balance({ tenant, balance }: { tenant: string; balance: BalanceData }) {
  return (
    <Card data-tour="balance" aria-label="Balance of both sides" className="overflow-hidden">
      <p className="grid items-stretch py-2 sm:flex sm:flex-wrap sm:items-end sm:gap-x-6 sm:gap-y-3 sm:px-5 sm:py-4">
        <Total side="hubspot" count={balance.hubspot} />
        <Operator>=</Operator>
        <Total side="loanark" count={balance.loanark} />
        {termsOf(balance).map(({ size, isExplained }) => (
          <Fragment key={String(isExplained)}>
            <Operator>{size > 0 ? "+" : "−"}</Operator>
            <Gap size={Math.abs(size)} isExplained={isExplained} />
          </Fragment>
        ))}
      </p>
      <Explanation tenant={tenant} balance={balance} />
    </Card>
  );
}

interface Term {
  size: number;
  isExplained: boolean;
}

const linkStyle =
  "inline-flex min-h-6 pointer-coarse:min-h-11 items-center gap-1 underline decoration-line-strong underline-offset-3 hover:text-ink hover:decoration-ink";

interface OpenedProps {
  tenant: string;
  opens: BalanceData["explained"][number]["opens"];
  children: ReactNode;
}

/** A number that leads to what it counts. */
function Opened({ tenant, opens, children }: OpenedProps) {
  const params = { tenant };
  if (opens === "held")
    return (
      <Link to="/$tenant/needs-you" params={params} hash="held" className={linkStyle}>
        {children}
      </Link>
    );
  if (opens === "duplicates")
    return (
      <Link to="/$tenant/duplicates" params={params} className={linkStyle}>
        {children}
      </Link>
    );
  if (opens === "values")
    return (
      <Link to="/$tenant/needs-you" params={params} search={{ show: "values" }} className={linkStyle}>
        {children}
      </Link>
    );
  if (opens === "pending")
    return (
      <Link
        to="/$tenant/contacts"
        params={params}
        search={{ sync: ["pending", "not_linked"] }}
        className={linkStyle}
      >
        {children}
      </Link>
    );
  if (opens === "deleted")
    return (
      <Link to="/$tenant/contacts" params={params} search={{ deleted: true }} className={linkStyle}>
        {children}
      </Link>
    );
  if (opens === "runs")
    return (
      <Link to="/$tenant/runs" params={params} className={linkStyle}>
        {children}
      </Link>
    );
  return <span>{children}</span>;
}

/** What stands between the two totals, signed so that the sum is right; what nothing explains is told apart. */
function termsOf({ hubspot, loanark, explained }: BalanceData): Term[] {
  const known = explained.reduce((sum, { count, side }) => sum + (side === "hubspot" ? count : -count), 0);
  return [
    { size: known, isExplained: true },
    { size: hubspot - loanark - known, isExplained: false },
  ].filter(({ size }) => size !== 0);
}

const partStyle =
  "flex items-baseline justify-between gap-3 pr-5 pl-10 max-sm:py-1.5 sm:block sm:px-0 sm:py-0 sm:text-left";
const numberStyle = "block font-semibold text-2xl tabular-nums tracking-[-0.03em] sm:mt-1";

function Total({ side, count }: { side: Side; count: number }) {
  return (
    <span className={partStyle}>
      <SideBadge side={side} className="text-sm" />
      <Rolling count={count} className={numberStyle} />
    </span>
  );
}

function Operator({ children }: { children: ReactNode }) {
  return (
    <span className="self-end pl-4 font-light text-muted text-xl max-sm:-mb-11 max-sm:self-start max-sm:pt-3 sm:pb-0.5 sm:pl-0 sm:text-2xl">
      {children}
    </span>
  );
}

function Gap({ size, isExplained }: { size: number; isExplained: boolean }) {
  return (
    <span className={partStyle}>
      <span className={cn("font-medium text-sm", isExplained ? "text-ink-2" : "text-warn-ink")}>
        {isExplained ? "explained" : "not explained yet"}
      </span>
      <span className={numberStyle}>{formatCount(size)}</span>
    </span>
  );
}

function Explanation({ tenant, balance }: { tenant: string; balance: BalanceData }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t bg-sunken px-5 py-2 text-muted text-xs">
      <span>
        <span className="font-medium text-ink-2">{formatCount(balance.linked)}</span> linked one to one
      </span>
      {balance.explained.map((part) => (
        <Opened key={part.reason} tenant={tenant} opens={part.opens}>
          <span className="font-medium text-ink-2">{formatCount(part.count)}</span> {part.reason}
        </Opened>
      ))}
      <span className="sm:ml-auto">
        counted <Ago iso={balance.counted_at} />
      </span>
    </div>
  );
}

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Step } from "./steps";

interface StepLinkProps {
  tenant: string;
  step: Step;
  className?: string;
  title?: string;
  children: ReactNode;
}

/** Leads exactly to where the step is done. */
export function StepLink({ tenant, step, children, ...rest }: StepLinkProps) {
  const params = { tenant };
  switch (step.id) {
    case "connect":
      return (
        <Link to="/$tenant/connection" params={params} {...rest}>
          {children}
        </Link>
      );
    case "match":
      return (
        <Link to="/$tenant/mapping" params={params} {...rest}>
          {children}
        </Link>
      );
    case "invite":
      return (
        <Link to="/$tenant/access" params={params} {...rest}>
          {children}
        </Link>
      );
    default:
      if (step.run === undefined)
        return (
          <Link to="/$tenant/runs" params={params} {...rest}>
            {children}
          </Link>
        );
      return (
        <Link to="/$tenant/runs/$runId" params={{ tenant, runId: String(step.run) }} {...rest}>
          {children}
        </Link>
      );
  }
}

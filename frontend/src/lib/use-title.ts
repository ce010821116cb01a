import { useEffect } from "react";

const PRODUCT = "LoanArk CRM Sync";

/** Names the page where the page itself is not seen: in tabs, the browser's history and screen readers. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · ${PRODUCT}` : PRODUCT;
  }, [title]);
}

import { getDuplicateSummaryOptions } from "@/client/@tanstack/react-query.gen";

/** Where the book stands. Apart from the page's other questions: every page shows how many proposals wait. */
export const duplicateSummaryQuery = (tenant: string) => getDuplicateSummaryOptions({ path: { tenant } });

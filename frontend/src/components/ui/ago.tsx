import { formatAgo, formatAgoShort, formatDateTime } from "@/lib/format";
import { useSlowNow } from "@/lib/use-now";

interface AgoProps {
  iso: string;
  /** "4m ago", for tables. */
  isShort?: boolean;
  className?: string;
}

/** How long ago, kept true while the page is open; the exact time in its title. */
export function Ago({ iso, isShort = false, className }: AgoProps) {
  const now = Math.max(useSlowNow(), Date.parse(iso)); // Never "in 20 seconds" because the shared clock is behind.
  return (
    <time dateTime={iso} title={formatDateTime(iso)} className={className}>
      {isShort ? formatAgoShort(iso, now) : formatAgo(iso, now)}
    </time>
  );
}

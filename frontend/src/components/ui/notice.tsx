import { CircleAlert, CircleCheck, CircleHelp, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

type NoticeTone = "plain" | "ok" | "ask" | "warn" | "bad";

const LOOKS: Record<NoticeTone, { icon: LucideIcon; box: string; glyph: string }> = {
  plain: { icon: Info, box: "bg-sunken", glyph: "text-muted" },
  ok: { icon: CircleCheck, box: "border-ok/30 bg-ok-wash", glyph: "text-ok-ink" },
  ask: { icon: CircleHelp, box: "border-ask/30 bg-ask-wash", glyph: "text-ask-ink" },
  warn: { icon: TriangleAlert, box: "border-warn/50 bg-warn-wash", glyph: "text-warn-ink" },
  bad: { icon: CircleAlert, box: "border-bad/30 bg-bad-wash", glyph: "text-bad-ink" },
};

interface NoticeProps {
  tone?: NoticeTone;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** Something the page has to say, in place: a title, a sentence, perhaps a way out. */
export function Notice({ tone = "plain", title, children, action, className }: NoticeProps) {
  const { icon: Icon, box, glyph } = LOOKS[tone];
  return (
    <div className={cn("flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border p-3.5", box, className)}>
      <Icon className={cn("mt-0.5 size-4.5 shrink-0", glyph)} aria-hidden />
      <div className="min-w-48 flex-1">
        <p className="font-semibold text-sm">{title}</p>
        {children && <div className="mt-0.5 text-ink-2 text-sm">{children}</div>}
      </div>
      {action}
    </div>
  );
}

import { CircleHelp } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import { cn } from "@/lib/cn";
import type { Meaning } from "@/lib/meanings";
import { Skeleton } from "./skeleton";

interface ExplainProps {
  /** A state, as `sync.failing`, or the code of a problem. */
  code: string;
  /** The badge that is explained. Without one the trigger is a question mark. */
  children?: ReactNode;
  className?: string;
}

/** "What does this mean?": what happened, what is safe, what to do. The badge itself is the door where it can be. */
export function Explain({ code, children, className }: ExplainProps) {
  return (
    <Popover.Root>
      <Popover.Trigger
        className={cn(
          "inline-flex max-w-full items-center rounded-sm text-left align-middle",
          children
            ? "pointer-coarse:min-h-11 decoration-dotted underline-offset-3 hover:underline"
            : "pointer-coarse:size-11 size-6 justify-center text-muted hover:bg-hover hover:text-ink",
          className,
        )}
      >
        {children ?? <CircleHelp className="size-4" aria-hidden />}
        <span className="sr-only">{children ? ": what does this mean?" : "What does this mean?"}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={12}
          aria-label="What does this mean?"
          className="appear z-50 w-84 max-w-[calc(100vw-1.5rem)] rounded-lg border bg-surface p-4 text-sm shadow-high"
        >
          <Words code={code} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The words come when they are asked for. */
function Words({ code }: { code: string }) {
  const [found, setFound] = useState<Meaning | "unknown">();
  useEffect(() => {
    let isWanted = true;
    void import("@/lib/meanings").then(
      ({ meaningOf }) => isWanted && setFound(meaningOf(code) ?? "unknown"),
      () => isWanted && setFound("unknown"),
    );
    return () => {
      isWanted = false;
    };
  }, [code]);
  if (!found) return <Skeleton className="h-28 w-full" />;
  if (found === "unknown")
    return (
      <p>
        There are no words for <code>{code}</code> here. What is shown beside it is all that is known.
      </p>
    );
  return <MeaningText meaning={found} />;
}

export function MeaningText({ meaning, isPlain = false }: { meaning: Meaning; isPlain?: boolean }) {
  return (
    <div className="grid gap-2">
      {!isPlain && <p className="font-semibold">{meaning.title}</p>}
      <p>{meaning.happened}</p>
      <p className="text-ink-2">
        <span className="font-medium text-ok-ink">What is safe: </span>
        {meaning.safe}
      </p>
      <p className="text-ink-2">
        <span className="font-medium text-ink">What to do: </span>
        {meaning.todo}
      </p>
    </div>
  );
}

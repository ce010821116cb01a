import { useEffect, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { useMedia } from "@/lib/use-media";

const ROLLS_MS = 600;

interface RollingProps {
  count: number;
  className?: string;
}

/** A number that rolls to its next value instead of jumping; for whoever wants no motion it is just the number. */
export function Rolling({ count, className }: RollingProps) {
  const isStill = useMedia("(prefers-reduced-motion: reduce)");
  const [shown, setShown] = useState(count);
  const from = useRef(count);
  useEffect(() => {
    const start = from.current;
    from.current = count;
    if (isStill || start === count) return setShown(count);
    const began = performance.now();
    let frame = requestAnimationFrame(function roll(now) {
      const share = Math.min(1, (now - began) / ROLLS_MS);
      setShown(Math.round(start + (count - start) * (1 - (1 - share) ** 3)));
      if (share < 1) frame = requestAnimationFrame(roll);
    });
    return () => cancelAnimationFrame(frame);
  }, [count, isStill]);
  return <span className={cn("tabular-nums", className)}>{formatCount(shown)}</span>;
}

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button";
import { Tooltip } from "./tooltip";

const TOLD_MS = 1_500;

/** Copies a text, and says for a moment that it did. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), TOLD_MS);
  };
  const Icon = isDone ? Check : Copy;
  return (
    <Tooltip label={isDone ? "Copied" : `Copy ${what}`}>
      <Button
        kind="quiet"
        size="icon-sm"
        className="size-6"
        aria-label={`Copy ${what}`}
        onClick={() => void copy()}
      >
        <Icon className="size-3.5" aria-hidden />
      </Button>
    </Tooltip>
  );
}

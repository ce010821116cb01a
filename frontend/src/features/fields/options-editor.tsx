import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { FieldOption } from "./queries";

interface OptionsEditorProps {
  options: FieldOption[];
  /** How many of the first are there already: renamed, but not taken away, since contacts may hold them. */
  kept: number;
  onChange: (options: FieldOption[]) => void;
  error?: string | undefined;
}

/** What people choose from, a line each. */
export function OptionsEditor({ options, kept, onChange, error }: OptionsEditorProps) {
  const set = (at: number, label: string) =>
    onChange(
      options.map((one, place) =>
        place === at ? { value: at < kept ? one.value : label, label: at < kept ? label : "" } : one,
      ),
    );
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 font-medium text-ink-2 text-xs">Options</legend>
      {options.map((option, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an option is named as one types; its place is what it is known by
        <div key={at} className="flex items-center gap-2">
          <Input
            aria-label={`Option ${at + 1}`}
            value={at < kept ? (option.label ?? option.value) : option.value}
            maxLength={200}
            onChange={(event) => set(at, event.target.value)}
          />
          {at < kept ? (
            <code className="w-24 shrink-0 truncate font-mono text-2xs text-muted" title={option.value}>
              {option.value}
            </code>
          ) : (
            <Button
              kind="quiet"
              size="icon-sm"
              aria-label={`Leave out option ${at + 1}`}
              onClick={() => onChange(options.filter((_, place) => place !== at))}
            >
              <X aria-hidden />
            </Button>
          )}
        </div>
      ))}
      <Button
        size="sm"
        className="justify-self-start"
        onClick={() => onChange([...options, { value: "", label: "" }])}
      >
        <Plus aria-hidden /> Another option
      </Button>
      {error && <p className="text-bad-ink text-xs">{error}</p>}
    </fieldset>
  );
}

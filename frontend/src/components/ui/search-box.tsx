import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useDebounced } from "@/lib/use-debounced";
import { useHotkeys } from "@/lib/use-hotkeys";
import { Input } from "./input";
import { Kbd } from "./kbd";

const SETTLED_MS = 180;

interface SearchBoxProps {
  label: string;
  placeholder: string;
  value: string;
  onSearch: (value: string) => void;
}

/** Searches as one types; the address follows once the typing settles. `/` comes here, Escape empties and leaves. */
export function SearchBox({ label, placeholder, value, onSearch }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, SETTLED_MS);
  /** What the address was told and may not say yet: it follows late, and must not take back what was typed since. */
  const told = useRef([value]);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (settled === told.current.at(-1)) return;
    told.current.push(settled);
    onSearch(settled.trim());
  }, [settled, onSearch]);

  useEffect(() => {
    const at = told.current.map((text) => text.trim()).lastIndexOf(value);
    if (at >= 0) {
      told.current = told.current.slice(at);
      return;
    }
    told.current = [value]; // Changed from outside: back, forward, a link.
    setTyped(value);
  }, [value]);

  useHotkeys({
    "/": (event) => {
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    },
  });

  return (
    <div className="relative min-w-0 flex-1">
      <Search className="absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted" aria-hidden />
      <Input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setTyped("");
          event.currentTarget.blur();
        }}
        className="text-ellipsis pr-9 pl-8.5 [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="absolute top-1/2 right-2 -translate-y-1/2">
        {typed ? (
          <button
            type="button"
            aria-label="Empty the search"
            onClick={() => setTyped("")}
            className="grid size-6 place-items-center rounded-sm text-muted hover:bg-hover"
          >
            <X className="size-4" aria-hidden />
          </button>
        ) : (
          <span className="pointer-coarse:hidden" aria-hidden>
            <Kbd>/</Kbd>
          </span>
        )}
      </span>
    </div>
  );
}

import { Link } from "@tanstack/react-router";

export interface NavSection {
  id: string;
  label: string;
}

/** The way to the parts of a long page: at its side on a desk, in a row over it on a phone. */
export function SectionNav({ label, sections }: { label: string; sections: NavSection[] }) {
  return (
    <nav
      aria-label={label}
      className="sticky top-12 z-10 -mx-4 overflow-x-auto bg-canvas px-4 py-2 md:top-0 lg:top-6 lg:mx-0 lg:self-start lg:overflow-visible lg:p-0"
    >
      <ul className="flex gap-1 lg:grid">
        {sections.map(({ id, label: name }) => (
          <li key={id}>
            <Link
              to="."
              hash={id}
              replace
              activeOptions={{ includeHash: true }}
              className="flex h-9 pointer-coarse:h-11 items-center whitespace-nowrap rounded-md px-3 text-ink-2 text-sm hover:bg-hover aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

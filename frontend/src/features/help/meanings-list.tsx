import { MeaningText } from "@/components/ui/explain";
import type { Chapter, Meaning } from "@/lib/meanings";

/** States and codes of one kind, each opening to its three sentences; while one searches, they are open. */
export function MeaningsList({ chapter, isOpen }: { chapter: Chapter; isOpen: boolean }) {
  return (
    <section aria-label={chapter.title} className="min-w-0 break-inside-avoid">
      <h3 className="eyebrow px-4 pt-4 pb-1.5">{chapter.title}</h3>
      <ul className="divide-y">
        {chapter.meanings.map((meaning) => (
          <li key={meaning.code}>
            <details open={isOpen} className="group">
              <summary className="flex min-h-10 pointer-coarse:min-h-11 cursor-pointer list-none items-center gap-3 px-4 py-2 text-sm hover:bg-hover">
                <span
                  className={
                    meaning.title === meaning.code ? "shrink-0 font-mono text-xs" : "shrink-0 font-medium"
                  }
                >
                  {meaning.title}
                </span>
                <span className="min-w-0 flex-1 truncate text-muted group-open:hidden">
                  {meaning.happened}
                </span>
              </summary>
              <div className="max-w-prose px-4 pb-3 text-sm">
                <MeaningText meaning={meaning} isPlain />
              </div>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

const says = (meaning: Meaning, typed: string) =>
  Object.values(meaning).join(" ").toLowerCase().includes(typed.toLowerCase());

/** The chapters with what speaks of the typed words; a code that is exactly that stands alone. */
export function narrowed(chapters: Chapter[], typed: string): Chapter[] {
  const keep = (is: (one: Meaning) => boolean) =>
    chapters
      .map(({ title, meanings }) => ({ title, meanings: meanings.filter(is) }))
      .filter(({ meanings }) => meanings.length > 0);
  const exact = keep(({ code }) => code === typed);
  return exact.length > 0 ? exact : keep((one) => says(one, typed));
}

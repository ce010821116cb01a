import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Footprints, ListChecks } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page";
import { SearchBox } from "@/components/ui/search-box";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { GLOSSARY, type Word } from "@/features/help/glossary";
import { MeaningsList, narrowed } from "@/features/help/meanings-list";
import { Pictures } from "@/features/help/pictures";
import type { HelpPart } from "@/features/help/search";
import { ShortcutList } from "@/features/help/shortcuts";
import { hiddenKey } from "@/features/onboarding/set-up-progress";
import { membersQuery } from "@/features/organisation/queries";
import { sessionQuery } from "@/features/session/queries";
import { seenKey } from "@/features/tour/seen";
import { type Chapter, PROBLEMS, STATES } from "@/lib/meanings";
import { remember, useRemembered } from "@/lib/remembered";
import { toastDone } from "@/lib/toast";

export default function HelpPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { q = "", part } = useSearch({ from: "/$tenant/help" });
  const navigate = useNavigate();
  const onSearch = useCallback(
    (text: string) =>
      void navigate({
        to: "/$tenant/help",
        params: { tenant },
        search: text ? { q: text } : {},
        replace: true,
      }),
    [navigate, tenant],
  );
  const onPart = (next: string) =>
    void navigate({
      to: "/$tenant/help",
      params: { tenant },
      search: next === "how" ? {} : { part: next as HelpPart },
      replace: true,
    });
  return (
    <Page title="Help" lead="How it works, what every word, state and code means, and whom to ask.">
      <div className="mb-4 flex flex-wrap gap-3">
        <div className="flex min-w-60 flex-1 md:max-w-md">
          <SearchBox
            label="Search the help"
            placeholder="A word, a state, an error code"
            value={q}
            onSearch={onSearch}
          />
        </div>
        <Again tenant={tenant} />
      </div>
      {q !== "" ? (
        <Found q={q} />
      ) : (
        <Tabs value={part ?? "how"} onValueChange={onPart}>
          <TabsList aria-label="Parts of the help" className="mb-4">
            <TabsTrigger value="how">How it works</TabsTrigger>
            <TabsTrigger value="states">States</TabsTrigger>
            <TabsTrigger value="codes">Error codes</TabsTrigger>
            <TabsTrigger value="words">Words</TabsTrigger>
            <TabsTrigger value="keys">Keyboard</TabsTrigger>
          </TabsList>
          <TabsContent value="how" className="grid gap-4">
            <Panel title="Six things to know">
              <Pictures />
            </Panel>
            <Support tenant={tenant} />
          </TabsContent>
          <TabsContent value="states">
            <Meanings title="What the states mean" chapters={STATES} />
          </TabsContent>
          <TabsContent value="codes">
            <Meanings title="What the error codes mean" chapters={PROBLEMS} />
          </TabsContent>
          <TabsContent value="words">
            <Words words={GLOSSARY} />
          </TabsContent>
          <TabsContent value="keys">
            <Panel title="Keyboard shortcuts">
              <ShortcutList className="gap-x-10 sm:columns-2" />
            </Panel>
          </TabsContent>
        </Tabs>
      )}
    </Page>
  );
}

/** Whatever speaks of the typed words, of every part. */
function Found({ q }: { q: string }) {
  const states = narrowed(STATES, q);
  const codes = narrowed(PROBLEMS, q);
  const words = GLOSSARY.filter(({ word, meaning }) =>
    `${word} ${meaning}`.toLowerCase().includes(q.toLowerCase()),
  );
  if (states.length + codes.length + words.length === 0)
    return (
      <EmptyState title="Nothing speaks of that">Try one word of it, or ask an administrator.</EmptyState>
    );
  return (
    <div key={q} className="grid gap-4">
      {states.length > 0 && <Meanings title="What the states mean" chapters={states} isOpen />}
      {codes.length > 0 && <Meanings title="What the error codes mean" chapters={codes} isOpen />}
      {words.length > 0 && <Words words={words} />}
    </div>
  );
}

function Meanings({
  title,
  chapters,
  isOpen = false,
}: {
  title: string;
  chapters: Chapter[];
  isOpen?: boolean;
}) {
  return (
    <Panel title={title} bodyClassName="p-0 pb-2">
      {chapters.map((chapter) => (
        <MeaningsList key={chapter.title} chapter={chapter} isOpen={isOpen} />
      ))}
    </Panel>
  );
}

function Words({ words }: { words: Word[] }) {
  return (
    <Panel title="Words" bodyClassName="py-1">
      <dl className="divide-y">
        {words.map(({ word, meaning }) => (
          <div key={`${word} ${meaning}`} className="grid gap-x-6 py-2 text-sm sm:grid-cols-[13rem_1fr]">
            <dt className="font-medium">{word}</dt>
            <dd className="text-ink-2">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** What was put away comes back from here. */
function Again({ tenant }: { tenant: string }) {
  const { data: session } = useSuspenseQuery(sessionQuery());
  const navigate = useNavigate();
  const isSetUpHidden = useRemembered(hiddenKey(tenant));
  return (
    <>
      <Button
        onClick={() => {
          remember(seenKey(session.user.id), false);
          void navigate({ to: "/$tenant", params: { tenant }, search: { tour: true } });
        }}
      >
        <Footprints aria-hidden /> Take the tour
      </Button>
      {isSetUpHidden && (
        <Button
          onClick={() => {
            remember(hiddenKey(tenant), false);
            toastDone("“Getting started” is back", { detail: "It stays until everything is set up." });
          }}
        >
          <ListChecks aria-hidden /> Show getting started
        </Button>
      )}
    </>
  );
}

function Support({ tenant }: { tenant: string }) {
  const { data: members } = useQuery(membersQuery(tenant));
  const administrators = members?.filter(
    ({ role, support_until }) => role === "administrator" && !support_until,
  );
  return (
    <Panel title="Whom to ask">
      <Sentence>
        An administrator of your organisation knows how it is set up, and can let the vendor’s support in for
        a while, on the page Settings.
      </Sentence>
      <ul className="mt-3 grid gap-1 text-sm">
        {administrators?.map(({ id, name, email }) => (
          <li key={id} className="flex flex-wrap gap-x-3">
            <span className="font-medium">{name}</span>
            <a href={`mailto:${email}`} className="text-ink-2 underline underline-offset-3">
              {email}
            </a>
          </li>
        ))}
      </ul>
      <Sentence className="mt-3">
        Say what you did, what you expected, and the code that stood under the message.
      </Sentence>
    </Panel>
  );
}

const Sentence = ({ className = "", children }: { className?: string; children: ReactNode }) => (
  <p className={`text-ink-2 text-sm ${className}`}>{children}</p>
);

/** One EventSource that is opened again and again until it is closed. Its events say what changed, or that it lives. */

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** The server says something every 15 s: without a word for so long the stream is dead, whatever the browser thinks. */
export const SILENT_MS = 40_000;
const CHECK_EVERY_MS = 10_000;

export type LiveState = "connecting" | "open" | "lost";

interface Source extends EventTarget {
  close: () => void;
}

export interface Hearer {
  onState: (state: LiveState) => void;
  /** The stream is there again after it was not: anything may have changed meanwhile. */
  onGap: () => void;
  onChange: (data: string) => void;
  onBeat: () => void;
}

interface Options {
  /** The page knows things from before the first opening. */
  hasMissed?: boolean;
  open?: (url: string) => Source;
  now?: () => number;
}

/** Doubling, with jitter so that a restarted server is not met by everyone at once. */
export function delayBefore(attempt: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt) * (0.5 + random() / 2);
}

export function connect(
  url: string,
  hearer: Hearer,
  { hasMissed = false, open = (address) => new EventSource(address), now = Date.now }: Options = {},
): () => void {
  let source: Source | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let missedSome = hasMissed;
  let isOpen = false;
  let heardAt = now();

  function start(): void {
    source = open(url);
    source.addEventListener("open", () => {
      attempt = 0;
      isOpen = true;
      heardAt = now();
      hearer.onState("open");
      if (missedSome) hearer.onGap();
      missedSome = false;
    });
    source.addEventListener("error", retry);
    source.addEventListener("beat", () => {
      heardAt = now();
      hearer.onBeat();
    });
    source.addEventListener("change", (event) => {
      heardAt = now();
      hearer.onChange((event as MessageEvent<string>).data);
    });
  }

  function retry(): void {
    source?.close();
    clearTimeout(timer);
    isOpen = false;
    missedSome = true;
    hearer.onState(attempt > 0 ? "lost" : "connecting");
    timer = setTimeout(start, delayBefore(attempt));
    attempt += 1;
  }

  function retryNow(): void {
    attempt = 0;
    retry();
  }

  /** After sleep, or on a network that fell silent, the browser may believe in a stream that is none. */
  function check(): void {
    if (isOpen && now() - heardAt > SILENT_MS) retryNow();
  }

  const checking = setInterval(check, CHECK_EVERY_MS);
  window.addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", check);
  hearer.onState("connecting");
  start();
  return () => {
    source?.close();
    clearTimeout(timer);
    clearInterval(checking);
    window.removeEventListener("online", retryNow);
    document.removeEventListener("visibilitychange", check);
  };
}

import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";
import { server } from "./server";

process.env.TZ = "UTC"; // And jsdom speaks en-US.
configure({ asyncUtilTimeout: 20_000 });

// What jsdom lacks and Radix, TanStack Virtual and EventSource users need.
for (const [edge, value] of Object.entries({
  offsetHeight: 800,
  clientHeight: 800,
  offsetWidth: 1200,
  clientWidth: 1200,
})) {
  Object.defineProperty(HTMLElement.prototype, edge, { configurable: true, value });
}
HTMLElement.prototype.hasPointerCapture = () => false;
HTMLElement.prototype.setPointerCapture = () => undefined;
HTMLElement.prototype.scrollIntoView = () => undefined;
window.scrollTo = () => undefined;
window.matchMedia = (media) =>
  ({
    matches: media.includes("min-width"), // A desk, in the light.
    media,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;

// A message fades in; that it is there is what matters here.
const atOnce = document.createElement("style");
atOnce.textContent = "[data-sonner-toast] { opacity: 1 !important; }";
document.head.append(atOnce);

globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

globalThis.EventSource = class extends EventTarget {
  close() {}
} as unknown as typeof EventSource;

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
const nextTask = setTimeout.bind(globalThis);
afterEach(async () => {
  cleanup();
  // What is on its way to the page that went is heard while there is a window.
  await new Promise((heard) => nextTask(heard));
  server.resetHandlers();
  localStorage.clear();
});
afterAll(() => server.close());

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

globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

globalThis.EventSource = class extends EventTarget {
  close() {}
} as unknown as typeof EventSource;

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
  localStorage.clear();
});
afterAll(() => server.close());

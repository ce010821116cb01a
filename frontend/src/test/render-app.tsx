import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent, { PointerEventsCheckLevel } from "@testing-library/user-event";
import axe from "axe-core";
import { setUpClient } from "@/app/api-client";
import { App } from "@/app/app";
import { makeQueryClient } from "@/app/query-client";
import { makeRouter } from "@/app/router";

setUpClient();

/** The whole app at an address, as a person meets it. */
export function renderApp(address: string) {
  const queryClient = makeQueryClient({
    onSignedOut: () => undefined,
    onSecondFactorNeeded: () => void router.navigate({ to: "/account", search: { needed: true } }),
  });
  const router = makeRouter(queryClient, createMemoryHistory({ initialEntries: [address] }));
  const view = render(<App queryClient={queryClient} router={router} />);
  // For a moment between two layers nothing takes the pointer. That they take it is seen in a real browser.
  const user = userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never });
  return { ...view, user, router, queryClient };
}

/** Names of the accessibility rules that the page breaks. Colours need a real browser: the end-to-end tests look at them. */
export async function accessibilityFaults(container: Element): Promise<string[]> {
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

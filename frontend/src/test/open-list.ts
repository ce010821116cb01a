import { screen } from "@testing-library/react";
import { renderApp } from "./render-app";

/** The list of contacts on a desk, when its rows and columns are there. */
export async function openList(address = "/loanark/contacts") {
  const app = renderApp(address);
  await screen.findAllByText("Anna Alvarez");
  await screen.findByRole("columnheader", { name: /E-mail/ });
  return app;
}

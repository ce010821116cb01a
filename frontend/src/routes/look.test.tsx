import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { chooseRegion } from "@/lib/region";
import { accessibilityFaults, renderApp } from "@/test/render-app";

it("the account page chooses region, time zone, theme and rows, and shows what comes of it at once", async () => {
  const { user, container } = renderApp("/account");
  const panel = await screen.findByRole("region", { name: "Look and language" });
  expect(panel).toHaveTextContent("412,500.5 (UTC)");
  await user.click(screen.getByRole("combobox", { name: "Region" }));
  await user.click(await screen.findByRole("option", { name: /de-DE/ }));
  expect(panel).toHaveTextContent("412.500,5 (UTC)");
  await user.type(screen.getByRole("combobox", { name: "Time zone" }), "Europe/Berlin");
  await waitFor(() => expect(panel).toHaveTextContent("(Europe/Berlin)"));
  await user.click(screen.getByRole("combobox", { name: "Theme" }));
  await user.click(await screen.findByRole("option", { name: "High contrast" }));
  expect(document.documentElement.dataset.contrast).toBe("more");
  await user.click(screen.getByRole("combobox", { name: "Rows of tables" }));
  await user.click(await screen.findByRole("option", { name: "Compact" }));
  expect(document.documentElement.dataset.density).toBe("compact");
  expect(await accessibilityFaults(container)).toEqual([]);
  chooseRegion({ locale: "", timeZone: "" });
});

import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/test/render-app";

const stop = (title: string) => screen.findByRole("dialog", { name: title });

describe("the tour", () => {
  it("is offered once, walked by keyboard to its end, and not offered again", async () => {
    const { user, unmount } = renderApp("/loanark");
    await user.click(await screen.findByRole("button", { name: "Take the tour" }));
    expect(await stop("Is everything in sync?")).toHaveTextContent("1 of 6");
    await waitFor(() => expect(screen.getByRole("button", { name: "Next" })).toHaveFocus());
    await user.keyboard("{Enter}");
    expect(await stop("The proof")).toBeVisible();
    await user.keyboard("{ArrowRight}{ArrowLeft}{ArrowRight}");
    for (const title of [
      "Your contacts",
      "What only a person can decide",
      "What happens, and what happened",
    ]) {
      expect(await stop(title)).toBeVisible();
      await waitFor(() => expect(screen.getByRole("button", { name: "Next" })).toHaveFocus());
      await user.keyboard("{Enter}");
    }
    expect(await stop("The quick way")).toHaveTextContent("6 of 6");
    await user.click(screen.getByRole("button", { name: "Done" }));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(document.activeElement).toHaveAttribute("id", "content");
    unmount();
    renderApp("/loanark");
    await screen.findByLabelText("Balance of both sides");
    expect(screen.queryByRole("button", { name: "Take the tour" })).not.toBeInTheDocument();
  });

  it("ends with Escape at any stop, and counts as seen", async () => {
    const { user } = renderApp("/loanark");
    await user.click(await screen.findByRole("button", { name: "Take the tour" }));
    await stop("Is everything in sync?");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(screen.queryByRole("complementary", { name: "Tour" })).not.toBeInTheDocument();
  });

  it("begins again from the help", async () => {
    localStorage.setItem("loanark.tour-seen.1", "1");
    const { user, router } = renderApp("/loanark/help");
    await user.click(await screen.findByRole("button", { name: "Take the tour" }));
    expect(await stop("Is everything in sync?")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });
});

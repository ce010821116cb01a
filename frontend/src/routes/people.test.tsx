import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { deviceName } from "@/features/account/device";
import { bytes, text } from "@/lib/webauthn";
import { invitationToAccept } from "@/test/fixtures";
import { accessibilityFaults, renderApp } from "@/test/render-app";
import { server } from "@/test/server";

const AUTH = "*/api/auth/browser/v1/auth";
const ACCOUNT = "*/api/auth/browser/v1/account";
const API = "*/api/tenants/:tenant";
const TOTP = { type: "totp", created_at: 1_790_000_000, last_used_at: null };
const CODES = {
  type: "recovery_codes",
  created_at: 1_790_000_000,
  last_used_at: null,
  total_code_count: 10,
  unused_code_count: 10,
};
const CONFIRM = {
  status: 401,
  data: { flows: [{ id: "reauthenticate" }] },
  meta: { is_authenticated: true },
};

const nobodySignedIn = () =>
  http.get("*/api/session", () => HttpResponse.json({ code: "not-signed-in" }, { status: 401 }));

describe("joining by an invitation", () => {
  it("takes a name and a password of a new person, and leads into the organisation", async () => {
    let isSignedIn = false;
    const sent: unknown[] = [];
    server.use(
      http.get("*/api/session", () =>
        isSignedIn ? undefined : HttpResponse.json({ code: "not-signed-in" }, { status: 401 }),
      ),
      http.post("*/api/invitations/good", async ({ request }) => {
        sent.push(await request.json());
        isSignedIn = true;
        return HttpResponse.json({ organisation_slug: "loanark" });
      }),
    );
    const { user, router, container } = renderApp("/join/good");
    expect(await screen.findByRole("heading", { name: "Join LoanArk" })).toBeVisible();
    expect(screen.getByText("Dana Fields invites you as sales manager.")).toBeVisible();
    await user.type(await screen.findByLabelText("Your name"), "Gwen Guest");
    await user.type(screen.getByLabelText("Password"), "violet harbour lantern");
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Join LoanArk" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark"));
    expect(sent).toEqual([{ name: "Gwen Guest", password: "violet harbour lantern" }]);
  });

  it("shows beside the field what is wrong with a password", async () => {
    server.use(
      nobodySignedIn(),
      http.post("*/api/invitations/good", () =>
        HttpResponse.json(
          { code: "invalid", errors: { password: "This password is known." } },
          { status: 422 },
        ),
      ),
    );
    const { user } = renderApp("/join/good");
    await user.type(await screen.findByLabelText("Your name"), "Gwen");
    await user.type(screen.getByLabelText("Password"), "password1234");
    await user.click(screen.getByRole("button", { name: "Join LoanArk" }));
    await waitFor(() =>
      expect(screen.getByLabelText("Password")).toHaveAccessibleDescription("This password is known."),
    );
  });

  it("has somebody with an account sign in first, and come back", async () => {
    server.use(
      nobodySignedIn(),
      http.get("*/api/invitations/good", () =>
        HttpResponse.json({ ...invitationToAccept, has_account: true }),
      ),
    );
    renderApp("/join/good");
    const link = await screen.findByRole("link", { name: "Sign in to accept" });
    expect(link).toHaveAttribute("href", "/sign-in?next=%2Fjoin%2Fgood");
  });

  it("is refused to somebody who is signed in as another person", async () => {
    renderApp("/join/good");
    expect(await screen.findByText("You are signed in as somebody else")).toBeVisible();
    expect(screen.queryByRole("button", { name: /join/i })).toBeNull();
  });

  it("says that a link does not work any more", async () => {
    const { container } = renderApp("/join/used");
    expect(await screen.findByRole("alert")).toHaveTextContent("This link does not work any more");
    expect(await accessibilityFaults(container)).toEqual([]);
  });
});

describe("the page Access", () => {
  it("invites, sends again and revokes", async () => {
    const asked: string[] = [];
    server.use(
      http.post(`${API}/invitations`, async ({ request }) => {
        asked.push(JSON.stringify(await request.json()));
        return HttpResponse.json({}, { status: 201 });
      }),
      http.post(`${API}/invitations/:id/resend`, ({ params }) => {
        asked.push(`resend ${params.id}`);
        return HttpResponse.json({});
      }),
      http.delete(`${API}/invitations/:id`, ({ params }) => {
        asked.push(`revoke ${params.id}`);
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user, container } = renderApp("/loanark/access");
    const list = await screen.findByRole("list", { name: "Open invitations" });
    expect(within(list).getByText("Ran out")).toBeVisible();
    await user.type(screen.getByLabelText("E-mail"), "new@loanark.example");
    await user.click(screen.getByRole("button", { name: "Invite" }));
    await user.click(screen.getByRole("button", { name: "Send gwen@loanark.example a new link" }));
    await user.click(screen.getByRole("button", { name: "Revoke the invitation of otto@loanark.example" }));
    await waitFor(() => expect(asked).toHaveLength(3));
    expect(asked).toEqual(['{"email":"new@loanark.example","role":"loan_officer"}', "resend 5", "revoke 4"]);
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("says beside the address why it was not invited", async () => {
    server.use(
      http.post(`${API}/invitations`, () =>
        HttpResponse.json({ code: "invalid", errors: { email: "is a member already" } }, { status: 422 }),
      ),
    );
    const { user } = renderApp("/loanark/access");
    await user.type(await screen.findByLabelText("E-mail"), "dana@loanark.example");
    await user.click(screen.getByRole("button", { name: "Invite" }));
    await waitFor(() =>
      expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription(
        "This address is a member already.",
      ),
    );
  });

  it("offers no change to who is no administrator", async () => {
    renderApp("/cedar/access");
    expect(await screen.findByRole("list", { name: "Open invitations" })).toBeVisible();
    expect(screen.queryByRole("button", { name: /invite|revoke/i })).toBeNull();
    expect(screen.getByRole("switch", { name: /second factor/ })).toBeDisabled();
  });
});

describe("a person's account", () => {
  it("sets up an authenticator app, asking once more who one is", async () => {
    let isConfirmed = false;
    let isOn = false;
    server.use(
      http.get(`${ACCOUNT}/authenticators`, () => HttpResponse.json({ data: isOn ? [TOTP, CODES] : [] })),
      http.get(`${ACCOUNT}/authenticators/totp`, () =>
        HttpResponse.json(
          { status: 404, meta: { secret: "JBSWY3DPEHPK3PXP", totp_url: "otpauth://totp/x?secret=J" } },
          { status: 404 },
        ),
      ),
      http.post(`${AUTH}/reauthenticate`, async ({ request }) => {
        const { password } = (await request.json()) as { password: string };
        if (password === "wrong")
          return HttpResponse.json(
            { errors: [{ message: "Incorrect password.", param: "password" }] },
            { status: 400 },
          );
        isConfirmed = true;
        return HttpResponse.json({});
      }),
      http.post(`${ACCOUNT}/authenticators/totp`, async ({ request }) => {
        if (!isConfirmed) return HttpResponse.json(CONFIRM, { status: 401 });
        expect(await request.json()).toEqual({ code: "123456" });
        isOn = true;
        return HttpResponse.json({ data: TOTP });
      }),
      http.get(`${ACCOUNT}/authenticators/recovery-codes`, () =>
        HttpResponse.json({ data: { ...CODES, unused_codes: ["11111111", "22222222"] } }),
      ),
    );
    const { user, container } = renderApp("/account");
    const begin = await screen.findByRole("button", { name: "Set up an app" });
    expect(screen.queryByRole("alert"), "before anything was tried").toBeNull();
    await user.click(begin);
    expect(await screen.findByText("JBSW Y3DP EHPK 3PXP")).toBeVisible();
    expect(await screen.findByAltText("Key for your authenticator app")).toBeVisible();
    await user.type(screen.getByLabelText("Code that the app shows now"), "123 456");
    await user.click(screen.getByRole("button", { name: "Switch it on" }));
    const dialog = await screen.findByRole("dialog", { name: "Is it you?" });
    await user.type(within(dialog).getByLabelText("Password"), "wrong");
    await user.click(within(dialog).getByRole("button", { name: "Go on" }));
    expect(await within(dialog).findByText("Incorrect password.")).toBeVisible();
    await user.clear(within(dialog).getByLabelText("Password"));
    await user.type(within(dialog).getByLabelText("Password"), "right");
    await user.click(within(dialog).getByRole("button", { name: "Go on" }));

    expect(await screen.findByText("On")).toBeVisible();

    await user.click(screen.getByRole("button", { name: "Show the codes" }));
    expect(await screen.findByRole("list", { name: "Your recovery codes" })).toHaveTextContent(
      "1111111122222222",
    );
    expect(screen.getByRole("link", { name: "Download" })).toHaveAttribute(
      "download",
      "loanark-recovery-codes.txt",
    );
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it("does nothing, and says nothing, when one will not say who one is", async () => {
    server.use(
      http.get(`${ACCOUNT}/authenticators`, () => HttpResponse.json({ data: [TOTP, CODES] })),
      http.delete(`${ACCOUNT}/authenticators/totp`, () => HttpResponse.json(CONFIRM, { status: 401 })),
    );
    const { user } = renderApp("/account");
    await user.click(await screen.findByRole("button", { name: "Remove" }));
    await user.click(await screen.findByRole("button", { name: "Close" }));
    expect(await screen.findByRole("button", { name: "Remove" })).toBeEnabled();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("lists where one is signed in, and signs out one of them or all others", async () => {
    const ended: unknown[] = [];
    server.use(
      http.delete(`${AUTH}/sessions`, async ({ request }) => {
        ended.push(await request.json());
        return HttpResponse.json({ data: [] });
      }),
    );
    const { user } = renderApp("/account");
    expect(await screen.findByText("Firefox on Linux")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Sign out Firefox/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Sign out Safari on iOS at 198.51.100.4" }));
    await waitFor(() => expect(ended).toEqual([{ sessions: [2] }]));
    await user.click(screen.getByRole("button", { name: "Sign out everywhere else" }));
    await waitFor(() => expect(ended).toHaveLength(2));
  });

  it("changes the password, and says beside the field what is wrong", async () => {
    server.use(
      http.post(`${ACCOUNT}/password/change`, () =>
        HttpResponse.json(
          { errors: [{ param: "current_password", message: "Please type your current password." }] },
          { status: 400 },
        ),
      ),
    );
    const { user } = renderApp("/account");
    await user.type(await screen.findByLabelText("Current password"), "wrong");
    await user.type(screen.getByLabelText("New password"), "violet harbour lantern");
    await user.click(screen.getByRole("button", { name: "Change the password" }));
    await waitFor(() =>
      expect(screen.getByLabelText("Current password")).toHaveAccessibleDescription(
        "Please type your current password.",
      ),
    );
  });

  it("is where one is led when an organisation asks for a second factor", async () => {
    server.use(
      http.get(`${API}/overview`, () => HttpResponse.json({ code: "second-factor-needed" }, { status: 403 })),
    );
    const { router } = renderApp("/loanark");
    expect(await screen.findByText("Your organisation asks for a second factor")).toBeVisible();
    expect(router.state.location.pathname).toBe("/account");
  });
});

describe("the second step of signing in", () => {
  it("takes a code, with or without a gap", async () => {
    const codes: unknown[] = [];
    let isSignedIn = false;
    server.use(
      http.get("*/api/session", () =>
        isSignedIn ? undefined : HttpResponse.json({ code: "not-signed-in" }, { status: 401 }),
      ),
      http.post(`${AUTH}/login`, () =>
        HttpResponse.json(
          {
            data: {
              flows: [{ id: "mfa_authenticate", is_pending: true, types: ["totp", "recovery_codes"] }],
            },
          },
          { status: 401 },
        ),
      ),
      http.post(`${AUTH}/2fa/authenticate`, async ({ request }) => {
        codes.push(await request.json());
        isSignedIn = true;
        return HttpResponse.json({ status: 200 });
      }),
    );
    const { user, router } = renderApp("/sign-in?next=/loanark/contacts");
    await user.type(await screen.findByLabelText("E-mail"), "dana@loanark.example");
    await user.type(screen.getByLabelText("Password"), "right");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await user.type(await screen.findByLabelText("Code from your authenticator"), "123 456");
    await user.click(screen.getByRole("button", { name: /confirm/i }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/contacts"));
    expect(codes).toEqual([{ code: "123456" }]);
  });

  it("offers only the passkey to who has nothing else", async () => {
    server.use(
      nobodySignedIn(),
      http.post(`${AUTH}/login`, () =>
        HttpResponse.json(
          { data: { flows: [{ id: "mfa_authenticate", is_pending: true, types: ["webauthn"] }] } },
          { status: 401 },
        ),
      ),
    );
    const { user } = renderApp("/sign-in");
    await user.type(await screen.findByLabelText("E-mail"), "dana@loanark.example");
    await user.type(screen.getByLabelText("Password"), "right");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("button", { name: "Use a passkey" })).toBeVisible();
    expect(screen.queryByLabelText(/code/i)).toBeNull();
  });
});

describe("signing in with the company", () => {
  it("asks for the address and leads to where the company signs in", async () => {
    const asked: unknown[] = [];
    server.use(
      nobodySignedIn(),
      http.post("*/api/company-sign-in", async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json(
          { code: "no-company-sign-in", detail: "No company has its sign-in set up for this address." },
          { status: 404 },
        );
      }),
    );
    const { user, container } = renderApp("/sign-in?next=/loanark/runs");
    await user.click(await screen.findByRole("button", { name: "Sign in with your company" }));
    await user.type(screen.getByLabelText("Your e-mail at the company"), "dana@loanark.example");
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Go on" }));
    expect(await screen.findByText("No company has its sign-in set up for this address.")).toBeVisible();
    expect(asked).toEqual([{ email: "dana@loanark.example", next: "/loanark/runs" }]);
  });

  it("goes on to where one wanted, once one is back", async () => {
    server.use(http.get(`${AUTH}/session`, () => HttpResponse.json({ status: 200 })));
    const { router } = renderApp("/sign-in?company=1&next=/loanark/contacts");
    await waitFor(() => expect(router.state.location.pathname).toBe("/loanark/contacts"));
  });

  it("asks for the second step, once one is back", async () => {
    server.use(
      http.get(`${AUTH}/session`, () =>
        HttpResponse.json(
          { data: { flows: [{ id: "mfa_authenticate", is_pending: true, types: ["totp"] }] } },
          { status: 401 },
        ),
      ),
    );
    renderApp("/sign-in?company=1");
    expect(await screen.findByLabelText("Code from your authenticator")).toBeVisible();
  });

  it("says why the company did not sign one in", async () => {
    server.use(nobodySignedIn());
    renderApp("/sign-in?company=1&error=company-not-invited");
    expect(await screen.findByRole("alert")).toHaveTextContent("You are not invited yet");
  });

  it("is set up by an administrator, who is told what is wrong beside the field", async () => {
    const sent: unknown[] = [];
    server.use(
      http.put(`${API}/company-sign-in`, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(
          { code: "invalid", errors: { domains: "evil.example is not yours to claim" } },
          { status: 422 },
        );
      }),
    );
    const { user } = renderApp("/loanark/access");
    await user.type(await screen.findByLabelText(/issuer/), "https://idp.loanark.example");
    await user.type(screen.getByLabelText("E-mail domains"), "loanark.example, evil.example");
    await user.type(screen.getByLabelText("Client ID"), "crm");
    await user.type(screen.getByLabelText("Client secret"), "s3cret");
    await user.click(screen.getByRole("switch", { name: "Members of these domains must use it" }));
    await user.click(screen.getByRole("button", { name: "Set it up" }));
    await waitFor(() =>
      expect(screen.getByLabelText("E-mail domains")).toHaveAccessibleDescription(
        /evil.example is not yours to claim/,
      ),
    );
    expect(sent).toEqual([
      {
        issuer: "https://idp.loanark.example",
        client_id: "crm",
        secret: "s3cret",
        domains: ["loanark.example", "evil.example"],
        required: true,
        first_time_role: null,
      },
    ]);
  });
});

describe("signing up", () => {
  it("is offered only where it is open", async () => {
    server.use(nobodySignedIn());
    renderApp("/sign-in");
    expect(await screen.findByText(/Your administrator invites you/)).toBeVisible();
  });

  it("takes an address and a password, and leads to the mailbox", async () => {
    server.use(
      nobodySignedIn(),
      http.get("*/api/auth/browser/v1/config", () =>
        HttpResponse.json({ data: { account: { is_open_for_signup: true } } }),
      ),
      http.post(`${AUTH}/signup`, () => HttpResponse.json({ data: { flows: [] } }, { status: 401 })),
    );
    const { user, container } = renderApp("/sign-in");
    await user.click(await screen.findByRole("link", { name: "Sign up" }));
    await user.type(await screen.findByLabelText("E-mail"), "new@loanark.example");
    await user.type(screen.getByLabelText("Password"), "violet harbour lantern");
    expect(await accessibilityFaults(container)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Sign up" }));
    expect(await screen.findByText("Look into your mailbox")).toBeVisible();
  });
});

describe("small things", () => {
  it("carries bytes through base64url and back", () => {
    for (const value of ["", "AA", "_-8", "SGVsbG8"]) expect(text(bytes(value))).toBe(value);
  });

  it("names devices as people do", () => {
    expect(deviceName("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/156.0 Safari/537 Edg/156.0")).toBe(
      "Edge on Windows",
    );
    expect(deviceName("python-requests/2.34")).toBe("python-requests");
    expect(deviceName("")).toBe("Unknown device");
  });
});

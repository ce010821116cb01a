// A real OpenID Connect provider (panva's oidc-provider, certified) on 127.0.0.1, for the tests of company sign-in.
// Arguments: the package's main file, then the addresses it may send people back to. Prints its own address when ready.
//
// Whoever types an address at its login page has it: `unverified-…` with a mailbox that nobody checked.

import { once } from "node:events";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [main, ...redirect_uris] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(main).href);

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (client_id) => ({
  client_id,
  client_secret: `secret of ${client_id}`,
  redirect_uris,
  token_endpoint_auth_method: "client_secret_post",
});

const provider = new Provider(issuer, {
  clients: [client("loanark"), client("another")],
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unverified"), name: `Name of ${id}` }),
  }),
});
server.on("request", provider.callback());
process.stdout.write(`${issuer}\n`);

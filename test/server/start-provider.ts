import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** What people of the test's provider are. */
export interface Somebody {
  name: string;
  email: string;
  email_verified: boolean;
  groups: string[];
}

export interface TestProvider {
  issuer: string;
  /** Closes it, as a provider is that is down; it can be opened again at the same address. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export const CLIENT = { id: "lectern", secret: "a secret of the client, long enough" };

/** Starts a real OpenID Connect provider on loopback; whoever types a name of `people` as login is that one. */
export async function startProvider(
  people: Readonly<Record<string, Somebody>>,
  redirectUris: () => string[],
): Promise<TestProvider> {
  let handle: ReturnType<Provider["callback"]> | undefined;
  let server = createServer((request, response) => void handle?.(request, response));
  const port = await listen(server, 0);
  const issuer = `http://127.0.0.1:${String(port)}`;
  // What clients it has is known only once the server under test listens, so it is made by the first request.
  const lazily = (
    request: Parameters<NonNullable<typeof handle>>[0],
    response: Parameters<NonNullable<typeof handle>>[1],
  ) => {
    handle ??= providerOf(issuer, people, redirectUris()).callback();
    return handle(request, response);
  };
  server.removeAllListeners("request").on("request", (request, response) => void lazily(request, response));
  return {
    issuer,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    open: async () => {
      server = createServer((request, response) => void lazily(request, response));
      await listen(server, port);
    },
  };
}

function providerOf(
  issuer: string,
  people: Readonly<Record<string, Somebody>>,
  redirectUris: string[],
): Provider {
  return new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: redirectUris }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    findAccount: (_context, sub) =>
      Object.hasOwn(people, sub) ? { accountId: sub, claims: () => ({ sub, ...people[sub] }) } : undefined,
    pkce: { required: () => true },
    // Signs whatever is typed in; there is no password to know.
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["of the test"] },
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

import { z } from "zod";

import { discard, readBounded } from "./bounded-body.js";
import type { Registry } from "./registries.js";
import { RegistryError } from "./registry-error.js";

/** Tokens are some kilobytes. */
const MAX_TOKEN_BYTES = 65_536;

const MAX_CHALLENGE_CHARACTERS = 4096;

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * The `Authorization` header by which a registry that answered 401 lets somebody read the repository (the token flow of the distribution specification).
 * Asks only where the operator lets tokens of this registry come from. Throws `RegistryError`.
 */
export async function authorize(
  registry: Registry,
  { challenge, repository, signal }: { challenge: string; repository: string; signal: AbortSignal },
): Promise<string> {
  const { credentials } = registry;
  if (/^basic\b/i.test(challenge)) {
    if (credentials) return basic(credentials);
    throw new RegistryError("it wants a user name and a password, and the operator gave none");
  }
  const { realm, service } = parametersOf(challenge);
  if (!/^bearer\b/i.test(challenge) || realm === undefined)
    throw new RegistryError("it answers 401 and does not say where a token is to be had");
  const url = tokenAddress(registry, realm);
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const headers = credentials && { authorization: basic(credentials) };
  const response = await fetch(url, { redirect: "manual", signal, ...(headers && { headers }) }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw new RegistryError(`${url.host}, where its tokens are to be had, does not answer`, {
        cause: error,
      });
    },
  );
  if (!response.ok) {
    await discard(response);
    throw new RegistryError(`${url.host} gives no token for it, but answers ${response.status}`);
  }
  return `Bearer ${tokenIn(await readBounded(response, MAX_TOKEN_BYTES), url.host)}`;
}

function tokenAddress({ endpoint, tokenHosts }: Registry, realm: string): URL {
  if (!URL.canParse(realm)) throw new RegistryError("it names no address where a token is to be had");
  const url = new URL(realm);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && endpoint.protocol === "http:");
  if (!isSafe || url.username !== "" || !tokenHosts.includes(url.host))
    throw new RegistryError(
      `it wants a token from ${url.protocol}//${url.host}, which the operator does not let it be asked at (tokenHosts)`,
    );
  return url;
}

function tokenIn(body: Buffer, host: string): string {
  const parsed = tokenAnswer.safeParse(parseJson(body));
  const token = parsed.data?.token ?? parsed.data?.access_token;
  // What could end the header early never reaches it.
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token))
    throw new RegistryError(`${host} answers with no token`);
  return token;
}

/** `undefined` for what is no JSON, which no schema takes. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function parametersOf(challenge: string): Record<string, string> {
  const found = challenge.slice(0, MAX_CHALLENGE_CHARACTERS).matchAll(/(\w{1,32})="([^"]*)"/g);
  return Object.fromEntries([...found].map(([, key = "", value = ""]) => [key.toLowerCase(), value]));
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

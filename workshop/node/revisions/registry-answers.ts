import { z } from "zod";

/** Statuses with which an address leads to another. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A blob is one redirect away, of registries behind registries two. */
export const MAX_REDIRECTS = 5;

/** Reads the one challenge of a `WWW-Authenticate` header (RFC 9110, 11.6.1) as registries send it. */
export function parseChallenge(header: string): {
  scheme: string;
  parameters: Readonly<Record<string, string>>;
} {
  const [scheme = "", rest = ""] = header.trim().split(/\s+(.*)/s);
  const pairs = rest.matchAll(/([A-Za-z]+)="([^"]*)"/g);
  return {
    scheme: scheme.toLowerCase(),
    parameters: Object.fromEntries(
      [...pairs].map(([, name = "", value = ""]) => [name.toLowerCase(), value]),
    ),
  };
}

/** The token in the answer of a token server, where there is one that fits into a header. */
export function bearerToken(text: string): string | undefined {
  const answer = TokenAnswer.safeParse(jsonOf(text));
  return answer.success ? (answer.data.token ?? answer.data.access_token) : undefined;
}

const Token = z.string().regex(/^[\x21-\x7e]{1,16384}$/);
const TokenAnswer = z.object({ token: z.optional(Token), access_token: z.optional(Token) });

/** What the text says; `undefined` where it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

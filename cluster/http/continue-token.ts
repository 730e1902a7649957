import { badRequest } from "../api/status.js";

/** Where a list goes on, and in which state; clients pass it back as they got it. */
export interface ContinueToken {
  /** The revision of the first page; `LATEST` to go on in the present state. */
  revision: number;
  after: { namespace: string; name: string };
}

/** Goes on with whatever is there now, once the state of the first page is no longer known. */
export const LATEST = -1;
const VERSION = "meta.k8s.io/v1";

export function encodeContinue({ revision, after }: ContinueToken): string {
  const token = { v: VERSION, rv: revision, start: `${after.namespace}/${after.name}\0` };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

/** Throws 400 for a text that is no token of this server. */
export function decodeContinue(text: string): ContinueToken {
  const { v, rv, start } = parse(text);
  const isPlace = typeof start === "string" && start.includes("/") && start.endsWith("\0");
  if (v !== VERSION || !Number.isInteger(rv) || rv === 0 || !isPlace)
    throw invalidToken("the token was not made by this server");
  const slash = start.indexOf("/");
  return {
    revision: rv as number,
    after: { namespace: start.slice(0, slash), name: start.slice(slash + 1, -1) },
  };
}

const BASE64URL = /^[A-Za-z0-9_-]*$/;

function parse(text: string): { v?: unknown; rv?: unknown; start?: unknown } {
  if (!BASE64URL.test(text) || text.length % 4 === 1) {
    const wrong = /[^A-Za-z0-9_-]/.exec(text)?.index ?? text.length - (text.length % 4);
    throw invalidToken(`illegal base64 data at input byte ${wrong}`);
  }
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return token === null ? {} : Object(token);
  } catch (error) {
    throw invalidToken("it is no JSON", error);
  }
}

function invalidToken(why: string, cause?: unknown): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`, cause);
}

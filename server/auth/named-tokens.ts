import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type {
  InstructorTokenView,
  IssuedToken,
  NewInstructorToken,
  TokenRole,
} from "../../workshop/common/account-api.js";
import { TOKEN_ROLES } from "../../workshop/common/account-api.js";
import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { withDeadline } from "../../kubernetes/node/deadline.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Account } from "./account.js";
import { NAMESPACE } from "./signing-key.js";
import { isSame } from "./tokens.js";

/** The tokens that operators gave out by name; of each only a digest is kept. */
export interface NamedTokens {
  /** As they are in the cluster now. */
  list(): Promise<InstructorTokenView[]>;
  /** Throws SERVER_TOKEN_EXISTS, SERVER_TOO_MANY_TOKENS. */
  issue(wanted: NewInstructorToken): Promise<IssuedToken>;
  /** Throws SERVER_NOT_FOUND. */
  revoke(name: string): Promise<void>;
  /** Whose token it is; nothing where it is none, or not any more. */
  accountOf(token: string): Account | undefined;
  /** What log-ins by the token of that id hang on; nothing where it is revoked or over. */
  secretOf(id: string): string | undefined;
  /** Takes them in as they are in the cluster now, or leaves them as they are where it does not answer. */
  look(): Promise<void>;
  close(): void;
}

/** Enough for every school, and one small Secret. */
const MAX_TOKENS = 200;
/** Whoever finds one knows what it is for. */
const PREFIX = "lectern-";
const ID_BYTES = 5;
const SECRET_BYTES = 16;
const DAY_MS = 24 * 3600 * 1000;
/** How long after another server has revoked one it is good here. */
const LOOK_MS = 1_000;
/** Nobody waits longer for a cluster that does not answer. */
const ASK_MS = 3_000;
/** Of two servers that change the list at once one tries again. */
const MOST_TRIES = 5;

const PATH = `/api/v1/namespaces/${NAMESPACE}/secrets`;
const SECRET = "lectern-instructor-tokens";
const ENTRY = "tokens";

const keptToken = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(TOKEN_ROLES),
  digest: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
});
type KeptToken = z.infer<typeof keptToken>;

interface TokenSecret {
  metadata: { resourceVersion?: string };
  data?: Record<string, string>;
}

export interface NamedTokenOptions {
  client: KubernetesClient;
  onError: (error: unknown) => void;
}

/**
 * The tokens in a Secret of the platform, which all servers read each second. While the cluster does not answer, those that were good stay
 * so. Throws KubernetesError where it cannot be read at first.
 */
export async function openNamedTokens({ client, onError }: NamedTokenOptions): Promise<NamedTokens> {
  let kept = tokensIn(await read(client));
  let looking: Promise<void> | undefined;
  let changes = 0;
  const lookNow = () => {
    const before = changes;
    looking = read(client)
      .then((secret) => {
        // What was read before a change of ours is older than what that left.
        if (changes === before) kept = tokensIn(secret);
        return undefined;
      }, onError)
      .finally(() => (looking = undefined));
    return looking;
  };
  let next: Promise<void> | undefined;
  // What is being read may be of before the call: all who come meanwhile wait for one more reading.
  const look = () => {
    if (looking === undefined) return lookNow();
    next ??= looking.then(() => {
      next = undefined;
      return lookNow();
    });
    return next;
  };
  const timer = setInterval(() => void (looking ?? lookNow()), LOOK_MS).unref();
  const change = async (by: (tokens: KeptToken[]) => KeptToken[]) => {
    const changed = await changeTokens(client, by);
    changes += 1;
    kept = changed;
  };
  const find = (id: string) => kept.find((token) => token.id === id && isGood(token, Date.now()));
  return {
    list: async () => tokensIn(await read(client)).map(shown),
    issue: async (wanted) => {
      const { token, entry } = make(wanted, Date.now());
      await change((tokens) => added(tokens, entry));
      return { ...shown(entry), token };
    },
    revoke: (name) => change((tokens) => without(tokens, name)),
    accountOf: (token) => {
      const found = find(token.split("-", 2)[1] ?? "");
      if (found === undefined || !isSame(found.digest, digestOf(token))) return undefined;
      return { by: "token", id: found.id, role: found.role, name: found.name };
    },
    secretOf: (id) => find(id)?.digest,
    look: () => withDeadline(ASK_MS, undefined, look).catch(() => undefined),
    close: () => clearInterval(timer),
  };
}

/** Whether a text has the form of one. */
export function isNamedToken(text: string | undefined): boolean {
  return text?.startsWith(PREFIX) ?? false;
}

function make({ name, role, days }: NewInstructorToken, now: number): { token: string; entry: KeptToken } {
  const id = randomBytes(ID_BYTES).toString("hex");
  const token = `${PREFIX}${id}-${randomBytes(SECRET_BYTES).toString("hex")}`;
  const expires = days === undefined ? {} : { expiresAt: new Date(now + days * DAY_MS).toISOString() };
  const createdAt = new Date(now).toISOString();
  return { token, entry: { id, name, role, digest: digestOf(token), createdAt, ...expires } };
}

/** Those that are over make room. */
function added(tokens: readonly KeptToken[], entry: KeptToken): KeptToken[] {
  const good = tokens.filter((token) => isGood(token, Date.now()));
  if (good.some(({ name }) => name === entry.name))
    throw new ServerError(
      serverErrorCodes.tokenExists,
      `There is a token "${entry.name}" already. Revoke it first, or give this one another name.`,
    );
  if (good.length >= MAX_TOKENS)
    throw new ServerError(
      serverErrorCodes.tooManyTokens,
      `There are ${String(MAX_TOKENS)} tokens already, and no more can be kept. Revoke some that nobody uses.`,
    );
  return [...good, entry];
}

function without(tokens: readonly KeptToken[], name: string): KeptToken[] {
  const left = tokens.filter((token) => token.name !== name);
  if (left.length < tokens.length) return left;
  throw new ServerError(
    serverErrorCodes.notFound,
    `There is no token "${name}". "lectern token list" shows those there are.`,
  );
}

function isGood({ expiresAt }: Pick<KeptToken, "expiresAt">, now: number): boolean {
  return expiresAt === undefined || Date.parse(expiresAt) > now;
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function shown({ name, role, createdAt, expiresAt }: KeptToken): InstructorTokenView {
  return {
    name,
    role: role satisfies TokenRole,
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Changes the list as it is in the cluster, once more where somebody else has meanwhile. */
async function changeTokens(
  client: KubernetesClient,
  by: (tokens: KeptToken[]) => KeptToken[],
): Promise<KeptToken[]> {
  for (let tries = 1; ; tries += 1) {
    const secret = await read(client);
    const tokens = by(tokensIn(secret));
    try {
      await write(client, secret, tokens);
      return tokens;
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 409) || tries === MOST_TRIES) throw error;
    }
    await pauseAfterConflict(tries - 1);
  }
}

async function read(client: KubernetesClient): Promise<TokenSecret | undefined> {
  try {
    return await client.get<TokenSecret>(`${PATH}/${SECRET}`);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

async function write(
  client: KubernetesClient,
  before: TokenSecret | undefined,
  tokens: readonly KeptToken[],
): Promise<void> {
  const data = { [ENTRY]: Buffer.from(JSON.stringify(tokens)).toString("base64") };
  const metadata = { name: SECRET, ...before?.metadata };
  const body = { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data };
  if (before === undefined) await client.create(PATH, body);
  else await client.call({ method: "PUT", path: `${PATH}/${SECRET}`, body });
}

/** What somebody wrote there by hand and nobody can read is no token. */
function tokensIn(secret: TokenSecret | undefined): KeptToken[] {
  const text = secret?.data?.[ENTRY];
  if (text === undefined) return [];
  try {
    return z.array(keptToken).parse(JSON.parse(Buffer.from(text, "base64").toString("utf8")));
  } catch {
    return [];
  }
}

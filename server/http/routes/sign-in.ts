import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import type { AccountView, SignInAddress } from "../../../workshop/common/account-api.js";
import type { SignInAnswer, SignInProvider } from "../../auth/sign-in-provider.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { requirePageKey } from "../page-key.js";
import { type CounterFactory, createRateLimit } from "../rate-limit.js";

export interface SignInRoutes {
  access: Pick<Access, "enter">;
  /** Absent where nobody can sign in by one. */
  provider: SignInProvider | undefined;
  counter: CounterFactory;
  /** The address people reach Lectern at, ending in `/`. */
  publicUrl: (request: Request) => string;
}

/** A page of ours, which hands on what the provider says with the key that no other site has. */
const RETURN_PATH = "sign-in";

const answer = z.strictObject({
  code: z.string().min(1).max(4_000),
  state: z.string().min(1).max(300),
  iss: z.string().max(1_000).optional(),
});

/** `api/sign-in/...`: the way to the provider, and back from it. */
export function createSignInRouter({ access, provider, counter, publicUrl }: SignInRoutes): Router {
  const router = Router();
  // A room is behind one address, and each of it signs in once: only what fails counts.
  const failures = createRateLimit({ what: "failed sign-ins", burst: 60, perMinute: 30, counter });
  // Each asks the provider how it is reached. A room is behind one address, and presses the button at once, some of it twice.
  const beginnings = createRateLimit({ what: "sign-ins", burst: 600, perMinute: 120, counter });
  const pageOf = (request: Request) => ({
    redirectUri: publicUrl(request) + RETURN_PATH,
    pageKey: requirePageKey(request),
  });
  router.post("/sign-in/begin", async (request, response) => {
    const known = required(provider);
    await beginnings.take(request.ip ?? "");
    const url = await known.begin(pageOf(request));
    response.json({ url } satisfies SignInAddress);
  });
  router.post("/sign-in/finish", async (request, response) => {
    const given = parseBody(answer, request.body);
    const client = request.ip ?? "";
    const page = pageOf(request);
    const finish = () => required(provider).finish(page, given as SignInAnswer);
    // A provider that is away is nobody's guess.
    const account = await failures.attempt(client, finish, isFailed);
    access.enter(request, response, account);
    response.json({ account: { name: account.name, role: account.role } } satisfies AccountView);
  });
  return router;
}

function isFailed(error: unknown): boolean {
  return error instanceof ServerError && error.code === serverErrorCodes.signInFailed;
}

function required(provider: SignInProvider | undefined): SignInProvider {
  if (provider !== undefined) return provider;
  throw new ServerError(
    serverErrorCodes.notFound,
    "People do not sign in by a provider here. The operator can name one with --oidc-issuer.",
  );
}

import { Router } from "express";
import { z } from "zod";
import {
  TOKEN_ROLES,
  type AccountView,
  type InstructorTokenView,
  type IssuedToken,
  type NewInstructorToken,
} from "../../../workshop/common/account-api.js";
import { staffNameOf } from "../../auth/account.js";
import type { NamedTokens } from "../../auth/named-tokens.js";
import type { SignInProvider } from "../../auth/sign-in-provider.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";

export interface AccountRoutes {
  access: Pick<Access, "accountOf" | "requireRole" | "signOut">;
  namedTokens: Pick<NamedTokens, "list" | "issue" | "revoke">;
  provider: Pick<SignInProvider, "name"> | undefined;
  feedback: boolean;
}

const MAX_DAYS = 3_650;

const newToken = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9]([A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/,
      "must be letters, digits, dots, hyphens or @, at most 64",
    ),
  role: z.enum(TOKEN_ROLES),
  days: z.number().int().min(1).max(MAX_DAYS).optional(),
});

/** `api/account`, and what operators do with the tokens of instructors. */
export function createAccountsRouter({ access, namedTokens, provider, feedback }: AccountRoutes): Router {
  const router = Router();
  router.get("/account", (request, response) => {
    const account = access.accountOf(request);
    const staffName = account && staffNameOf(account);
    const shown = account && {
      account: { name: account.name, role: account.role, ...(staffName && { staffName }) },
    };
    const signIn = provider && { signIn: { name: provider.name } };
    response.json({ ...shown, ...signIn, ...(!feedback && { feedback }) } satisfies AccountView);
  });
  router.post("/sign-out", (request, response) => {
    access.signOut(request, response);
    response.status(204).end();
  });
  router.use("/instructor/tokens", (request, _response, next) => {
    access.requireRole(request, "operator");
    next();
  });
  router.get("/instructor/tokens", async (_request, response) => {
    response.json((await namedTokens.list()) satisfies InstructorTokenView[]);
  });
  router.post("/instructor/tokens", async (request, response) => {
    const wanted = parseBody(newToken, request.body) as NewInstructorToken;
    response.status(201).json((await namedTokens.issue(wanted)) satisfies IssuedToken);
  });
  router.delete("/instructor/tokens/:name", async (request, response) => {
    await namedTokens.revoke(request.params.name);
    response.status(204).end();
  });
  return router;
}

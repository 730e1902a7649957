import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Configuration, IDToken } from "openid-client";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Account } from "./account.js";
import { accountOfClaims } from "./provider-roles.js";
import type { RoleRule } from "./provider-roles.js";
import type { Tokens } from "./tokens.js";

/** The OpenID Connect provider that people sign in at, as the operator names it. */
export interface SignInConfig {
  issuer: string;
  client: string;
  /** Holds the client's secret; a public client has none. */
  secretFile?: string;
  /** What the button says it is. */
  name: string;
  scope: string;
  /** Which claim has the groups or roles of somebody; a way through objects is written with dots. */
  roleClaim: string;
  roles: readonly RoleRule[];
}

/** Signs people in by OpenID Connect: the authorization code flow with PKCE. */
export interface SignInProvider {
  name: string;
  /** Other than before where the operator asks for other roles: log-ins from before are over then. */
  stamp: string;
  /** The address to send the browser to. Throws SERVER_SIGN_IN_UNAVAILABLE. */
  begin(page: SignInPage): Promise<string>;
  /** Who came back. Throws SERVER_SIGN_IN_FAILED, SERVER_SIGN_IN_UNAVAILABLE. */
  finish(page: SignInPage, answer: SignInAnswer): Promise<Account>;
}

export interface SignInPage {
  /** Where the provider sends the browser back to. */
  redirectUri: string;
  /** Only the browser that began can finish. */
  pageKey: string;
}

/** What the provider gave the browser on its way back. */
export interface SignInAnswer {
  code: string;
  state: string;
  /** Which provider it was, where it says so. */
  iss?: string;
}

/** For one question to the provider; a browser waits for it. */
const TIMEOUT_S = 8;

export function createSignInProvider(
  config: SignInConfig,
  tokens: Pick<Tokens, "forSignIn" | "ofSignIn">,
): SignInProvider {
  const discover = discovery(config);
  const { name, scope } = config;
  return {
    name,
    stamp: createHash("sha256").update(JSON.stringify(config)).digest("base64url"),
    begin: async ({ redirectUri, pageKey }) => {
      const oidc = await import("openid-client");
      const provider = await discover.anew();
      const { state, nonce, verifier } = tokens.forSignIn(Date.now(), pageKey);
      const url = oidc.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      return url.href;
    },
    finish: async ({ redirectUri, pageKey }, answer) => {
      const proofs = tokens.ofSignIn(answer.state, Date.now(), pageKey);
      if (proofs === undefined)
        throw failed("It was begun in another browser, or more than ten minutes ago. Sign in again.");
      const provider = await discover.last();
      const back = new URL(redirectUri);
      for (const [key, value] of Object.entries(answer)) back.searchParams.set(key, value as string);
      const claims = await claimsOf(config, provider, { back, proofs });
      return accountOfClaims(claims, config);
    },
  };
}

interface Discovery {
  /** Asks the provider, so that nobody is sent to one that is away; those who come at once share the question. */
  anew(): Promise<Configuration>;
  /** As it was when it was asked last. */
  last(): Promise<Configuration>;
}

function discovery(config: SignInConfig): Discovery {
  let asking: Promise<Configuration> | undefined;
  let known: Configuration | undefined;
  const anew = async () => {
    asking ??= ask(config).finally(() => (asking = undefined));
    try {
      known = await asking;
      return known;
    } catch (error) {
      throw unavailable(config, error);
    }
  };
  return { anew, last: async () => known ?? (await anew()) };
}

async function ask({ issuer, client, secretFile }: SignInConfig): Promise<Configuration> {
  const oidc = await import("openid-client");
  const secret = secretFile === undefined ? undefined : readFileSync(secretFile, "utf8").trim();
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret);
  const isPlain = issuer.startsWith("http:");
  const provider = await oidc.discovery(new URL(issuer), client, undefined, authentication, {
    timeout: TIMEOUT_S,
    // Only of this machine, as the command line holds it to.
    execute: isPlain ? [oidc.allowInsecureRequests] : [],
  });
  oidc.enableNonRepudiationChecks(provider);
  return provider;
}

interface Redeeming {
  back: URL;
  proofs: { state: string; nonce: string; verifier: string };
}

/** What the token says of whoever signed in, and what the provider tells besides. */
async function claimsOf(
  config: SignInConfig,
  provider: Configuration,
  { back, proofs }: Redeeming,
): Promise<IDToken> {
  const oidc = await import("openid-client");
  try {
    const redeemed = await oidc.authorizationCodeGrant(provider, back, {
      expectedState: proofs.state,
      expectedNonce: proofs.nonce,
      pkceCodeVerifier: proofs.verifier,
      idTokenExpected: true,
    });
    const claims = redeemed.claims();
    if (claims === undefined) throw new Error("the provider gave no token that says who it is");
    if (provider.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await oidc.fetchUserInfo(provider, redeemed.access_token, claims.sub)), ...claims };
  } catch (error) {
    throw isAway(error)
      ? unavailable(config, error)
      : failed(
          `${config.name} said: ${reasonOf(error)}. Sign in again; where it stays so, tell the operator.`,
          error,
        );
  }
}

/** No answer, or one of a server that cannot now. */
function isAway(error: unknown): boolean {
  const { name, cause, code } = error as { name?: string; code?: string; cause?: { status?: number } };
  if (name === "TypeError" || name === "TimeoutError" || code === "OAUTH_TIMEOUT") return true;
  return typeof cause?.status === "number" && cause.status >= 500;
}

function reasonOf(error: unknown): string {
  const { error_description: described, message } = error as { error_description?: string; message?: string };
  return (described ?? message ?? String(error)).slice(0, 200).replace(/\.$/, "");
}

function unavailable({ name, issuer }: SignInConfig, cause: unknown): ServerError {
  return new ServerError(
    serverErrorCodes.signInUnavailable,
    `Nobody can sign in with ${name} just now: ${issuer} does not answer as it should. Whoever is signed in goes on; try again in a moment.`,
    cause,
  );
}

function failed(message: string, cause?: unknown): ServerError {
  return new ServerError(
    serverErrorCodes.signInFailed,
    `The sign-in could not be finished. ${message}`,
    cause,
  );
}

import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  type CryptoKey,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  SignJWT,
  calculateJwkThumbprint,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  exportJWK,
  importPKCS8,
  jwtVerify,
} from "jose";
import { RateLimiterRes } from "rate-limiter-flexible";
import type { Tokens } from "../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { CounterFactory } from "../http/rate-limit.js";
import { boundedFetch } from "./bounded-fetch.js";
import { type LabChoice, asksForChoice, choiceOf } from "./deep-linking.js";
import { type Launch, launchOf, refused } from "./launch-claims.js";
import { type LtiConfig, type LtiPlatform, originsOf } from "./lti-config.js";

/** What a platform begins a login with (OpenID Connect, "Initiating Login from a Third Party", and LTI 1.3). */
export interface LoginAsked {
  iss: string;
  login_hint: string;
  lti_message_hint?: string | undefined;
  client_id?: string | undefined;
}

/** Lectern as a tool of learning platforms. */
export interface LtiTool {
  /** Where to send the browser, which is known by a secret of its own, and whose frames may lead there. Throws SERVER_LTI_REFUSED. */
  begin(asked: LoginAsked, browser: string, redirectUri: string): { url: string; origins: string[] };
  /** Who was sent here, for a lab or to choose one; each launch is good once. Throws SERVER_LTI_REFUSED, SERVER_LTI_UNAVAILABLE. */
  finish(answer: { id_token: string; state: string }, browser: string): Promise<Launch | LabChoice>;
  /** Takes what is good once; throws SERVER_LTI_REFUSED the second time. */
  once(secret: string): Promise<void>;
  /** What platforms check our signatures by. */
  keys(): Promise<JSONWebKeySet>;
  /** A signed statement that we are who the platform registered (RFC 7523). */
  assertion(platform: LtiPlatform): Promise<string>;
  /** Signs what is told to a platform by way of its person's browser, good for ten minutes. */
  message(platform: LtiPlatform, claims: Record<string, unknown>): Promise<string>;
  /** What log-ins by a platform hang on. */
  stamp: string;
  platforms: readonly LtiPlatform[];
}

/** Clocks of servers differ. */
const CLOCK_S = 60;
/** As long as a login may take; what is good once is remembered as long. */
const ONCE_S = 700;
const ASSERTION_S = 60;
/** Somebody reads a list of labs meanwhile. */
const MESSAGE_S = 600;

export function createLtiTool(
  { platforms, keys: files }: LtiConfig,
  {
    tokens,
    counter,
    epoch,
  }: { tokens: Pick<Tokens, "forSignIn" | "ofSignIn">; counter: CounterFactory; epoch: string },
): LtiTool {
  const keySets = new Map(platforms.map((platform) => [platform, keySetOf(platform)]));
  let own: Promise<OwnKey[]> | undefined;
  const ownKeys = () => (own ??= Promise.all(files.map(readKey)));
  const once = onceBy(counter);
  return {
    platforms,
    stamp: createHash("sha256").update(JSON.stringify(platforms)).digest("base64url"),
    begin: (asked, browser, redirectUri) => {
      const platform = registered(platforms, asked.iss, asked.client_id);
      const { state, nonce } = tokens.forSignIn(Date.now(), holder(platform, browser, epoch));
      return {
        url: loginAddress(platform, { ...asked, redirectUri, state, nonce }),
        origins: originsOf(platform),
      };
    },
    finish: async ({ id_token: token, state }, browser) => {
      const platform = claimedPlatform(platforms, token);
      const proofs = tokens.ofSignIn(state, Date.now(), holder(platform, browser, epoch));
      if (proofs === undefined)
        throw refused(
          "The launch was begun in another browser, before the server was started again, or more than ten minutes ago. Open the link in your course again.",
        );
      const keySet = keySets.get(platform) ?? keySetOf(platform);
      const payload = await verified(platform, keySet, token);
      if (payload["nonce"] !== proofs.nonce)
        throw refused(
          "The launch answers another question than the one that was asked. Open the link in your course again.",
        );
      await once(state);
      return asksForChoice(payload) ? choiceOf(platform, payload) : launchOf(platform, payload);
    },
    once,
    keys: async () => ({ keys: (await ownKeys()).map(({ jwk }) => jwk) }),
    assertion: async ({ client, token }) =>
      signed(
        await ownKeys(),
        new SignJWT({}).setIssuer(client).setSubject(client).setAudience(token).setJti(crypto.randomUUID()),
        ASSERTION_S,
      ),
    message: async ({ client, issuer }, claims) =>
      signed(await ownKeys(), new SignJWT(claims).setIssuer(client).setAudience(issuer), MESSAGE_S),
  };
}

function signed([key]: readonly OwnKey[], token: SignJWT, seconds: number): Promise<string> {
  if (key === undefined) throw new Error("there is no key to sign with");
  return token
    .setProtectedHeader({ alg: "RS256", kid: key.jwk.kid ?? "", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime(`${String(seconds)}s`)
    .sign(key.secret);
}

function loginAddress(
  { authorize, client }: LtiPlatform,
  asked: LoginAsked & { redirectUri: string; state: string; nonce: string },
): string {
  const { login_hint: hint, lti_message_hint: messageHint, redirectUri, state, nonce } = asked;
  const url = new URL(authorize);
  const query = {
    scope: "openid",
    response_type: "id_token",
    response_mode: "form_post",
    prompt: "none",
    client_id: client,
    redirect_uri: redirectUri,
    login_hint: hint,
    ...(messageHint === undefined ? {} : { lti_message_hint: messageHint }),
    state,
    nonce,
  };
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url.href;
}

function onceBy(counter: CounterFactory): LtiTool["once"] {
  const used = counter({ keyPrefix: "lti once", points: 1, duration: ONCE_S });
  return async (secret) => {
    const digest = createHash("sha256").update(secret).digest("base64url");
    try {
      await used.consume(digest);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw refused("This launch was used before. Open the link in your course again.");
    }
  };
}

/** Asked again for a key that is not known, at most twice a minute: platforms change their keys. */
function keySetOf({ keys }: LtiPlatform): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(keys), { cooldownDuration: 30_000, [customFetch]: boundedFetch });
}

/** A launch is of one browser, one registration, and the time for which it is remembered that it was used. */
function holder({ issuer, client }: LtiPlatform, browser: string, epoch: string): string {
  return JSON.stringify(["lti", issuer, client, browser, epoch]);
}

function registered(platforms: readonly LtiPlatform[], issuer: string, client?: string): LtiPlatform {
  const found = platforms.filter(
    (one) => one.issuer === issuer && (client === undefined || one.client === client),
  );
  const [platform] = found;
  if (platform !== undefined && found.length === 1) return platform;
  throw refused(
    platform === undefined
      ? "The platform that began this is not registered here. Tell whoever runs Lectern its issuer and client."
      : "The platform is registered here as several clients, and did not say which it is.",
  );
}

/** Whose the token claims to be; not believed before its signature is checked with that one's keys. */
function claimedPlatform(platforms: readonly LtiPlatform[], token: string): LtiPlatform {
  try {
    const { iss = "", aud, azp } = decodeJwt(token);
    const audience = typeof azp === "string" ? azp : [aud].flat()[0];
    return registered(platforms, iss, audience ?? "");
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw refused("What the platform sent is no token. Open the link in your course again.", error);
  }
}

async function verified(platform: LtiPlatform, keySet: JWTVerifyGetKey, token: string) {
  try {
    const { payload } = await jwtVerify(token, keySet, {
      issuer: platform.issuer,
      audience: platform.client,
      algorithms: ["RS256", "RS384", "RS512", "ES256"],
      clockTolerance: CLOCK_S,
      requiredClaims: ["iat", "exp", "nonce", "sub"],
      maxTokenAge: `${String(ONCE_S)}s`,
    });
    const { aud, azp } = payload;
    if (Array.isArray(aud) && aud.length > 1 && azp !== platform.client)
      throw new Error("it is for several, and not made for us");
    return payload;
  } catch (error) {
    // What jose refuses is the token's fault; everything else is a platform that does not answer.
    const isAway =
      !(error instanceof errors.JOSEError) ||
      error instanceof errors.JWKSTimeout ||
      error.code === "ERR_JOSE_GENERIC";
    if (isAway && !(error instanceof Error && error.message.startsWith("it is for several")))
      throw new ServerError(
        serverErrorCodes.ltiUnavailable,
        `The keys of ${platform.name} cannot be read just now, so that nobody can come in by it. Whoever is in goes on; try again in a moment.`,
        error,
      );
    throw refused(
      `The launch of ${platform.name} cannot be believed: ${error instanceof Error ? error.message : ""}. Open the link in your course again; where it stays so, tell whoever runs Lectern.`,
      error,
    );
  }
}

interface OwnKey {
  secret: CryptoKey;
  jwk: JSONWebKeySet["keys"][number];
}

/** Throws SERVER_LTI_CONFIG_INVALID. */
async function readKey(file: string): Promise<OwnKey> {
  try {
    const pem = readFileSync(file, "utf8");
    const { kty, n, e } = await exportJWK(createPublicKey(createPrivateKey(pem)));
    if (kty !== "RSA") throw new Error("it is no RSA key");
    const jwk = { kty, n, e } as OwnKey["jwk"];
    const kid = await calculateJwkThumbprint(jwk);
    return { secret: await importPKCS8(pem, "RS256"), jwk: { ...jwk, kid, alg: "RS256", use: "sig" } };
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.ltiConfig,
      `The key in ${file} cannot be used: ${error instanceof Error ? error.message : String(error)}. Make one with "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out FILE".`,
      error,
    );
  }
}

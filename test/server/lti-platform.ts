import { generateKeyPairSync, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  type CryptoKey,
  SignJWT,
  UnsecuredJWT,
  createRemoteJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  jwtVerify,
} from "jose";

export const CLAIM = "https://purl.imsglobal.org/spec/lti/claim/";
const DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";
const AGS = "https://purl.imsglobal.org/spec/lti-ags";

export interface ScoreTold {
  line: string;
  userId: string;
  scoreGiven: number;
  scoreMaximum: number;
  activityProgress: string;
}

/** A learning platform of our own making, as far as LTI 1.3 needs one: keys, tokens for who signs as registered, and a gradebook. */
export class LtiPlatform {
  readonly scores: ScoreTold[] = [];
  /** Every address that was asked. */
  readonly asked: string[] = [];
  isAway = false;
  /** Lines that it answers with an error of its own. */
  readonly broken = new Set<string>();
  /** Where the tool publishes its keys. */
  toolKeys = "";
  readonly client = "lectern-client";
  url = "";
  /** What it shows to browsers at a path, as HTML; nothing where that is none of its pages. */
  page: (path: URL) => Promise<string | undefined> = () => Promise.resolve(undefined);
  /** What a browser has brought back last of a choice. */
  brought = "";
  #server: Server | undefined;
  #keys: { kid: string; secret: CryptoKey; jwk: object }[] = [];
  readonly #tokens = new Set<string>();
  readonly #nonces = new Set<string>();

  async start(): Promise<void> {
    await this.rotate();
    this.#server = createServer((request, response) => {
      this.#reply(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** A new key signs; the ones before are published no more. */
  async rotate(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const kid = randomUUID();
    this.#keys = [
      { kid, secret: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } },
    ];
  }

  /** The registration as the operator of the tool writes it down. */
  registration(owner: string): Record<string, unknown> {
    const { url, client } = this;
    return {
      name: "Our school",
      issuer: url,
      client,
      deployments: ["one"],
      authorize: `${url}/authorize`,
      token: `${url}/token`,
      keys: `${url}/keys`,
      owner,
    };
  }

  /** The claims of a launch of somebody for a link of a course. */
  claims(subject: string, lab: string, more: object = {}): Record<string, unknown> {
    const line = `${this.url}/lines/${lab}?type=x`;
    return {
      sub: subject,
      name: `Name of ${subject}`,
      [`${CLAIM}message_type`]: "LtiResourceLinkRequest",
      [`${CLAIM}version`]: "1.3.0",
      [`${CLAIM}deployment_id`]: "one",
      [`${CLAIM}target_link_uri`]: "https://elsewhere.example/",
      [`${CLAIM}resource_link`]: { id: "link-1" },
      [`${CLAIM}roles`]: ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
      [`${CLAIM}custom`]: { lab },
      [`${AGS}/claim/endpoint`]: { scope: [`${AGS}/scope/score`], lineitem: line },
      ...more,
    };
  }

  /** The claims of who makes a course, and wants to choose what a link of it leads to. */
  choiceClaims(subject: string, settings: object = {}, more: object = {}): Record<string, unknown> {
    const {
      [`${CLAIM}resource_link`]: _link,
      [`${CLAIM}custom`]: _custom,
      ...claims
    } = this.claims(subject, "");
    return {
      ...claims,
      [`${CLAIM}message_type`]: "LtiDeepLinkingRequest",
      [`${CLAIM}roles`]: ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
      [DEEP_LINKING]: {
        deep_link_return_url: `${this.url}/chosen?course=7`,
        accept_types: ["link", "ltiResourceLink"],
        accept_presentation_document_targets: ["window", "iframe"],
        data: "as it was",
        ...settings,
      },
      ...more,
    };
  }

  /** Reads what a browser brings back of a choice, as the platform does. Throws where the tool did not sign it for this platform, or again. */
  async chosen(answer: string): Promise<Record<string, unknown>> {
    const keys = createRemoteJWKSet(new URL(this.toolKeys));
    const { payload } = await jwtVerify(answer, keys, {
      issuer: this.client,
      audience: this.url,
      requiredClaims: ["exp", "iat", "nonce"],
    });
    const nonce = String(payload["nonce"]);
    if (this.#nonces.has(nonce)) throw new Error("that was brought before");
    this.#nonces.add(nonce);
    return payload;
  }

  sign(claims: object, { kid, secret }: { kid?: string; secret?: CryptoKey } = {}): Promise<string> {
    const [key] = this.#keys;
    if (key === undefined) throw new Error("the platform has not started");
    const signed = new SignJWT({ iss: this.url, aud: this.client, ...claims }).setIssuedAt();
    if (!("exp" in claims)) signed.setExpirationTime("5m");
    return signed.setProtectedHeader({ alg: "RS256", kid: kid ?? key.kid }).sign(secret ?? key.secret);
  }

  /** What says that it needs no signature. */
  unsigned(claims: object): string {
    return new UnsecuredJWT({ iss: this.url, aud: this.client, ...claims })
      .setIssuedAt()
      .setExpirationTime("5m")
      .encode();
  }

  /** What somebody makes who knows nothing but the published key, and takes it for a secret. */
  async signedByPublicKey(claims: object): Promise<string> {
    const [key] = this.#keys;
    const secret = await exportSPKI((await importJWK(key?.jwk ?? {}, "RS256")) as CryptoKey);
    return new SignJWT({ iss: this.url, aud: this.client, ...claims })
      .setIssuedAt()
      .setExpirationTime("5m")
      .setProtectedHeader({ alg: "HS256", kid: key?.kid ?? "" })
      .sign(Buffer.from(secret));
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", this.url);
    if (path.pathname === "/chosen") this.brought = await formField(request, "JWT");
    const html = await this.page(path);
    if (html !== undefined) return void response.writeHead(200, { "content-type": "text/html" }).end(html);
    const { status, body } = await this.#answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    let text = "";
    for await (const piece of request) text += String(piece);
    const path = request.url ?? "";
    this.asked.push(path);
    if (this.isAway) return { status: 503, body: {} };
    if (path === "/keys") return { status: 200, body: { keys: this.#keys.map(({ jwk }) => jwk) } };
    if (path === "/token") return { status: 200, body: await this.#token(new URLSearchParams(text)) };
    const [, line] = /^\/lines\/([\w-]+)\/scores\?type=x$/.exec(path) ?? [];
    const isKnown = this.#tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""));
    if (line !== undefined && this.broken.has(line)) return { status: 500, body: {} };
    if (line === undefined || !isKnown) return { status: isKnown ? 404 : 401, body: {} };
    this.scores.push({ line, ...(JSON.parse(text) as Omit<ScoreTold, "line">) });
    return { status: 200, body: {} };
  }

  /** Throws where who asks cannot prove to be the tool. */
  async #token(asked: URLSearchParams): Promise<object> {
    const keys = createRemoteJWKSet(new URL(this.toolKeys));
    const { payload } = await jwtVerify(asked.get("client_assertion") ?? "", keys, {
      issuer: this.client,
      audience: `${this.url}/token`,
      requiredClaims: ["jti", "exp"],
    });
    if (payload.sub !== this.client || asked.get("grant_type") !== "client_credentials")
      throw new Error("no such client");
    const token = randomUUID();
    this.#tokens.add(token);
    return { access_token: token, token_type: "bearer", expires_in: 3600, scope: asked.get("scope") };
  }
}

async function formField(request: IncomingMessage, name: string): Promise<string> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return new URLSearchParams(text).get(name) ?? "";
}

/** Writes down the registration with a key of the tool's, as its operator does; the file for `--lti`. */
export function writeRegistration(folder: string, platform: LtiPlatform, owner: string): string {
  const [key, file] = [join(folder, "key.pem"), join(folder, "platforms.json")];
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  const registration = { ...platform.registration(owner), origins: ["https://school.example"] };
  writeFileSync(file, JSON.stringify({ keys: [key], platforms: [registration] }));
  return file;
}

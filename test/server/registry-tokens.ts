import { createSign, randomUUID, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";

const SERVICE = "test registry";
const ISSUER = "test tokens";
const LIFETIME_S = 300;

/** The server that a registry sends its readers to for a token, for one user or, without, for everybody. */
export interface TokenServer {
  /** The part `auth` of the registry's configuration. */
  auth: object;
  /** Authorizations it was asked with. */
  asked: (string | undefined)[];
  server: Server;
}

/** Starts one whose tokens let read what is asked for. */
export async function startTokenServer(folder: string): Promise<TokenServer> {
  const made = await generate([{ name: "commonName", value: ISSUER }], {
    keyType: "ec",
    algorithm: "sha256",
  });
  const bundle = join(folder, "token-authority.pem");
  writeFileSync(bundle, made.cert);
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const { searchParams } = new URL(request.url ?? "/", "http://tokens");
    const [type, name, actions = ""] = (searchParams.get("scope") ?? "").split(":");
    const access = [{ type, name, actions: actions.split(",") }];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ token: tokenFor(access, made) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const realm = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`;
  return {
    server,
    asked,
    auth: { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: bundle } },
  };
}

function tokenFor(access: unknown, { cert, private: key }: { cert: string; private: string }): string {
  const now = Math.floor(Date.now() / 1000);
  const chain = [new X509Certificate(cert).raw.toString("base64")];
  const times = { iat: now, nbf: now - 5, exp: now + LIFETIME_S };
  const said = { iss: ISSUER, aud: SERVICE, sub: "", jti: randomUUID(), access, ...times };
  const signed = [{ typ: "JWT", alg: "ES256", x5c: chain }, said]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = createSign("sha256").update(signed).sign({ key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

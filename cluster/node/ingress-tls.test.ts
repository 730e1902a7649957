import { webcrypto } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { x509 } from "../certificates/x509.js";
import type { Certificate } from "../containers/container-runtime.js";
import type { Ingress } from "../controllers/object-kinds.js";
import { forTls, issueFallback, tlsOf, tlsProblems } from "./ingress-tls.js";

const HOST = "ingress.local";
const MANY = 20_000;
const GENERATION_MS = 120_000;
const BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

type Tls = NonNullable<Ingress["spec"]["tls"]>;

function ingressWith(tls: Tls, hosts: string[] = [HOST]): Ingress {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "it", namespace: "lab" },
    spec: { tls, rules: hosts.map((host) => ({ host })) },
  };
}

function secretOf({ certificate, key }: Certificate): ApiObject {
  const data = { "tls.crt": base64(certificate), "tls.key": base64(key) };
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "it", namespace: "lab" }, data };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

async function rsa(modulusLength: number): Promise<Certificate> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509().X509CertificateGenerator.createSelfSigned(
    { name: `CN=${HOST}`, keys, signingAlgorithm: algorithm },
    webcrypto as Crypto,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    certificate: certificate.toString("pem"),
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
  };
}

function problems(secret: ApiObject): string[] {
  return tlsProblems(ingressWith([{ secretName: "it" }]), () => secret);
}

describe("the certificates of a network", () => {
  let good: Certificate;
  const served = (secret: ApiObject, tls: Tls = [{ secretName: "it" }]): string[] =>
    tlsOf([ingressWith(tls)], () => secret, good).certificates.flatMap(({ hosts }) => hosts);
  beforeAll(() => {
    good = issueFallback();
  });

  it("are those of the Secrets that are for a host", () => {
    expect(served(secretOf(good))).toEqual([HOST]);
    expect(problems(secretOf(good))).toEqual([]);
    expect(served(secretOf(good), [{ secretName: "it", hosts: ["other.example"] }])).toEqual([]);
  });

  it("are not those that a server could not take, and it is said why", () => {
    const wrong: [content: Partial<Certificate>, why: RegExp][] = [
      [{ certificate: good.certificate + BROKEN }, /cannot be served \([a-z ]+\): ingress.local has a/],
      [{ certificate: "no certificate" }, /cannot be read/],
      [{ key: "no key" }, /cannot be read/],
      [{ key: issueFallback().key }, /not that of its certificate/],
      [{ key: "" }, /has no tls.crt and tls.key/],
      [{ certificate: good.certificate.repeat(200) }, /have more than 64 KiB/],
    ];
    for (const [content, why] of wrong) {
      const secret = secretOf({ ...good, ...content });
      expect(problems(secret)).toEqual([expect.stringMatching(why)]);
      expect(served(secret)).toEqual([]);
    }
  });

  it(
    "have keys that are neither too weak nor hold up others",
    async () => {
      const [weak, usual, long] = await Promise.all([rsa(512), rsa(2048), rsa(4608)]);
      expect(problems(secretOf(weak))).toEqual([
        expect.stringContaining("cannot be served (ee key too small)"),
      ]);
      expect(served(secretOf(usual))).toEqual([HOST]);
      expect(problems(secretOf(long))).toEqual([expect.stringContaining("has 4608 bits, and at most 4096")]);
      expect(served(secretOf(long))).toEqual([]);
    },
    GENERATION_MS,
  );

  it("are bounded, however many Ingresses and hosts ask for them", () => {
    const hosts = [HOST, ...Array.from({ length: MANY }, (_, at) => `${String(at)}.example`)];
    const one = ingressWith(
      Array.from({ length: MANY }, () => ({ secretName: "it" })),
      hosts,
    );
    let looks = 0;
    const secret = secretOf(good);
    const many = Array.from({ length: 100 }, () => one);
    const { certificates } = tlsOf(many, () => ((looks += 1), secret), good);
    expect(certificates).toHaveLength(1);
    expect(looks).toBeLessThanOrEqual(500);
    expect(tlsProblems(one, () => secret)).toHaveLength(50);
    expect(forTls(one)(HOST)).toBe(true);
  });

  it("leave room for the others where one is too large for it", () => {
    const large = { ...good, certificate: good.certificate.repeat(60) };
    const names = ["a", "b", "c", "d", "e", "f", "g", "last"];
    const tls = names.map((secretName) => ({ secretName }));
    const kept = tlsOf(
      [ingressWith(tls)],
      ({ name }) => secretOf(name === "last" ? good : large),
      good,
    ).certificates;
    expect(kept.at(-1)?.certificate).toBe(good.certificate);
    const bytes = kept.reduce((sum, { certificate, key }) => sum + certificate.length + key.length, 0);
    expect(bytes).toBeLessThanOrEqual(256 * 1024);
    expect(kept.length).toBeLessThan(names.length);
  });
});

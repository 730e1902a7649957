import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { issueCertificate } from "./x509.js";

const notBefore = new Date("2026-11-23T12:00:00Z");
const notAfter = new Date("2051-01-02T03:04:05Z");

describe("issued certificates", () => {
  const authority = issueCertificate({ name: "an authority", notBefore, notAfter });
  const server = {
    names: ["localhost", "a.b.c"],
    addresses: [
      [127, 0, 0, 1],
      [...Array<number>(15).fill(0), 1],
    ],
  };
  const serving = issueCertificate({ name: "a server", notBefore, notAfter, server }, authority.issuer);
  const [ca, cert] = [new X509Certificate(authority.cert), new X509Certificate(serving.cert)];

  it("are signed by their authority, and no authority themselves", () => {
    expect([ca.ca, cert.ca]).toEqual([true, false]);
    expect([cert.checkIssued(ca), cert.verify(ca.publicKey), ca.verify(ca.publicKey)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(cert.verify(cert.publicKey)).toBe(false);
  });

  it("say whose they are, where they hold and how long", () => {
    expect(cert.subject).toBe("CN=a server");
    expect(cert.issuer).toBe("CN=an authority");
    expect(cert.subjectAltName).toBe(
      "DNS:localhost, DNS:a.b.c, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    );
    expect([cert.checkHost("localhost"), cert.checkHost("d")]).toEqual(["localhost", undefined]);
    expect([new Date(cert.validFrom), new Date(cert.validTo)]).toEqual([notBefore, notAfter]);
    expect(cert.checkPrivateKey(createPrivateKey(serving.key))).toBe(true);
  });

  it("pass openssl's strict verification for a TLS server", () => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-x509-"));
    try {
      writeFileSync(join(folder, "ca.pem"), authority.cert);
      writeFileSync(join(folder, "cert.pem"), serving.cert);
      const options = [
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-verify_ip",
        "127.0.0.1",
        "-CAfile",
        "ca.pem",
      ];
      const time = String(notBefore.getTime() / 1000 + 60);
      const output = execFileSync("openssl", ["verify", ...options, "-attime", time, "cert.pem"], {
        cwd: folder,
      });
      expect(output.toString()).toBe("cert.pem: OK\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

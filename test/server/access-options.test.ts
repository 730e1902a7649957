import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabSummary } from "../../workshop/common/api.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const lab = writeLab(folder.path);
const [cert, key] = [join(folder.path, "cert.pem"), join(folder.path, "key.pem")];
afterAll(() => folder.remove());

describe("a server behind a proxy it trusts, that lets start labs by a link", () => {
  const data = join(folder.path, "proxied");
  const url = "http://labs.example.org/";
  let lectern: LecternProcess;
  beforeAll(async () => {
    lectern = await startLectern(data, ["--lab", lab, "--public-url", url, "--trust-proxy", "loopback"]);
  });
  afterAll(() => lectern.stop());
  /** A browser that came through the proxy from this address. */
  const through = async (address: string) => {
    const { localUrl } = JSON.parse(await runningServer(data)) as { localUrl: string };
    const browser = new BrowserSession(localUrl);
    const headers = {
      host: "labs.example.org",
      origin: "http://labs.example.org",
      "x-forwarded-for": address,
    };
    return {
      call: (method: string, path: string, body?: unknown, more = {}) =>
        browser.call(method, path, body, { ...headers, ...more }),
    };
  };

  it("says who may start labs, and that nothing is encrypted", () => {
    expect(lectern.output()).toContain("whoever has the link");
    expect(lectern.output()).toContain(`lectern session start-link --data ${data}`);
    expect(lectern.output()).toContain("Warning: what learners and instructors send");
  });

  it("says in the catalogue why nothing can be started, and lets in who opens the link", async () => {
    const browser = await through("192.0.2.1");
    const labs = JSON.parse((await browser.call("GET", "api/labs")).text) as LabSummary[];
    expect(labs.map(({ unavailable }) => unavailable)).toEqual([
      "Labs are started from a link here. Ask your instructor for it.",
    ]);
    const refused = await browser.call("POST", "api/sessions", { lab: "slow-steps" });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("SERVER_START_CLOSED")]);
    const link = (await runCli(["session", "start-link", "--data", data])).output.trim();
    expect(link.startsWith(`${url}#start=`)).toBe(true);
    const token = link.split("#start=")[1];
    expect((await browser.call("POST", "api/start-admission", { token: "guess" })).status).toBe(401);
    expect((await browser.call("POST", "api/start-admission", { token })).status).toBe(204);
    expect((await browser.call("POST", "api/sessions", { lab: "slow-steps" })).status).toBe(202);
    await runCli(["instructor-token", "--renew", "--data", data]);
    expect((await browser.call("POST", "api/sessions", { lab: "slow-steps" })).status).toBe(403);
    expect((await browser.call("POST", "api/start-admission", { token })).status).toBe(401);
  });

  it("counts attempts for each address behind the proxy", async () => {
    const statuses = new Set<number>();
    for (let tried = 0; tried < 14; tried += 1) {
      const browser = await through(`198.51.100.${String(tried)}`);
      statuses.add((await browser.call("POST", "api/instructor/login", { token: "guess" })).status);
    }
    expect([...statuses]).toEqual([401]);
    const one = await through("198.51.100.200");
    for (let tried = 0; tried < 10; tried += 1)
      await one.call("POST", "api/instructor/login", { token: "guess" });
    expect((await one.call("POST", "api/instructor/login", { token: "guess" })).status).toBe(429);
  });
});

describe("a server with a certificate", () => {
  const data = join(folder.path, "tls");
  let lectern: LecternProcess;
  let first: string;
  beforeAll(async () => {
    first = await writeCertificate();
    lectern = await startLectern(data, ["--lab", lab, "--tls-cert", cert, "--tls-key", key]);
  });
  afterAll(() => lectern.stop());

  it("speaks TLS, and gives cookies that only this host over TLS can set", async () => {
    expect(lectern.url).toMatch(/^https:/);
    expect(lectern.output()).not.toContain("Warning: what learners");
    const token = instructorToken(data);
    const login = await secureCall(lectern.url, "api/instructor/login", JSON.stringify({ token }));
    expect([login.status, login.fingerprint]).toEqual([204, first]);
    expect(login.cookie).toMatch(/^__Host-lectern-account=.*Path=\/;.*HttpOnly; Secure; SameSite=Strict/);
  });

  it("is reached by this machine's command lines, whose links are for browsers", async () => {
    const made = await runCli(["session", "create", "--data", data, "--lab", "slow-steps"]);
    expect([made.status, made.output]).toEqual([0, expect.stringContaining(`${lectern.url}s/slow-steps-`)]);
  });

  it("takes a renewed certificate while it runs, and keeps it while the files are wrong", async () => {
    const second = await writeCertificate();
    expect(second).not.toBe(first);
    await until("the new certificate is shown", 60_000, async () =>
      (await secureCall(lectern.url, "healthz")).fingerprint === second ? true : undefined,
    );
    writeFileSync(cert, "no certificate");
    await until("the log says so", 60_000, async () =>
      (await logOf(data)).includes("is no PEM certificate") ? true : undefined,
    );
    expect((await secureCall(lectern.url, "healthz")).fingerprint).toBe(second);
  });
});

describe("a start with TLS files that are wrong", () => {
  it.each([
    ["a certificate alone", ["--tls-cert", cert], "--tls-key is not given"],
    [
      "a file that is missing",
      ["--tls-cert", "/nowhere.pem", "--tls-key", key],
      "/nowhere.pem (--tls-cert) cannot be read",
    ],
    ["a key that is none", ["--tls-cert", cert, "--tls-key", lab], "(--tls-key) is no PEM key"],
    ["a key of another certificate", ["--tls-cert", cert, "--tls-key", key], "is not the key of"],
  ])("is refused in words for %s", async (_what, flags, words) => {
    await writeCertificate();
    if (words === "is not the key of") {
      const { private: other } = await generate([{ name: "commonName", value: "other" }]);
      writeFileSync(key, other);
    }
    const { status, output } = await runCli([
      "serve",
      "--port",
      "0",
      "--data",
      join(folder.path, "never"),
      ...flags,
    ]);
    expect([status === 0, output]).toEqual([false, expect.stringContaining(words)]);
  });
});

describe("a server that was given the instructor's token", () => {
  const data = join(folder.path, "given");
  const file = join(folder.path, "given-token");
  const [first, second] = ["the-first-token-that-was-given", "the-second-token-that-was-given"];
  let lectern: LecternProcess;
  beforeAll(async () => {
    writeFileSync(file, `${first}\n`);
    lectern = await startLectern(data, ["--lab", lab, "--instructor-token-file", file, "--log-to", "stdout"]);
  });
  afterAll(() => lectern.stop());
  const login = (token: string) =>
    new BrowserSession(lectern.url).call("POST", "api/instructor/login", { token });

  it("never prints it, makes none of its own, and says where it is", async () => {
    expect((await login(first)).status).toBe(204);
    expect(lectern.output()).toContain(`token in ${file}`);
    expect(lectern.output()).not.toContain(first);
    expect(existsSync(join(data, "instructor-token"))).toBe(false);
  });

  it("takes another as soon as the file has it, also for the command line", async () => {
    writeFileSync(file, second);
    expect((await login(first)).status).toBe(401);
    expect((await login(second)).status).toBe(204);
    const listed = await runCli(["session", "list", "--data", data]);
    expect([listed.status, listed.output]).toEqual([0, expect.stringContaining("There are no sessions")]);
    expect((await runCli(["instructor-token", "--data", data])).output.trim()).toBe(second);
  });

  it("does not write what others keep", async () => {
    const { status, output } = await runCli(["instructor-token", "--renew", "--data", data]);
    expect([status, output]).toEqual([1, expect.stringContaining("SERVER_INSTRUCTOR_TOKEN_UNUSABLE")]);
    expect(readFileSync(file, "utf8")).toBe(second);
  });

  it.each([
    ["is missing", undefined, "cannot be read (ENOENT)"],
    ["is empty", "\n", "holds nothing"],
    ["holds a token that can be guessed", "workshop", "at least 22 printable ASCII characters"],
    ["holds more than one word", "a-token-that-is-long enough-for-two", "one word"],
  ])("is refused at the start where the file %s", async (_what, text, words) => {
    const bad = join(folder.path, "bad-token");
    if (text !== undefined) writeFileSync(bad, text);
    const flags = ["--data", join(folder.path, "never"), "--instructor-token-file", bad];
    const { status, output } = await runCli(["serve", "--port", "0", ...flags]);
    expect([status, output]).toEqual([1, expect.stringContaining(words)]);
    expect(text === undefined || text === "\n" || !output.includes(text)).toBe(true);
  });
});

/** Writes a new certificate with its key, and gives its fingerprint. */
async function writeCertificate(): Promise<string> {
  const made = await generate([{ name: "commonName", value: "localhost" }]);
  writeFileSync(key, made.private);
  writeFileSync(cert, made.cert);
  return new X509Certificate(made.cert).fingerprint256;
}

interface SecureAnswer {
  status: number;
  cookie: string;
  fingerprint: string;
}

function secureCall(url: string, path: string, body?: string): Promise<SecureAnswer> {
  const headers = {
    origin: new URL(url).origin,
    "content-type": "application/json",
    "lectern-page-key": "k".repeat(43),
  };
  // The certificate is told by its fingerprint: nobody has vouched for it.
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false });
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const call = request(new URL(path, url), { method, headers, agent }, (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume();
      const cookie = response.headers["set-cookie"]?.[0] ?? "";
      resolve({ status: response.statusCode ?? 0, cookie, fingerprint: fingerprint256 });
    });
    call.once("error", reject);
    call.end(body);
  });
}

function runningServer(data: string): Promise<string> {
  return readFile(join(data, "server.json"), "utf8");
}

function logOf(data: string): Promise<string> {
  return readFile(join(data, "logs/server.log"), "utf8");
}

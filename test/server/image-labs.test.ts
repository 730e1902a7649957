import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabSummary, SessionView } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "./browser-session.js";
import {
  type LecternProcess,
  runCli,
  startLectern,
  temporaryFolder,
  until,
  writeLab,
} from "./lectern-process.js";
import { pushLayers, pushPlatforms } from "./lab-images.js";
import { startTokenServer, type TokenServer } from "./registry-tokens.js";
import { hexOf, labFiles, layer, Registry } from "./registry.js";
import { hostileWorkshops } from "./hostile-images.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
const LOOKED_MS = 180_000;
/** An address of this machine that nobody takes for loopback, so that TLS is asked for. */
const BY_TLS = "0.0.0.0";
const PASSWORD = "opensesame";
const HTPASSWD = "author:$2b$05$abcdefghijklmnopqrstuuQbLfdQZSxZ9gjhA5V9o8Tyc6aQRO0Qi\n";

let lectern: LecternProcess;
let browser: BrowserSession;
let tokens: TokenServer;
let refused: Record<string, { spec: object; says: string }>;
let firstEdition: string;
const registries: Registry[] = [];
let [plain, closed, tokened, byTls]: Registry[] = [];

describe.skipIf(isWithout("kubectl") || isWithout("docker-registry"))("a lab in an image", () => {
  beforeAll(async () => {
    [plain, closed, tokened, byTls] = await startRegistries();
    refused = await hostileWorkshops({
      plain: plain!,
      closed: closed!,
      storage: join(folder.path, "registries/storage"),
    });
    const specs = await harmlessWorkshops();
    lectern = await startLectern(data, ["--lab", writeLab(folder.path)]);
    browser = new BrowserSession(lectern.url);
    await kubectl("create", "secret", "docker-registry", "author", ...login("author"));
    await kubectl("create", "secret", "docker-registry", "other", ...login("other"));
    await kubectl("create", "secret", "generic", "generic", ...IN_SYSTEM, "--from-literal=a=b");
    // All at once: the server looks every few seconds.
    await apply({
      ...specs,
      ...Object.fromEntries(Object.entries(refused).map(([name, { spec }]) => [name, spec])),
    });
  });
  afterAll(async () => {
    delete process.env["SSL_CERT_DIR"];
    await lectern?.stop();
    tokens?.server.close();
    for (const registry of registries) registry.stop();
    folder.remove();
  });

  it("is shown by kubectl with its title, reference and digest, which may be named itself", async () => {
    for (const name of ["shop", "pinned"]) await listed(name, "First edition");
    const table = await kubectl("get", "workshops");
    expect(table).toMatch(/^NAME +TITLE +SOURCE +REVISION +READY +MESSAGE +AGE\n/);
    const source = `image ${plain!.host}/labs/shop:v1`;
    expect(table).toMatch(new RegExp(`^shop +First edition +${source} +${hexOf(firstEdition)} +true`, "m"));
  });

  it("may be one folder of many layers, of which later ones replace, remove and empty", async () => {
    await listed("layers", "Upper");
    const [revision = ""] = readdirSync(join(data, "workshops/layers"));
    const files = readdirSync(join(data, "workshops/layers", revision, "layers"), { recursive: true });
    expect(files.map(String).toSorted()).toEqual(
      ["link.md", "old", "old/new.md", "pages", "pages/01-one.md", "workshop.yaml"].toSorted(),
    );
  });

  it("is read where the registry asks for a password, for a token, or has a certificate of its own authority", async () => {
    for (const name of ["basic", "token", "anybody", "tls"]) await listed(name, "Kept");
    const basic = `Basic ${Buffer.from(`author:${PASSWORD}`).toString("base64")}`;
    expect(new Set(tokens.asked)).toEqual(new Set([basic, undefined]));
  });

  it("is read of an image of this machine's platform, and beside its attestations", async () => {
    await listed("platforms", "Of a platform");
  });

  it("is refused in words for whatever is wrong with it, and nothing of it reaches the disk", async () => {
    const messages = await told(Object.keys(refused));
    const words = Object.entries(refused).map(([name, { says }]): [string, unknown] => [
      name,
      expect.stringContaining(says),
    ]);
    expect(messages).toEqual(Object.fromEntries(words));
    // Each is tried again after a while, and taken away again.
    await until("nothing of them is on the disk", LOOKED_MS, async () => {
      const folders = Object.keys(refused).map((name) => join(data, "workshops", name));
      return folders.every((path) => !existsSync(path) || readdirSync(path).length === 0) || undefined;
    });
  });

  it("is refused by the API server where its name is not whole", async () => {
    for (const reference of ["shop", "labs/shop:v1", "https://registry.example.org/shop", "r.example/Shop"])
      await expect(apply({ never: { image: { reference } } })).rejects.toThrow("spec.image.reference");
  });

  it.skipIf(isWithout("buildah"))("is what buildah builds from scratch and pushes", async () => {
    const store = [
      "--root",
      join(folder.path, "buildah/root"),
      "--runroot",
      join(folder.path, "buildah/run"),
    ];
    const buildah = (...words: string[]) =>
      execute("buildah", [...store, "--storage-driver", "vfs", ...words]);
    const context = join(folder.path, "context");
    for (const { name, content = "" } of labFiles("Built").filter(({ type }) => !type)) {
      mkdirSync(join(context, name, ".."), { recursive: true });
      writeFileSync(join(context, name), content);
    }
    const container = (await buildah("from", "scratch")).trim();
    await buildah("copy", container, context, "/");
    await buildah("commit", "--rm", container, "lab");
    await buildah("push", "--tls-verify=false", "lab", `docker://${plain!.host}/labs/built:v1`);
    await apply({ built: { image: { reference: `${plain!.host}/labs/built:v1` } } });
    await listed("built", "Built");
  });

  it("stays as it is for the session that has it, while new ones get what was pushed", async () => {
    const before = await browser.startLab("shop");
    const pushed = await plain!.push("labs/shop:v1", [await layer(labFiles("Second edition"))]);
    await tellAsAnotherServer(hexOf(pushed));
    await listed("shop", "Second edition");
    const after = await browser.startLab("shop");
    const titles = [before, after].map(async ({ id }) => {
      return (await browser.json<SessionView>("GET", `api/sessions/${id}`)).title;
    });
    expect(await Promise.all(titles)).toEqual(["First edition", "Second edition"]);
    await browser.run(before, 0);
    expect((await browser.outcome(before, 0)).state).toBe("succeeded");
    for (const { id } of [before, after]) await runCli(["session", "end", id, "--data", data]);
  });

  it("stays what new sessions get while its registry is away, which is said", async () => {
    plain!.stop();
    await tellAsAnotherServer("0".repeat(64));
    const { shop } = await told(["shop"]);
    expect(shop).toContain(
      `The registry ${plain!.host} cannot be read at ${plain!.host}: connect ECONNREFUSED`,
    );
    await listed("shop", "Second edition");
  });
});

/** What another server that has looked at the registry writes: this one looks every 15 seconds. */
async function tellAsAnotherServer(revision: string): Promise<void> {
  const status = JSON.stringify({ status: { revision } });
  await kubectl("patch", "workshop", "shop", "--subresource=status", "--type=merge", "--patch", status);
}

/** Pushes labs in images, and names them by Workshops. */
async function harmlessWorkshops(): Promise<Record<string, unknown>> {
  firstEdition = await plain!.push("labs/shop:v1", [await layer(labFiles("First edition"))]);
  await plain!.push("labs/kept:v1", [await layer(labFiles("Kept"))]);
  await pushLayers(plain!);
  await pushPlatforms(plain!);
  const { host } = plain!;
  const pullSecret = "author";
  return {
    shop: named(`${host}/labs/shop:v1`),
    pinned: named(`${host}/labs/shop:v1@${firstEdition}`),
    layers: named(`${host}/labs/layers:v1`, { path: "labs/one/" }),
    basic: named(`${closed!.host}/labs/kept:v1`, { pullSecret }),
    token: named(`${tokened!.host}/labs/kept:v1`, { pullSecret }),
    anybody: named(`${tokened!.host}/labs/kept:v1`),
    tls: named(`${byTls!.host}/labs/kept:v1`),
    platforms: named(`${host}/labs/platforms:all`),
  };
}

function named(reference: string, more: object = {}): object {
  return { image: { reference, ...more } };
}

async function startRegistries(): Promise<Registry[]> {
  const path = join(folder.path, "registries");
  const authorities = join(folder.path, "authorities");
  mkdirSync(path);
  mkdirSync(authorities);
  writeFileSync(join(path, "htpasswd"), HTPASSWD);
  const made = await generate([{ name: "commonName", value: "registry" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: BY_TLS }] }],
  });
  const [certificate, key] = [join(authorities, "registry.crt"), join(path, "registry.key")];
  writeFileSync(certificate, made.cert);
  writeFileSync(key, made.private);
  process.env["SSL_CERT_DIR"] = authorities;
  tokens = await startTokenServer(path);
  const basic = { htpasswd: { realm: "labs", path: join(path, "htpasswd") } };
  for (const options of [
    {},
    { auth: basic },
    { auth: tokens.auth },
    { address: BY_TLS, http: { tls: { certificate, key } } },
  ])
    registries.push(await Registry.start(path, options));
  return registries;
}

const IN_SYSTEM = ["--namespace", "lectern-system"];

/** For both registries that ask who somebody is. */
function login(username: string): string[] {
  const entry = { username, password: PASSWORD };
  const auths = { [closed!.host]: entry, [`https://${tokened!.host}/v1/`]: entry };
  const file = join(folder.path, `${username}.json`);
  writeFileSync(file, JSON.stringify({ auths }));
  return [...IN_SYSTEM, `--from-file=.dockerconfigjson=${file}`];
}

async function listed(name: string, title: string): Promise<void> {
  await until(`the catalogue lists ${name} as ${title}`, LOOKED_MS, async () => {
    const labs = await browser.json<LabSummary[]>("GET", "api/labs");
    return labs.some((lab) => lab.name === name && lab.title === title) ? true : undefined;
  });
}

/** What Workshops say is wrong with them, by their names, as soon as all do. */
function told(names: readonly string[]): Promise<Record<string, string>> {
  let messages = new Map<string, string>();
  const silent = () => names.filter((name) => (messages.get(name) ?? "") === "");
  return until(
    () => `each of these says what is wrong: ${silent().join(", ")}`,
    LOOKED_MS,
    async () => {
      const { items } = JSON.parse(await kubectl("get", "workshops", "-o", "json")) as {
        items: { metadata: { name: string }; status?: { message?: string } }[];
      };
      messages = new Map(items.map(({ metadata, status }) => [metadata.name, status?.message ?? ""]));
      if (silent().length > 0) return undefined;
      return Object.fromEntries(names.map((name) => [name, messages.get(name) ?? ""]));
    },
  );
}

async function apply(specs: Readonly<Record<string, unknown>>): Promise<void> {
  const file = join(folder.path, "workshops.json");
  const items = Object.entries(specs).map(([name, spec]) => {
    return { apiVersion: "lectern.dev/v1alpha1", kind: "Workshop", metadata: { name }, spec };
  });
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await kubectl("apply", "--filename", file);
}

function kubectl(...words: string[]): Promise<string> {
  return execute("kubectl", ["--kubeconfig", join(data, "cluster/kubeconfig"), ...words]);
}

async function execute(program: string, words: string[]): Promise<string> {
  return (await promisify(execFile)(program, words, { timeout: 60_000 })).stdout;
}

import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabSummary, SessionView } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
const page = writeLab(folder.path);
const repositories = join(folder.path, "repositories");
const work = join(folder.path, "work");
let lectern: LecternProcess;
let daemon: ChildProcess;
let gitUrl: string;
let browser: BrowserSession;

beforeAll(async () => {
  gitUrl = await serveGit();
  lectern = await startLectern(data, ["--lab", page]);
  browser = new BrowserSession(lectern.url);
});
afterAll(async () => {
  await lectern?.stop();
  daemon?.kill();
  folder.remove();
});

const LOOKED_MS = 60_000;

describe.skipIf(isWithout("kubectl"))("a lab in a git repository", () => {
  beforeAll(async () => {
    await git("init", "--quiet", "--initial-branch", "main", work);
    writeLabFolder(join(work, "labs/deep"), "First edition");
    await push();
    await apply("deep", deepAt("main"));
    await listed("deep", "First edition");
  });

  it("is shown by kubectl with its title, source and revision", async () => {
    const revision = (await git("-C", work, "rev-parse", "HEAD")).trim();
    const table = await kubectl("get", "workshops");
    expect(table).toMatch(/^NAME +TITLE +SOURCE +REVISION +READY +MESSAGE +AGE\n/);
    expect(table).toMatch(
      new RegExp(`^deep +First edition +git .*labs.git labs/deep main +${revision} +true`, "m"),
    );
  });

  it("stays as it is for the session that has it, through a push and a restart, while new ones get the new state", async () => {
    const before = await browser.startLab("deep");
    writeLabFolder(join(work, "labs/deep"), "Second edition");
    await push();
    await listed("deep", "Second edition");
    const after = await browser.startLab("deep");
    const titles = async (session: SessionView) =>
      (await browser.json<SessionView>("GET", `api/sessions/${session.id}`)).title;
    expect([await titles(before), await titles(after)]).toEqual(["First edition", "Second edition"]);
    await browser.run(before, 0);
    expect((await browser.outcome(before, 0)).state).toBe("succeeded");
    await lectern.stop();
    lectern = await startLectern(data, ["--lab", page]);
    browser = again(browser, lectern.url);
    expect([await titles(before), await titles(after)]).toEqual(["First edition", "Second edition"]);
    const sessions = await kubectl("get", "sessions", "-o", "wide");
    expect(sessions).toMatch(new RegExp(`^${before.id} +deep +[0-9a-f]{40} `, "m"));
    for (const { id } of [before, after]) await runCli(["session", "end", id, "--data", data]);
  });

  it("stays what new sessions get while a push cannot be read, and says why", async () => {
    writeFileSync(join(work, "labs/deep/workshop.yaml"), "title: [\n");
    await push();
    await apply("deep", deepAt("refs/heads/main"));
    const message = await told("deep");
    expect(message).toMatch(/workshop\.yaml, line \d/);
    expect(await titleInCatalogue("deep")).toBe("Second edition");
    writeLabFolder(join(work, "labs/deep"), "Third edition");
    await push();
    await apply("deep", deepAt("main"));
    await listed("deep", "Third edition");
  });

  it.each([
    ["nowhere", { url: "REPOSITORIES/none.git" }, "git could not read"],
    ["no-branch", { url: "REPOSITORIES/labs.git", ref: "other" }, "it has no such branch or tag"],
    ["no-folder", { url: "REPOSITORIES/labs.git", path: "missing" }, "missing"],
  ])("is refused in words where it is %s", async (name, source, words) => {
    await apply(name, { git: { ...source, url: source.url.replace("REPOSITORIES", gitUrl) } });
    expect(await told(name)).toContain(words);
    expect(await titleInCatalogue(name)).toBeUndefined();
  });

  it("is refused where a link of it leads out of the lab", async () => {
    await execute("ln", ["-s", "/etc/passwd", join(work, "labs/deep/pages/secret.md")]);
    await push();
    await apply("leading-out", { git: { url: `${gitUrl}/labs.git`, ref: "main", path: "labs/deep" } });
    expect(await told("leading-out")).toContain("leads to /etc/passwd, outside of the lab");
    await execute("rm", [join(work, "labs/deep/pages/secret.md")]);
  });

  it("is refused where it is too large, without being fetched to its end", async () => {
    // Not to be compressed, or it would be small on its way.
    await execute("sh", ["-c", `head -c 70000000 /dev/urandom > ${join(work, "large.bin")}`]);
    await push("large.git");
    await apply("too-large", { git: { url: `${gitUrl}/large.git`, ref: "main", path: "labs/deep" } });
    expect(await told("too-large")).toContain("is more than 64 MB");
  });

  it("is refused by the API server where its address could show a password or read the server's disk", async () => {
    for (const url of ["file:///etc", "https://name:password@example.org/x.git", "ext::sh -c id"])
      await expect(apply("never", { git: { url } })).rejects.toThrow("spec.git.url");
    await expect(apply("never", { git: { url: `${gitUrl}/labs.git` }, folder: "/labs" })).rejects.toThrow(
      "spec",
    );
  });
});

describe.skipIf(isWithout("kubectl"))("a lab in a ConfigMap", () => {
  it("is a file for each key, and another revision as soon as one changes", async () => {
    const files = join(folder.path, "files");
    writeLabFolder(files, "From a map");
    const create = ["create", "configmap", "lab-files", `--from-file=workshop.yaml=${files}/workshop.yaml`];
    const firstPage = `--from-file=pages__01-one.md=${files}/pages/01-one.md`;
    await kubectl(...create, firstPage);
    await apply("mapped", { configMap: { namespace: "default", name: "lab-files" } });
    await listed("mapped", "From a map");
    const session = await browser.startLab("mapped");
    writeLabFolder(files, "From a map that changed");
    await kubectl("delete", "configmap", "lab-files");
    expect(await told("mapped")).toContain("There is no ConfigMap default/lab-files");
    await kubectl(...create, firstPage);
    await listed("mapped", "From a map that changed");
    expect((await browser.json<SessionView>("GET", `api/sessions/${session.id}`)).title).toBe("From a map");
    await kubectl("delete", "workshop", "mapped");
    await until("it is gone from the catalogue", LOOKED_MS, async () =>
      (await titleInCatalogue("mapped")) === undefined ? true : undefined,
    );
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
  });
});

/** The lab by a name of its branch: by another name than before it is asked for at once, where it would be some seconds later. */
function deepAt(ref: string) {
  return { git: { url: `${gitUrl}/labs.git`, ref, path: "labs/deep" } };
}

function again(from: BrowserSession, url: string): BrowserSession {
  const next = new BrowserSession(url);
  for (const [name, value] of from.cookies) next.cookies.set(name, value);
  next.pageKey = from.pageKey;
  return next;
}

function writeLabFolder(path: string, title: string): void {
  mkdirSync(join(path, "pages"), { recursive: true });
  writeFileSync(join(path, "workshop.yaml"), `title: ${title}\n`);
  writeFileSync(join(path, "pages/01-one.md"), `# ${title}\n\n\`\`\`execute-1\necho done\n\`\`\`\n`);
}

async function listed(name: string, title: string): Promise<void> {
  await until(`the catalogue lists ${name} as ${title}`, LOOKED_MS, async () =>
    (await titleInCatalogue(name)) === title ? true : undefined,
  );
}

async function titleInCatalogue(name: string): Promise<string | undefined> {
  return (await browser.json<LabSummary[]>("GET", "api/labs")).find((lab) => lab.name === name)?.title;
}

/** What the Workshop says is wrong with it. */
function told(name: string): Promise<string> {
  return until(`the workshop ${name} says what is wrong`, LOOKED_MS, async () => {
    const message = await kubectl("get", "workshop", name, "-o", "jsonpath={.status.message}");
    return message === "" ? undefined : message;
  });
}

async function apply(name: string, spec: unknown): Promise<void> {
  const file = join(folder.path, `${name}.json`);
  const object = { apiVersion: "lectern.dev/v1alpha1", kind: "Workshop", metadata: { name }, spec };
  writeFileSync(file, JSON.stringify(object));
  await kubectl("apply", "--filename", file);
}

async function kubectl(...words: string[]): Promise<string> {
  return execute("kubectl", ["--kubeconfig", join(data, "cluster/kubeconfig"), ...words]);
}

const AUTHOR = ["-c", "user.name=Author", "-c", "user.email=author@example.org"];

async function push(repository = "labs.git"): Promise<void> {
  await git("-C", work, "add", "--all");
  await git("-C", work, ...AUTHOR, "commit", "--quiet", "--message", "Change the lab");
  await git("-C", work, "push", "--quiet", "--force", join(repositories, repository), "main");
}

/** One of the files is large, and not to be compressed at each turn. */
function git(...words: string[]): Promise<string> {
  return execute("git", ["-c", "core.compression=0", "-c", "core.bigFileThreshold=1m", ...words]);
}

async function execute(program: string, words: string[]): Promise<string> {
  return (await promisify(execFile)(program, words, { timeout: 60_000 })).stdout;
}

/** Git's own server, on a free port of loopback, for bare repositories in a folder of the test. */
async function serveGit(): Promise<string> {
  mkdirSync(repositories);
  for (const name of ["labs.git", "large.git"])
    await git("init", "--quiet", "--bare", "--initial-branch", "main", join(repositories, name));
  const port = await freePort();
  // Started as itself: what the program git starts would outlive it.
  const program = join((await git("--exec-path")).trim(), "git-daemon");
  const words = ["--listen=127.0.0.1", `--port=${String(port)}`, "--export-all", "--reuseaddr"];
  daemon = spawn(program, [...words, `--base-path=${repositories}`, repositories], { stdio: "ignore" });
  return `git://127.0.0.1:${String(port)}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

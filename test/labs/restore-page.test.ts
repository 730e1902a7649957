import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import type { RestorationAnswer } from "../../workshop/common/restoration.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { doForLearner } from "../../workshop/node/do-for-learner.js";
import { homeArchive } from "../../workshop/node/home-archive.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { type RestoredSoFar, restorePage } from "../../workshop/node/restore-page.js";
import { variablesOf } from "../../workshop/node/session-environment.js";
import { type SessionStep, findStep } from "../../workshop/node/session-step.js";
import { createSession } from "../../workshop/node/sessions.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const FILES: Readonly<Record<string, string>> = {
  "workshop.yaml": "title: The way back\nlayout: split\n",
  "checks.yaml": `workspaces: [team]
pages:
  - page: 3
    steps:
      - before: 0
        title: Create no-latest in the console
        applyPolicy:
          fullName: { name: no-latest, workspaceName: team }
          spec: { type: image-policy, recipe: block-latest-tag, recipeVersion: v1, input: { audit: false } }
`,
  "files/given.txt": "as it was\n",
  "pages/01-first.md":
    "# First\n\n```execute-1\nkubectl create configmap made --from-literal=by=first\n```\n\n```execute-2\necho two > from-two.txt\n```\n\n```manual\nLook around.\n```\n",
  "pages/02-second.md":
    "# Second\n\n```execute-1\ntest -e key.txt\n```\n\n```execute-1\necho after > after.txt\n```\n",
  "pages/03-third.md": "# Third\n\n```execute-1\necho three\n```\n",
};

type PageWord = "first" | "second" | "third";

let platform: TestPlatform;
let folder: string;
let lab: Lab;
let session: SessionResource;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-way-back-"));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  platform = await startTestPlatform();
  lab = await loadLab(folder);
  session = await createSession(platform.client, lab, { startedBy: "learner" });
  session = await platform.provisioner.provision(session, lab);
});

afterAll(async () => {
  await platform?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the way back to the start of a page", () => {
  it("leaves what the pages before make, and nothing of what the learner made", async () => {
    const said = await inside(
      "kubectl create configmap mine; kubectl create deployment web --image=nginx; kubectl label ns $NS a=b;" +
        "echo spoilt > given.txt; echo mine > mine.txt; mkdir -p closed/in/deep; echo x > closed/in/deep/file; chmod 0 closed/in/deep closed/in closed; rm ~/.kube/config",
    );
    expect(said).toContain("configmap/mine created");
    const told: RestoredSoFar[] = [];
    const made = await restore("second", { onChange: (soFar) => void told.push(soFar) });
    expect(made).toMatchObject({ done: 3, of: 3, leftOut: 1 });
    expect(told.some(({ doing }) => doing.includes("kubectl create configmap made"))).toBe(true);
    expect(await inside("ls")).toBe("from-two.txt\ngiven.txt\n");
    expect(await inside("cat given.txt from-two.txt")).toBe("as it was\ntwo\n");
    expect(await inside("kubectl get configmaps,deployments,pods -o name")).toBe(
      "configmap/kube-root-ca.crt\nconfigmap/made\n",
    );
    expect(await inside("kubectl get resourcequotas,networkpolicies -o name")).toContain(
      "networkpolicy.networking.k8s.io/learner",
    );
  });

  it("asks after a step that failed, and goes on where its learner wants that", async () => {
    const asked: string[] = [];
    const ask = async ({ text }: { text: string }): Promise<RestorationAnswer> => {
      asked.push(text);
      return "go-on";
    };
    expect(await restore("third", { ask })).toMatchObject({ done: 5, of: 5 });
    expect(asked).toEqual(["test -e key.txt"]);
    expect(await inside("cat after.txt")).toBe("after\n");
  });

  it("stops there where its learner wants that", async () => {
    const stopped = restore("third", { ask: async () => "stop" });
    await expect(stopped).rejects.toThrow("Stopped at a step that failed: Second: test -e key.txt");
    expect(await inside("ls")).toBe("from-two.txt\ngiven.txt\n");
  });

  it("is cancelled at any time, and can be begun again", async () => {
    const cancel = new AbortController();
    const onChange = ({ doing }: RestoredSoFar): void => {
      if (doing.includes("kubectl")) cancel.abort(new Error("wanted"));
    };
    await expect(restore("third", { onChange, signal: cancel.signal })).rejects.toThrow("wanted");
    expect(await restore("first", {})).toMatchObject({ done: 0, of: 0 });
    expect(await inside("ls")).toBe("given.txt\n");
    expect(await inside("kubectl get configmaps -o name")).toBe("configmap/kube-root-ca.crt\n");
  });
});

describe("a step that is done for its learner", () => {
  it("is done as the lab's checks do it, and taken back with everything else", async () => {
    await doForLearner(partsOfDoing(), await step("third", 0));
    expect(await policies()).toEqual(["no-latest"]);
    await restore("first", {});
    expect(await policies()).toEqual([]);
  });

  it("is counted before anything of it is done", async () => {
    const seen: string[][] = [];
    const noteHint = async (): Promise<void> => {
      seen.push(await policies());
      throw new Error("cut off");
    };
    const cutOff = doForLearner({ ...partsOfDoing(), noteHint }, await step("third", 0));
    await expect(cutOff).rejects.toThrow("cut off");
    expect([seen, await policies()]).toEqual([[[]], []]);
  });

  it("is refused where the lab does not say how, and counted nowhere", async () => {
    let counted = 0;
    const noteHint = async (): Promise<void> => void (counted += 1);
    const refused = doForLearner({ ...partsOfDoing(), noteHint }, await step("second", 0));
    await expect(refused).rejects.toMatchObject({ code: "SESSION_STEP_NOT_RUNNABLE" });
    expect(counted).toBe(0);
  });
});

describe("everything of a session", () => {
  it("is packed with what was run, without caches and credentials", async () => {
    await inside(
      "mkdir -p sub .cache && echo mine > sub/mine.txt && echo c > .cache/c && ln -s /etc/passwd link",
    );
    const { name } = session.metadata;
    const bytes = await homeArchive(platform.host, {
      session: name,
      transcript: "# What was run: Übung\n",
      notes: "# Notes: Ähnliches\n",
    });
    const archive = join(folder, "all.tar.gz");
    writeFileSync(archive, bytes);
    const listed = execFileSync("tar", ["-tvzf", archive], { encoding: "utf8" });
    for (const path of ["transcript.md", "notes.md", "files/given.txt", "files/sub/mine.txt"])
      expect(listed).toContain(` ${name}/${path}\n`);
    expect(listed).toContain(`${name}/files/link -> /etc/passwd`);
    expect(listed).not.toMatch(/\.kube|\.cache/);
    const text = (file: string): string =>
      execFileSync("tar", ["-xOzf", archive, `${name}/${file}`], { encoding: "utf8" });
    expect(text("transcript.md")).toBe("# What was run: Übung\n");
    expect(text("notes.md")).toBe("# Notes: Ähnliches\n");
  });

  it("is refused where it would be too large, with what to do", async () => {
    await inside("head -c 17825792 /dev/urandom > large");
    const packed = homeArchive(platform.host, { session: session.metadata.name, transcript: "", notes: "" });
    await expect(packed).rejects.toMatchObject({
      code: "SESSION_ARCHIVE_UNAVAILABLE",
      message: expect.stringContaining("more than 16 MiB") as string,
    });
  });
});

async function policies(): Promise<string[]> {
  const { organization } = session.spec;
  const listed = await platform.policies.service.listPolicies({ organization, everywhere: true });
  return listed.map(({ fullName }) => fullName.name);
}

function partsOfDoing(): Parameters<typeof doForLearner>[0] {
  return { ...platform, policies: platform.policies.service, noteHint: () => Promise.resolve() };
}

async function step(page: PageWord, number: number): Promise<SessionStep> {
  const { compiler, client, settings } = platform;
  const found = lab.pages.find(({ name }) => name.includes(page));
  if (found === undefined) throw new Error(`there is no page ${page}`);
  const { actions } = await compiler.compile(lab, found, variablesOf(lab, session, client, settings));
  const of = { session, lab, page: found.name };
  return findStep({ ...of, step: actions[number]?.view.step ?? "" }, platform);
}

function restore(
  page: PageWord,
  {
    signal = new AbortController().signal,
    onChange = () => undefined,
    ask = async () => "stop",
  }: Partial<Parameters<typeof restorePage>[2]>,
): Promise<RestoredSoFar> {
  const name = lab.pages.find(({ name: of }) => of.includes(page))?.name ?? "";
  const parts = { ...platform, policies: platform.policies.service };
  return restorePage(parts, { session, lab, page: name }, { signal, onChange, ask });
}

async function inside(command: string): Promise<string> {
  const { stdout, stderr, exitStatus } = await platform.host.exec(session.metadata.name, {
    argv: ["bash", "-c", command],
    env: { NS: session.spec.namespace },
    timeoutMs: 60_000,
  });
  const said = Buffer.from(stdout).toString("utf8");
  return exitStatus === 0 ? said : `${said}${Buffer.from(stderr).toString("utf8")}`;
}

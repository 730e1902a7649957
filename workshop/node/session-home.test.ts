import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { freeUid, makeHome, orphanHomes, writeKubeconfig } from "./session-home.js";

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("left out: homes of other accounts (the tests do not run as root)\n");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-homes-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a home", () => {
  it("holds the lab's files and the kubeconfig, which is replaced as a whole", async () => {
    mkdirSync(join(folder, "lab"));
    const home = await makeHome(join(folder, "homes"), session("one"), lab(join(folder, "lab")));
    await writeKubeconfig(home, "first", undefined);
    await writeKubeconfig(home, "second", undefined);
    expect(readFileSync(join(home, ".kube/config"), "utf8")).toBe("second");
    expect(readdirSync(join(home, ".kube"))).toEqual(["config"]);
    expect(statSync(join(home, ".kube/config")).mode & 0o777).toBe(0o600);
  });

  it.skipIf(!isRoot)("does not lead root astray when its learner puts a link in place of .kube", async () => {
    const home = await makeHome(join(folder, "homes"), session("one", 34_567), lab());
    const victim = join(folder, "victim");
    mkdirSync(victim);
    rmSync(join(home, ".kube"), { recursive: true });
    symlinkSync(victim, join(home, ".kube"));
    await writeKubeconfig(home, "secret", 34_567);
    expect(readdirSync(victim)).toEqual([]);
    expect(lstatSync(join(home, ".kube")).isDirectory()).toBe(true);
    expect(statSync(join(home, ".kube/config")).uid).toBe(34_567);
  });

  it("is an orphan only in a folder that Lectern made", async () => {
    await makeHome(join(folder, "homes"), session("one"), lab());
    await makeHome(join(folder, "homes"), session("two"), lab());
    expect(await orphanHomes(join(folder, "homes"), new Set(["one"]))).toEqual(["two"]);
    mkdirSync(join(folder, "people/alice"), { recursive: true });
    expect(await orphanHomes(join(folder, "people"), new Set())).toEqual([]);
    expect(existsSync(join(folder, "people/alice"))).toBe(true);
  });
});

describe("freeUid", () => {
  it.skipIf(!isRoot)("gives a session the same account every time, and no account twice", () => {
    const first = freeUid("one", new Set()) ?? 0;
    expect(freeUid("one", new Set())).toBe(first);
    expect(freeUid("one", new Set([first]))).not.toBe(first);
  });
});

function session(name: string, uid?: number): SessionResource {
  const spec = {
    lab: "a",
    minutes: 1,
    expiresAt: "",
    namespace: name,
    organization: name,
    ...(uid === undefined ? {} : { uid }),
  };
  return { apiVersion: "lectern.dev/v1alpha1", kind: "Session", metadata: { name }, spec };
}

function lab(homeFiles?: string): Lab {
  return {
    name: "a",
    title: "A",
    description: "",
    minutes: 1,
    level: "beginner",
    needs: [],
    budget: "small",
    layout: "default",
    workspaces: [],
    variables: {},
    environment: [],
    dashboards: [],
    objects: [],
    pages: [],
    source: { form: "native", folder: "/", ...(homeFiles ? { homeFiles } : {}) },
    problems: [],
  };
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type InspectOptions, lintLab } from "./lint-lab.js";
import { loadLab } from "./load-lab.js";
import { shellLimitsOf } from "./session-shell-limits.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-lint-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a block for a terminal that the layout lacks", () => {
  const page = "text\n\n```execute-2\nls\n```\n\n```execute\nls\n```\n";

  it("is warned of, for the terminal is shown all the same", async () => {
    expect(await problemsOf("layout: default", page)).toEqual([
      "warning pages/a.md:3 terminal: The block runs in terminal 2, which the layout default does not have; it is shown all the same",
    ]);
  });

  it("is warned of where another block of that kind names it", async () => {
    const named = "```terminal:execute\ncommand: ls\nsession: 7\n```\n";
    expect(await problemsOf("layout: default", named)).toEqual([
      "warning pages/a.md:1 terminal: The block runs in terminal 7, which the layout default does not have; it is shown all the same",
    ]);
  });

  it("is an error where the lab is to have no terminal", async () => {
    expect(await problemsOf("layout: none", page)).toEqual([
      "error pages/a.md:3 terminal: The block runs in terminal 2, but the lab's layout is none",
      "error pages/a.md:7 terminal: The block runs in terminal 1, but the lab's layout is none",
    ]);
  });

  it("is nothing to speak of where the layout has it", async () => {
    expect(await problemsOf("layout: split", page)).toEqual([]);
  });
});

describe("tabs", () => {
  const page = ["Terminal", "Console", "Web", "Wep"].map(
    (name) => `\`\`\`dashboard:open-dashboard\nname: ${name}\n\`\`\`\n`,
  );

  it("that no session has are errors where a block shows them", async () => {
    expect(await problemsOf("dashboards: [{name: Web, url: https://example.org}]", page.join("\n"))).toEqual([
      'error pages/a.md:13 dashboard: The block shows the tab "Wep", but sessions of the lab have Terminal, Console, Web',
    ]);
  });

  it("of the session's objects are there where the lab has them", async () => {
    const shown = "```dashboard:open-dashboard\nname: Kubernetes\n```\n";
    expect(await problemsOf("kubernetes: true\ndashboards: [{name: Kubernetes}]", shown)).toEqual([]);
    expect(await problemsOf("kubernetes: false", shown)).toEqual([
      'error pages/a.md:1 dashboard: The block shows the tab "Kubernetes", but sessions of the lab have Terminal, Console',
    ]);
  });

  it("whose address no browser can show are errors, those that values complete are none", async () => {
    const tabs = [
      '{name: Filled, url: "https://{{ session_namespace }}.{{ place }}/"}',
      '{name: Unknown, url: "https://{{ nope }}/"}',
      "{name: Bare, url: example.org}",
    ];
    expect(
      await problemsOf(`variables: {place: example.org}\ndashboards: [${tabs.join(", ")}]`, "a"),
    ).toEqual([
      'error workshop.yaml:1 dashboard: The tab "Unknown" has the address https://{{ nope }}/, which names {{ nope }}, which is not a variable of this lab',
      'error workshop.yaml:1 dashboard: The tab "Bare" has the address example.org, which is no address of a web page',
    ]);
  });

  it("of a name alone that no session has, and of a name twice, are errors", async () => {
    const tabs = [
      "{name: Terminal}",
      "{name: Slides}",
      "{name: A, url: https://a.example}",
      "{name: A, url: https://b.example}",
    ];
    expect(await problemsOf(`dashboards: [${tabs.join(", ")}]`, "a")).toEqual([
      'error workshop.yaml:1 dashboard: The tab "Slides" has no address, and sessions of the lab have no tab of that name of their own',
      'error workshop.yaml:1 dashboard: There is another tab of the name "A" before',
    ]);
  });
});

it("a tab of a name alone that a block makes is none that is left out", async () => {
  const page = "```dashboard:create-dashboard\nname: Slides\nurl: https://slides.example\n```\n";
  expect(await problemsOf("dashboards: [{name: Slides}]", page)).toEqual([]);
});

describe("variables of the environment", () => {
  it("are errors where the operator has said which may be shown, and not these", async () => {
    const lab = ["environment: [SHOWN, HIDDEN]", "{{ ENV_SHOWN }} {{ ENV_HIDDEN }}"] as const;
    expect(await problemsOf(...lab)).toEqual([]);
    expect(await problemsOf(...lab, { labVariables: ["SHOWN"] })).toEqual([
      expect.stringMatching(/^error workshop.yaml:1 environment: .*environment variable HIDDEN/),
    ]);
  });
});

describe("limits of a session's shells", () => {
  it("are warned of where the budget or the operator gives less", async () => {
    const lab = [
      "budget: small\nlimits: { memory: 2Gi, home: 512Mi, processes: 100, cpu: 0.5 }",
      "",
    ] as const;
    const overBudget = expect.stringMatching(
      /^warning workshop.yaml:1 limits: .*memory.* budget small gives less/,
    );
    expect(await problemsOf(...lab)).toEqual([overBudget]);
    expect(await problemsOf(...lab, { sessionLimits: { processes: 64, homeBytes: 2 ** 30 } })).toEqual([
      overBudget,
      expect.stringMatching(/^warning workshop.yaml:1 limits: .*processes.* operator gives less/),
    ]);
  });

  it("are refused where they are none, with what there is", async () => {
    for (const limits of ["{ ram: 1Gi }", "{ memory: lots }", "{ processes: 2 }", "[memory]"])
      await expect(problemsOf(`limits: ${limits}`, ""), limits).rejects.toThrow(/limits/);
  });

  it("are the lab's own, and no more than its budget", async () => {
    await problemsOf("budget: small\nlimits: { memory: 2Gi, home: 512Mi, processes: 100 }", "");
    expect(shellLimitsOf(await loadLab(folder))).toEqual({
      memoryBytes: 2 ** 30,
      homeBytes: 512 * 2 ** 20,
      processes: 100,
      cpus: 1,
    });
  });
});

describe("what one namespace is not enough for", () => {
  const page = [
    "kubectl get nodes",
    "kubectl get ns {{ session_namespace }}",
    "kubectl get pods -n kube-system | wc -l && kubectl create namespace x",
    "echo kubectl get nodes",
  ].map((command) => `\`\`\`execute\n${command}\n\`\`\`\n`);
  const failing = "```execute exit=nonzero\nkubectl get nodes\n```\n";
  const conditions =
    '```execute until="node ready" until="configmap/a -n shop" until="namespace/shop"\nls\n```\n';
  const objects =
    "objects: [{apiVersion: v1, kind: Namespace, metadata: {name: shop}}, {apiVersion: x.org/v1, kind: X, metadata: {name: x}}]";

  it("is named: commands, conditions and objects, with what to do", async () => {
    expect(await problemsOf(objects, [...page, failing, conditions].join("\n"))).toEqual([
      expect.stringMatching(/^error pages\/a.md:21 beyond-namespace: .*"node ready" is about the nodes/),
      expect.stringMatching(/^error pages\/a.md:21 .*-n shop" names the namespace shop/),
      expect.stringMatching(/^error pages\/a.md:21 .*"namespace\/shop" names the namespace shop/),
      expect.stringMatching(
        /^error workshop.yaml:1 session-object: No session of the lab can be made: .*Namespace shop/,
      ),
      expect.stringMatching(/^warning pages\/a.md:1 beyond-namespace: The command is about the kind nodes/),
      expect.stringMatching(
        /^warning pages\/a.md:9 beyond-namespace: The command is about the namespace kube-system/,
      ),
      expect.stringMatching(/^warning workshop.yaml:1 session-object: .*on clusters only that have the kind/),
    ]);
  });

  it("is nothing to speak of in a cluster of one's own, but for kinds that nobody defines", async () => {
    expect(await problemsOf(`cluster: own\n${objects}`, [...page, conditions].join("\n"))).toEqual([
      expect.stringMatching(
        /^error workshop.yaml:1 session-object: No session of the lab can be made: its X x/,
      ),
    ]);
  });

  it("is named nodes of a cluster of one's own, each once, and of no other", async () => {
    expect(await problemsOf("cluster: own\nnodes: [controlplane, node01]", "text")).toEqual([]);
    expect(await problemsOf("nodes: [controlplane]", "text")).toEqual([
      expect.stringMatching(/^error workshop.yaml:1 own-cluster: Its "nodes" have no effect/),
    ]);
    await expect(problemsOf("cluster: own\nnodes: [node01, node01]", "text")).rejects.toThrow(
      "two nodes have the same name",
    );
  });

  it("is not asked of a cluster of one's own that has no image policies", async () => {
    const settings = "cluster: own\nworkspaces: [ops]\nneeds: [containers]";
    const blocks =
      '```execute until="policy/x in-force"\nls\n```\n\n```dashboard:open-dashboard\nname: Console\n```\n';
    expect((await problemsOf(settings, blocks)).map((text) => text.split(": ", 1)[0])).toEqual([
      "error pages/a.md:1 own-cluster",
      "error pages/a.md:5 dashboard",
      "error workshop.yaml:1 own-cluster",
    ]);
  });
});

it("says which images of a lab's own nobody can play", async () => {
  const images =
    "images: [busybox, {name: 'a:1', like: nginx}, {name: 'b:1', like: 'nginx:1.161'}, {name: 'C:1', missing: true}]";
  expect(await problemsOf(images, "text")).toEqual([
    expect.stringMatching(/^error workshop.yaml:1 own-image: "C:1" is no image that anybody could pull/),
    "error workshop.yaml:1 own-image: The image b:1 is to run like nginx:1.161, which Lectern does not play",
  ]);
  expect(await problemsOf("cluster: own\nimages: [{name: 'a:1', exits: 3}]", "text")).toEqual([]);
});

async function problemsOf(settings: string, page: string, options?: InspectOptions): Promise<string[]> {
  await mkdir(join(folder, "pages"), { recursive: true });
  await writeFile(join(folder, "workshop.yaml"), `title: x\n${settings}\n`);
  await writeFile(join(folder, "pages/a.md"), page);
  const lab = await loadLab(folder, options);
  return lintLab(lab).map(
    ({ severity, file, line, rule, message }) => `${severity} ${file}:${String(line)} ${rule}: ${message}`,
  );
}

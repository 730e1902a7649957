import { parse } from "yaml";
import { beforeAll, afterAll, describe, expect, it } from "vitest";

import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";
import { describeOnEmbeddedCluster } from "./embedded-cluster.js";

const organization = "lab-walk";
const cluster = `${organization}-cluster`;
const workspace = "walk-ws";

/** What shows something; in every format. */
const SHOWN = [
  "organization image-policy list",
  "organization image-policy get digests",
  "organization image-policy violations",
  "organization image-policy exception list",
  "organization image-policy history digests",
  "organization image-policy templates list",
  "organization history",
  "organization iam get-policy",
  "workspace list",
  `workspace get ${workspace}`,
  `workspace history ${workspace}`,
  `workspace iam get-policy ${workspace}`,
  `workspace image-policy list -k ${workspace}`,
  `workspace image-policy get no-busybox -k ${workspace}`,
  `workspace image-policy violations -k ${workspace}`,
  `workspace image-policy history no-busybox -k ${workspace}`,
  `workspace image-policy exception list -k ${workspace}`,
  `workspace image-policy exception get debug -k ${workspace}`,
  "cluster list",
  `cluster get ${cluster}`,
  "cluster namespace list",
  `cluster namespace get ${organization} -c ${cluster}`,
  "clustergroup list",
  "clustergroup get default",
  "policy templates list",
  "policy insights list",
  "system context list",
  "system context current",
  `image explain nginx -n ${organization}`,
  "image list",
];

/** What changes something; none of it does on a dry run. FILE names a manifest below. */
const DRY_RUNS = [
  "workspace create fresh",
  "workspace create -f FILE:workspace.yaml",
  "workspace delete spare",
  "organization image-policy create -r block-latest-tag -n latest",
  "organization image-policy delete digests",
  `workspace image-policy create -r require-digest -n more -k ${workspace}`,
  `workspace image-policy create -f FILE:policy.yaml`,
  `workspace image-policy update no-busybox -f FILE:changed.yaml -k ${workspace}`,
  `workspace image-policy delete no-busybox -k ${workspace}`,
  `workspace image-policy restore no-busybox -k ${workspace} --revision 1`,
  `workspace image-policy exception delete debug -k ${workspace}`,
  `cluster namespace update ${organization} -c ${cluster} --labels env=dev`,
  `cluster namespace update ${organization} -c ${cluster} -k spare`,
  `cluster namespace detach -n ${organization} -c ${cluster}`,
];

const policyYaml = (name: string, image: string) =>
  `fullName:\n  name: ${name}\n  workspaceName: ${workspace}\nspec:\n  recipe: custom\n  type: image-policy\n  input:\n    effect: block\n    rules:\n    - imageName: ${image}\n`;

const MANIFESTS: Record<string, string> = {
  "workspace.yaml": "fullName:\n  name: of-file\n",
  "policy.yaml": policyYaml("of-file", "alpine"),
  "changed.yaml": policyYaml("no-busybox", "alpine"),
};

const UPDATE = ["cluster", "namespace", "update", organization, "-c", cluster];

/** Hostile flags: what is given, and what is said of it. */
const HOSTILE: [title: string, argv: string[], says: RegExp][] = [
  ["a label with two =", [...UPDATE, "--labels", "a=b=c"], /InvalidArgument: .*"a"/],
  ["a label without a key", [...UPDATE, "--labels", "=b"], /"=b" is no label/],
  ["an empty label", [...UPDATE, "--labels", ""], /a comma with no label before or behind it/],
  [
    "an empty label among others",
    [...UPDATE, "--labels", "a=b,,c=d"],
    /a comma with no label before or behind it/,
  ],
  ["a label with blanks", [...UPDATE, "--labels", "a b=c"], /InvalidArgument: .*"a b"/],
  ["a label in other letters", [...UPDATE, "--labels", "größe=1"], /InvalidArgument: .*größe/],
  ["a label's value in other letters", [...UPDATE, "--labels", "size=größer"], /InvalidArgument: .*size/],
  ["a label that is none of an object's", [...UPDATE, "--labels", "__proto__=x"], /InvalidArgument/],
  ["a label set to two values", [...UPDATE, "--labels", "a=b,a=c"], /expected one change of the label "a"/],
  ["a label set and removed", [...UPDATE, "-l", "a=b", "-l", "a-"], /expected one change of the label "a"/],
  [
    "a name that is given twice",
    ["workspace", "get", "-n", workspace, "-n", "spare"],
    /expected one --name, and "walk-ws" and "spare" were given/,
  ],
  [
    "a workspace that is given in two spellings",
    ["workspace", "image-policy", "list", "-k", workspace, "-w", "spare"],
    /expected one --workspace, and "walk-ws" and "spare" were given/,
  ],
  ["an empty name", ["workspace", "create", "-n", ""], /expected one workspace, and none was given/],
  ["a name in upper case", ["workspace", "create", "Team"], /InvalidArgument: .*fullName\.name/],
  ["a name in other letters", ["workspace", "create", "größe"], /InvalidArgument: .*fullName\.name/],
  ["a name that leads elsewhere", ["workspace", "get", "../../clusters"], /NotFound|InvalidArgument/],
  [
    "an output of no format",
    ["workspace", "list", "-o", "xml"],
    /Allowed choices are json, yaml, table, wide/,
  ],
  ["a file that is not there", ["workspace", "create", "-f", "/nowhere.yaml"], /nowhere\.yaml/],
];

/** The words of the first line of a table. */
const titles = (text = "") => text.split("\n")[0]?.split(/ {2,}/) ?? [];

const names = ({ workspaces }: { workspaces: { fullName: { name: string } }[] }) =>
  workspaces.map(({ fullName }) => fullName.name);

describeOnEmbeddedCluster("every command of tmc", (target) => {
  describe("in an organization that has one of everything", { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    const run = (line: string) =>
      world.tmc(
        ...line
          .split(" ")
          .map((word) =>
            word.startsWith("FILE:") ? world.file(word.slice(5), MANIFESTS[word.slice(5)] ?? "") : word,
          ),
      );
    /** All there is, as REST tells it. */
    const everything = async () => {
      const paths = ["workspaces", "namespaces", "organization/policies", "image-policies/exceptions"];
      const all = [...paths, `workspaces/${workspace}/policies`, "organization/history"];
      return Promise.all(all.map(async (path) => (await world.rest("GET", path)).body));
    };

    beforeAll(async () => {
      world = await startTmcWorld(target().kubeConfig, { organization, workspace });
      const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19);
      for (const line of [
        "workspace create spare",
        `cluster namespace attach -n ${organization} -k ${workspace} -c ${cluster}`,
        "organization image-policy create -r require-digest --audit -n digests",
        `workspace image-policy create -r custom --effect block --image-name busybox -n no-busybox -k ${workspace}`,
        `workspace image-policy exception request debug -k ${workspace} --policy no-busybox --namespace ${organization} --owner blue --reason why --expires ${expires}Z`,
      ])
        expect([line, await run(line)]).toEqual([line, expect.objectContaining({ status: 0 })]);
    });
    afterAll(() => world?.close());

    it.each(SHOWN)("shows tmc %s in each format", async (line) => {
      const [json, yaml, table, wide] = await Promise.all(
        ["json", "yaml", "table", "wide"].map((format) => run(`${line} -o ${format}`)),
      );
      expect([json, yaml, table, wide].map((each) => [each?.status, each?.err])).toEqual(
        Array.from({ length: 4 }, () => [0, ""]),
      );
      expect(parse(yaml?.out ?? "")).toEqual(JSON.parse(json?.out ?? ""));
      if (!table?.out.startsWith("No "))
        expect(titles(wide?.out)).toEqual(expect.arrayContaining(titles(table?.out)));
      else expect(wide?.out).toBe(table.out);
    });

    it.each(DRY_RUNS)("says what tmc %s would do, and does nothing", async (line) => {
      const before = await everything();
      const { status, out, err } = await run(`${line} --dry-run`);
      expect([status, err, out]).toEqual([0, "", expect.stringContaining("(dry run)")]);
      expect(await everything()).toEqual(before);
    });

    it.each(HOSTILE)("refuses %s, and changes nothing", async (_title, argv, says) => {
      const before = await everything();
      const { status, out, err } = await world.tmc(...argv);
      expect([status, out, err]).toEqual([1, "", expect.stringMatching(says)]);
      expect(await everything()).toEqual(before);
    });

    it("takes labels from several flags", async () => {
      expect(await world.tmc(...UPDATE, "-l", "a=1,b=2", "--labels", "c=3")).toMatchObject({ status: 0 });
      const { out } = await run(`cluster namespace list -o wide`);
      expect(out).toMatch(/a=1,.*b=2,.*c=3|a=1.*b=2.*c=3/);
    });

    it.each([
      ["WALK-*", [workspace]],
      ["*a*e", ["spare"]],
      ["walk", []],
      ["*", ["spare", workspace]],
    ])("finds by %j the same workspaces as REST", async (search, found) => {
      const answer = await run(`workspace list -n ${search} -o json`);
      expect(names(JSON.parse(answer.out) as never)).toEqual(found);
      const query = `workspaces?searchScope.name=${encodeURIComponent(search)}`;
      expect(names((await world.rest("GET", query)).body as never)).toEqual(found);
    });

    it.each([
      ["cluster list -n LAB-*", cluster],
      ["cluster list -n lab", "No clusters to list"],
      ["cluster namespace list -n *WALK", organization],
      ["cluster namespace list -n walk", "No namespaces to list"],
    ])("finds with stars and in any case: tmc %s", async (line, found) => {
      expect((await run(line)).out).toContain(found);
    });
  });
});

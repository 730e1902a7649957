import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FidelityReport, fidelityReport } from "../../common/fidelity-report.js";
import { loadLab } from "../load-lab.js";
import { LINT_REPORTS } from "./lint-report.js";
import type { LintedLab } from "./linted-lab.js";

let folder: string;
let report: FidelityReport;
let labs: LintedLab[];

const FILES = {
  "resources/workshop.yaml": `kind: Workshop
metadata: {name: report}
spec:
  session:
    applications: {docker: {enabled: true}, console: {enabled: true}}
`,
  "workshop/content/a.md": [
    "# A",
    "```terminal:execute\ncommand: ls\nbackground: true\n```",
    "```terminal:execute\ncommand: ls\n```",
    "```editor:execute-command\ncommand: x\n```",
    "```terminal:execute\ncomand: ls\n```",
    "```dashboard:open-dashboard\nname: Editor\n```",
    "```execute\necho {{< param registry_host >}}\n```",
    "`a`{{< copy >}}",
  ].join("\n\n"),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-report-"));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  report = fidelityReport(await loadLab(folder));
  labs = [
    { path: "labs/report", report },
    { path: "labs/bröken", unreadable: { code: "LAB_INVALID", message: "It has no pages" } },
  ];
});
afterAll(() => rm(folder, { recursive: true }));

describe("the fidelity report", () => {
  it("judges every block by the worst that is said of it, and counts them for each action", () => {
    expect(report).toMatchObject({
      form: "hugo",
      session: { canBeMade: true, why: [] },
      missingApplications: ["docker"],
      blocks: { works: 2, approximated: 1, lacking: 3, wrong: 1 },
    });
    expect(report.actions).toContainEqual({
      action: "terminal:execute",
      works: 1,
      approximated: 1,
      lacking: 0,
      wrong: 1,
    });
  });

  it("says of a lab whose objects cannot be made that no session can be", async () => {
    const native = join(folder, "native");
    await mkdir(join(native, "pages"), { recursive: true });
    await writeFile(join(native, "pages/a.md"), "a");
    const objects = [
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: fine, namespace: other}}",
      "{apiVersion: v1, kind: Namespace, metadata: {name: x}}",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: Not_A_Name}}",
      "{apiVersion: v1, kind: ConfigMap}",
      "{apiVersion: example.org/v1, kind: Widget, metadata: {name: y}}",
    ];
    await writeFile(join(native, "workshop.yaml"), `title: x\nobjects: [${objects.join(", ")}]\n`);
    expect(fidelityReport(await loadLab(native)).session).toEqual({
      canBeMade: false,
      why: [
        "No session of the lab can be made: its Namespace x belongs to the whole cluster, and sessions own objects of their namespace only",
        'No session of the lab can be made: its ConfigMap Not_A_Name has the name "Not_A_Name", which objects of that kind cannot have',
        'No session of the lab can be made: its ConfigMap has the name "", which objects of that kind cannot have',
        "Sessions of the lab can be made on clusters only that have the kind: its Widget y is of the kind Widget of example.org, which Kubernetes itself does not have",
      ],
    });
  });
});

describe("findings are told", () => {
  it("to a person, with what the lab comes to and a total", () => {
    const lines = LINT_REPORTS.terminal(labs).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^workshop\/content\/a\.md:12: error, lacking: .*editor:execute-command.* \(action\)$/,
        ),
        expect.stringMatching(/^resources\/workshop\.yaml:5: warning, lacking: .*docker/),
        "  blocks      2 work, 1 approximated, 3 lacking, 1 wrong",
        "  besides     1 approximated, 1 lacking",
        "  not here    docker",
        "  session     can be made",
        "report: 1 page, 5 errors, 3 warnings",
        "labs/bröken: error: It has no pages (LAB_INVALID)",
      ]),
    );
  });

  it("to a person, without a line that an author's line ends begin", () => {
    const lab = "report" in labs[0]! ? labs[0].report : report;
    const problem = { ...lab.problems[0]!, message: "The link a\n::error::forged leads to no page" };
    const forged = [{ path: "a", report: { ...lab, problems: [problem] } }];
    const lines = LINT_REPORTS.terminal(forged).split("\n");
    expect(lines).toContainEqual(expect.stringContaining("    | ::error::forged leads"));
    expect(lines.filter((line) => line.trimStart().startsWith("::"))).toEqual([]);
  });

  it("to programs, as JSON", () => {
    expect(JSON.parse(LINT_REPORTS.json(labs))).toEqual({ labs });
  });

  it("to code scanning, as SARIF with a rule, a place and a level each", () => {
    const { version, runs } = JSON.parse(LINT_REPORTS.sarif(labs)) as {
      version: string;
      runs: [{ tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }];
    };
    expect(version).toBe("2.1.0");
    const [{ tool, results }] = runs;
    expect(results).toHaveLength(report.problems.length + 1);
    for (const { ruleId, ruleIndex } of results)
      expect(tool.driver.rules[Number(ruleIndex)]?.id).toBe(ruleId);
    expect(results.at(-1)).toMatchObject({
      ruleId: "LAB_INVALID",
      level: "error",
      locations: [
        { physicalLocation: { artifactLocation: { uri: "labs/br%C3%B6ken" }, region: { startLine: 1 } } },
      ],
    });
    expect(results).toContainEqual(
      expect.objectContaining({
        ruleId: "action",
        properties: { fidelity: "lacking", action: "editor:execute-command" },
      }) as unknown,
    );
  });

  it("to GitHub, one command a finding", () => {
    const lines = LINT_REPORTS.github(labs).trimEnd().split("\n");
    expect(lines).toHaveLength(report.problems.length + 1);
    expect(lines).toContainEqual(
      expect.stringMatching(/^::error file=workshop\/content\/a\.md,line=12,title=action::The block/),
    );
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ValidatedStep, ValidationReport } from "../../workshop/node/validation-report.js";
import { isWithout } from "../requirements/without.js";
import { runCli } from "../server/lectern-process.js";
import { writeLab } from "./write-lab.js";

const FIRST = `# What a page can ask for

\`\`\`execute
kubectl create configmap greeting --from-literal=text=hello
\`\`\`

\`\`\`execute until="configmap/parting"
kubectl create configmap parting --from-literal=text=bye
\`\`\`

\`\`\`execute exit=1 match=/NotFound/
kubectl get configmap nothing
\`\`\`

\`\`\`copy
taken along
\`\`\`

The word \`inline\`{{copy}} can be copied too.

\`\`\`quiz:one
question: Which is cold?
options: [red, blue]
answer: blue
\`\`\`

\`\`\`quiz:many
question: Which are warm?
options: [red, blue, yellow]
answer: [red, yellow]
\`\`\`

\`\`\`quiz:text
question: How many are there?
answer: three
match: (?i)3|three
\`\`\`

\`\`\`examiner:execute-test
name: is-named
inputs:
  schema: { name: { type: string, default: web, required: true }, sure: { type: boolean, default: true } }
\`\`\`

\`\`\`editor:append-lines-to-file
file: ~/notes.txt
text: written by a block
\`\`\`

\`\`\`execute match=/written by a block/
cat notes.txt
\`\`\`

\`\`\`files:copy-file
path: notes.txt
\`\`\`

\`\`\`manual
Look at it.
\`\`\`
`;
const SECOND = `# What runs by itself, and what is folded

\`\`\`terminal:execute
command: echo started >> order
autostart: true
cascade: true
\`\`\`

\`\`\`terminal:execute
command: echo followed >> order
\`\`\`

\`\`\`section:begin
name: more
title: More
\`\`\`

\`\`\`execute match=/^started followed$/
paste -sd' ' order
\`\`\`

\`\`\`section:end
name: more
\`\`\`

=== "One"

    Nothing to do.

=== "Two"

    \`\`\`execute
    kubectl get pods --watch
    \`\`\`

\`\`\`terminal:interrupt
session: 1
\`\`\`

\`\`\`execute
read -p "Name: " NAME && test "$NAME" = Ada
\`\`\`

\`\`\`terminal:input
text: Ada
\`\`\`

\`\`\`manual until="configmap/parting"
Make a config map called parting, unless it is there.
\`\`\`

\`\`\`dashboard:open-dashboard
name: Console
\`\`\`

\`\`\`execute-2
kubectl get configmaps --watch
\`\`\`

\`\`\`execute
kubectl get configmaps --watch-only -w
\`\`\`
`;
const TEST =
  '#!/bin/sh\nread values; case "$values" in *web*true*) ;; *) echo "It is $values."; exit 1;; esac\n';

const folder = mkdtempSync(join(tmpdir(), "lectern-clicked-"));
const labs: ReturnType<typeof writeLab>[] = [];
afterAll(() => {
  for (const lab of labs) lab.remove();
  rmSync(folder, { recursive: true });
});

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("lectern validate --browser", () => {
  it("takes every kind of block by a click, and says what validate says without it", async () => {
    const lab = labOf({ "01-first": FIRST, "02-second": SECOND });
    const [clicked, direct] = [await validate(lab, "--browser"), await validate(lab)];
    expect(clicked.report.steps.filter(({ state }) => state === "failed")).toEqual([]);
    expect([clicked.status, direct.status]).toEqual([0, 0]);
    expect(clicked.report.problems).toEqual(direct.report.problems);
    const left = new Set(direct.report.steps.filter(happensInBrowser).map(placeOf));
    // Two to copy, a section and a tab; the end of the section is nothing to click.
    expect(left.size).toBe(5);
    const told = ({ steps }: ValidationReport) =>
      steps.filter((step) => !left.has(placeOf(step))).map(toldOf);
    expect(told(clicked.report)).toEqual(told(direct.report));
    expect(clicked.report.steps.filter((step) => left.has(placeOf(step))).map(({ state }) => state)).toEqual([
      "passed",
      "passed",
      "passed",
      "skipped",
      "passed",
    ]);
  });

  it("ends with 1 at the block that is broken, keeps the page beside the recordings, and tells what the browser complained of", async () => {
    const lab = labOf({
      "01-broken": `# Broken

![elsewhere](https://elsewhere.example/picture.png)

\`\`\`execute
true
\`\`\`

\`\`\`execute
ls /no-such-folder
\`\`\`

\`\`\`execute timeout=1s
sleep 100
\`\`\`

\`\`\`execute
echo after
\`\`\`
`,
    });
    const kept = join(folder, "kept");
    const { status, report, output } = await validate(lab, "--browser", "--recordings", kept);
    expect(status).toBe(1);
    expect(report.steps.map(({ state }) => state)).toEqual(["passed", "failed", "failed", "passed"]);
    expect(report.steps[1]?.message).toContain("No such file or directory");
    expect(report.steps[2]?.message).toBe("it still ran after 1 s and was interrupted");
    expect(report.pictures).toEqual([join(kept, "page.png")]);
    expect(output).toContain(`is in ${join(kept, "page.png")}`);
    expect(readFileSync(join(kept, "page.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(report.problems).toContainEqual(
      expect.objectContaining({
        severity: "warning",
        rule: "page-refused",
        file: expect.stringContaining("01-broken.md") as string,
        message: expect.stringContaining("elsewhere.example") as string,
      }),
    );
  });
});

it("lectern validate --browser says what to type where no Chromium is, and refuses what is none", async () => {
  const nowhere = join(folder, "chromium");
  const lab = labOf({ "01-page": "# Page\n" });
  const missing = await runCli(["validate", lab, "--browser", "--chromium", nowhere]);
  expect([missing.status, missing.output]).toEqual([
    2,
    expect.stringContaining(`--chromium ${nowhere} is no file that can be run`),
  ]);
  const other = await runCli(["validate", lab, "--browser", "--chromium", "/bin/true"]);
  expect([other.status, other.output]).toEqual([
    2,
    expect.stringContaining("/bin/true did not begin as a browser"),
  ]);
  const alone = await runCli(["validate", lab, "--chromium", "/bin/true"]);
  expect([alone.status, alone.output]).toEqual([2, expect.stringContaining("Give both")]);
});

function labOf(pages: Record<string, string>): string {
  const lab = writeLab("clicked", {
    "workshop.yaml": "title: Clicked\nlayout: default\n",
    ...Object.fromEntries(Object.entries(pages).map(([name, text]) => [`pages/${name}.md`, text])),
    "checks/is-named": TEST,
  });
  labs.push(lab);
  return lab.folder;
}

async function validate(
  lab: string,
  ...flags: string[]
): Promise<{ status: number | null; output: string; report: ValidationReport }> {
  const out = join(folder, `report-${String(Math.random()).slice(2)}.json`);
  const { status, output } = await runCli(["validate", lab, "--reporter", "json", "--out", out, ...flags]);
  expect([status, output]).toEqual([expect.toBeOneOf([0, 1]), expect.anything()]);
  return { status, output, report: JSON.parse(readFileSync(out, "utf8")) as ValidationReport };
}

function happensInBrowser({ message }: ValidatedStep): boolean {
  return message === "happens in the browser" || message === "is copied, and not run";
}

function placeOf({ page, step }: ValidatedStep): string {
  return `${page} ${String(step)}`;
}

/** What does not differ from one replay to the next. */
function toldOf({ page, step, text, state, message, result }: ValidatedStep) {
  const checks = result?.checks.map((check) => [check.text, check.state]);
  return { page, step, text, state, message, ended: result?.state, exit: result?.exitStatus, checks };
}

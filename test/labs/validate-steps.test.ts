import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadLab } from "../../workshop/node/load-lab.js";
import { threadCompiler } from "../../workshop/node/page-compiler.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const ENTRY = new URL("../../dist/workshop/node/lab-thread-entry.js", import.meta.url).pathname;

let platform: TestPlatform;
let folder: string;
let pages = 0;

beforeAll(async () => {
  platform = await startTestPlatform();
  folder = mkdtempSync(join(tmpdir(), "lectern-validate-steps-"));
});
afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

it.concurrent("a watch that a later step interrupts, and a question that a later step answers, pass", async () => {
  const { steps } = await validate(
    block("execute-1", "kubectl get pods -w"),
    block("execute-2", "kubectl get ns $SESSION_NAMESPACE"),
    block("terminal:interrupt", "session: 1"),
    block("execute", 'read -p "Name: " N && test "$N" = Ada'),
    block("terminal:input", "text: Ada"),
    block("execute", "echo $N", "match=/Ada/"),
  );
  expect(steps.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "passed"));
  expect(steps[0]?.result).toMatchObject({
    state: "succeeded",
    message: expect.stringContaining("interrupted") as string,
  });
  expect([steps[2], steps[4]].map((step) => step?.result?.state)).toEqual(["typed", "typed"]);
});

it.concurrent("a block that hangs is interrupted, or loses its shell, and the rest is judged on its own", async () => {
  const { steps } = await validate(
    block("execute", "sleep 100", "timeout=1s"),
    block("execute", "echo next"),
    block("execute", "(trap '' INT; sleep 100)", "timeout=1s"),
    block("execute", "echo after"),
  );
  expect(steps.map(({ state }) => state)).toEqual(["failed", "passed", "failed", "passed"]);
  expect(steps[0]?.message).toContain("still ran after 1 s");
});

it.concurrent("a command that never ends and that no block ends is interrupted, and has done what it should", async () => {
  const { steps } = await validate(
    block("execute", "kubectl get pods -w"),
    block("execute", "echo next"),
    block("execute", "echo begun; kubectl proxy --port=0", "timeout=3s"),
    block("execute", "tail -f /dev/null", "match=/never said/ timeout=3s"),
    block("execute", "vi pod.yaml", "timeout=3s"),
    block("execute", "echo next"),
  );
  expect(steps.map(({ state }) => state)).toEqual([
    "passed",
    "passed",
    "passed",
    "failed",
    "passed",
    "passed",
  ]);
  expect(steps[0]?.result?.message).toContain("ran until it was interrupted");
});

it.concurrent("a command that goes on is up while blocks of other terminals need it, and is ended before the next of its own", async () => {
  const { steps } = await validate(
    block("execute-1", "kubectl proxy --unix-socket=proxy.sock"),
    block("execute-2", "sleep 12; curl -sS --unix-socket proxy.sock http://proxy/version"),
    block("execute-1", "! curl -s --unix-socket proxy.sock http://proxy/version"),
  );
  expect(steps.map(({ state, message }) => message ?? state)).toEqual(["passed", "passed", "passed"]);
  expect(steps[0]?.result?.message).toContain("ran until it was interrupted");
});

it.concurrent("what is typed into a nested shell that is left again is judged by nobody, and fails nothing", async () => {
  const { steps } = await validate(
    block("execute", "bash --norc"),
    block("execute", "echo inside"),
    block("execute", "exit"),
    block("execute", "echo outside", "match=/outside/"),
  );
  expect(steps.map(({ state }) => state)).toEqual(["skipped", "skipped", "skipped", "passed"]);
  expect(steps[1]?.message).toContain("not judged: it was typed into `bash --norc`");
});

it.concurrent("sixty interrupts at the prompt lose and double nothing of the commands behind them", async () => {
  const times = Array.from({ length: 60 }, (_none, at) => [
    block("terminal:interrupt", "session: 1"),
    block("execute", `echo | cat; echo counted-${String(at)} >> counted`),
  ]).flat();
  const last = block("execute", 'test "$(sort -u counted | wc -l) $(wc -l < counted)" = "60 60"');
  const { steps } = await validate(...times, last);
  expect(steps.filter(({ state }) => state !== "passed")).toEqual([]);
});

it.concurrent("what belongs inside a shell is left out where the way into it failed", async () => {
  const { steps } = await validate(
    block("execute", "bash --norc", "exit=any"),
    block("execute", "echo inside", "exit=any"),
    block("execute", "exit", "exit=any"),
    block("execute", "kubectl exec -it no-such-pod -- sh", "exit=any"),
    block("execute", "touch never"),
    block("execute", "exit", "exit=any"),
    block("execute", "test ! -e never"),
  );
  expect(steps.map(({ state }) => state)).toEqual([
    "passed",
    "passed",
    "passed",
    "passed",
    "skipped",
    "skipped",
    "passed",
  ]);
  expect(steps[4]?.message).toContain("kubectl exec -it no-such-pod -- sh");
});

it.concurrent("a page of which nothing could be compiled in time fails its lab", async () => {
  const compiler = threadCompiler(ENTRY, { deadlineMs: 0 });
  const parts = { ...platform, policies: platform.policies.service, compiler };
  const page = join(folder, "unread.md");
  writeFileSync(page, `${block("execute", "true")}\n`);
  const { outcome, steps, problems } = await validateLab(await loadLab(page), parts);
  await compiler.close();
  expect(steps).toEqual([]);
  expect([outcome, ...problems.map(({ rule, file }) => `${rule} ${file}`)]).toEqual([
    "failed",
    "page-time unread.md",
  ]);
});

it.concurrent("a page whose file cannot be read fails its lab, and the others are replayed", async () => {
  const lab = join(folder, "one-broken");
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), "title: One broken\n");
  writeFileSync(join(lab, "pages/a.md"), `${block("execute", "true")}\n`);
  symlinkSync("gone.md", join(lab, "pages/b.md"));
  const parts = { ...platform, policies: platform.policies.service };
  const { outcome, steps, problems } = await validateLab(await loadLab(lab), parts);
  expect(steps.map(({ state }) => state)).toEqual(["passed"]);
  expect([outcome, ...problems.map(({ rule, file }) => `${rule} ${file}`)]).toEqual([
    "failed",
    "unreadable-page pages/b.md",
  ]);
});

it.concurrent("a check that was true before its step is warned of", async () => {
  const { steps, problems, outcome } = await validate(
    block("execute", "true", 'until="configmap/never absent"'),
    block("manual", "Delete it.", 'until="configmap/never absent"'),
  );
  expect([outcome, ...steps.map(({ state }) => state)]).toEqual(["passed", "passed", "passed"]);
  expect(problems.filter(({ rule }) => rule === "true-before")).toMatchObject([
    { severity: "warning", line: 3 },
    { severity: "warning", line: 7 },
  ]);
});

it.concurrent("conditions reach every kind and field, count what there is, and may be turned round", async () => {
  const create = "kubectl create deployment web --image=registry.k8s.io/pause:3.10 --replicas=3";
  const { steps, problems } = await validate(
    block(
      "execute",
      create,
      'until="deploy/web spec.replicas=3" until="pods -l app=web count>=3" until="deployment/web spec.template.spec.containers[0].image=/pause/"',
    ),
    block(
      "execute",
      "kubectl create ingress web --rule=web.example/*=web:80",
      `until="ingress/web spec.rules.host=web.example" until="ingress metadata.labels['x']=y count=0"`,
    ),
    block("execute", "kubectl delete deployment web --wait=false", 'until="not deployment/web" timeout=30s'),
    block("execute", "true", 'until="ingress/web spec.rules.host=other.example" timeout=1s'),
  );
  expect(steps.map(({ state }) => state)).toEqual(["passed", "passed", "passed", "failed"]);
  expect(JSON.stringify(steps[3])).toContain("does not have spec.rules.host other.example yet");
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

it.concurrent("a program of the lab, run as the learner, says whether a step is done, and why not", async () => {
  mkdirSync(join(folder, "checks"), { recursive: true });
  const scripts = {
    "greeting-is-written.sh":
      'grep -q hello greeting && echo "Well said." || { echo "Nobody greets yet."; exit 1; }\n',
    "who.sh":
      '#!/usr/bin/env bash\n[ "$(id -u)" != 0 ] && [ "$PWD" = "$HOME" ] && kubectl get configmaps >/dev/null\n',
    "without-end.sh": "sleep 60\n",
    "loud.sh": "yes\n",
  };
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, "checks", name), text);
  const { steps, problems } = await validate(
    block("execute", "true", 'check=checks/greeting-is-written.sh fail="Write to us."'),
    block("execute", "echo hello > greeting", "check=./checks/greeting-is-written.sh"),
    block("execute", "true", "check=checks/who.sh"),
    block("execute", "true", "check=checks/without-end.sh"),
    block("execute", "true", "check=checks/loud.sh"),
    block("execute", "true", "check=checks/not-there.sh"),
    block("execute", "true", "check=../outside.sh"),
    block("manual", "Greet.", "check=checks/greeting-is-written.sh"),
    block("execute", "false", "check=checks/greeting-is-written.sh"),
  );
  const states = steps.map(({ state }) => state);
  expect(states.slice(0, 5)).toEqual(["failed", "passed", "passed", "failed", "failed"]);
  expect(states.slice(6)).toEqual(["failed", "passed", "failed"]);
  expect(steps[0]?.message).toBe("Nobody greets yet.");
  expect(steps[0]?.result?.message).toBe("Write to us.");
  expect(JSON.stringify(steps[1])).toContain("Well said.");
  expect(steps[3]?.message).toBe("The check did not end within 10 s.");
  expect(steps[4]?.message).toBe("The check printed more than a check may.");
  expect(problems.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([
    expect.stringContaining("checks/not-there.sh is not in the lab"),
    expect.stringContaining("check is a file inside the lab"),
  ]);
});

function block(word: string, body: string, words = ""): string {
  return `\`\`\`${word} ${words}\n${body}\n\`\`\`\n`;
}

async function validate(...blocks: string[]): Promise<ValidationReport> {
  pages += 1;
  const file = join(folder, `page-${String(pages)}.md`);
  writeFileSync(file, `# Page\n\n${blocks.join("\n")}`);
  const { policies, ...parts } = platform;
  return validateLab(await loadLab(file), { ...parts, policies: policies.service });
}

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node-pty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintLab } from "../../workshop/node/lint-lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { LAB_SUBJECTS } from "../../workshop/node/new-lab.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { isWithout } from "../requirements/without.js";
import { productRoot, runCli, temporaryFolder, until } from "../server/lectern-process.js";
import { startTestPlatform, type TestPlatform } from "./test-platform.js";

const folder = temporaryFolder();
let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  await platform.close();
  folder.remove();
});

describe("a lab that was just written", () => {
  it.skipIf(isWithout("kubectl")).each(LAB_SUBJECTS)(
    "about %s validates, and lint has nothing to say",
    async (subject) => {
      const path = join(folder.path, `my-${subject}`);
      const { status, output } = await runCli(["new", path, "--subject", subject, "--minutes", "20"]);
      expect([status, output]).toEqual([0, expect.stringContaining("pages/01-make-it.md")]);
      const lab = await loadLab(path);
      expect([lab.title, lab.minutes, lintLab(lab)]).toEqual([`My ${subject}`, 20, []]);
      const { policies, ...parts } = platform;
      const report = await validateLab(lab, { ...parts, policies: policies.service });
      expect([report.outcome, report.steps.filter(({ state }) => state === "passed").length]).toEqual([
        "passed",
        3,
      ]);
    },
  );

  it("has schemas that name every field of its files", async () => {
    const path = join(folder.path, "schemas");
    await runCli(["new", path]);
    const workshop = JSON.parse(readFileSync(join(path, ".schemas/workshop.json"), "utf8")) as Schema;
    expect(Object.keys(workshop.properties)).toEqual(
      expect.arrayContaining(["title", "pages", "egress", "pool"]),
    );
    expect([workshop.required, workshop.additionalProperties]).toEqual([["title"], false]);
    const checks = JSON.parse(readFileSync(join(path, ".schemas/checks.json"), "utf8")) as Schema;
    expect(checks.required).toEqual(["pages"]);
    const [first] = readFileSync(join(path, "workshop.yaml"), "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=.schemas/workshop.json");
  });

  it("is never written over what is there", async () => {
    const path = join(folder.path, "taken");
    await runCli(["new", path]);
    writeFileSync(join(path, "workshop.yaml"), "mine");
    const again = await runCli(["new", path]);
    expect([again.status, again.output]).toEqual([2, expect.stringContaining("LAB_EXISTS")]);
    expect(readFileSync(join(path, "workshop.yaml"), "utf8")).toBe("mine");
  });
});

it("is none without a title", async () => {
  const path = join(folder.path, "untitled");
  const { status, output } = await runCli(["new", path, "--title", " "]);
  expect([status, output]).toEqual([2, expect.stringContaining("Expected a title.")]);
  expect(existsSync(path)).toBe(false);
});

interface Schema {
  properties: Record<string, unknown>;
  required: string[];
  additionalProperties: boolean;
}

describe("somebody at a terminal", () => {
  it("is asked for what no flag says, and again where the answer is none", async () => {
    const path = join(folder.path, "asked");
    const { answer, ended } = ask(path, "--title", "Asked");
    await answer(/kubernetes or shell\? \[kubernetes\]: $/, "both\r");
    await answer(/Please answer kubernetes or shell\.[^]*: $/, "sh\r");
    await answer(/minutes [^]*\[60\]: $/, "0\r");
    await answer(/from 1 to 1440\.[^]*: $/, "15\r");
    expect(await ended).toBe(0);
    expect(await loadLab(path)).toMatchObject({ title: "Asked", minutes: 15, layout: "default" });
  });

  it("is told before the questions that the folder is taken", async () => {
    const path = join(folder.path, "taken-before");
    await runCli(["new", path]);
    const { ended } = ask(path);
    expect(await ended).toBe(2);
  });

  it("may press Ctrl-D, after which nothing is written", async () => {
    const path = join(folder.path, "ended");
    const { answer, ended } = ask(path);
    await answer(/Title \[Ended\]: $/, "\u0004");
    expect(await ended).toBe(2);
    expect(existsSync(path)).toBe(false);
  });

  it("may press Ctrl-C, after which nothing is written", async () => {
    const path = join(folder.path, "given-up");
    const { answer, ended } = ask(path);
    await answer(/Title \[Given up\]: $/, "\u0003");
    expect(await ended).toBe(130);
    expect(existsSync(path) ? readdirSync(path) : []).toEqual([]);
  });
});

/** Runs `lectern new` in a terminal; answers come once the terminal ends so. */
function ask(path: string, ...flags: string[]): { answer: Answer; ended: Promise<number> } {
  const terminal = spawn(process.execPath, ["bin/lectern.js", "new", path, ...flags], { cwd: productRoot });
  let shown = "";
  terminal.onData((text) => (shown += text));
  const ended = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode)),
  );
  const answer: Answer = async (question, text) => {
    // oxlint-disable-next-line no-control-regex
    const plain = (): string => shown.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
    await until(
      () => `it asks ${String(question)}: ${plain()}`,
      20_000,
      () => (question.test(plain()) ? true : undefined),
    );
    shown = "";
    terminal.write(text);
  };
  return { answer, ended };
}

type Answer = (question: RegExp, text: string) => Promise<void>;

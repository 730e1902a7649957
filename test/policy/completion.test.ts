import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { candidates } from "../../server/cli/tmc/completion.js";
import { runTmc, tmcProgram, type TmcWorld } from "../../server/cli/tmc/program.js";
import { isWithout } from "../requirements/without.js";

function worldOf(out: string[]): TmcWorld {
  return {
    connect: () => {
      throw new Error("completion needs no server");
    },
    version: "0",
    print: (text) => out.push(text),
    printError: (text) => out.push(text),
  };
}

async function scriptFor(shell: string): Promise<string> {
  const out: string[] = [];
  await runTmc(["completion", shell], worldOf(out));
  return out.join("\n");
}

describe("the completion scripts", () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-completion-"));
  const scripts: Record<string, string> = {};
  beforeAll(async () => {
    // The shells are real; what they call is the grammar's own answer, written down.
    const answer = candidates(tmcProgram(worldOf([])), ["workspace", "image-policy", ""]).join("\\n");
    const tool = `#!/bin/sh\n[ "$*" = "__complete -- workspace image-policy " ] && printf '${answer}\\n'\n`;
    writeFileSync(join(folder, "tmc"), tool);
    chmodSync(join(folder, "tmc"), 0o755);
    for (const shell of ["bash", "zsh"]) scripts[shell] = await scriptFor(shell);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (shell: string, script: string) =>
    execFileSync(shell, ["-c", script], {
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` },
      encoding: "utf8",
    }).trim();
  const verbsOfPolicies = "create delete exception get help history list restore templates update violations";

  it("give bash the words", () => {
    const typed = 'COMP_WORDS=(tmc workspace image-policy ""); COMP_CWORD=3; _tmc; echo "${COMPREPLY[*]}"';
    expect(run("bash", `${scripts["bash"]}\n${typed}`)).toBe(verbsOfPolicies);
  });

  it.skipIf(isWithout("zsh"))("give zsh the words", () => {
    // Completion of zsh runs inside its line editor only; what it is given there is set by hand, and what it offers is printed.
    const typed = `words=(tmc workspace image-policy ""); CURRENT=4; compadd() { shift; print -- "$@" }; _tmc`;
    expect(run("zsh", `compdef() { : }\n${scripts["zsh"]}\n${typed}`)).toBe(verbsOfPolicies);
  });
});

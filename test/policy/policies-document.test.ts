import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { AppsV1Api } from "../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { serveCommand } from "../../server/cli/commands/serve.js";
import { tmcProgram } from "../../server/cli/tmc/program.js";
import { kubeconfigText } from "../kubernetes/policy/cut-off.js";
import { deployment, eventually, silent } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcRun, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";
import { isWithout } from "../requirements/without.js";
import { describeOnEmbeddedCluster } from "./embedded-cluster.js";

const TEXT = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");

const LECTERN = fileURLToPath(new URL("../../bin/lectern.js", import.meta.url));

const organization = "lab-document";
const cluster = `${organization}-cluster`;
const workspace = "document-ws";
/** Belongs to the organization and is in no workspace. */
const LOOSE = `${organization}-loose`;
const POD = "running";

/** The rows of the comparison: what is compared, and the commands that show it. */
const ROWS = section("Beside others")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| |"))
  .map((line) => line.split(" | "))
  .map((cells): [string, string[]] => [cells[0]?.slice(2) ?? "", spans(cells.at(-1) ?? "")]);

/** Every line of the document that begins with `tmc`, in a fence or in code. */
const TMC_LINES = [...spans(TEXT), ...fencedLines(TEXT)]
  .map((line) => line.replace(/ +#.*$/, ""))
  .filter((line) => line.startsWith("tmc ") && !line.includes("..."))
  .flatMap(alternatives);

function section(title: string): string {
  const [, found = ""] = TEXT.split(`\n## ${title}\n`);
  return found.split("\n## ")[0] ?? "";
}

function spans(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

function fencedLines(text: string): string[] {
  return [...text.matchAll(/^```[^\n]*\n([^]*?)^```/gm)].flatMap(([, body = ""]) =>
    body.replaceAll("\\\n", " ").split("\n"),
  );
}

/** `a|b` stands for two commands, `[NAME]` for one with it. */
function alternatives(line: string): string[] {
  const plain = line.replaceAll(/[[\]]/g, "");
  const [whole = "", ...others] = /\S+\|\S+/.exec(plain)?.[0].split("|") ?? [];
  if (whole === "") return [plain];
  return [whole, ...others].flatMap((word) => alternatives(plain.replace(/\S+\|\S+/, word)));
}

/** Words as a shell parts them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

const program = () =>
  tmcProgram({
    connect: () => {
      throw new Error("the grammar needs no server");
    },
    version: "0",
    print: () => undefined,
    printError: () => undefined,
  });

/** The command a line is of, and what of the line it does not know. */
function understood(line: string): { command: string; unknown: string[]; isVerb: boolean } {
  const words = wordsOf(line).slice(1);
  let command: Command = program();
  while (words.length > 0) {
    const child = command.commands.find((each) => each.name() === words[0]);
    if (!child) break;
    command = child;
    words.shift();
  }
  const { unknown } = command.parseOptions(words);
  return { command: command.name(), unknown, isVerb: command.commands.length === 0 };
}

describe("the commands of the document about policies", () => {
  it.each(TMC_LINES.filter((line) => !line.startsWith("tmc --")))(
    "are verbs and flags of tmc: %s",
    (line) => {
      expect(understood(line)).toMatchObject({ unknown: [], isVerb: true });
    },
  );

  it.each(spans(TEXT).filter((line) => line.startsWith("lectern serve ")))(
    "are flags of lectern serve: %s",
    (line) => {
      expect(serveCommand().parseOptions(wordsOf(line).slice(2)).unknown).toEqual([]);
    },
  );

  it("stand in every row of the comparison", () => {
    expect(ROWS.length).toBeGreaterThan(25);
    expect(ROWS.filter(([, commands]) => commands.length === 0)).toEqual([]);
  });
});

/** What a command of a row answers, where that is not that it was done. */
const ANSWERS: [command: RegExp, says: RegExp][] = [
  [/^kubectl debug /, /no-busybox/],
  [/^kubectl run /, /never-busybox[^]*no-busybox|no-busybox[^]*never-busybox/],
  [/^tmc workspace network-policy create/, /Unimplemented: .*only image policies/],
  [/^tmc cluster detach /, /Error: /],
];

/** What a command of a row says besides that it was done. */
const SAYS: [command: RegExp, says: RegExp][] = [
  [/^kubectl get validatingadmissionpolicies/, /image-policies\.policy\.lectern\.dev/],
  [/failurePolicy/, /^Fail$/],
  [/^tmc image explain nginx /, /docker\.io\/library\/nginx|library\/nginx/],
  [/^kubectl create deployment /, /Warning: [^]*busybox[^]*created/],
  [/^tmc cluster namespace attach .*--dry-run/, /\(dry run\)/],
  [/^lectern policy test /, /^ok {2}image nginx:1\.27 in namespace default: admitted/],
  [/^tmc cluster list/, new RegExp(cluster)],
];

describeOnEmbeddedCluster("the rows of the comparison", (target) => {
  describe.skipIf(isWithout("kubectl"))("are shown by their commands", { timeout: 240_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-document-"));
    const controller = new AbortController();
    let world: TmcWorldOnCluster;

    const replaced = (word: string) => {
      const key = join(folder, "cosign.pub");
      const known: Record<string, string> = {
        NS: organization,
        WS: workspace,
        CLUSTER: cluster,
        NAME: cluster,
        IMAGE: "nginx",
        POLICY: "no-busybox",
        POD,
        "cosign.pub": key,
        "policy.yaml": join(folder, "policy.yaml"),
      };
      return known[word] ?? word;
    };
    const started = async (name: string, argv: string[]): Promise<TmcRun> => {
      const env = { ...process.env, KUBECONFIG: join(folder, "kubeconfig") };
      try {
        const { stdout, stderr } = await promisify(execFile)(name, argv, { env, timeout: 120_000 });
        return { status: 0, out: stdout, err: stderr };
      } catch (error) {
        const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string };
        return { status: Number(code), out: stdout, err: stderr };
      }
    };
    const run = (command: string): Promise<TmcRun> => {
      const [name = "", ...given] = wordsOf(command).map(replaced);
      if (name === "tmc") return world.tmc(...given);
      return name === "lectern" ? started(process.execPath, [LECTERN, ...given]) : started(name, given);
    };
    const quietly = (command: string) => run(command).then(() => undefined);

    /** What a row takes for granted. */
    const prepare = async (command: string): Promise<string> => {
      const made = / create .* -n (\S+) -k WS$/.exec(command)?.[1];
      if (made !== undefined) await quietly(`tmc workspace image-policy delete ${made} -k WS`);
      if (command.startsWith("kubectl delete configmap"))
        await quietly(`tmc cluster namespace attach -n NS -k WS -c CLUSTER`);
      if (command.includes("namespace attach")) return command.replace("-n NS", `-n ${LOOSE}`);
      return command;
    };

    beforeAll(async () => {
      const { kubeConfig } = target();
      world = await startTmcWorld(kubeConfig, { organization, workspace });
      await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
      writeFileSync(join(folder, "kubeconfig"), await kubeconfigText(kubeConfig), { mode: 0o600 });
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      writeFileSync(join(folder, "cosign.pub"), publicKey.export({ type: "spki", format: "pem" }));
      writeFileSync(
        join(folder, "policy.yaml"),
        "fullName: {name: no-latest}\nspec: {type: image-policy, recipe: block-latest-tag, input: {}}\n",
      );
      const { core } = world;
      const namespace = organization;
      await core.createNamespace({
        body: { metadata: { name: LOOSE, labels: { [ORGANIZATION_LABEL]: organization } } },
      });
      await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }));
      const spec = { containers: [{ name: "main", image: "nginx" }] };
      await core.createNamespacedPod({ namespace, body: { metadata: { name: POD }, spec } });
      await kubeConfig
        .makeApiClient(AppsV1Api)
        .createNamespacedDeployment({ namespace, body: deployment("web", "nginx") });
      for (const command of [
        "tmc organization image-policy create -r custom --effect block --image-name busybox -n never-busybox",
        "tmc cluster namespace attach -n NS -k WS -c CLUSTER",
      ])
        expect([command, (await run(command)).status]).toEqual([command, 0]);
    });
    afterAll(() => {
      controller.abort();
      world?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(ROWS)("%s", async (_what, commands) => {
      for (const command of commands.filter((each) => !each.startsWith("lectern "))) {
        const prepared = await prepare(command);
        const refusal = ANSWERS.find(([of]) => of.test(command))?.[1];
        const said = SAYS.find(([of]) => of.test(command))?.[1] ?? /./;
        const { status, out, err } = await run(prepared);
        if (refusal) expect([command, status, err]).toEqual([command, 1, expect.stringMatching(refusal)]);
        else expect([command, status, `${err}${out}`]).toEqual([command, 0, expect.stringMatching(said)]);
      }
    });
  });
});

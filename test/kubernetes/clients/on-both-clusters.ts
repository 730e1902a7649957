import { execFile } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import { clientBinaries } from "./binaries.js";

/** Above the deadlines the programs have themselves. */
const DEADLINE_MS = 9 * 60_000;
const REMOVAL_DEADLINE = "120s";

/** For the tests' own timeout: namespaces are made and removed around the program. */
export const TEST_DEADLINE_MS = 12 * 60_000;

/** What a program said on each cluster, and must have said alike. */
export interface Told {
  embedded: string;
  real: string;
}

/** Runs one of the programs on the embedded and on the real cluster, in a namespace of its own; throws where it fails. */
export async function toldOnBoth(
  program: "informer" | "operator",
  namespace: string,
  env: Record<string, string> = {},
): Promise<Told> {
  const clusters = inject("clusters");
  if (clusters === undefined) throw new Error("there is no real control plane to compare with");
  const path = join(await clientBinaries(), program);
  const tell = async (kubeconfig: string) => {
    const kubectl = (...words: string[]) => run(clusters.kubectl, ["--kubeconfig", kubeconfig, ...words], {});
    await kubectl("create", "namespace", namespace);
    try {
      return await run(path, ["--kubeconfig", kubeconfig, "--namespace", namespace], env);
    } finally {
      // Awaited, so that the removal of many objects does not slow the tests that follow; what it comes to is not the question here.
      await kubectl("delete", "namespace", namespace, `--timeout=${REMOVAL_DEADLINE}`).catch(() => undefined);
    }
  };
  const both = [tell(clusters.embedded), tell(clusters.real)] as const;
  // A failure of one does not leave the other at work beside the next test.
  await Promise.allSettled(both);
  const [embedded, real] = await Promise.all(both);
  return { embedded, real };
}

function run(program: string, args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { env: { ...process.env, ...env }, timeout: DEADLINE_MS },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${program} ${args.join(" ")} failed: ${stderr}${stdout}`, { cause: error }));
      },
    );
  });
}

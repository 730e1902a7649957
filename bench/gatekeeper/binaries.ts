import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { type BuildOptions, builtPrograms } from "../../test/kubernetes/control-plane/go-programs.js";

const modulesFolder = fileURLToPath(new URL("modules/", import.meta.url));
const MODULE = "github.com/open-policy-agent/gatekeeper/v3";
const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
const programs = [{ name: "gatekeeper", module: "gatekeeper", main: MODULE }];

/** The folder with `gatekeeper`, as `builtPrograms` has it: the first time it takes many minutes. */
export function gatekeeperBinaries(options: BuildOptions = {}): Promise<string> {
  return builtPrograms({ cache: "gatekeeper", modulesFolder, flags, programs }, options);
}

/** The definitions of its kinds, as its module has them. */
export async function gatekeeperDefinitions(): Promise<string> {
  const { stdout } = await promisify(execFile)("go", ["list", "-m", "-f", "{{.Dir}}", MODULE], {
    cwd: join(modulesFolder, "gatekeeper"),
  });
  return join(stdout.trim(), "charts", "gatekeeper", "crds");
}

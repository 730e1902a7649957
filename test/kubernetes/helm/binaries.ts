import { fileURLToPath } from "node:url";
import { builtPrograms } from "../control-plane/go-programs.js";
import type { BuildOptions } from "../control-plane/go-programs.js";

const modulesFolder = fileURLToPath(new URL("modules/", import.meta.url));

const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];

const programs = [
  { name: "helm3", module: "helm3", main: "helm.sh/helm/v3/cmd/helm" },
  { name: "helm4", module: "helm4", main: "helm.sh/helm/v4/cmd/helm" },
];

/** The folder with `helm3` and `helm4`, the two lines of Helm that are kept up, as `builtPrograms` has it. */
export function helmBinaries(options: BuildOptions = {}): Promise<string> {
  return builtPrograms({ cache: "helm", modulesFolder, flags, programs }, options);
}

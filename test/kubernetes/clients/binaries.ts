import { fileURLToPath } from "node:url";
import { builtPrograms } from "../control-plane/go-programs.js";
import type { BuildOptions } from "../control-plane/go-programs.js";

const modulesFolder = fileURLToPath(new URL("modules/", import.meta.url));

const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];

const programs = [
  { name: "informer", module: "clients", main: "./cmd/informer" },
  { name: "operator", module: "clients", main: "./cmd/operator" },
];

/** The folder with `informer`, of client-go, and `operator`, of controller-runtime, as `builtPrograms` has it. */
export function clientBinaries(options: BuildOptions = {}): Promise<string> {
  return builtPrograms({ cache: "clients", modulesFolder, flags, programs }, options);
}

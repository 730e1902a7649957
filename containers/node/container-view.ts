import type { ContainerSpec } from "../../cluster/containers/container-runtime.js";
import type { Image } from "../images/image.js";
import type { ContainerView } from "./bubblewrap-command.js";

/** What the processes of a container see, by what its pod and its image say. */
export function viewOf(
  { env, workingDir, readOnlyRoot, tty }: ContainerSpec,
  image: Image,
  place: Pick<ContainerView, "root" | "sharedMemory" | "hostname" | "mounts" | "lastWords">,
): ContainerView {
  // Later ones win, as a kubelet has it.
  const variables = new Map([
    ["HOME", "/root"],
    ...image.env,
    ["HOSTNAME", place.hostname],
    ...(tty ? [["TERM", "xterm"] as [string, string]] : []),
    ...env,
  ] as [string, string][]);
  return {
    ...place,
    isRootReadOnly: readOnlyRoot,
    env: [...variables],
    workingDir: workingDir ?? image.workingDir,
  };
}

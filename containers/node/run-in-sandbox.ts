import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningProcess } from "../../cluster/containers/container-runtime.js";
import { openOwner } from "../../terminal/node/sandbox/libc.js";
import {
  type ContainerPlace,
  type ContainerView,
  type RunningContainer,
  bubblewrapCommand,
  variablesText,
} from "./bubblewrap-command.js";
import { CannotRunError, ContainerProcess, type ProcessStreams } from "./container-process.js";
import { startError } from "./start-error.js";

interface Run {
  view: ContainerView;
  place: ContainerPlace;
  streams: ProcessStreams;
  /** Where bubblewrap tells how it goes; nobody but root writes there. */
  folder: string;
  /** The process of the container to run beside, by its number on this machine; absent for the container's first. */
  beside?: number;
}

/** Resolves once the program runs in a sandbox. Throws with what a kubelet says where it cannot be run. */
export async function runInSandbox(
  command: readonly string[],
  { view, place, streams, folder, beside }: Run,
): Promise<ContainerProcess> {
  const statusFile = join(folder, randomUUID());
  const variablesFile = `${statusFile}.variables`;
  const variables = variablesText(view.env);
  const owner = beside === undefined ? undefined : openOwner(`/proc/${beside}/ns/pid`);
  writeFileSync(variablesFile, variables, { mode: 0o600 });
  const argv = bubblewrapCommand(command, view, place, {
    statusFile,
    variablesFile,
    ...(beside !== undefined && owner !== undefined && { beside: runningContainer(beside, owner) }),
  });
  try {
    return await place.network.whileOpen(() =>
      ContainerProcess.start(argv, streams, { statusFile, account: { uid: place.uid, gid: place.uid } }),
    );
  } catch (error) {
    if (!(error instanceof CannotRunError)) throw error;
    throw new Error(startError(command[0] ?? "", error.message), { cause: error });
  } finally {
    rmSync(variablesFile, { force: true });
    if (owner !== undefined) closeSync(owner);
  }
}

/** The process as who asked for it has it. */
export function asRunning(process: ContainerProcess): RunningProcess {
  const { stdin, stdout, stderr, exitCode } = process;
  return {
    ...(stdin && { stdin }),
    stdout,
    ...(stderr && { stderr }),
    resize: (size) => process.resize(size),
    exitCode,
    close: () => process.end(),
  };
}

function runningContainer(pid: number, owner: number): RunningContainer {
  const isNested = fstatSync(owner).ino !== statSync(`/proc/${pid}/ns/user`).ino;
  return { pid, owner: `/proc/${process.pid}/fd/${owner}`, isNested };
}

import { pipeline } from "node:stream/promises";
import { PassThrough, type Writable } from "node:stream";
import { createGunzip } from "node:zlib";
// oxlint-disable-next-line no-restricted-imports -- The product uses nothing of it for streams; this is a client as others have it.
import { Exec } from "@kubernetes/client-node";

/**
 * An `Exec` for `Cp` of client-node 1.4, which asks the pod for a compressed archive and unpacks it as if it were none
 * (https://github.com/kubernetes-client/javascript/pull/2664), and tells of what failed by an error that nobody can catch.
 */
export class UnzippingExec extends Exec {
  /** Resolves once the command and what it sent are at their end, with what `Cp` says of it where something was wrong. */
  readonly said: Promise<string | undefined>;
  #tell: (said: Promise<string | undefined>) => void = () => undefined;

  constructor(...args: ConstructorParameters<typeof Exec>) {
    super(...args);
    this.said = new Promise((resolve) => (this.#tell = resolve));
  }

  override exec(
    ...[namespace, pod, container, command, stdout, ...rest]: Parameters<Exec["exec"]>
  ): ReturnType<Exec["exec"]> {
    const [stderr, stdin, tty, told] = rest;
    const { stream, ended } = unzipped(stdout);
    return super.exec(namespace, pod, container, command, stream, stderr, stdin, tty, (status) => {
      const said = Promise.resolve(told?.(status)).then(() => undefined, messageOf);
      this.#tell(ended.catch(messageOf).then(async (wrong) => (await said) ?? wrong));
    });
  }
}

/** Where a command may write a compressed archive, or nothing, and when that has all been written on. */
function unzipped(output: Writable | null): { stream: Writable | null; ended: Promise<undefined> } {
  if (output === null) return { stream: null, ended: Promise.resolve(undefined) };
  const stream = new PassThrough();
  return { stream, ended: pipeline(stream, createGunzip(), output).then(() => undefined) };
}

function messageOf(error: unknown): string {
  return (error as Error).message;
}

import type { ContainerExit, ContainerRuntime, SandboxState } from "../containers/container-runtime.js";
import type { ControllerContext } from "../controllers/controller.js";
import { pods } from "../controllers/resource-refs.js";

export interface FoundSandboxesOptions extends Pick<ControllerContext, "api" | "logger"> {
  runtime: Pick<ContainerRuntime, "list" | "removeSandbox">;
}

/** What the runtime had when this process began. Each pod takes its part once; what belongs to no pod is removed. */
export class FoundSandboxes {
  readonly #options: FoundSandboxesOptions;
  /** By pod, what nobody has taken yet; absent until the runtime has told. */
  #sandboxes: Map<string, SandboxState> | undefined;
  #asking: Promise<void> | undefined;
  /** Ends of containers that nobody has taken yet, by container: the runtime's answer may be older than they are. */
  readonly #exits = new Map<string, ContainerExit>();

  constructor(options: FoundSandboxesOptions) {
    this.#options = options;
  }

  /** Resolves once the runtime has told; rejects where it did not, and asks anew when called again. */
  async known(): Promise<void> {
    if (this.#sandboxes !== undefined) return;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  /** The part of a pod with all that has ended of it; `undefined` where there is none, or it was taken. */
  take(uid: string): SandboxState | undefined {
    const found = this.#sandboxes?.get(uid);
    this.#sandboxes?.delete(uid);
    if (found === undefined) return undefined;
    const containers = found.containers.map((container) => {
      const exit = container.exit ?? this.#exits.get(container.id);
      this.#exits.delete(container.id);
      return exit === undefined ? container : { ...container, exit };
    });
    return { ...found, containers };
  }

  /** Takes note of the end of a container of a pod that has not taken its part. */
  exited(exit: ContainerExit): void {
    if (this.#sandboxes === undefined || isAmong(this.#sandboxes, exit))
      this.#exits.set(exit.container, exit);
  }

  /** Takes note that nothing of all that is left. */
  lost(): void {
    this.#sandboxes = new Map();
    this.#exits.clear();
  }

  async #ask(): Promise<void> {
    const { runtime, api } = this.#options;
    const sandboxes = await runtime.list();
    const wanted = new Set(api.list(pods).map(({ metadata }) => metadata.uid));
    // Waited for, since they hold addresses that new pods may be given.
    await Promise.all(sandboxes.filter(({ id }) => !wanted.has(id)).map(({ id }) => this.#remove(id)));
    // What was lost meanwhile is not found.
    this.#sandboxes ??= new Map(sandboxes.filter(({ id }) => wanted.has(id)).map((each) => [each.id, each]));
    for (const [id, exit] of this.#exits) if (!isAmong(this.#sandboxes, exit)) this.#exits.delete(id);
  }

  async #remove(sandbox: string): Promise<void> {
    try {
      await this.#options.runtime.removeSandbox(sandbox);
    } catch (error) {
      this.#options.logger.warn({ err: error, sandbox }, "what a pod of before had could not be removed");
    }
  }
}

function isAmong(sandboxes: Map<string, SandboxState>, { container }: ContainerExit): boolean {
  const [uid = ""] = container.split("/");
  return sandboxes.get(uid)?.containers.some(({ id }) => id === container) ?? false;
}

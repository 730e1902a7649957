import { EventEmitter } from "node:events";
import type { ContainerExit } from "../../cluster/containers/container-runtime.js";

/** Tells each cluster how its containers ended, and no other; that of the platform has no name. */
export class ContainerExits {
  readonly #events = new EventEmitter();

  constructor() {
    // Each cluster that has pods here listens, and there may be a hundred.
    this.#events.setMaxListeners(0);
  }

  tell(exit: ContainerExit, cluster: string | undefined): void {
    this.#events.emit("exit", exit, cluster);
  }

  /** The way to stop it. */
  listen(listener: (exit: ContainerExit) => void, cluster: string | undefined): () => void {
    const tell = (exit: ContainerExit, of: string | undefined): void => {
      if (of === cluster) listener(exit);
    };
    this.#events.on("exit", tell);
    return () => void this.#events.off("exit", tell);
  }
}

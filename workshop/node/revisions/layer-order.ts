import { basename, dirname } from "node:path";
import { sourceUnusable } from "./lab-origin.js";

type Kind = "file" | "folder" | "link";

/** What a layer removes of those below it: a file of this name (OCI image specification, whiteouts), and a whole folder's content. */
const REMOVAL = ".wh.";
const REMOVAL_OF_CONTENT = ".wh..wh..opq";

/** Which entry counts where layers, read from the last to the first, name the same place. */
export class LayerOrder {
  readonly #above = new Map<string, Kind>();
  readonly #removed = new Set<string>();
  readonly #emptied = new Set<string>();
  #here = new Map<string, Kind>();
  #removedHere: string[] = [];
  #emptiedHere: string[] = [];

  /** Whether the place is a layer's removal, which is then kept in mind for the layers below. */
  takeRemoval(place: string): boolean {
    const name = basename(place);
    if (!name.startsWith(REMOVAL)) return false;
    if (name === REMOVAL_OF_CONTENT) this.#emptiedHere.push(dirname(place));
    else if (!name.startsWith(`${REMOVAL}${REMOVAL}`))
      this.#removedHere.push(`${dirname(place)}/${name.slice(REMOVAL.length)}`.replace(/^\.\//, ""));
    return true;
  }

  /** Whether the entry counts. Throws LAB_SOURCE_UNUSABLE for one below a link or a file of its own layer, and for one that comes twice. */
  take(place: string, kind: Kind): boolean {
    const parents = parentsOf(place);
    if (this.#isHidden(place, kind, parents)) return false;
    const through = parents.find((parent) => (this.#here.get(parent) ?? "folder") !== "folder");
    if (through !== undefined)
      throw sourceUnusable(
        `The lab's ${place} lies below ${through}, which is a ${this.#here.get(through)}.`,
      );
    const before = this.#here.get(place);
    if (before !== undefined && (before !== "folder" || kind !== "folder"))
      throw sourceUnusable(`The lab's ${place} comes twice, as a ${before} and as a ${kind}.`);
    this.#here.set(place, kind);
    for (const parent of parents) this.#here.set(parent, "folder");
    return true;
  }

  endLayer(): void {
    for (const [place, kind] of this.#here) this.#above.set(place, kind);
    for (const place of this.#removedHere) this.#removed.add(place);
    for (const place of this.#emptiedHere) this.#emptied.add(place);
    this.#here = new Map();
    this.#removedHere = [];
    this.#emptiedHere = [];
  }

  #isHidden(place: string, kind: Kind, parents: readonly string[]): boolean {
    const above = this.#above.get(place);
    if (above !== undefined && (above !== "folder" || kind !== "folder")) return true;
    return (
      this.#removed.has(place) ||
      parents.some(
        (parent) =>
          this.#removed.has(parent) ||
          this.#emptied.has(parent) ||
          (this.#above.get(parent) ?? "folder") !== "folder",
      ) ||
      this.#emptied.has(".")
    );
  }
}

function parentsOf(place: string): string[] {
  const parts = place.split("/").slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
}

import type { TagRule } from "./tags.js";

/** One image of the catalogue: what it is called, which tags it is taken to have, and what a container of it is. */
export interface CatalogueEntry {
  /** As people write it, and as `runs` of a lab names it. */
  name: string;
  /** Registry and repository in full, the first of which the others are copies of. */
  repositories: string[];
  tags: TagRule;
  /** The version that `latest` stands for, and that shorter versions are filled up from. */
  newest: string;
  /** Folders of `files/` that are laid over the root, later ones over earlier ones. */
  layers: string[];
  /** Laid over these besides, but for tags of Alpine. */
  debianLayers?: string[];
  entrypoint: string[];
  command: string[];
  /** Variables besides `PATH`; `version` is what the tag asks for in full. */
  env?: (version: string, tag: string) => [string, string][];
  workingDir?: string;
  user?: number;
  ports?: number[];
  /** For `docs/embedded-kubernetes.md`: what is as in the original, what Lectern does in its place, what is refused. */
  isReal: string;
  isPlayed: string;
  isRefused: string;
}

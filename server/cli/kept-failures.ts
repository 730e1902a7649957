import type { ValidationOptions, ValidationParts } from "../../workshop/node/validate-lab.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { KeptObjects } from "./kept-objects.js";
import { KeptPictures } from "./kept-pictures.js";

interface KeptFrom {
  clusters: ValidationParts;
  /** What the session's page looks like, as PNG, where it is clicked through. */
  picture?: ((session: string) => Promise<Buffer | undefined>) | undefined;
  signal: AbortSignal;
}

/** Keeps what a person looks at after a replay that fails: the objects of the namespace, and the page where there is one. */
export class KeptFailures {
  readonly #objects: KeptObjects;
  readonly #pictures: KeptPictures;

  constructor(folder: string) {
    this.#objects = new KeptObjects(folder);
    this.#pictures = new KeptPictures(folder);
  }

  /** What has a validation keep them. */
  from({ clusters, picture, signal }: KeptFrom): Pick<ValidationOptions, "onFirstFailure"> {
    return {
      onFirstFailure: async (step, session) => {
        // The page first: it goes on to change while the objects are read.
        if (picture) await this.#pictures.keep(step, () => picture(session.metadata.name));
        await this.#objects.keep(step, { session, clusters, signal });
      },
    };
  }

  /** The report with where they are, or why they are not. */
  toldIn(report: ValidationReport): ValidationReport {
    return this.#pictures.toldIn(this.#objects.toldIn(report));
  }
}

import type { ReactElement } from "react";
import type { HealthProblem } from "../../common/instructor-api.js";
import { Icon } from "../parts/icon.js";
import { sentence } from "./sentence.js";
import { ShortMemory } from "./short-memory.js";

/** Says of each thing Lectern stands on and cannot use just now what is the matter, for whoever can tell the operator. */
export function UnusableParts({ problems }: { problems: readonly HealthProblem[] }): ReactElement {
  return (
    <>
      {problems.map((part) =>
        part.name === "memory" ? (
          <ShortMemory key={part.name} {...part} />
        ) : (
          <Unusable key={part.name} {...part} />
        ),
      )}
    </>
  );
}

function Unusable({ name, problem }: HealthProblem): ReactElement {
  return (
    <section className="notice notice--danger" role="alert" aria-label={`The ${name} cannot be used`}>
      <Icon name="warning" />
      <div className="unusable-part">
        <strong>The {name} cannot be used just now.</strong> {sentence(problem)} This notice goes away by
        itself when it can be used again.
      </div>
    </section>
  );
}

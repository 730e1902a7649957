import type { ReactElement } from "react";
import type { HealthProblem } from "../../common/instructor-api.js";
import { Icon } from "../parts/icon.js";
import { LargestSessions } from "./largest-sessions.js";
import { sentence } from "./sentence.js";

/** Says that no session is begun because memory is short, which sessions take most of it, and lets them be ended. */
export function ShortMemory({ problem, largest = [] }: HealthProblem): ReactElement {
  return (
    <section className="notice notice--danger" role="alert" aria-label="Memory is short">
      <Icon name="warning" />
      <div className="used-up">
        <strong>Memory is short.</strong> No session is begun on this machine until there is more; what runs
        goes on. {sentence(problem)}
        <LargestSessions sessions={largest} />
      </div>
    </section>
  );
}

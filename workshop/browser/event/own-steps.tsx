import type { ReactElement } from "react";
import { formatDuration } from "../../common/durations.js";
import type { OwnStep } from "../../common/own-results.js";

const WORDS = { done: "done", tried: "tried, not done", open: "not tried" } as const;

/** What became of each step of the lab. */
export function OwnSteps({ steps }: { steps: readonly OwnStep[] }): ReactElement {
  if (steps.length === 0) return <p className="own-results__none">This lab has nothing that is counted.</p>;
  return (
    <div className="table-scroll own-results__steps" tabIndex={0} role="region" aria-label="Steps of the lab">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">State</th>
            <th scope="col" className="numeric">
              Tries
            </th>
            <th scope="col" className="numeric">
              Failures
            </th>
            <th scope="col" className="numeric">
              Hints
            </th>
            <th scope="col" className="numeric">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={`${step.page}/${step.step}`}>
              <th scope="row" className="own-results__step">
                {step.pageTitle}, step {step.number}
              </th>
              <td>{WORDS[step.state]}</td>
              <td className="numeric">{step.tries}</td>
              <td className="numeric">{step.failures}</td>
              <td className="numeric">{step.hints}</td>
              <td className="numeric">{step.takenMs === undefined ? "–" : formatDuration(step.takenMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

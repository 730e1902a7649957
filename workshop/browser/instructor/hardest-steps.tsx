import type { ReactElement } from "react";
import { formatDuration } from "../../common/durations.js";
import { hardestSteps, type StepSummary } from "../../common/event-results.js";

/** Where people got stuck: the steps they failed at most, and that took longest, first. */
export function HardestSteps({ steps }: { steps: readonly StepSummary[] }): ReactElement {
  const ranked = hardestSteps(steps);
  if (ranked.length === 0)
    return (
      <div className="empty">
        <strong>No results yet</strong>
        <p>What becomes of each step appears here when the people of the event run it.</p>
      </div>
    );
  return (
    <section>
      <h2 className="results__title">Where people got stuck</h2>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Steps, the hardest first">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" className="numeric">
                Failures
              </th>
              <th scope="col" className="numeric">
                Hints
              </th>
              <th scope="col" className="numeric">
                Tried by
              </th>
              <th scope="col" className="numeric">
                Done by
              </th>
              <th scope="col" className="numeric">
                Median time
              </th>
            </tr>
          </thead>
          <tbody>
            {ranked.map((step) => (
              <tr key={`${step.page}/${step.step}`}>
                <th scope="row" className="results__name">
                  {step.pageTitle}, step {step.number}
                </th>
                <td className="numeric">{step.failures}</td>
                <td className="numeric">{step.hints}</td>
                <td className="numeric">{step.triedBy}</td>
                <td className="numeric">{step.doneBy}</td>
                <td className="numeric">
                  {step.medianMs === undefined ? "–" : formatDuration(step.medianMs)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

import type { ReactElement } from "react";
import type { EventResults } from "../../common/event-results.js";

/** What people say of the event; nothing where they were not asked. */
export function FeedbackResults({ results }: { results: EventResults }): ReactElement | null {
  const { feedback, people } = results;
  if (feedback === undefined) return null;
  return (
    <section>
      <h2 className="results__title">Feedback</h2>
      {feedback.mean === undefined ? (
        <p>Nobody has answered yet. People are asked on the last page, and when their session is over.</p>
      ) : (
        <p>
          {feedback.answers === 1 ? "One answer" : `${String(feedback.answers)} answers`}, {feedback.mean} of
          5 on average: {countWords(feedback.counts)}.
        </p>
      )}
      {feedback.answers > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Feedback of people">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" className="numeric">
                  Rating
                </th>
                <th scope="col">In their words</th>
              </tr>
            </thead>
            <tbody>
              {people.map(
                ({ id, name, feedback: said }) =>
                  said && (
                    <tr key={id}>
                      <th scope="row" className="results__name">
                        {name}
                      </th>
                      <td className="numeric">{said.rating} of 5</td>
                      <td className="results__comment">{said.comment ?? "–"}</td>
                    </tr>
                  ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** `5 of 5 from 2, 3 of 5 from 1`. */
function countWords(counts: readonly number[]): string {
  return counts
    .flatMap((count, at) => (count > 0 ? [`${String(at + 1)} of 5 from ${String(count)}`] : []))
    .toReversed()
    .join(", ");
}

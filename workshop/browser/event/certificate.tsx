import type { ReactElement } from "react";
import { type OwnResults, isComplete } from "../../common/own-results.js";
import { Brand } from "../parts/top-bar.js";
import { dateOf } from "./event-times.js";

/** Says on paper who took part in what, and how far they came: of completion only where every step was done. */
export function Certificate({ results }: { results: OwnResults }): ReactElement {
  const { name, title, done, steps, from } = results;
  const hasCompleted = isComplete(results);
  return (
    <article className="certificate" aria-label="Certificate">
      <p className="certificate__kind">
        {hasCompleted ? "Certificate of completion" : "Certificate of participation"}
      </p>
      <p className="certificate__name">{name}</p>
      <p>
        {hasCompleted ? "has completed" : "has taken part in"} <strong>{title}</strong>
      </p>
      <p>{dateOf(from)}</p>
      {steps.length > 0 && <p>{results.isWhole ? stepWords(done, steps.length) : doneWords(done)}</p>}
      <p className="certificate__brand">
        <Brand />
      </p>
    </article>
  );
}

function stepWords(done: number, steps: number): string {
  if (steps === 1) return done === 1 ? "Its one step was done." : "Its one step was not done.";
  return done === steps ? `All ${steps} steps were done.` : `${done} of ${steps} steps were done.`;
}

function doneWords(done: number): string {
  return done === 1 ? "One step was done." : `${done} steps were done.`;
}

import type { ReactElement } from "react";
import type { CheckResult } from "../../../common/api.js";
import { Icon, Spinner } from "../../parts/icon.js";

interface Props {
  /** The expectations before anything has run. */
  expected: readonly string[];
  results: readonly CheckResult[];
  isBusy: boolean;
}

const STATE_WORDS = {
  idle: "not yet",
  waiting: "waiting",
  passed: "true",
  before: "was so before",
  failed: "not so",
} as const;

/** What must be true after the block, each line ticking by itself. */
export function Checks({ expected, results, isBusy }: Props): ReactElement | null {
  const lines: { text: string; state: keyof typeof STATE_WORDS; detail?: string }[] =
    results.length > 0
      ? [...results]
      : expected.map((text) => ({ text, state: isBusy ? "waiting" : "idle" }));
  if (lines.length === 0) return null;
  return (
    <ul className="checks" aria-label="What should be true afterwards">
      {lines.map((line, at) => (
        // Two expectations may be worded alike; their places do not change.
        <li key={at} className="checks__line" data-state={line.state}>
          <Sign state={line.state} />
          <span>
            {line.text}
            <span className={line.state === "before" ? "checks__note" : "visually-hidden"}>
              {" "}
              ({STATE_WORDS[line.state]})
            </span>
            {line.detail && line.state !== "passed" && line.state !== "before" && (
              <span className="checks__detail">{line.detail}</span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Sign({ state }: { state: keyof typeof STATE_WORDS }): ReactElement {
  if (state === "waiting") return <Spinner />;
  if (state === "passed") return <Icon name="tick" size={14} />;
  if (state === "failed") return <Icon name="cross" size={14} />;
  return <span className="checks__dot" />;
}

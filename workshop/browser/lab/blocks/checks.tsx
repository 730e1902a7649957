import { useEffect, useState, type ReactElement } from "react";
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
              <Detail key={line.state} text={line.detail} isAwaited={line.state === "waiting"} />
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A check that comes true within this time needs no word, which would push the text below it and be gone again. */
const PATIENCE_MS = 4000;

/** What was seen in place of what is expected. */
function Detail({ text, isAwaited }: { text: string; isAwaited: boolean }): ReactElement | null {
  const [isShown, setIsShown] = useState(!isAwaited);
  useEffect(() => {
    const timer = setTimeout(() => setIsShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isShown ? <span className="checks__detail">{text}</span> : null;
}

function Sign({ state }: { state: keyof typeof STATE_WORDS }): ReactElement {
  if (state === "waiting") return <Spinner />;
  if (state === "passed") return <Icon name="tick" size={14} />;
  if (state === "failed") return <Icon name="cross" size={14} />;
  return <span className="checks__dot" />;
}

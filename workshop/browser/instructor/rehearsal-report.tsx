import type { ReactElement } from "react";
import { formatAgo, formatDuration } from "../../common/durations.js";
import { type KeptRehearsal, isRehearsing } from "../../common/kept-rehearsal.js";
import type { RehearsalFinding } from "../../common/rehearsal.js";
import { Icon, Spinner } from "../parts/icon.js";
import { useNow } from "../store/use-now.js";

/** How far a rehearsal is, or what it came to, with what was looked at. */
export function RehearsalReport({ rehearsal }: { rehearsal: KeptRehearsal }): ReactElement {
  const now = useNow(1000);
  const { findings, more, tabs } = rehearsal;
  const said = saidOf(rehearsal, now);
  return (
    <section aria-label="The last rehearsal">
      <p className="rehearsal__sum" data-tone={said.tone} role="status">
        {said.icon === "spinner" ? <Spinner /> : <Icon name={said.icon} />} <strong>{said.words}</strong>{" "}
        {said.detail}
      </p>
      {findings.length > 0 && <Findings findings={findings} />}
      {more > 0 && <p>There were {more} findings more, which this has no room for.</p>}
      {tabs.length > 0 && (
        <p>
          Look yourself at what stands in tabs beside the text:{" "}
          {tabs.map(({ name, url }, at) => (
            <span key={name}>
              {at > 0 && ", "}
              <a href={url} target="_blank" rel="noreferrer">
                {name}
              </a>
            </span>
          ))}
          . Whether they let themselves be shown there, <code>lectern rehearse</code> says.
        </p>
      )}
    </section>
  );
}

const WORDS = { ok: "all right", warning: "look at it", failed: "would fail" } as const;
const ICONS = { ok: "tick", warning: "warning", failed: "cross" } as const;

function Findings({ findings }: { findings: readonly RehearsalFinding[] }): ReactElement {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="What was looked at">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Result</th>
            <th scope="col">What</th>
            <th scope="col">Where</th>
            <th scope="col">In words</th>
          </tr>
        </thead>
        <tbody>
          {findings.map(({ what, where, outcome, detail }, at) => (
            <tr key={`${what} ${where} ${String(at)}`} data-outcome={outcome}>
              <td className="rehearsal__outcome">
                <Icon name={ICONS[outcome]} size={14} /> {WORDS[outcome]}
              </td>
              <td>{what}</td>
              <td>{where}</td>
              <td className="rehearsal__detail">{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Said {
  icon: "spinner" | "tick" | "cross" | "stop" | "warning";
  tone: "neutral" | "success" | "danger";
  words: string;
  detail: string;
}

function saidOf(rehearsal: KeptRehearsal, now: number): Said {
  const { state, learners, findings, startedAt, durationMs = 0, message = "" } = rehearsal;
  const who = learners === 1 ? "one learner" : `${String(learners)} learners`;
  const ago = `Begun ${formatAgo(now - Date.parse(startedAt))}.`;
  if (state === "running" && !isRehearsing(rehearsal, now)) {
    const detail = `${ago} The server was lost meanwhile, and its sessions end. Rehearse again.`;
    return { icon: "warning", tone: "danger", words: "It did not come to its end.", detail };
  }
  const failed = findings.filter(({ outcome }) => outcome === "failed").length;
  switch (state) {
    case "running": {
      const words = `${String(findings.length)} of ${who} have come to the end.`;
      return { icon: "spinner", tone: "neutral", words, detail: ago };
    }
    case "passed":
      return {
        icon: "tick",
        tone: "success",
        words: "Nothing would fail.",
        detail: lasted(who, durationMs, ago),
      };
    case "failed": {
      const words = failed === 1 ? "One thing would fail." : `${String(failed)} things would fail.`;
      return { icon: "cross", tone: "danger", words, detail: lasted(who, durationMs, ago) };
    }
    case "stopped":
      return { icon: "stop", tone: "neutral", words: "It was stopped.", detail: ago };
    case "refused":
      return { icon: "warning", tone: "danger", words: "It could not be done.", detail: message };
  }
}

function lasted(who: string, durationMs: number, ago: string): string {
  return `Rehearsed with ${who} in ${formatDuration(durationMs)}. ${ago}`;
}

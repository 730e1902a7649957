import { CodeWords } from "../parts/code-words.js";
import type { ReactElement } from "react";
import type { ImageReference } from "../../common/reference.js";
import type { ImageVerdict, PolicyVerdict, RuleVerdict } from "../../common/verdict.js";

const PARTS: [part: keyof ImageReference, name: string, absent: string][] = [
  ["host", "Registry host", "none"],
  ["port", "Port", "none written"],
  ["path", "Image Name", "none"],
  ["tag", "Tag", "none written"],
  ["digest", "Digest", "none"],
  ["effectiveTag", "Tag that is pulled", "none, the digest decides"],
];

/** What the policies say to one image: the verdict, how the name was read, and each policy's reason. */
export function Verdict({ verdict, isManaged }: { verdict: ImageVerdict; isManaged: boolean }): ReactElement {
  const { image, allowed, problem, reference, policies } = verdict;
  return (
    <div className="card namespace__verdict">
      <p>
        <span className={`badge ${allowed ? "badge--success" : "badge--danger"}`}>
          {allowed ? "✓ May run" : "✕ Refused"}
        </span>{" "}
        <code>{image}</code>
      </p>
      {problem && <p>It is not a valid image reference: {problem}.</p>}
      {reference && <Parts reference={reference} />}
      {policies.length === 0 && <p>{nobodyJudges(isManaged)}</p>}
      <ul className="namespace__policies">
        {policies.map((policy) => (
          <Policy
            key={`${policy.origin.kind} ${policy.name}`}
            policy={policy}
            isRead={problem === undefined}
          />
        ))}
      </ul>
    </div>
  );
}

function nobodyJudges(isManaged: boolean): string {
  return isManaged ? "No policy holds here." : "The namespace is in no workspace, so no policy holds here.";
}

function Parts({ reference }: { reference: ImageReference }): ReactElement {
  return (
    <dl className="namespace__parts">
      {PARTS.map(([part, name, absent]) => (
        <div key={part}>
          <dt>{name}</dt>
          <dd>{reference[part] === "" ? absent : reference[part]}</dd>
        </div>
      ))}
    </dl>
  );
}

function Policy({ policy, isRead }: { policy: PolicyVerdict; isRead: boolean }): ReactElement {
  return (
    <li>
      <strong>{policy.name}</strong>
      <span className={`badge ${badgeOf(policy)}`}>{outcomeOf(policy)}</span>
      <span>
        {isRead && policy.reason} <CodeWords text={policy.advice} /> {policy.warning}
      </span>
      {policy.rules.map((rule, index) => (
        <Rule key={index} rule={rule} name={policy.rules.length > 1 ? `Rule ${index + 1}` : "Rule"} />
      ))}
    </li>
  );
}

function badgeOf({ passed, audit }: PolicyVerdict): string {
  if (passed) return "badge--success";
  return audit ? "badge--info" : "badge--danger";
}

function outcomeOf({ passed, audit, exception }: PolicyVerdict): string {
  if (exception) return "✓ passes by an exception";
  if (passed) return "✓ passes";
  return audit ? "only reported: dry run" : "✕ refuses";
}

function Rule({ rule, name }: { rule: RuleVerdict; name: string }): ReactElement {
  return (
    <div className="namespace__rule">
      {name}: {rule.matched ? "fits the image" : "does not fit the image"}
      <ul className="namespace__fields" aria-label={name}>
        {rule.fields.map(({ field, matched, text }) => (
          <li key={field}>
            <span aria-hidden="true">{matched ? "✓" : "✕"}</span> {text}
          </li>
        ))}
      </ul>
    </div>
  );
}

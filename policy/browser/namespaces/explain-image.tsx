import { useState, type ReactElement } from "react";
import type { ExplainAnswer } from "../../common/tmc-api.js";
import type { ImageVerdict, PolicyVerdict } from "../../common/verdict.js";
import { problemText } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import { TextField } from "../parts/text-field.js";

/** Asks what the policies of a namespace say to an image, and shows the parts of the name and the fate of each rule. */
export function ExplainImage({ namespace }: { namespace: string }): ReactElement {
  const { api } = useConsole();
  const [image, setImage] = useState("");
  const [answer, setAnswer] = useState<ExplainAnswer>();
  const [problem, setProblem] = useState<string>();
  async function explain(): Promise<void> {
    setProblem(undefined);
    try {
      setAnswer(await api.explain({ namespace, image: image.trim() }));
    } catch (error) {
      setAnswer(undefined);
      setProblem(problemText(error));
    }
  }
  return (
    <section aria-labelledby="explain-image" className="namespace__section">
      <h2 id="explain-image">Explain an image</h2>
      <form
        className="namespace__explain"
        onSubmit={(event) => {
          event.preventDefault();
          if (image.trim() !== "") void explain();
        }}
      >
        <TextField
          label="Image"
          value={image}
          onChange={setImage}
          placeholder="busybox:1.36"
          hint="As you would write it in a pod."
          problem={problem}
          isMono
        />
        <button type="submit" className="button button--primary">
          Explain
        </button>
      </form>
      <div aria-live="polite">
        {answer?.images.map(({ container, verdict }) => (
          <Verdict key={`${container} ${verdict.image}`} verdict={verdict} />
        ))}
      </div>
    </section>
  );
}

function Verdict({ verdict }: { verdict: ImageVerdict }): ReactElement {
  const { reference } = verdict;
  return (
    <div className="card namespace__verdict">
      <p>
        <span className={`badge ${verdict.allowed ? "badge--success" : "badge--danger"}`}>
          {verdict.allowed ? "✓ May run" : "✕ Refused"}
        </span>{" "}
        <code>{verdict.image}</code>
      </p>
      {verdict.problem && <p>{verdict.problem}</p>}
      {reference && (
        <dl className="namespace__parts">
          {Object.entries(reference).map(([part, value]) => (
            <div key={part}>
              <dt>{part}</dt>
              <dd>{value === "" || value === undefined ? "none" : String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {verdict.policies.length === 0 && <p>No policy holds here.</p>}
      <ul className="namespace__policies">
        {verdict.policies.map((policy) => (
          <Policy key={policy.name} policy={policy} />
        ))}
      </ul>
    </div>
  );
}

function Policy({ policy }: { policy: PolicyVerdict }): ReactElement {
  return (
    <li>
      <strong>{policy.name}</strong>
      <span className={`badge ${policy.passed ? "badge--success" : "badge--danger"}`}>
        {policy.passed ? "✓ passes" : policy.audit ? "would be refused (dry run)" : "✕ refuses"}
      </span>
      <span>
        {policy.reason} {policy.advice}
      </span>
      {policy.rules.map((rule, index) => (
        <ul key={index} className="namespace__fields" aria-label={`Rule ${index + 1}`}>
          {rule.fields.map(({ field, matched, text }) => (
            <li key={field}>
              {matched ? "fits" : "does not fit"}: {text}
            </li>
          ))}
        </ul>
      ))}
    </li>
  );
}

import { useState, type ReactElement } from "react";
import type { ExplainAnswer } from "../../common/tmc-api.js";
import type { NamespacePlace } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import { TextField } from "../parts/text-field.js";
import { useTask } from "../parts/use-task.js";
import { Verdict } from "./verdict.js";

/** Asks what the policies of a namespace say to an image, and shows the parts of the name and the fate of each rule. */
export function ExplainImage({ namespace, cluster }: NamespacePlace): ReactElement {
  const { api } = useConsole();
  const [image, setImage] = useState("");
  const [answer, setAnswer] = useState<ExplainAnswer>();
  const { isBusy, problem, run, setProblem } = useTask();
  async function explain(): Promise<void> {
    const wanted = image.trim();
    if (wanted === "") {
      setProblem("Type an image, such as busybox:1.36.");
      return;
    }
    const place = { namespace, ...(cluster !== undefined && { clusterName: cluster }) };
    const isDone = await run(async () => setAnswer(await api.explain({ ...place, image: wanted })));
    if (!isDone) setAnswer(undefined);
  }
  return (
    <section aria-labelledby="explain-image" className="namespace__section">
      <h2 id="explain-image">Explain an image</h2>
      <form
        className="namespace__explain"
        onSubmit={(event) => {
          event.preventDefault();
          void explain();
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
        <button type="submit" className="button button--primary" aria-disabled={isBusy}>
          Explain
        </button>
      </form>
      <div aria-live="polite">
        {answer?.images.map(({ container, verdict }) => (
          <Verdict key={`${container} ${verdict.image}`} verdict={verdict} isManaged={answer.managed} />
        ))}
      </div>
    </section>
  );
}

import { useState, type ReactElement } from "react";
import type { PolicyView } from "../../common/tmc-api.js";
import { directPolicies } from "../api/use-hierarchy.js";
import { useConsole } from "../console-context.js";
import { PolicyForm } from "../form/policy-form.js";
import { DeletePolicy } from "./delete-policy.js";
import { PolicyTable } from "./policy-table.js";

/** What is under way: a new policy, a change of one, or the question before deleting one. */
type Task = { kind: "create" } | { kind: "edit" | "delete"; policy: PolicyView } | undefined;

/** The policies set on one place, and those it inherits; `workspace` absent means the organization. */
export function PolicyPanel({ workspace }: { workspace: string | undefined }): ReactElement {
  const { hierarchy } = useConsole();
  const [task, setTask] = useState<Task>();
  const [news, setNews] = useState("");
  const organization = hierarchy.organization.fullName.name;
  const ends = {
    workspace,
    onDone: (text: string) => {
      setNews(text);
      setTask(undefined);
    },
    onCancel: () => setTask(undefined),
  };
  return (
    <>
      <h2 className="registry__heading">
        Image registry policies for{" "}
        {workspace === undefined ? `organization ${organization}` : `workspace ${workspace}`}
      </h2>
      <p role="status" className={news === "" ? "visually-hidden" : "notice notice--success"}>
        {news}
      </p>
      {workspace !== undefined && <Inherited />}
      <section aria-labelledby="direct-policies">
        <h3 id="direct-policies">Direct policies</h3>
        <PolicyTable
          label="Direct policies"
          policies={directPolicies(hierarchy, workspace)}
          empty="No direct policies. Every image may run unless an inherited policy refuses it."
          onEdit={(policy) => setTask({ kind: "edit", policy })}
          onDelete={(policy) => setTask({ kind: "delete", policy })}
        />
        {task === undefined && (
          <button
            type="button"
            className="button button--primary"
            onClick={() => setTask({ kind: "create" })}
          >
            Create Image Registry Policy
          </button>
        )}
        {task?.kind === "create" && <PolicyForm {...ends} />}
        {task?.kind === "edit" && <PolicyForm key={task.policy.meta.uid} existing={task.policy} {...ends} />}
      </section>
      {task?.kind === "delete" && <DeletePolicy policy={task.policy} {...ends} />}
    </>
  );
}

function Inherited(): ReactElement {
  const { hierarchy } = useConsole();
  return (
    <section aria-labelledby="inherited-policies">
      <h3 id="inherited-policies">Inherited policies</h3>
      <PolicyTable
        label="Inherited policies"
        policies={directPolicies(hierarchy, undefined)}
        origin={hierarchy.organization.fullName.name}
        empty="No inherited policies. What is set on the organization appears here."
      />
    </section>
  );
}

import { useRef, useState, type ReactElement } from "react";
import type { PolicyView } from "../../common/tmc-api.js";
import { directPolicies } from "../api/use-hierarchy.js";
import { missingRole, useConsole, useMay } from "../console-context.js";
import { ExceptionsSection } from "../exceptions/exceptions-section.js";
import { forgetForm, formsOf, keepForm, keptForm, type KeptForm, openForm } from "../form/kept-forms.js";
import { PolicyForm } from "../form/policy-form.js";
import { useFocusNext } from "../parts/use-focus-next.js";
import { DeletePolicy } from "./delete-policy.js";
import { PolicyTable } from "./policy-table.js";

/** What is under way: a new policy, a change of one, or the question before deleting one. */
type Task =
  | { kind: "create"; kept?: KeptForm | undefined }
  | { kind: "edit"; policy: PolicyView; kept?: KeptForm | undefined }
  | { kind: "delete"; policy: PolicyView }
  | undefined;

/** The policies set on one place, and those it inherits; `workspace` absent means the organization. */
export function PolicyPanel({ workspace }: { workspace: string | undefined }): ReactElement {
  const { hierarchy } = useConsole();
  const isAdmin = useMay()("admin", workspace);
  const { task, news, begin, ends, createButton, takesFocus } = usePanelTask(workspace, isAdmin);
  return (
    <>
      <Heading workspace={workspace} />
      <section aria-labelledby="direct-policies">
        <h3 id="direct-policies">Direct policies</h3>
        <PolicyTable
          label="Direct policies"
          policies={directPolicies(hierarchy, workspace)}
          empty={
            workspace === undefined
              ? "No direct policies: the organization itself refuses no image."
              : "No direct policies. Every image may run unless an inherited policy refuses it."
          }
          {...(isAdmin && {
            onEdit: (policy) => begin({ kind: "edit", policy }),
            onDelete: (policy) => begin({ kind: "delete", policy }),
          })}
        />
        {!isAdmin && <p className="registry__none">{missingRole("Changing policies", "admin", workspace)}</p>}
        {isAdmin && (task === undefined || task.kind === "delete") && (
          <button
            ref={createButton}
            type="button"
            className="button button--primary"
            onClick={() => begin({ kind: "create" })}
          >
            Create Image Registry Policy
          </button>
        )}
        {task?.kind === "create" && (
          <PolicyForm key="new" workspace={workspace} kept={task.kept} takesFocus={takesFocus} {...ends} />
        )}
        {task?.kind === "edit" && (
          <PolicyForm
            key={task.policy.meta.uid}
            workspace={workspace}
            existing={task.policy}
            kept={task.kept}
            takesFocus={takesFocus}
            {...ends}
          />
        )}
        <p role="status" className={news === "" ? "visually-hidden" : "notice notice--success"}>
          {news}
        </p>
      </section>
      <ExceptionsSection workspace={workspace} />
      {workspace !== undefined && <Inherited />}
      {task?.kind === "delete" && <DeletePolicy workspace={workspace} policy={task.policy} {...ends} />}
    </>
  );
}

function Heading({ workspace }: { workspace: string | undefined }): ReactElement {
  const { hierarchy, goTo } = useConsole();
  const organization = hierarchy.organization.fullName.name;
  return (
    <>
      <h2 className="registry__heading">
        Image registry policies for{" "}
        {workspace === undefined ? `organization ${organization}` : `workspace ${workspace}`}
      </h2>
      <p>
        <button type="button" className="console__link" onClick={() => goTo({ page: "history", workspace })}>
          History
        </button>
      </p>
    </>
  );
}

/**
 * One task at a time, and a form that was left with something typed in it first. At its end the focus returns to what began it, or to the button for the next
 * policy where that is gone.
 */
function usePanelTask(workspace: string | undefined, mayChange: boolean) {
  const { api, hierarchy } = useConsole();
  const forms = formsOf(api.base, hierarchy.user, workspace);
  const [task, setTask] = useState<Task>(() =>
    mayChange ? leftTask(forms, directPolicies(hierarchy, workspace)) : undefined,
  );
  const [news, setNews] = useState("");
  const [takesFocus, setTakesFocus] = useState(false);
  const createButton = useRef<HTMLButtonElement>(null);
  const opener = useRef<Element>(null);
  const focusNext = useFocusNext();
  function end(text: string): void {
    // What was typed to change a policy goes with it.
    if (task && (task.kind !== "delete" || text !== "")) forgetForm(forms, nameOf(task));
    setNews(text);
    setTask(undefined);
    focusNext(() =>
      opener.current instanceof HTMLElement && opener.current.isConnected
        ? opener.current
        : createButton.current,
    );
  }
  return {
    task,
    news,
    createButton,
    takesFocus,
    begin: (next: NonNullable<Task>) => {
      opener.current = document.activeElement;
      setNews("");
      setTakesFocus(true);
      setTask(next.kind === "delete" ? next : withKept(next, forms));
    },
    ends: { onDone: end, onCancel: () => end("") },
  };
}

/** A form of a policy that others have deleted meanwhile goes on as one for a new policy, so that what was typed is not lost. */
function leftTask(forms: string, policies: PolicyView[]): Task {
  const left = openForm(forms);
  if (!left) return undefined;
  const { draft, existing, name } = left;
  if (!existing) return { kind: "create", kept: left };
  if (policies.some(({ fullName }) => fullName.name === name))
    return { kind: "edit", policy: existing, kept: left };
  const kept = { draft, isOfDeleted: true };
  forgetForm(forms, name);
  keepForm(forms, "", kept);
  return { kind: "create", kept };
}

type FormTask = Exclude<NonNullable<Task>, { kind: "delete" }>;

/** A form that was left for another one goes on from the policy as it was then, so that a change in between is told. */
function withKept(task: FormTask, forms: string): Task {
  const kept = keptForm(forms, nameOf(task));
  if (task.kind === "create") return { ...task, kept };
  return { ...task, policy: kept?.existing ?? task.policy, kept };
}

/** As forms are kept by: empty for a new policy. */
function nameOf(task: NonNullable<Task>): string {
  return task.kind === "create" ? "" : task.policy.fullName.name;
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

import { useEffect, useRef, useState, type ReactElement } from "react";
import { type ExceptionSpecInput, parseWorkload } from "../../common/exception.js";
import { useConsole } from "../console-context.js";
import { NamespaceField } from "../namespaces/namespace-field.js";
import { SelectField } from "../parts/select-field.js";
import { TextField } from "../parts/text-field.js";
import { useTask } from "../parts/use-task.js";

interface Props {
  workspace: string | undefined;
  policies: string[];
  onDone: (news: string) => Promise<void>;
  onCancel: () => void;
}

const HOUR_MS = 3_600_000;

const DURATIONS: [name: string, hours: number][] = [
  ["1 hour", 1],
  ["1 day", 24],
  ["7 days", 168],
  ["30 days", 720],
];

const EMPTY = { name: "", namespace: "", workload: "", image: "", owner: "", reason: "", hours: "168" };

type Draft = typeof EMPTY & { policy: string };

/** The form that asks for an exception. */
export function RequestException({ workspace, policies, onDone, onCancel }: Props): ReactElement {
  const { api } = useConsole();
  const [draft, setDraft] = useState({ ...EMPTY, policy: policies[0] ?? "" });
  const { isBusy, problem, run, setProblem } = useTask();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const set = (field: keyof Draft) => (value: string) => setDraft({ ...draft, [field]: value });
  async function ask(): Promise<void> {
    const spec = specFrom(draft);
    if (typeof spec === "string") {
      setProblem(spec);
      return;
    }
    const name = draft.name.trim();
    await run(async () => {
      await api.requestException({ workspace }, name, spec);
      await onDone(`Exception ${name} is asked for. It holds once it is granted.`);
    });
  }
  return (
    <form
      ref={form}
      className="policy-form"
      aria-label="Request Exception"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !isBusy) onCancel();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <Fields draft={draft} policies={policies} set={set} />
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog__actions">
        <button type="button" className="button" onClick={onCancel} disabled={isBusy}>
          Cancel
        </button>
        <button type="submit" className="button button--primary" aria-disabled={isBusy}>
          {isBusy ? "Asking…" : "Request"}
        </button>
      </div>
    </form>
  );
}

interface FieldsProps {
  draft: Draft;
  policies: string[];
  set: (field: keyof Draft) => (value: string) => void;
}

function Fields({ draft, policies, set }: FieldsProps): ReactElement {
  return (
    <>
      <TextField label="Exception name" value={draft.name} onChange={set("name")} isMono />
      <SelectField
        label="Policy"
        value={draft.policy}
        onChange={set("policy")}
        options={policies.map(same)}
      />
      <NamespaceField value={draft.namespace} onChange={set("namespace")} />
      <TextField
        label="Workload"
        value={draft.workload}
        onChange={set("workload")}
        placeholder="deployment/web"
        hint="Empty for all of the namespace."
        isMono
      />
      <TextField
        label="Image"
        value={draft.image}
        onChange={set("image")}
        placeholder="busybox:1.36"
        hint="As in a pod; * stands for any characters. Empty for all images."
        isMono
      />
      <TextField label="Owner" value={draft.owner} onChange={set("owner")} hint="Who answers for it." />
      <TextField label="Reason" value={draft.reason} onChange={set("reason")} />
      <SelectField
        label="For how long"
        value={draft.hours}
        onChange={set("hours")}
        options={DURATIONS.map(([name, hours]) => [String(hours), name])}
      />
    </>
  );
}

/** What the draft says, or what is wrong with it. */
function specFrom(draft: Draft): ExceptionSpecInput | string {
  const workload = parseWorkload(draft.workload.trim());
  if (draft.name.trim() === "") return "Give it a name.";
  if (draft.workload.trim() !== "" && !workload)
    return "Write the workload as its kind and name, such as deployment/web.";
  return {
    policy: draft.policy,
    owner: draft.owner,
    reason: draft.reason,
    expires: new Date(Date.now() + Number(draft.hours) * HOUR_MS).toISOString(),
    namespace: draft.namespace.trim() || null,
    workload: workload ?? null,
    image: draft.image.trim() || null,
  };
}

function same(name: string): [string, string] {
  return [name, name];
}

import { useRef, useState, type ReactElement } from "react";
import { missingRole, useConsole, useMay } from "../console-context.js";
import { useFocusNext } from "../parts/use-focus-next.js";
import { type Binding, BindingTable } from "./binding-table.js";
import { GiveRole } from "./give-role.js";
import { useAccess } from "./use-access.js";
import "./access.css";

/** Who may do what on one place, and who by what they may do above it; `workspace` absent means the organization. */
export function AccessPanel({ workspace }: { workspace: string | undefined }): ReactElement {
  const { hierarchy } = useConsole();
  const { data, error, change } = useAccess(workspace);
  const organization = hierarchy.organization.fullName.name;
  return (
    <>
      <h2 className="registry__heading">
        Access to {workspace === undefined ? `organization ${organization}` : `workspace ${workspace}`}
      </h2>
      {error && (
        <p className="notice notice--danger" role="alert">
          {error.message}
        </p>
      )}
      {!data && !error && (
        <div className="skeleton console__skeleton" aria-busy="true" aria-label="Loading roles" />
      )}
      {data && <Direct workspace={workspace} bindings={data.direct} change={change} />}
      {data && workspace !== undefined && (
        <section aria-labelledby="inherited-roles">
          <h3 id="inherited-roles">Inherited roles</h3>
          <BindingTable
            label="Inherited roles"
            bindings={data.inherited}
            origin={organization}
            empty="No inherited roles. What is given on the organization appears here."
          />
        </section>
      )}
    </>
  );
}

interface DirectProps {
  workspace: string | undefined;
  bindings: readonly Binding[];
  change: ReturnType<typeof useAccess>["change"];
}

/** The roles that are given on the place itself, with what gives and takes them. */
function Direct({ workspace, bindings, change }: DirectProps): ReactElement {
  const isAdmin = useMay()("admin", workspace);
  const [news, setNews] = useState("");
  const form = useRef<HTMLDivElement>(null);
  const focusNext = useFocusNext();
  async function act(op: "ADD" | "DELETE", { role, subject }: Binding, text: string): Promise<void> {
    await change([{ op, role, subject }]);
    setNews(`${subject.name} ${text.replace("ROLE", role)}`);
    const next = op === "ADD" ? "input" : "button";
    focusNext(() => form.current?.querySelector<HTMLElement>(next));
  }
  return (
    <section aria-labelledby="direct-roles">
      <h3 id="direct-roles">Direct roles</h3>
      <BindingTable
        label="Direct roles"
        bindings={bindings}
        empty="Nobody has a role here, besides the learner of the session and instructors, who administer everything."
        {...(isAdmin && {
          onTake: (binding) => act("DELETE", binding, "does not have the role ROLE here any more."),
        })}
      />
      <p role="status" className={news === "" ? "visually-hidden" : "notice notice--success"}>
        {news}
      </p>
      {isAdmin ? (
        <div ref={form} className="access__give">
          <GiveRole
            place={workspace === undefined ? "organization" : "workspace"}
            onGive={(binding) => act("ADD", binding, "has the role ROLE here from the next request on.")}
          />
        </div>
      ) : (
        <p className="registry__none">{missingRole("Giving and taking roles", "admin", workspace)}</p>
      )}
    </section>
  );
}

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { EffectivePolicy } from "../../common/effective.js";
import { describeException } from "../../common/exception.js";
import { describePolicy } from "../../common/words.js";
import { isGone, type NamespacePlace } from "../api/policy-api.js";
import { useConsole } from "../console-context.js";
import { AttachNamespace } from "./attach-namespace.js";
import { ExplainImage } from "./explain-image.js";
import "./namespace-page.css";

const REFRESH_MS = 10_000;

/** What holds in one namespace, where each rule comes from, and a box that explains an image. */
export function NamespacePage({ namespace, cluster }: NamespacePlace): ReactElement {
  const { api } = useConsole();
  const {
    data: view,
    error,
    refetch,
  } = useQuery({
    queryKey: [api.base, "effective", cluster, namespace],
    queryFn: ({ signal }) => api.effective({ namespace, cluster }, signal),
    refetchInterval: ({ state }) => (isGone(state.error) ? false : REFRESH_MS),
  });
  const reload = async (): Promise<void> => void (await refetch());
  return (
    <>
      <Title namespace={namespace} cluster={cluster} />
      {error && (
        <p className="notice notice--danger" role="alert">
          {error.message}
        </p>
      )}
      {view && (
        <>
          <AttachNamespace
            namespace={namespace}
            cluster={cluster}
            workspace={view.workspace}
            onChanged={reload}
          />
          <Labels labels={view.labels} />
          <section aria-labelledby="effective-policy" className="namespace__section">
            <h2 id="effective-policy">Effective policy</h2>
            {view.policies.length === 0 ? (
              <p className="registry__none">
                {view.managed
                  ? "No policy holds here: every image may run. Policies of the workspace and the organization appear here."
                  : "Not in a workspace, so no policy holds here. Attach it to one above."}
              </p>
            ) : (
              <PolicyList policies={view.policies} />
            )}
          </section>
          {view.notSelected.length > 0 && (
            <section aria-labelledby="left-out" className="namespace__section">
              <h2 id="left-out">Left out by label selectors</h2>
              <PolicyList policies={view.notSelected} />
            </section>
          )}
          <ExplainImage namespace={namespace} cluster={cluster} />
        </>
      )}
    </>
  );
}

function Title({ namespace, cluster }: NamespacePlace): ReactElement {
  const { goTo } = useConsole();
  return (
    <header className="console__header">
      <p className="console__crumbs">
        <button type="button" className="console__link" onClick={() => goTo({ page: "namespaces" })}>
          Namespaces
        </button>{" "}
        ›
      </p>
      <h1 className="console__title">{namespace}</h1>
      {cluster !== undefined && <p className="console__lead">On cluster {cluster}.</p>}
    </header>
  );
}

/** What label selectors of policies look at. */
function Labels({ labels }: { labels: Record<string, string> }): ReactElement {
  const all = Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return (
    <section aria-labelledby="namespace-labels" className="namespace__section">
      <h2 id="namespace-labels">Labels</h2>
      {all.length === 0 ? (
        <p className="registry__none">No labels for label selectors to look at.</p>
      ) : (
        <ul className="namespace__labels">
          {all.map(([key, value]) => (
            <li key={key} className="badge">
              {value === "" ? key : `${key}=${value}`}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function PolicyList({ policies }: { policies: EffectivePolicy[] }): ReactElement {
  return (
    <ul className="namespace__policies">
      {policies.map(({ name, origin, spec, exceptions = [] }) => (
        <li key={`${originWords(origin)} ${name}`}>
          <strong>{name}</strong>
          <span className="badge">from {originWords(origin)}</span>
          {spec.input.audit && <span className="badge badge--info">Dry run</span>}
          <span>{describePolicy(spec)}</span>
          {exceptions.map((exception) => (
            <span key={exception.name} className="registry__where">
              Exception {exception.name}: {describeException(exception)}, until{" "}
              {new Date(exception.expires).toLocaleString()}, for {exception.owner}. {exception.reason}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function originWords(origin: EffectivePolicy["origin"]): string {
  return origin.kind === "organization"
    ? `organization ${origin.organization}`
    : `workspace ${origin.workspace}`;
}

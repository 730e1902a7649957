import type { ReactElement } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";
import { Icon } from "../parts/icon.js";

/** How sessions are kept apart on the server's machine; what does not hold stands open to be read. */
export function Confinement(): ReactElement | null {
  const { data } = useQuery({
    queryKey: ["confinement"],
    queryFn: () => api.confinement(),
    staleTime: Infinity,
  });
  if (!data) return null;
  const lacking = data.measures.filter(({ holds }) => !holds);
  return (
    <details className="confinement" open={lacking.length > 0}>
      <summary>
        {lacking.length === 0
          ? "Sessions are kept apart from each other"
          : `Not kept apart on this machine: ${lacking.map(({ subject }) => nameOf(subject)).join(", ")}`}
      </summary>
      <p>What each session has to itself on this server, and how much of it.</p>
      <dl>
        {data.measures.map(({ subject, holds, text }) => (
          <div key={subject} className={holds ? undefined : "confinement__lacking"}>
            <dt>{nameOf(subject)}</dt>
            <dd>
              {!holds && (
                <>
                  <Icon name="warning" /> Not kept apart:{" "}
                </>
              )}
              {text}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function nameOf(subject: string): string {
  return subject === "cpu" ? "CPU" : subject;
}

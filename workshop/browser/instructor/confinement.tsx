import type { ReactElement } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";

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
    <details className="instructor__confinement" open={lacking.length > 0}>
      <summary>
        {lacking.length === 0
          ? "Sessions are kept apart in everything"
          : `Not kept apart: ${lacking.map(({ subject }) => subject).join(", ")}`}
      </summary>
      <dl>
        {data.measures.map(({ subject, holds, text }) => (
          <div key={subject}>
            <dt>{subject}</dt>
            <dd>{holds ? text : `not held: ${text}`}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

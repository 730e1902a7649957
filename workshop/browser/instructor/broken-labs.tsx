import type { ReactElement } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";
import { Icon } from "../parts/icon.js";

/** Which labs cannot be read as their files are now, and why; asked for again when somebody comes back from mending them. */
export function BrokenLabs(): ReactElement | null {
  const { data: labs = [] } = useQuery({
    queryKey: ["broken-labs"],
    queryFn: () => api.brokenLabs(),
    refetchOnWindowFocus: "always",
  });
  if (labs.length === 0) return null;
  return (
    <section className="notice notice--warning" role="status" aria-label="Labs that cannot be read">
      <Icon name="warning" />
      <div className="broken-labs__text">
        <strong>{labs.length === 1 ? "One lab" : `${labs.length} labs`} cannot be read.</strong> Until the
        files are mended, learners get what was read last, or do not find the lab.
        <ul className="broken-labs__list">
          {labs.map(({ path, message }) => (
            <li key={path}>
              {!message.includes(path) && <code>{path}</code>}
              <p>{message}</p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

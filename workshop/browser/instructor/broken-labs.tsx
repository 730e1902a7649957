import type { ReactElement } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";
import { Icon } from "../parts/icon.js";

/** Authors look here for what they have just mended, and nothing else tells the page of it. */
const ASK_AGAIN_MS = 5_000;

/** Which labs cannot be read as their files are now, and why; keeps itself up to date. */
export function BrokenLabs(): ReactElement | null {
  const { data: labs = [] } = useQuery({
    queryKey: ["broken-labs"],
    queryFn: () => api.brokenLabs(),
    refetchOnWindowFocus: "always",
    refetchInterval: ASK_AGAIN_MS,
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

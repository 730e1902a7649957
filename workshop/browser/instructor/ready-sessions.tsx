import type { ReactElement } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";

/** What is made or handed out shows within moments. */
const LOOK_MS = 5000;

/** How many sessions of each lab are ready before anybody asks for them; nothing where no lab wants any. */
export function ReadySessions(): ReactElement | null {
  const { data = [] } = useQuery({
    queryKey: ["pools"],
    queryFn: () => api.pools(),
    refetchInterval: LOOK_MS,
  });
  if (data.length === 0) return null;
  return (
    <ul className="ready-sessions" aria-label="Sessions kept ready">
      {data.map(({ lab, title, wanted, ready, problem }) => (
        <li key={lab}>
          {title}: {ready} of {wanted} ready for the next who start it
          {problem !== undefined && <p>{problem}</p>}
        </li>
      ))}
    </ul>
  );
}

import type { ReactElement } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/api-client.js";
import { CopyButton } from "../parts/copy-button.js";
import "./start-link.css";

/** The link that lets learners start labs, where they need one. */
export function StartLink(): ReactElement | null {
  const { data } = useQuery({
    queryKey: ["start-link"],
    queryFn: () => api.startLink(),
    staleTime: Infinity,
  });
  if (data?.start !== "link") return null;
  return (
    <section className="card start-link" aria-label="Link to start labs">
      <p>
        <strong>Learners start labs with this link.</strong> Whoever has it gets sessions of their own.
      </p>
      <div className="start-link__address">
        <code>{data.link}</code>
        <CopyButton text={data.link} what="the link to start labs" />
      </div>
    </section>
  );
}

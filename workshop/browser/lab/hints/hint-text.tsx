import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { createPortal } from "react-dom";
import { Button } from "react-aria-components";
import { api } from "../../api/api-client.js";
import { DRAWING } from "../drawn/prepare-drawings.js";
import { useLab } from "../lab-context.js";
import { prepareText } from "../prepare-content.js";

const Drawing = lazy(async () => ({ default: (await import("../drawn/drawing.js")).Drawing }));

interface Props {
  page: string;
  step: string;
  /** Its place among the hints of the step, from 0. */
  at: number;
  /** Told once its learner has it. */
  onTaken: () => void;
}

/** What a hint says, which the server tells when it is asked. */
export function HintText({ page, step, at, onTaken }: Props): ReactElement {
  const { session } = useLab();
  const { data, error, refetch } = useQuery({
    queryKey: ["hint", session.id, session.labVersion, page, step, at],
    queryFn: async () => {
      const text = await api.hint(session.id, page, step, at);
      onTaken();
      return text;
    },
    staleTime: Infinity,
  });
  if (data) return <Prose html={data.html} />;
  if (!error) return <p aria-busy="true">Asking for the hint…</p>;
  return (
    <div role="alert" className="page-hint__problem">
      <span>{error.message}</span>
      <Button className="button button--small" onPress={() => void refetch()}>
        Try again
      </Button>
    </div>
  );
}

function Prose({ html }: { html: string }): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  const [drawings, setDrawings] = useState<HTMLElement[]>([]);
  useLayoutEffect(() => {
    if (!root.current) return;
    // Written by hand: React must not touch what it is made of afterwards.
    root.current.innerHTML = html;
    prepareText(root.current);
    setDrawings([...root.current.querySelectorAll<HTMLElement>(`.${DRAWING}`)]);
  }, [html]);
  return (
    <>
      <div ref={root} />
      <Suspense>
        {drawings.map((element, at) => createPortal(<Drawing element={element} />, element, String(at)))}
      </Suspense>
    </>
  );
}

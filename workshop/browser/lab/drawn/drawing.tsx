import { useEffect, useState, type ReactElement } from "react";
import { type Theme, useTheme } from "../../store/theme.js";
import { DRAWN } from "./prepare-drawings.js";
import "./drawing.css";

interface Drawn {
  html: string;
  /** What its author calls it. */
  title?: string;
}

/** What the element of the page stands for, drawn; its text until then, and where that cannot be. What draws is loaded by the first. */
export function Drawing({ element }: { element: HTMLElement }): ReactElement {
  const { source = "", kind = "" } = element.dataset;
  const { theme } = useTheme();
  const [drawn, setDrawn] = useState<Drawn>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isOver = false;
    draw(source, kind, theme).then(
      (result) => !isOver && (setDrawn(result), setProblem(undefined)),
      (error: unknown) => !isOver && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isOver = true;
    };
  }, [source, kind, theme]);
  if (problem !== undefined) return <Undrawn source={source} kind={kind} problem={problem} />;
  if (!drawn) return <Text source={source} kind={kind} />;
  if (kind !== DRAWN.diagram) return <span dangerouslySetInnerHTML={{ __html: drawn.html }} />;
  return (
    <>
      <div className="drawing__scroll" tabIndex={0} role="img" aria-label={drawn.title ?? "Diagram"}>
        <div dangerouslySetInnerHTML={{ __html: drawn.html }} />
      </div>
      <details className="drawing__text">
        <summary>The diagram as text</summary>
        <Text source={source} kind={kind} />
      </details>
    </>
  );
}

async function draw(source: string, kind: string, theme: Theme): Promise<Drawn> {
  if (kind === DRAWN.diagram) {
    const { svg, ...named } = await (await import("./draw-diagram.js")).drawDiagram(source, theme);
    return { html: svg, ...named };
  }
  return { html: (await import("./draw-formula.js")).drawFormula(source, kind === DRAWN.formulaBlock) };
}

function Text({ source, kind }: { source: string; kind: string }): ReactElement {
  return kind === DRAWN.formula ? <code>{source}</code> : <pre tabIndex={0}>{source}</pre>;
}

function Undrawn({ source, kind, problem }: { source: string; kind: string; problem: string }): ReactElement {
  const what = kind === DRAWN.diagram ? "diagram" : "formula";
  const words = `This ${what} cannot be drawn, and is shown as its author wrote it: ${problem}`;
  if (kind === DRAWN.formula) return <code title={words}>{source}</code>;
  return (
    <>
      <Text source={source} kind={kind} />
      <p className="drawing__problem">{words}</p>
    </>
  );
}

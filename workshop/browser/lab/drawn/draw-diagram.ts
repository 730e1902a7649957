import mermaid from "mermaid";
import type { Theme } from "../../store/theme.js";

/** 50,000 characters and 500 lines between shapes: what mermaid itself calls much, and draws in a second. */
const MOST = { maxTextSize: 50_000, maxEdges: 500 };
/** Smaller, its letters could not be read: on a narrow screen it is scrolled instead. */
const LEAST_SCALE = 0.6;

let count = 0;

/**
 * The diagram as SVG in the colours that the page has now, without anything of its author's that runs; its links open beside the lab.
 * Throws mermaid's own error, which names the line, for a text that is none.
 */
export async function drawDiagram(source: string, theme: Theme): Promise<{ svg: string; title?: string }> {
  mermaid.initialize({
    ...MOST,
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    theme: "base",
    themeVariables: { darkMode: theme === "dark", ...themeVariables() },
  });
  count += 1;
  const { svg } = await mermaid.render(`diagram-${count}`, source);
  const title = /<title[^>]*>([^<]+)<\/title>/.exec(svg)?.[1];
  return { svg: besideTheLab(readable(svg)), ...(title !== undefined && { title }) };
}

function besideTheLab(svg: string): string {
  const box = document.createElement("template");
  box.innerHTML = svg;
  for (const link of box.content.querySelectorAll("a")) {
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  return box.innerHTML;
}

function readable(svg: string): string {
  return svg.replace(
    /max-width: ([\d.]+)px/,
    (maximum, width: string) => `${maximum}; min-width: ${Math.round(Number(width) * LEAST_SCALE)}px`,
  );
}

/** What mermaid makes all its colours of. It reckons with them, and cannot with names of ours. */
function themeVariables(): Record<string, string> {
  const probe = document.body.appendChild(document.createElement("span"));
  const colour = (name: string): string => {
    probe.style.color = `var(--color-${name})`;
    return getComputedStyle(probe).color;
  };
  const variables = {
    fontFamily: getComputedStyle(probe).getPropertyValue("--font-text"),
    background: colour("background"),
    primaryColor: colour("surface-hover"),
    primaryTextColor: colour("text"),
    primaryBorderColor: colour("border-strong"),
    secondaryColor: colour("accent-soft"),
    tertiaryColor: colour("surface"),
    lineColor: colour("text-muted"),
    textColor: colour("text"),
    edgeLabelBackground: colour("background"),
    noteBkgColor: colour("info-soft"),
    noteTextColor: colour("text"),
    noteBorderColor: colour("info"),
  };
  probe.remove();
  return variables;
}

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ObjectRow } from "../../../common/kubernetes-view.js";
import type { CodePiece } from "../../../common/highlight/code-piece.js";
import { pageHighlighter } from "../../../common/highlight/highlight-code.js";
import { CopyButton } from "../../parts/copy-button.js";
import { readYaml } from "./kubernetes-api.js";

interface Props {
  session: string;
  row: ObjectRow;
  isGone: boolean;
  /** Whether the values of a Secret may be asked for. */
  mayShowValues: boolean;
}

/** An object as YAML, read anew whenever it changes; lines that were not there when it was opened are marked. */
export function YamlView({ session, row, isGone, mayShowValues }: Props): ReactElement {
  const [hasValues, setHasValues] = useState(false);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ["kubernetes-object", session, row.uid, row.version, hasValues],
    queryFn: ({ signal }) => readYaml(session, row, { hasValues, signal }),
    placeholderData: keepPreviousData,
    enabled: !isGone,
    retry: false,
    gcTime: 0,
  });
  const first = useFirst(isPlaceholderData ? undefined : data, `${row.uid} ${String(hasValues)}`);
  const isSecret = row.plural === "secrets" && row.api === "/api/v1";
  return (
    <div className="kube-yaml">
      {isSecret && mayShowValues && (
        <p className="kube-note">
          {hasValues ? "Values are shown in base64, as Kubernetes keeps them." : "Values are hidden."}
          <Button className="button button--small" onPress={() => setHasValues(!hasValues)}>
            {hasValues ? "Hide the values" : "Show the values"}
          </Button>
        </p>
      )}
      {error && !isGone && (
        <p className="notice notice--warning" role="alert">
          {error.message}
        </p>
      )}
      {data === undefined && !error && (
        <div className="skeleton kube-yaml__loading" aria-busy="true" aria-label="Reading the object" />
      )}
      {data !== undefined && <YamlText text={data} first={first ?? data} name={row.name} />}
    </div>
  );
}

/** The text that was there first, of what the key names. */
function useFirst(text: string | undefined, key: string): string | undefined {
  const [first, setFirst] = useState<{ key: string; text: string }>();
  if (text !== undefined && first?.key !== key) setFirst({ key, text });
  return first?.key === key ? first.text : undefined;
}

function YamlText({ text, first, name }: { text: string; first: string; name: string }): ReactElement {
  const before = new Set(first.split("\n"));
  const lines = linesOf(pageHighlighter()(text, "yaml") ?? [{ text }]);
  const isMarked = text !== first;
  return (
    <>
      {isMarked && <p className="kube-note">Marked lines have changed since you opened it.</p>}
      <div className="kube-yaml__frame">
        <pre className="kube-yaml__text" tabIndex={0} role="group" aria-label={`YAML of ${name}`}>
          <code>
            {lines.map((line, at) => {
              const isNew = isMarked && !before.has(line.map((piece) => piece.text).join(""));
              return (
                <span key={at} className="kube-yaml__line" {...(isNew && { "data-changed": true })}>
                  {line.map((piece, part) => (
                    <span key={part} {...(piece.style && { className: `tok-${piece.style}` })}>
                      {piece.text}
                    </span>
                  ))}
                  {"\n"}
                </span>
              );
            })}
          </code>
        </pre>
        <span className="kube-copy">
          <CopyButton text={text} what="the YAML" />
        </span>
      </div>
    </>
  );
}

function linesOf(pieces: readonly CodePiece[]): CodePiece[][] {
  const lines: CodePiece[][] = [[]];
  for (const { text, ...style } of pieces)
    for (const [at, part] of text.split("\n").entries()) {
      if (at > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push({ text: part, ...style });
    }
  if (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

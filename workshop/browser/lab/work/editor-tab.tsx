import { lazy, Suspense, useState, type ReactElement } from "react";

const EditorPane = lazy(async () => ({ default: (await import("../editor/editor-pane.js")).EditorPane }));

/** The editor of the home. It is loaded when it is first shown, and keeps its text from then on. */
export function EditorTab({ isShown }: { isShown: boolean }): ReactElement | null {
  const [wasShown, setWasShown] = useState(isShown);
  if (isShown && !wasShown) setWasShown(true);
  if (!wasShown) return null;
  return (
    <Suspense fallback={<div className="skeleton" aria-busy="true" aria-label="Loading the editor" />}>
      <EditorPane isShown={isShown} />
    </Suspense>
  );
}

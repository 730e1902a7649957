import { useEffect, useRef, type ReactElement } from "react";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { codeState, languageSlot, readOnlySlot, revealing, takingOver } from "./code-setup.js";
import { languageFor } from "./languages.js";
import type { OpenFile, OpenFiles, Reveal } from "./open-files.js";
import "../code-colors.css";
import "./code-view.css";

interface Props {
  files: OpenFiles;
  file: OpenFile;
  isShown: boolean;
  reveal: Reveal | undefined;
  isReadOnly: boolean;
}

/** The text of one open file. */
export function CodeView({ files, file: { path, read }, isShown, reveal, isReadOnly }: Props): ReactElement {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const first = useRef(read.text);

  useEffect(() => {
    if (!parent.current) return;
    const text = first.current;
    const state = codeState({
      path,
      text,
      onSave: () => void files.save(path),
      onTyped: () => files.noteDirty(path, true),
    });
    const made = new EditorView({ parent: parent.current, state });
    view.current = made;
    files.hold(path, () => made.state.sliceDoc());
    void highlight(made, path, text);
    return () => made.destroy();
  }, [files, path]);

  useEffect(() => {
    const change = view.current && takingOver(view.current.state, read.text);
    // What was written is shown already; what was typed meanwhile stays.
    if (change && !files.isDirty(path)) view.current?.dispatch(change);
  }, [files, path, read]);

  useEffect(() => {
    const extensions = isReadOnly ? [EditorState.readOnly.of(true)] : [];
    view.current?.dispatch({ effects: readOnlySlot.reconfigure(extensions) });
  }, [isReadOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !isShown || reveal?.path !== path) return;
    // It was hidden, and had no size to measure.
    editor.requestMeasure();
    if (reveal.range) editor.dispatch(revealing(editor.state, reveal.range.from, reveal.range.to));
  }, [reveal, path, isShown]);

  return <div className="editor__code" ref={parent} hidden={!isShown} />;
}

async function highlight(editor: EditorView, path: string, text: string): Promise<void> {
  // Without it the text is plain, and can be edited all the same.
  const language = await languageFor(path, text)?.().catch(() => undefined);
  if (language) editor.dispatch({ effects: languageSlot.reconfigure(language) });
}

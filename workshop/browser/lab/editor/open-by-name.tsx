import { useState, type ReactElement } from "react";
import { Button, Form, Input, TextField } from "react-aria-components";
import { homePath } from "../../../common/editor/home-path.js";
import type { OpenFiles } from "./open-files.js";

interface Props {
  files: OpenFiles;
  isReadOnly: boolean;
  onDone: () => void;
}

/** A field for a path: the file is opened, and made where there is none. */
export function OpenByName({ files, isReadOnly, onDone }: Props): ReactElement {
  const [path, setPath] = useState("");
  function open(): void {
    const wanted = homePath(path.trim());
    if (wanted === undefined) return;
    setPath("");
    void (isReadOnly ? files.open({ file: wanted }) : files.create(wanted)).then(onDone);
  }
  return (
    <Form
      className="editor__by-name"
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <TextField aria-label="Path of a file in the home" value={path} onChange={setPath}>
        <Input className="field__input" placeholder="folder/file.yaml" />
      </TextField>
      <Button className="button button--small" type="submit" isDisabled={homePath(path.trim()) === undefined}>
        {isReadOnly ? "Open" : "Open or make"}
      </Button>
    </Form>
  );
}

import type { ReactElement } from "react";
import { Icon } from "../../parts/icon.js";
import "./played-note.css";

/** Says of images that are used here for the first time that they are not the original ones. */
export function PlayedNote({ images }: { images: readonly string[] }): ReactElement {
  const isOne = images.length === 1;
  return (
    <p className="played-note" role="note">
      <Icon name="help" />
      <span>
        {images.map((image, at) => (
          <span key={image}>
            {at > 0 && (at === images.length - 1 ? " and " : ", ")}
            <code>{image}</code>
          </span>
        ))}{" "}
        {isOne ? "is" : "are"} played by Lectern’s stand-in{isOne ? "" : "s"} here:{" "}
        {isOne ? "it does" : "they do"} what this lab needs of the original{isOne ? "" : "s"}.
      </span>
    </p>
  );
}

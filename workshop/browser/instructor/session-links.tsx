import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { SessionLink } from "../../common/instructor-api.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { useCopy } from "../store/clipboard.js";

/** The links of sessions just made, one for each learner. */
export function SessionLinks({
  links,
  onClose,
}: {
  links: SessionLink[];
  onClose: () => void;
}): ReactElement {
  const { state, copy } = useCopy();
  return (
    <section className="card links" aria-label="Links of the new sessions">
      <header className="links__head">
        <p role="status">
          <strong>{links.length === 1 ? "One session" : `${links.length} sessions`} created.</strong> Give
          each learner a link of their own: whoever has it can use the session.
        </p>
        <Button
          className="button button--primary"
          onPress={() => void copy(links.map(({ link }) => link).join("\n"))}
        >
          <Icon name={state === "copied" ? "tick" : "copy"} /> {state === "copied" ? "Copied" : "Copy all"}
        </Button>
        <Button className="button" onPress={onClose}>
          Done
        </Button>
      </header>
      <ul className="links__list">
        {links.map(({ id, link }) => (
          <li key={id}>
            <span className="session-table__id">{id}</span>
            <code>{link}</code>
            <CopyButton text={link} what={`the link of ${id}`} />
          </li>
        ))}
      </ul>
    </section>
  );
}

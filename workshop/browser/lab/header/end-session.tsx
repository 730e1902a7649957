import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { Confirm } from "../../parts/confirm.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";

/** Ends the session after asking: from the header, or from the text at the end of a lab. */
export function EndSession({ isInText = false }: { isInText?: boolean }): ReactElement {
  const { session, store } = useLab();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      {isInText ? (
        <Button className="button button--small" onPress={() => setIsAsking(true)}>
          <Icon name="end" /> End this session
        </Button>
      ) : (
        <Button
          className="button button--quiet button--small"
          aria-label="End session"
          onPress={() => setIsAsking(true)}
        >
          <Icon name="end" />
          <span className="end-session__words">End session</span>
        </Button>
      )}
      <Confirm
        isOpen={isAsking}
        title="End this session?"
        action="End session"
        onConfirm={() => store.end()}
        onClose={() => setIsAsking(false)}
      >
        Session <code>{session.id}</code> ends now: its namespace <code>{session.namespace}</code>, its files
        and its terminals are deleted. The text stays readable.
      </Confirm>
    </>
  );
}

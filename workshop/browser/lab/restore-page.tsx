import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { PageView } from "../../common/page-view.js";
import { api } from "../api/api-client.js";
import { Confirm } from "../parts/confirm.js";
import { Icon } from "../parts/icon.js";
import { useLab } from "./lab-context.js";

/** Brings namespace and files to how the page finds them, once its learner has agreed to what that takes away. */
export function RestorePage({ page }: { page: PageView }): ReactElement {
  const { session } = useLab();
  const [isAsking, setIsAsking] = useState(false);
  const at = session.pages.findIndex(({ name }) => name === page.name);
  async function restore(): Promise<void> {
    await api.restorePage(session.id, page.name);
  }
  return (
    <>
      <Button className="button button--quiet button--small" onPress={() => setIsAsking(true)}>
        <Icon name="restart" size={14} /> Restore this page’s start…
      </Button>
      <Confirm
        isOpen={isAsking}
        title={`Restore the start of “${page.title}”?`}
        action="Delete my work and restore"
        onConfirm={restore}
        onClose={() => setIsAsking(false)}
      >
        <p>
          <strong>What you have made is deleted:</strong> everything in the namespace{" "}
          <code>{session.namespace}</code>, every file of your home, the image policies of this session, and
          what runs in your terminals.
        </p>
        <p>{whatFollows(at)} What you have done stays ticked, and your time goes on.</p>
      </Confirm>
    </>
  );
}

function whatFollows(pagesBefore: number): string {
  if (pagesBefore <= 0) return "Then everything is as it was when the lab began.";
  const pages = pagesBefore === 1 ? "the page" : `the ${String(pagesBefore)} pages`;
  return `Then the blocks of ${pages} before run again, in your terminals, which you can watch and cancel.`;
}

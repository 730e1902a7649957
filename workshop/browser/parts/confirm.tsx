import { useState, type ReactElement } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface Props {
  isOpen: boolean;
  title: string;
  /** What will be gone, in words. */
  children: React.ReactNode;
  /** The words on the button that destroys. */
  action: string;
  /** May throw: the reason is shown and the question stays. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something is destroyed; nothing else in Lectern uses a modal. */
export function Confirm({ isOpen, title, children, action, onConfirm, onClose }: Props): ReactElement {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  async function confirm(): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  return (
    <ModalOverlay
      className="scrim"
      isDismissable={!isBusy}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal>
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title" className="dialog__title">
            {title}
          </Heading>
          <div>{children}</div>
          {problem && <p className="field__error">{problem}</p>}
          <div className="dialog__actions">
            <Button className="button" onPress={onClose} isDisabled={isBusy}>
              Cancel
            </Button>
            <Button className="button button--danger" onPress={() => void confirm()} isDisabled={isBusy}>
              {isBusy ? "One moment…" : action}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

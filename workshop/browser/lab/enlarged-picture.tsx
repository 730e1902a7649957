import { useEffect, useState, type ReactElement, type RefObject } from "react";
import { Button, Dialog, Modal, ModalOverlay } from "react-aria-components";
import { Icon } from "../parts/icon.js";
import "./enlarged-picture.css";

interface Picture {
  src: string;
  alt: string;
}

/** Shows a picture of the text at the size it was made in, once it is pressed; Esc, a press beside it or Close leads back to it. */
export function EnlargedPicture({ text }: { text: RefObject<HTMLElement | null> }): ReactElement {
  const [picture, setPicture] = useState<Picture>();
  useEffect(() => {
    const root = text.current;
    function pressed(event: MouseEvent): void {
      const link = event.target instanceof Element ? event.target.closest(".prose-picture") : null;
      const image = link?.querySelector("img");
      if (!image || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      setPicture({ src: image.currentSrc || image.src, alt: image.alt });
    }
    root?.addEventListener("click", pressed);
    return () => root?.removeEventListener("click", pressed);
  }, [text]);
  return (
    <ModalOverlay
      className="scrim enlarged"
      isOpen={picture !== undefined}
      isDismissable
      onOpenChange={(isOpen) => !isOpen && setPicture(undefined)}
    >
      <Modal>
        <Dialog className="enlarged__dialog" aria-label={picture?.alt ?? ""}>
          <div className="enlarged__scroll" tabIndex={0} role="group" aria-label="Picture">
            <img src={picture?.src} alt={picture?.alt ?? ""} />
          </div>
          <Button className="button enlarged__close" onPress={() => setPicture(undefined)}>
            <Icon name="cross" size={14} /> Close
          </Button>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

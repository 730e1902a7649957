import { useMemo, type ReactElement } from "react";
import type { EventRow } from "../../common/event-api.js";
import { qrSvg } from "../../common/qr-code.js";

/** The link of an event for cameras, as large as a room needs it, and as a file. */
export function EventQr({ event: { name, link } }: { event: EventRow }): ReactElement {
  const address = useMemo(() => `data:image/svg+xml,${encodeURIComponent(qrSvg(link))}`, [link]);
  return (
    <figure className="event-qr">
      <img className="event-qr__picture" src={address} alt={`QR code of the link of ${name}`} />
      <figcaption>
        <a className="button button--small" href={address} download={`${name}.svg`}>
          Download as SVG
        </a>
      </figcaption>
    </figure>
  );
}

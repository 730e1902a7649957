import { encodeQR } from "qr";

/** A QR code of the text as a whole SVG document, dark on light whatever surrounds it. */
export function qrSvg(text: string): string {
  return encodeQR(text, "svg", { border: 4 });
}

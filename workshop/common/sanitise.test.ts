import { expect, it } from "vitest";
import { sanitisePage } from "./sanitise.js";

it("keeps room for a picture whose size is known, as its author wants it", () => {
  const widths = ["", 'width="60"', 'width="50%"', 'width="10" height="20"', 'height="9"'];
  const html = sanitisePage(widths.map((width) => `<img src="a.png" ${width}>`).join(" "), {
    picture: (src) => ({ src, width: 120, height: 80 }),
    page: () => undefined,
    application: () => undefined,
    slides: () => undefined,
  });
  const kept = [...html.matchAll(/<img [^>]*>/g)].map(([tag]) => tag.match(/(?:width|height)="[^"]*"/g));
  expect(kept).toEqual([
    ['width="120"', 'height="80"'],
    ['width="60"', 'height="40"'],
    ['width="50%"'],
    ['width="10"', 'height="20"'],
    ['height="9"'],
  ]);
});

import type { Response } from "express";

/** Asks whoever is in a frame of a platform to open the lab in a window of its own, by a form that begins the login anew there. */
export function framedPage(
  response: Response,
  {
    action,
    fields,
    origins,
  }: { action: string; fields: Record<string, string | undefined>; origins: readonly string[] },
): void {
  const hidden = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`],
  );
  mayBeFramed(response, origins);
  send(response, 200, "Open the lab", [
    "<p>The lab has terminals, and needs a window of its own: in a frame browsers keep nothing of it.</p>",
    `<form method="post" action="${escaped(action)}" target="_blank">${hidden.join("")}<button autofocus>Open the lab in a window of its own</button></form>`,
  ]);
}

/** Offers who makes a course the labs there are: a press brings the platform what was signed for it, and nothing is kept here. */
export function choicePage(
  response: Response,
  {
    action,
    origins,
    labs,
    nothing,
  }: {
    action: string;
    origins: readonly string[];
    labs: readonly { title: string; description: string; minutes: number; answer: string }[];
    nothing: string;
  },
): void {
  mayBeFramed(response, origins);
  const form = (answer: string, button: string) =>
    `<form method="post" action="${escaped(action)}"><input type="hidden" name="JWT" value="${escaped(answer)}">${button}</form>`;
  const rows = labs.map(
    ({ title, description, minutes, answer }) =>
      `<li><div><h2>${escaped(title)}</h2><p>${escaped(description)} <span>${String(minutes)} min</span></p></div>${form(answer, `<button aria-label="Choose ${escaped(title)}">Choose</button>`)}</li>`,
  );
  const none = "<p>There is no lab here that can be started. Whoever runs Lectern can add some.</p>";
  send(response, 200, "Choose a lab", [
    rows.length === 0 ? none : `<ul>${rows.join("")}</ul>`,
    form(nothing, "<button>Choose none</button>"),
  ]);
}

/** Says why a launch cannot be followed. */
export function failurePage(
  response: Response,
  status: number,
  { code, message }: { code: string; message: string },
): void {
  send(response, status, "The lab cannot be opened", [
    `<p>${escaped(message)}</p>`,
    `<p><small>${escaped(code)}</small></p>`,
  ]);
}

/** The pages of ours that may be framed, by the platform that was asked; they run nothing. */
function mayBeFramed(response: Response, origins: readonly string[]): void {
  response.set({
    // Where the platform sends people on to another host, a browser would count that as the form's action: none is forbidden.
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors ${origins.join(" ")}`,
    "cross-origin-opener-policy": "unsafe-none",
  });
  response.removeHeader("x-frame-options");
}

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.5rem 1rem}ul{padding:0;list-style:none}li{display:flex;gap:1rem;justify-content:space-between;align-items:center;padding:1rem 0;border-top:1px solid}h2{margin:0;font-size:1.1rem}li p{margin:.25rem 0 0}li span{white-space:nowrap}@media(max-width:30rem){li{flex-direction:column;align-items:flex-start}}";

function send(response: Response, status: number, title: string, body: readonly string[]): void {
  response
    .status(status)
    .type("html")
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Lectern</title><style>${STYLE}</style><main><h1>${title}</h1>${body.join("")}</main></html>`,
    );
}

function escaped(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

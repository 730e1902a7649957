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
  response.set({
    // The one page of ours that may be framed, by the platform that was asked; it runs nothing. Where the platform sends people from its
    // own sign-in to another host's, a browser would count that as the form's action: its only form is ours, so none is forbidden.
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors ${origins.join(" ")}`,
    "cross-origin-opener-policy": "unsafe-none",
  });
  response.removeHeader("x-frame-options");
  send(response, 200, "Open the lab", [
    "<p>The lab has terminals, and needs a window of its own: in a frame browsers keep nothing of it.</p>",
    `<form method="post" action="${escaped(action)}" target="_blank">${hidden.join("")}<button autofocus>Open the lab in a window of its own</button></form>`,
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

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.5rem 1rem}";

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

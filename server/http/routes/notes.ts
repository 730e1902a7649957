import { type Request, Router } from "express";
import { z } from "zod";
import { MAX_NOTES, type PageNotes, keptNotes } from "../../../workshop/common/notes.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { type CounterFactory, createRateLimit } from "../rate-limit.js";

export interface NotesRoutes {
  workshop: Pick<Workshop, "session" | "notes" | "saveNotes">;
  access: Pick<Access, "requireSession" | "requireLearner">;
  counter: CounterFactory;
}

const pageNotes = z.strictObject({
  page: z.string().min(1).max(200),
  text: z
    .string()
    .max(MAX_NOTES, `notes of one page have ${String(MAX_NOTES)} characters at most`)
    .transform(keptNotes),
  version: z.number().int().min(0).max(1_000_000_000),
});

/** `api/sessions/ID/notes`: what the learner has noted on its pages, for the learner alone. */
export function createNotesRoutes({ workshop, access, counter }: NotesRoutes): Router {
  const router = Router();
  // A page that is typed on saves at most once a second.
  const saving = createRateLimit({
    what: "saves of notes",
    from: "of one session",
    burst: 60,
    perMinute: 120,
    counter,
  });
  const own = (request: Request<{ id: string }>): string => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    access.requireLearner(request, session, "read and write its notes");
    return session.id;
  };
  router.get("/sessions/:id/notes", async (request, response) => {
    response.json((await workshop.notes(own(request))) satisfies PageNotes[]);
  });
  router.put("/sessions/:id/notes", async (request, response) => {
    const id = own(request);
    const notes = parseBody(pageNotes, request.body);
    await saving.take(id);
    response.json(await workshop.saveNotes(id, notes));
  });
  return router;
}

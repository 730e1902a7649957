/**
 * Recordings of sessions that have ended, where the operator keeps them. Paths and refusals are as in `api.ts`.
 *
 * | method and path | answer |
 * |---|---|
 * | GET api/instructor/kept-recordings | `KeptRecordingsOf[]` of events that whoever asks is an instructor of; operators see those of no event too |
 * | GET api/instructor/kept-recordings/ID/NAME | one as asciicast v2 |
 * | DELETE api/instructor/kept-recordings/ID | 204; removes all of that session |
 * | GET api/events/NAME/kept-recordings | `KeptRecordingsOf[]` of who has come in by this browser |
 * | GET api/events/NAME/kept-recordings/ID/NAME | one of them as asciicast v2 |
 */
export interface KeptRecordingsOf {
  id: string;
  session: string;
  /** Epoch milliseconds. */
  endedAt: number;
  /** The name of the event; absent where the session was of none, or its event is gone. */
  event?: string;
  /** Whose session it was; absent where it was of no event. */
  person?: { id: string; name: string };
  recordings: KeptRecording[];
}

export interface KeptRecording {
  name: string;
  terminal: string;
  /** Epoch milliseconds. */
  startedAt: number;
  bytes: number;
}

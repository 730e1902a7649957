import { createSocket, type Socket } from "node:dgram";
import { answerTo, type Names } from "./name-answers.js";

/** Answers questions for names at a socket for datagrams that was opened in a network of pods. */
export class NameServer {
  readonly #socket: Socket;
  #names: Names = new Map();

  /** The socket is closed with the server. */
  constructor(descriptor: number) {
    this.#socket = createSocket("udp4");
    this.#socket.on("message", (question, { address, port }) => {
      const answer = answerTo(question, this.#names);
      if (answer !== undefined) this.#socket.send(answer, port, address, () => undefined);
    });
    // Of one datagram; the next one may be well.
    this.#socket.on("error", () => undefined);
    this.#socket.bind({ fd: descriptor });
  }

  set names(names: Names) {
    this.#names = names;
  }

  close(): void {
    this.#socket.close();
  }
}

import { PassThrough, Writable } from "node:stream";
import type { AttachSpec, RunningProcess } from "../../cluster/containers/container-runtime.js";
import type { FrameStream } from "../../terminal/node/frame-stream.js";
import { type ProcessEvent, type ProcessInput, STDOUT } from "./wire.js";

/** A process of a container as the cluster holds it, on a connection of its own that is paused after its `ok`. */
export function remoteProcess(stream: FrameStream, { stdin, tty }: AttachSpec): RunningProcess {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  for (const output of [stdout, stderr]) {
    output.on("drain", () => stream.resume());
    // Somebody who reads no more must not hold up the other output.
    output.on("close", () => stream.resume());
  }
  const exitCode = new Promise<number>((resolve, reject) => {
    stream.setHandlers({
      json: (text) => resolve((JSON.parse(text) as ProcessEvent).exitCode),
      output: (frame) => {
        const output = frame[0] === STDOUT ? stdout : stderr;
        if (!output.destroyed && !output.write(Buffer.from(frame.subarray(1)))) stream.pause();
      },
      closed: (cause) => {
        stdout.end();
        stderr.end();
        reject(new Error("the containers' process has ended, and the container's with it", { cause }));
      },
    });
  });
  exitCode.catch(() => undefined);
  stream.resume();
  const say = (input: ProcessInput): void => stream.json(input);
  return {
    ...(stdin && { stdin: inputOf(stream, say) }),
    stdout,
    ...(!tty && { stderr }),
    resize: (size) => say({ type: "resize", ...size }),
    exitCode,
    close: () => stream.destroy(),
  };
}

function inputOf(stream: FrameStream, say: (input: ProcessInput) => void): Writable {
  return new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      stream.output(bytes);
      void stream.drained().finally(done);
    },
    final: (done) => {
      say({ type: "end" });
      done();
    },
  });
}

/**
 * Loaded before the entry of every supervised process: when the supervisor dies without saying good-bye, the channel to it
 * closes, and the process ends as if it had been asked to. Nothing is left running that nobody owns.
 */
process.once("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
});
// Listening must not keep a process alive that has nothing else to do.
process.channel?.unref();

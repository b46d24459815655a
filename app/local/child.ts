// Loaded with --import into the processes that `npm start` runs: asks them to end when their starter is gone,
// which closes their standard input even when it was killed with -9.
process.stdin.on("error", () => {});
process.stdin.on("close", () => process.kill(process.pid, "SIGTERM"));
process.stdin.resume();
process.stdin.unref?.();

// Structured logs: one JSON object a line. Callers pass ids and figures, never names, addresses or messages of people.
import { AppError } from "./errors.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";
export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  child(fields: LogFields): Logger;
}

const ORDER: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40, silent: 99 };
const SECRET = /pass(word)?|secret|token|authorization|cookie|api[-_]?key|set-cookie|email|phone|body|message_text/i;

/** Creates a logger that writes lines to `write` (default: standard output). */
export function createLogger(
  service: string,
  level: LogLevel = "info",
  write: (line: string) => void = (line) => console.log(line),
): Logger {
  return withFields({ service }, level, write);
}

function withFields(base: LogFields, level: LogLevel, write: (line: string) => void): Logger {
  const at =
    (name: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (ORDER[name] < ORDER[level]) return;
      write(JSON.stringify({ time: new Date().toISOString(), level: name, event, ...base, ...clean(fields) }));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => withFields({ ...base, ...clean(fields) }, level, write),
  };
}

/** Hides values under secret-looking keys and turns errors into their name, code and stack. */
function clean(fields: LogFields): LogFields {
  const out: LogFields = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) out[key] = fieldsOf(value);
    else out[key] = SECRET.test(key) ? "[hidden]" : value;
  }
  return out;
}

function fieldsOf(error: Error): LogFields {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  // A database error's message can quote row values; its code and place are enough to find it.
  const fromDatabase = "severity" in error;
  return {
    name: error.name,
    ...(code && { code }),
    message: fromDatabase ? `database error ${code ?? ""}`.trim() : error.message,
    ...(!(error instanceof AppError) && { stack: error.stack?.split("\n").slice(1, 8).join("\n") }),
    ...(error.cause instanceof Error && { cause: fieldsOf(error.cause) }),
  };
}

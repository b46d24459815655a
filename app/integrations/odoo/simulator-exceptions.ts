// Python exceptions as a simulated Odoo raises them and writes them down for both of its protocols.
import type { ApiAnswer } from "../dns/simulator-api.ts";

/** Carries a Python class name, and the status that JSON-2 gives it. */
export interface PythonException extends Error {
  python: string;
  status: number;
}

function raise(python: string, message: string, status: number): PythonException {
  return Object.assign(new Error(message), { python, status });
}

export const valueError = (message: string) => raise("builtins.ValueError", message, 500);
export const indexError = () => raise("builtins.IndexError", "list index out of range", 500);
export const userError = (message: string) => raise("odoo.exceptions.UserError", message, 422);
export const validationError = (message: string) => raise("odoo.exceptions.ValidationError", message, 422);
export const accessError = (message: string) => raise("odoo.exceptions.AccessError", message, 403);
export const accessDenied = () => raise("odoo.exceptions.AccessDenied", "Access Denied", 403);
export const missing = (model: string, id: number) =>
  raise(
    "odoo.exceptions.MissingError",
    `Record does not exist or has been deleted.\n(Record: ${model}(${id},), User: 2)`,
    404,
  );
export const unauthorized = () => raise("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401);
export const notFound = (message: string) => raise("werkzeug.exceptions.NotFound", message, 404);
export const unprocessable = (message: string) => raise("werkzeug.exceptions.UnprocessableEntity", message, 422);
export const noDatabase = (name: string) =>
  raise("psycopg2.OperationalError", `FATAL:  database "${name}" does not exist`, 500);

const isException = (error: unknown): error is PythonException => error instanceof Error && "python" in error;

/** `{name, message, arguments, context, debug}` */
function serialized({ python, message, status }: PythonException) {
  const own = python.startsWith("werkzeug.");
  const debug = `Traceback (most recent call last):\n  File "/opt/odoo/http.py"\n${python}: ${message}\n`;
  return { name: python, message, arguments: own ? [message, status] : [message], context: {}, debug };
}

/** Runs work and answers with what it gave, or with its exception as JSON-2 shows it. */
export function answerJson2(work: () => unknown): ApiAnswer {
  try {
    return { status: 200, body: work() ?? null };
  } catch (error) {
    if (!isException(error)) throw error;
    return { status: error.status, body: serialized(error) };
  }
}

/** The same as JSON-RPC shows it: always with status 200. */
export function answerJsonRpc(id: unknown, work: () => unknown): ApiAnswer {
  try {
    return { status: 200, body: { jsonrpc: "2.0", id, result: work() ?? null } };
  } catch (error) {
    if (!isException(error)) throw error;
    const said = { code: 200, message: "Odoo Server Error", data: serialized(error) };
    return { status: 200, body: { jsonrpc: "2.0", id, error: said } };
  }
}

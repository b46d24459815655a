// What a failure of the database means to the person in front of it: constraint names and error codes
// become AppErrors at the transaction boundary.
import { AppError } from "./errors.ts";

/** Messages for constraints that people can run into. Anything else gets its code's general words. */
const CONSTRAINTS: Record<string, string> = {
  knowledge_sources_url: "This website is already among your sources.",
  memberships_tenant_id_user_id_key: "This person is already a member.",
  invitations_tenant_id_email_key: "This address has already been invited.",
  domains_host_key: "This address is taken.",
  memberships_seats: "All seats of your plan are taken. Remove somebody or choose a larger plan under Billing.",
  billing_operations_open: "Another change of your plan is still under way. Please wait a moment.",
};

interface DatabaseError extends Error {
  code: string;
  constraint_name?: string;
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

const CONNECTION = /^(08|57P0[1-3]|53300|CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/;

/** Whether the error says that the connection, not the statement, failed. */
export function isConnectionError(error: unknown): boolean {
  return isDatabaseError(error) && CONNECTION.test(error.code);
}

/** Turns a database failure into what people may read; leaves everything else as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof AppError || !isDatabaseError(error)) return error;
  if (isConnectionError(error)) {
    return new AppError("unavailable", "The service is restarting. Please try again in a moment.", {
      cause: error,
      retryAfter: 1,
    });
  }
  const known = error.constraint_name ? CONSTRAINTS[error.constraint_name] : undefined;
  switch (error.code) {
    case "23505": // unique_violation
    case "23P01": // exclusion_violation
      return new AppError("conflict", known ?? "This already exists.", { cause: error });
    case "23503": // foreign_key_violation
      return new AppError("not_found", known ?? "What this refers to doesn't exist.", { cause: error });
    case "23514": // check_violation
    case "22001": // string_data_right_truncation
    case "22003": // numeric_value_out_of_range
    case "22P02": // invalid_text_representation
    case "22021": // character_not_in_repertoire
    case "22P05": // untranslatable_character
      return new AppError("invalid", known ?? "Some of this has a form that we can't store.", { cause: error });
    case "40001": // serialization_failure
    case "40P01": // deadlock_detected
    case "55P03": // lock_not_available
      return new AppError("unavailable", "Somebody else changed this at the same moment. Please try again.", {
        cause: error,
        retryAfter: 1,
      });
    case "57014": // query_canceled, by statement_timeout
      return new AppError("timeout", "That took too long. Please try again.", { cause: error });
    default:
      return error;
  }
}

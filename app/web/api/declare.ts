// What an endpoint of the API is, as data: the declaration that answers requests is the one that OpenAPI shows.
import type { z } from "zod";
import type { ApiScope } from "#app/domain/team/keys.schema.ts";
import type { Permission, StaffPermission } from "#app/domain/team/permissions.ts";
import type { ErrorCode } from "#app/platform/errors.ts";

/** Who may ask. A tenant's programs come with an API key that carries the scope, its people with their session's token. */
export type Auth =
  | {
      by: "tenant";
      scope: ApiScope;
      permission: Permission;
      /** Open to people of a suspended or cancelled tenant who may see the bill, so that they can pay. */
      whileSuspended?: boolean;
    }
  | { by: "key"; scope: ApiScope }
  | { by: "staff"; permission: StaffPermission }
  | { by: "anybody" };

export interface Reply {
  description: string;
  /** What is sent: anything that it doesn't name stays here. */
  schema: z.ZodType;
  example: unknown;
  /** Further media types in which it comes, in words. */
  also?: Record<string, string>;
}

/** A problem that this endpoint answers beside those that every endpoint of its kind may answer. */
export interface Refusal {
  code: ErrorCode;
  /** When, with the finer codes. */
  description: string;
}

export interface Endpoint {
  /** The operation's name in generated clients. */
  id: string;
  method: "GET" | "POST" | "PUT";
  /** With `{id}` for the tenant, the only parameter that a path has. */
  path: `/api/v1/${string}`;
  tag: string;
  summary: string;
  description?: string;
  auth: Auth;
  query?: z.ZodObject;
  body?: { schema: z.ZodType; example: unknown /** May be left out altogether. */; optional?: boolean };
  replies: { 200: Reply; 202?: Reply };
  refusals?: readonly Refusal[];
}

export type QueryOf<E extends Endpoint> = E["query"] extends z.ZodType ? z.output<E["query"]> : Record<string, never>;
export type BodyOf<E extends Endpoint> = E["body"] extends { schema: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;
export type ReplyOf<E extends Endpoint, Status extends 200 | 202> = E["replies"][Status] extends {
  schema: infer S extends z.ZodType;
}
  ? z.input<S>
  : never;

/** Whether the endpoint changes something: then a request may carry an Idempotency-Key. */
export function changes({ method }: Pick<Endpoint, "method">): boolean {
  return method !== "GET";
}

/** Declares an endpoint, keeping what its schemas say of types. */
export function declare<const E extends Endpoint>(endpoint: E): E {
  return endpoint;
}

// Who may come in: each route's loader and action is made by one of these. They resolve the session, check the
// permission, open the right door, and turn expected failures into responses.
import { type ActionFunctionArgs, type AppLoadContext, data, type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { may, type Permission } from "#app/domain/team/permissions.ts";
import { resolveSession, type SignedIn } from "#app/domain/team/sessions.ts";
import { presenceOf } from "#app/domain/tenants/presence.ts";
import { paths } from "#app/paths.ts";
import type { MemberActor, TenantRole, UserActor } from "#app/platform/actor.ts";
import type { TenantTx, UserTx } from "#app/platform/db.ts";
import { AppError, statusOf } from "#app/platform/errors.ts";
import type { WebServices } from "#app/wiring.ts";
import "./context.ts";
import { readSessionToken } from "./session-cookie.ts";

export type Args = LoaderFunctionArgs | ActionFunctionArgs;

export interface PublicContext {
  request: Request;
  url: URL;
  params: Record<string, string | undefined>;
  services: WebServices;
  context: AppLoadContext;
}
export interface UserContext extends PublicContext {
  viewer: SignedIn;
  actor: UserActor;
}
/** A signed-in person in a tenant: all that `SignedIn` may lack is there. */
export type Member = SignedIn & {
  tenantId: string;
  tenantRole: TenantRole;
  tenantName: string;
  tenantStatus: string;
  onboardingStep: string;
  timeZone: string;
};
export interface MemberContext extends PublicContext {
  viewer: Member;
  actor: MemberActor;
}

/** Whether the app is reached over https, as its public address says. */
export function isSecure(services: WebServices): boolean {
  return services.env.appUrl.startsWith("https:");
}

/** Who is signed in on this request, or null. Asked once a request however many loaders run. */
export function signedIn(context: AppLoadContext, request: Request): Promise<SignedIn | null> {
  context.signedIn ??= resolveSession(context.services.db, readSessionToken(request, isSecure(context.services)));
  return context.signedIn;
}

/** Whether members of a tenant with this status are let in. */
export function isWelcome(tenantStatus: string | null): boolean {
  return tenantStatus !== null && presenceOf(tenantStatus).members === "everything";
}

export interface Doorway {
  /** Open to those who may see the bill where the tenant is suspended or cancelled, too. */
  whileSuspended?: boolean;
}

/** The signed-in person, or a way to the sign-in page and back. */
export async function requireUser({ request, context }: Args): Promise<{ viewer: SignedIn; actor: UserActor }> {
  const viewer = await signedIn(context, request);
  if (!viewer) {
    if (request.method !== "GET") throw new AppError("unauthenticated", "Please sign in again.");
    const url = new URL(request.url);
    throw redirect(paths.signIn({ next: url.pathname.replace(/\.data$/, "") + url.search }));
  }
  return { viewer, actor: { kind: "user", userId: viewer.userId, sessionId: viewer.sessionId } };
}

/** The signed-in person in their tenant, allowed to do this there. @throws AppError as `admitMember` */
export async function requireMember(
  args: Args,
  permission: Permission,
  doorway?: Doorway,
): Promise<{ viewer: Member; actor: MemberActor }> {
  const { viewer } = await requireUser(args);
  if (!isMember(viewer)) {
    if (args.request.method !== "GET")
      throw new AppError("forbidden", "You don't belong to this organisation any more.");
    throw redirect(viewer.deletedTenantId ? paths.deletedTenant(viewer.deletedTenantId) : paths.switchTenant());
  }
  return { viewer, actor: admitMember(viewer, permission, doorway) };
}

/**
 * A member as who acts, where they may do this; for pages and the API alike.
 * @throws AppError forbidden, with reason `tenant_suspended` where nothing but billing is open
 */
export function admitMember(
  viewer: Member,
  permission: Permission,
  { whileSuspended = false }: Doorway = {},
): MemberActor {
  if (!isWelcome(viewer.tenantStatus) && !(whileSuspended && may(viewer.tenantRole, "billing:read"))) {
    throw suspended(viewer);
  }
  if (!may(viewer.tenantRole, permission)) {
    throw new AppError("forbidden", "Your role doesn't allow this. Ask an owner or admin of your organisation.");
  }
  const { userId, sessionId, tenantId, tenantRole: role, sandbox } = viewer;
  return { kind: "member", userId, sessionId, tenantId, role, sandbox };
}

/** Says what is the matter and who can end it, with the way there. */
function suspended({ tenantRole }: Member): AppError {
  const [next, way] = may(tenantRole, "billing:read")
    ? ["Open billing to go on; nothing you have was deleted.", { billing_url: paths.billing() }]
    : ["An owner or admin can change that in billing.", {}];
  return new AppError("forbidden", `This organisation's plan or bill needs attention. ${next}`, {
    reason: "tenant_suspended",
    help: way,
  });
}

/** Whether the person has a tenant and still belongs to it. */
export function isMember(viewer: SignedIn): viewer is Member {
  return viewer.tenantId !== null && viewer.tenantRole !== null;
}

/** What any loader or action is given. */
export function publicContext({ request, params, context }: Args): PublicContext {
  return { request, params, context, services: context.services, url: new URL(request.url) };
}

/**
 * Turns an expected failure into a response that error boundaries and single fetch understand. Remix drops the headers of
 * loaders and actions, so the time to retry goes to the server by the context.
 */
export async function shaped<T>({ context }: Args, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    context.retryAfter ??= retryAfterOf(result);
    return result;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.retryAfter !== undefined) context.retryAfter ??= String(Math.max(1, Math.ceil(error.retryAfter)));
    const said = { code: error.reason ?? error.code, detail: error.message, ...error.help };
    throw data(said, { status: statusOf(error) });
  }
}

/** Retry-After of a result made by `data`, as forms answer. */
function retryAfterOf(result: unknown): string | undefined {
  if (typeof result !== "object" || result === null || !("init" in result)) return undefined;
  const init = result.init as ResponseInit | null;
  return new Headers(init?.headers).get("retry-after") ?? undefined;
}

/** A loader or action that anybody may call. */
export function publicRoute<T>(fn: (context: PublicContext) => Promise<T>) {
  return (args: Args): Promise<T> => shaped(args, () => fn(publicContext(args)));
}

/** A loader for a signed-in person's own account, in a read-only transaction. */
export function userLoader<T>(fn: (context: UserContext & { tx: UserTx }) => Promise<T>) {
  return (args: LoaderFunctionArgs): Promise<T> =>
    shaped(args, async () => {
      const who = await requireUser(args);
      const db = args.context.services.db;
      return db.asUser(who.actor, (tx) => fn({ ...publicContext(args), ...who, tx }), { readOnly: true });
    });
}

/** An action on a signed-in person's own account. It opens its own transactions. */
export function userAction<T>(fn: (context: UserContext) => Promise<T>) {
  return (args: ActionFunctionArgs): Promise<T> =>
    shaped(args, async () => fn({ ...publicContext(args), ...(await requireUser(args)) }));
}

/** A loader for members with this permission, in one read-only transaction. */
export function memberLoader<T>(
  permission: Permission,
  fn: (context: MemberContext & { tx: TenantTx }) => Promise<T>,
  doorway?: Doorway,
) {
  return (args: LoaderFunctionArgs): Promise<T> =>
    shaped(args, async () => {
      const who = await requireMember(args, permission, doorway);
      const db = args.context.services.db;
      return db.asTenant(who.actor, (tx) => fn({ ...publicContext(args), ...who, tx }), { readOnly: true });
    });
}

/** A loader for members with this permission that asks somebody outside too: it opens its own transactions. */
export function memberVisit<T>(permission: Permission, fn: (context: MemberContext) => Promise<T>, doorway?: Doorway) {
  return (args: LoaderFunctionArgs): Promise<T> =>
    shaped(args, async () => fn({ ...publicContext(args), ...(await requireMember(args, permission, doorway)) }));
}

/** An action for members with this permission. It opens its own transactions. */
export function memberAction<T>(permission: Permission, fn: (context: MemberContext) => Promise<T>, doorway?: Doorway) {
  return (args: ActionFunctionArgs): Promise<T> =>
    shaped(args, async () => fn({ ...publicContext(args), ...(await requireMember(args, permission, doorway)) }));
}

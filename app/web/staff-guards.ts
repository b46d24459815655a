// Who may come in where the operator's staff works. Whoever isn't staff finds nothing there; staff needs no tenant and
// reaches the rows of all of them through a door of their own.
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { type StaffPermission, staffMay } from "#app/domain/team/permissions.ts";
import type { SignedIn } from "#app/domain/team/sessions.ts";
import type { StaffActor, StaffRole } from "#app/platform/actor.ts";
import type { Db, StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { type Args, type PublicContext, publicContext, requireUser, shaped } from "./guards.ts";

export type StaffMember = SignedIn & { staffRole: StaffRole };
export interface StaffContext extends PublicContext {
  viewer: StaffMember;
  actor: StaffActor;
  /** The staff's login. */
  staff: Db;
}

/**
 * The signed-in person as staff who may do this.
 * @throws AppError not_found for everybody else, as for an address that nothing stands at; forbidden for other staff
 */
export async function requireStaff(
  args: Args,
  permission: StaffPermission,
): Promise<Omit<StaffContext, keyof PublicContext>> {
  const { viewer } = await requireUser(args);
  const { staff } = args.context.services;
  if (!isStaff(viewer) || !staff) throw new AppError("not_found", "There is nothing here.");
  if (!staffMay(viewer.staffRole, permission)) {
    throw new AppError("forbidden", "Your role doesn't allow this. Ask a superadmin of your staff.");
  }
  const { userId, sessionId, staffRole: role } = viewer;
  return { viewer, staff, actor: { kind: "staff", userId, sessionId, role } };
}

/** Whether the person is of the operator's staff. */
export function isStaff(viewer: SignedIn): viewer is StaffMember {
  return viewer.staffRole !== null;
}

/** A loader for staff with this permission, in one read-only transaction. */
export function staffLoader<T>(
  permission: StaffPermission,
  fn: (context: StaffContext & { tx: StaffTx }) => Promise<T>,
) {
  return (args: LoaderFunctionArgs): Promise<T> =>
    shaped(args, async () => {
      const who = await requireStaff(args, permission);
      return who.staff.asStaff(who.actor, (tx) => fn({ ...publicContext(args), ...who, tx }), { readOnly: true });
    });
}

/** An action for staff with this permission. It opens its own transactions. */
export function staffAction<T>(permission: StaffPermission, fn: (context: StaffContext) => Promise<T>) {
  return (args: ActionFunctionArgs): Promise<T> =>
    shaped(args, async () => fn({ ...publicContext(args), ...(await requireStaff(args, permission)) }));
}

// The forms on the page of a deployment. What orders another one leads to that one.
import { redirect } from "@remix-run/node";
import {
  cancelDeploymentAsStaff,
  deployAsStaff,
  retryDeploymentAsStaff,
  rollBackAsStaff,
  scaleAsStaff,
} from "#app/domain/admin/deployment-changes.ts";
import { Deploy, HandleDeployment, RollBack, Scale } from "#app/domain/admin/deployments.schema.ts";
import { paths } from "#app/paths.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { intentOf, submitForm } from "./forms.ts";
import type { StaffContext } from "./staff-guards.ts";

/** Does what the form asks, in a transaction of the staff's. */
export function changeDeployment({ params, staff, actor, services }: StaffContext, form: FormData) {
  const { tenantId = "", deploymentId: id = "" } = params;
  const service = services.env.deployments.provider !== "shared";
  const within = <T>(fn: (tx: StaffTx) => Promise<T>): Promise<T> => staff.asStaff(actor, fn);
  const order = async (fn: (tx: StaffTx) => Promise<{ id: string }>): Promise<never> => {
    throw redirect(paths.adminDeployment(tenantId, (await within(fn)).id));
  };
  switch (intentOf(form)) {
    case "deploy":
      return submitForm(form, Deploy, (input) => order((tx) => deployAsStaff(tx, actor, tenantId, id, input, service)));
    case "rollback":
      return submitForm(form, RollBack, (input) => order((tx) => rollBackAsStaff(tx, actor, tenantId, id, input)));
    case "scale":
      return submitForm(form, Scale, (input) => within((tx) => scaleAsStaff(tx, actor, tenantId, id, input)));
    default:
      return submitForm(form, HandleDeployment, ({ intent }) =>
        intent === "retry"
          ? order((tx) => retryDeploymentAsStaff(tx, actor, tenantId, id))
          : within((tx) => cancelDeploymentAsStaff(tx, actor, tenantId, id)),
      );
  }
}

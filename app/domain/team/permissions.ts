// Who may do what: the one table of permissions. Pure.
import type { StaffRole, TenantRole } from "#app/platform/actor.ts";
import { API_SCOPES, type ApiScope } from "./keys.schema.ts";

const MEMBER_PERMISSIONS = {
  "dashboard:read": ["owner", "admin", "agent", "viewer"],
  "conversations:read": ["owner", "admin", "agent", "viewer"],
  "conversations:write": ["owner", "admin", "agent"],
  "conversations:delete": ["owner", "admin"],
  "knowledge:read": ["owner", "admin", "agent", "viewer"],
  "knowledge:write": ["owner", "admin"],
  "settings:read": ["owner", "admin", "agent", "viewer"],
  "settings:write": ["owner", "admin"],
  "keys:read": ["owner", "admin"],
  "keys:write": ["owner", "admin"],
  "usage:read": ["owner", "admin", "agent", "viewer"],
  "usage:write": ["owner", "admin", "agent"],
  "sandbox:write": ["owner", "admin"],
  "onboarding:write": ["owner", "admin"],
  "billing:read": ["owner", "admin"],
  "billing:write": ["owner"],
  "organisation:delete": ["owner"],
} as const satisfies Record<string, readonly TenantRole[]>;

export type Permission = keyof typeof MEMBER_PERMISSIONS;

/** Whether a member of this role may do this. */
export function may(role: TenantRole, permission: Permission): boolean {
  return (MEMBER_PERMISSIONS[permission] as readonly TenantRole[]).includes(role);
}

/** What a member must be allowed to give an API key a scope: a key never opens more than its maker may. */
const SCOPE_NEEDS: Record<ApiScope, Permission> = {
  chat: "keys:write",
  "tenant:read": "settings:read",
  "usage:read": "usage:read",
  "usage:write": "usage:write",
  "billing:read": "billing:read",
  "billing:write": "billing:write",
};

/** The scopes that a member of this role may give to a key. */
export function scopesFor(role: TenantRole): ApiScope[] {
  return API_SCOPES.filter((scope) => may(role, SCOPE_NEEDS[scope]));
}

const STAFF_PERMISSIONS = {
  "tenants:read": ["support", "billing", "superadmin"],
  "tenants:suspend": ["support", "superadmin"],
  "tenants:delete": ["superadmin"],
  "metrics:read": ["support", "billing", "superadmin"],
  "billing:write": ["billing", "superadmin"],
  "provisioning:write": ["support", "superadmin"],
  "dns:write": ["support", "superadmin"],
  "sequences:write": ["support", "superadmin"],
  "leads:write": ["support", "superadmin"],
  "leads:rules": ["superadmin"],
} as const satisfies Record<string, readonly StaffRole[]>;

export type StaffPermission = keyof typeof STAFF_PERMISSIONS;

/** Whether a member of the operator's staff may do this. */
export function staffMay(role: StaffRole, permission: StaffPermission): boolean {
  return (STAFF_PERMISSIONS[permission] as readonly StaffRole[]).includes(role);
}

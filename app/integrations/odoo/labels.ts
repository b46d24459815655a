// Odoo's small lists that leads refer to by id: tags, sources, mediums, campaigns, stages, reasons of loss. Looked up by
// name, made where they are missing, one of each however many ask at once.
import { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import { notUnderstood, type OdooTransport } from "./transport.ts";

const MODELS = {
  tag: "crm.tag",
  source: "utm.source",
  medium: "utm.medium",
  campaign: "utm.campaign",
  stage: "crm.stage",
  lostReason: "crm.lost.reason",
} as const;
export type LabelKind = keyof typeof MODELS;

const Rows = z.array(z.object({ id: z.number() }));
const Made = z.union([z.number(), z.tuple([z.number()]).transform(([id]) => id)]);

export interface Labels {
  /** @param more values of a new one besides its name */
  idOf(kind: LabelKind, name: string, more?: Record<string, unknown>): Promise<number>;
  /** Null where there is none of this name. */
  find(kind: LabelKind, name: string): Promise<number | null>;
  forget(): void;
}

/** The id that `create` gives back: alone before version 19, in a list from then on. */
export function createdId(said: unknown): number {
  const id = Made.safeParse(said);
  if (!id.success) throw notUnderstood("create");
  return id.data;
}

export function createLabels(odoo: OdooTransport): Labels {
  let known = new Map<string, Promise<number>>();

  /** All of this name, the oldest first. */
  async function search(kind: LabelKind, name: string): Promise<number[]> {
    const args = { domain: [["name", "=", name]], fields: ["id"], order: "id" };
    const said = await odoo.call({ model: MODELS[kind], method: "search_read", args, repeatable: true });
    const rows = Rows.safeParse(said);
    if (!rows.success) throw notUnderstood("search_read");
    return rows.data.map(({ id }) => id);
  }

  async function ensure(kind: LabelKind, name: string, more: Record<string, unknown>): Promise<number> {
    const model = MODELS[kind];
    const [found] = await search(kind, name);
    if (found !== undefined) return found;
    const args = { vals_list: { ...more, name } };
    // Somebody may have been faster, and an answer may be lost: the second look settles both.
    const made = await odoo.call({ model, method: "create", args, repeatable: false }).then(createdId, openOutcome);
    const [first] = await search(kind, name);
    const own = typeof made === "number" ? made : null;
    // Odoo gives a source of a name that is taken another name instead of refusing it.
    if (own !== null && own !== first) await remove(model, own);
    if (first !== undefined) return first;
    throw made instanceof AppError ? made : notUnderstood(`${model} without its name`);
  }

  async function remove(model: string, id: number): Promise<void> {
    await odoo.call({ model, method: "unlink", ids: [id], repeatable: true }).catch((error: unknown) => {
      // Left over or gone: nobody refers to it.
      if (!(error instanceof AppError)) throw error;
    });
  }

  return {
    idOf(kind, name, more = {}) {
      const key = `${kind} ${name}`;
      const kept = known;
      const id = kept.get(key) ?? ensure(kind, name, more);
      kept.set(key, id);
      // A failure isn't remembered.
      id.catch(() => kept.delete(key));
      return id;
    },
    find: async (kind, name) => (await search(kind, name))[0] ?? null,
    forget() {
      known = new Map();
    },
  };
}

/** Failures after which the label may be there all the same. */
function openOutcome(error: unknown): AppError {
  if (error instanceof AppError && (error.code === "unavailable" || error.code === "conflict")) return error;
  throw error;
}

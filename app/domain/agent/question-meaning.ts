// The meaning of a visitor's message as a vector, for the search: asked of the embedding model outside of any
// transaction, once a message, without personal data, and only where the tenant's knowledge has vectors to compare it with.
import type { Logger } from "#app/platform/log.ts";
import type { Embedder } from "../knowledge/embeddings.ts";
import { holdsVectors, type QuestionVector } from "../knowledge/vectors.ts";
import { REDACT_ALL, redact } from "./redact.ts";
import type { ToolContext } from "./tools.ts";

/** A search by words alone is better than a late one. */
const PATIENCE_MS = 2_500;

/** Gives the vector, or null: without a model, without vectors, or where the model fails. Asks once, when first called. */
export function questionMeaning(
  { embedder, log }: { embedder?: Embedder | null; log: Logger },
  message: string,
  asVisitor: ToolContext["asVisitor"],
): () => Promise<QuestionVector | null> {
  let asked: Promise<QuestionVector | null> | null = null;
  return () => {
    if (!embedder) return NONE;
    asked ??= embed(embedder, log, message, asVisitor);
    return asked;
  };
}

const NONE = Promise.resolve(null);

async function embed(
  embedder: Embedder,
  log: Logger,
  message: string,
  asVisitor: ToolContext["asVisitor"],
): Promise<QuestionVector | null> {
  if (!(await asVisitor((tx) => holdsVectors(tx, embedder.model)))) return null;
  try {
    const [vector] = await embedder.embed([redact(message, REDACT_ALL)], AbortSignal.timeout(PATIENCE_MS));
    return vector ? { model: embedder.model, vector } : null;
  } catch (error) {
    log.warn("embedding.failed", { model: embedder.model, error });
    return null;
  }
}

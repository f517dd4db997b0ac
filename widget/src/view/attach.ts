// The way to what is done with files: the module comes when one is attached or
// shown, and most visits need none.
let coming: Promise<typeof import('../files')> | undefined;

export function filesModule(): NonNullable<typeof coming> {
  coming ??= import('../files').catch((error: unknown) => {
    coming = undefined;
    throw error;
  });
  return coming;
}

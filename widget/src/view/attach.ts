// The way to what is done with files: the module comes when one is attached or
// shown, and most visits need none.
type Files = typeof import('../files');

declare const FILES_PATH: string;

let coming: Promise<Files> | undefined;

export function filesModule(base: string): Promise<Files> {
  coming ??= (import(base + FILES_PATH) as Promise<Files>).catch((error: unknown) => {
    coming = undefined;
    throw error;
  });
  return coming;
}

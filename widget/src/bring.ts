/**
 * A module that stands beside the panel, './team.js'. A browser does not ask again for an
 * address that has failed, so it gets another one, by the part that no server sees.
 */
export function bring<T>(address: string): Promise<T> {
  return import(address).catch(() => import(address + '#' + Date.now()));
}

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts', 'packages/*/test/*.test.ts'] },
  resolve: { alias: { '@handoff/widget': new URL('packages/widget/src/index.ts', import.meta.url).pathname } },
});

import { defineConfig } from 'vitest/config';

// What is waited for comes when it comes: nothing asserts on how long it took.
const unhurried = { testTimeout: 60_000, expect: { poll: { timeout: 30_000 } } } as const;

// Unit tests share the workers; the others own the host while they run, so one file at a time.
const alone = { ...unhurried, fileParallelism: false, hookTimeout: 120_000 } as const;

// What the hooks wait for has limits of its own, which say more: a node's pods come and go one after the other.
const patient = { hookTimeout: 400_000 } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], ...unhurried } },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], ...alone } },
      { test: { name: 'faults', include: ['tests/faults/**/*.test.ts'], ...alone } },
      { test: { name: 'load', include: ['tests/load/**/*.test.ts'], ...alone, testTimeout: 600_000 } },
      { test: { name: 'oom', include: ['tests/oom/**/*.test.ts'], ...alone, testTimeout: 3_600_000 } },
      { test: { name: 'kubelet', include: ['tests/kubelet/*.test.ts'], ...alone, ...patient, testTimeout: 180_000 } },
      {
        test: {
          name: 'kubelet-demo',
          include: ['tests/kubelet/demo/*.test.ts'],
          ...alone,
          ...patient,
          testTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'vm',
          include: ['tests/vm/*.test.ts', ...(process.env['JANUS_VM'] === 'long' ? ['tests/vm/long/*.test.ts'] : [])],
          globalSetup: 'tests/vm/support/setup.ts',
          ...alone,
          // An emulated machine is fifteen times slower.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      { test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], ...alone } },
    ],
  },
});

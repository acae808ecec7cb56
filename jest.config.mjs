import { availableParallelism } from 'node:os';

const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    target: 'es2022',
    keepClassNames: true,
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  sourceMaps: 'inline',
};

const ring = (displayName, testMatch) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/quiet.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.[cm]?[tj]s$': ['@swc/jest', swc] },
  transformIgnorePatterns: [],
  collectCoverageFrom: ['src/**/*.ts', 'sdk/*/src/**/*.ts', '!src/main.ts'],
});

export default {
  // scripts/test.mjs runs them one after the other, the last one file by file.
  projects: [
    ring('tests', [
      '<rootDir>/{src,sdk}/**/*.spec.ts',
      '<rootDir>/test/**/*.{spec,e2e-spec,browser-spec}.ts',
    ]),
    ring('faults', ['<rootDir>/test/**/*.fault-spec.ts']),
  ],
  // In one process for all, the heap grew to gigabytes, and its pauses outlasted the time limits under test.
  workerIdleMemoryLimit: '1GB',
  // Files mostly wait; but more at once than this would starve each other of the time limits under test.
  maxWorkers: Math.max(2, Math.min(4, availableParallelism() - 1)),
  testTimeout: 30_000,
  coverageProvider: 'v8',
};

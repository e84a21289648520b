import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig, devices } from '@playwright/test';

// Playwright reads this file in every worker: what has to be the same everywhere is decided once and kept in the
// environment, which the workers inherit.
const freePort = () =>
  execFileSync(process.execPath, ['-e', 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'])
    .toString()
    .trim();
process.env.LUX_E2E_DIR ??= mkdtempSync(path.join(tmpdir(), 'lux-e2e.'));
// Two workers, each with a server, a database and stand-ins of its own: while one waits for a minute to pass, the other
// goes on, and no test sees what another one does meanwhile.
const WORKERS = Number(process.env.LUX_E2E_WORKERS ?? 2);
process.env.LUX_E2E_PORTS ??= Array.from({ length: 2 * WORKERS }, freePort).join(' ');
const ports = process.env.LUX_E2E_PORTS.split(' ');
const mine = Number(process.env.TEST_PARALLEL_INDEX ?? 0);
process.env.LUX_E2E_PORT = ports[2 * mine];
process.env.LUX_E2E_SANDBOX_PORT = ports[2 * mine + 1];

const root = path.resolve(import.meta.dirname, '..');
const folder = process.env.LUX_E2E_DIR;
const server = path.join(process.env.LUX_TARGET_DIR ?? path.join(root, 'target'), 'debug/lux');
const chromium = process.env.LUX_CHROMIUM || ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((file) => existsSync(file));

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  forbidOnly: !!process.env.CI,
  // A busy machine stops one of three hundred tests now and then. A second try keeps that from hiding the result of all
  // others; a test that needed it has a bug, or the program has: it is named at the end of the run as "flaky".
  retries: 1,
  workers: WORKERS,
  // Long, as a busy machine can be five times slower from one minute to the next; only a failure takes that long.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${process.env.LUX_E2E_PORT}`,
    // A failure leaves a picture and what the page said. A trace of every step costs a third of the time of all tests; to
    // get one: scripts/e2e.sh --trace=retain-on-failure FILE
    screenshot: 'only-on-failure',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    launchOptions: {
      executablePath: chromium,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  // A test that needs JavaScript carries the tag @js, one that is about its absence @nojs; all others run both ways.
  projects: [
    { name: 'chromium', use: { ...devices['Desktop Chrome'] }, grepInvert: /@nojs/ },
    { name: 'no-js', use: { ...devices['Desktop Chrome'], javaScriptEnabled: false }, grepInvert: /@js/ },
  ],
  webServer: Array.from({ length: WORKERS }, (_, n) => {
    const address = `127.0.0.1:${ports[2 * n]}`;
    return {
      // `exec`, so that the signal at the end reaches the server and not a shell.
      command: `exec "${server}" serve >"${folder}/server-${n}.log" 2>&1`,
      cwd: root,
      url: `http://${address}/readyz`,
      timeout: 60_000,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
      env: {
        LUX_ADDR: address,
        LUX_PUBLIC_URL: `http://${address}`,
        LUX_DATA_DIR: path.join(folder, `data-${n}`),
        LUX_SANDBOX: '1',
        // All browsers sign in from one address.
        LUX_THROTTLE_FACTOR: '50',
        LUX_SANDBOX_ADDR: `127.0.0.1:${ports[2 * n + 1]}`,
      },
    };
  }),
});

// A large file on its way in, by the browser: the tab is closed half way and the server killed, and it goes on where it was. With a
// server of its own, as it is killed. LUX_LARGE_MIB (24) says how large the file is: LUX_LARGE_MIB=1024 scripts/e2e.sh tests/large.spec.ts
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, createWriteStream, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { signUp } from '../support/app';
import { expect, test } from '../support/test';

const MIB = 1 << 20;
const SIZE = Number(process.env.LUX_LARGE_MIB ?? 24) * MIB;
/** What the server takes a large file in. */
const PART = 8 * MIB;
const PARTS = Math.ceil(SIZE / PART);

/** Ten seconds with so much filling behind them; what a player does not know it skips. The filling takes no room on the disk. */
function largeClip(file: string) {
  copyFileSync(path.join(import.meta.dirname, '../fixtures/ten_seconds.mp4'), file);
  const filling = Buffer.alloc(8);
  filling.writeUInt32BE(SIZE - statSync(file).size, 0);
  filling.write('free', 4, 'latin1');
  appendFileSync(file, filling);
  truncateSync(file, SIZE);
  return file;
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}

/** The program, as it is started for people, without stand-ins. */
async function start(port: number, folder: string): Promise<ChildProcess> {
  const root = path.resolve(import.meta.dirname, '../..');
  const program = path.join(process.env.LUX_TARGET_DIR ?? path.join(root, 'target'), 'debug/lux');
  const address = `127.0.0.1:${port}`;
  const env = { ...process.env, LUX_ADDR: address, LUX_PUBLIC_URL: `http://${address}`, LUX_DATA_DIR: path.join(folder, 'data') };
  const server = spawn(program, ['serve'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(path.join(folder, 'server.log'), { flags: 'a' });
  server.stdout?.pipe(log, { end: false });
  server.stderr?.pipe(log, { end: false });
  await expect
    .poll(() => fetch(`http://${address}/readyz`).then((answer) => answer.status, () => 0), { timeout: 60_000 })
    .toBe(200);
  return server;
}

function ended(server: ChildProcess) {
  return new Promise<void>((done) => (server.exitCode === null && server.signalCode === null ? server.once('exit', () => done()) : done()));
}

/** The numbers of the parts that arrive at the server from now on. */
function arrivedAt(page: Page) {
  const parts: number[] = [];
  page.on('response', (response) => {
    const part = /\/uploads\/[^/]+\/parts\/(\d+)$/.exec(response.url());
    if (part && response.status() === 204) parts.push(Number(part[1]));
  });
  return parts;
}

test('a large file goes on after its tab was closed and its server killed @js', async ({ browser }, info) => {
  test.setTimeout(180_000 + SIZE / 2_000);
  const file = largeClip(info.outputPath('roastery.mp4'));
  const port = await freePort();
  let server = await start(port, info.outputPath());
  try {
    const context = await browser.newContext({ baseURL: `http://127.0.0.1:${port}` });
    const first = await context.newPage();
    await signUp(first);
    const half = Math.floor(PARTS / 2);

    // From the middle on nothing leaves the first tab; then it is closed.
    const sent = arrivedAt(first);
    await first.route(new RegExp(`/parts/${half}$`), () => undefined);
    await first.goto('/library');
    await first.getByLabel('Add pictures or videos').setInputFiles(file);
    await expect.poll(() => sent.length, { timeout: 120_000 }).toBe(half);
    await first.close();

    // The same file in another tab: only what is missing is sent. Before the last part the server is killed, and comes back.
    const page = await context.newPage();
    const rest = arrivedAt(page);
    await page.route(new RegExp(`/parts/${PARTS - 1}$`), async (route) => {
      server.kill('SIGKILL');
      await ended(server);
      await route.abort('connectionreset');
    }, { times: 1 });
    await page.goto('/library');
    await page.getByLabel('Add pictures or videos').setInputFiles(file);
    await ended(server);
    server = await start(port, info.outputPath());
    const tile = page.getByRole('listitem').filter({ hasText: 'roastery.mp4' }).filter({ hasText: 'Video 0:10' });
    await expect(tile).toBeVisible({ timeout: 120_000 });
    // Each once at most: what the server kept just before it was killed may have had no answer, and is not sent again.
    expect(rest).toEqual([...new Set(rest)].sort((a, b) => a - b));
    expect([rest.every((part) => part >= half), rest.at(-1)]).toEqual([true, PARTS - 1]);
    // The whole file is there, and served in ranges.
    await tile.getByRole('link').first().click();
    const source = await page.locator('video').getAttribute('src');
    const end = await page.request.get(source as string, { headers: { range: 'bytes=-100' } });
    expect([end.status(), end.headers()['content-range']]).toEqual([206, `bytes ${SIZE - 100}-${SIZE - 1}/${SIZE}`]);
    await context.close();
  } finally {
    server.kill('SIGTERM');
    await ended(server);
  }
});

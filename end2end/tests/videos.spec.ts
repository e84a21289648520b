// A video from the composer to the platform: sent in parts, cut off half way, taken up again, and shown where it went.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { HERE, SANDBOX, choose, follow, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

const CLIP = path.join(import.meta.dirname, '../../src/tests/files/clip.mp4');
/** What the server takes a large file in. */
const PART = 8 << 20;

/** Ten seconds with so much filling behind them that the file has three parts; what a player does not know it skips. */
function longClip(file: string) {
  const clip = readFileSync(path.join(import.meta.dirname, '../fixtures/ten_seconds.mp4'));
  const filling = Buffer.alloc(2 * PART + 5_000 - clip.length, 7);
  filling.writeUInt32BE(filling.length, 0);
  filling.write('free', 4, 'latin1');
  writeFileSync(file, Buffer.concat([clip, filling]));
  return file;
}

/** The numbers of the parts that the page sends from now on. */
function partsOf(page: Page) {
  const parts: string[] = [];
  page.on('request', (request) => {
    const part = /\/uploads\/[^/]+\/parts\/(\d+)$/.exec(request.url());
    if (part && request.method() === 'PUT') parts.push(part[1] as string);
  });
  return parts;
}

async function looked(page: Page, name: string) {
  for (const [width, height, size] of [[360, 740, 'phone'], [1440, 900, 'wide']] as const) {
    await page.setViewportSize({ width, height });
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/videos-${name}-${size}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${name} ${size}`).toBeLessThanOrEqual(0);
  }
}

async function expectShown(page: Page, words: string, bytes: number) {
  const sent = (await postsAt('x', words)) as unknown as { url: string; pictures: { key: string; video: boolean }[] }[];
  expect(sent).toHaveLength(1);
  expect(sent[0]?.pictures.map((picture) => picture.video)).toEqual([true]);
  await page.goto(`${SANDBOX}/x`);
  const video = page.locator('article', { hasText: words }).locator('video');
  await expect(video).toBeVisible();
  const file = await page.request.get(`${SANDBOX}${await video.getAttribute('src')}`);
  expect([file.headers()['content-type'], (await file.body()).length]).toEqual(['video/mp4', bytes]);
}

test('a video that was cut off goes on where it was, and out to X @js', async ({ page, consoleErrors }, info) => {
  test.slow();
  const words = unique('Roasting');
  const file = longClip(info.outputPath('roast.mp4'));
  const add = page.getByLabel('Add pictures or a video');
  const list = page.getByRole('list', { name: 'Files of this post' });
  const bar = list.getByRole('progressbar', { name: 'Sending roast.mp4' });
  const parts = partsOf(page);
  // The second part never arrives.
  await page.route(/\/parts\/1$/, () => undefined);
  await openStudio(page, '/studio', true);
  await add.setInputFiles(file);
  await expect.poll(() => parts).toEqual(['0', '1']);
  await expect.poll(async () => Number(await bar.getAttribute('value'))).toBeGreaterThanOrEqual(49);
  await expect(list).toContainText('% sent');
  await expectAccessible(page);
  await looked(page, 'sending');
  // While it is under way nothing goes out without it.
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'x');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('A file is still uploading. Wait for it, or cancel it.')).toBeVisible();

  page.on('dialog', (dialog) => dialog.accept());
  await page.reload();
  await expect(page.getByRole('tab', { name: 'All' })).toBeVisible();
  await page.unroute(/\/parts\/1$/);
  parts.length = 0;
  // Only what is missing is sent. The server breaks down once, and the person asks for it again, by keyboard.
  const broken = { error: { kind: 'bug', message: 'Something broke on our side.' } };
  await page.route(/\/parts\/2$/, (route) => route.fulfill({ status: 500, json: broken }), { times: 1 });
  await add.setInputFiles(file);
  await expect(list.getByRole('alert')).toHaveText('Something broke on our side.');
  // The browser reports the answer as an error of its own.
  expect(consoleErrors.splice(0).filter((error) => !error.includes('status of 500'))).toEqual([]);
  await looked(page, 'broken');
  await list.getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(list).toContainText('Video, 0:10, 320 × 568 pixels');
  expect(parts).toEqual(['1', '2', '2']);
  await expect(list).toContainText('Location and camera details were removed.');
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'x');
  await expectAccessible(page);
  await looked(page, 'ready');
  await page.getByRole('button', { name: 'Publish now' }).press('Enter');
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await expect(page.locator('main').getByText('Published', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await looked(page, 'post');
  await expectShown(page, words, 2 * PART + 5_000);
});

test('an upload is cancelled by keyboard, and the server forgets it @js', async ({ page }, info) => {
  const file = longClip(info.outputPath('roast.mp4'));
  await page.route(/\/parts\/1$/, () => undefined);
  await openStudio(page, '/studio', true);
  const begun = page.waitForResponse((answer) => answer.url().endsWith('/media/uploads') && answer.request().method() === 'POST');
  await page.getByLabel('Add pictures or a video').setInputFiles(file);
  const { id } = await (await begun).json();
  const list = page.getByRole('list', { name: 'Files of this post' });
  await expect(list.getByRole('progressbar')).toBeVisible();
  const gone = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await list.getByRole('button', { name: 'Remove roast.mp4' }).press('Enter');
  expect((await gone).status()).toBe(204);
  await expect(list.getByRole('listitem')).toHaveCount(0);
  expect((await page.request.get(`${HERE}/api/v1/media/uploads/${id}`)).status()).toBe(404);
});

test('a small video goes out without JavaScript @nojs', async ({ page }) => {
  const words = unique('Pouring');
  await openStudio(page, '/studio', false);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'x');
  await page.getByLabel('Add pictures or a video').setInputFiles(CLIP);
  await page.getByRole('button', { name: 'Save draft' }).click();
  const list = page.getByRole('list', { name: 'Files of this post' });
  await expect(list).toContainText('Video, 0:03, 320 × 568 pixels');
  await expect(list.getByRole('checkbox', { name: 'Keep this video' })).toBeChecked();
  await looked(page, 'form');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await follow(page, false, 60_000, (timeout) => expect(page.locator('main').getByText('Published', { exact: true }).first()).toBeVisible({ timeout }));
  await expectShown(page, words, readFileSync(CLIP).length);
});

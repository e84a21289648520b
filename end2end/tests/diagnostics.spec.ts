// What goes wrong is found on the diagnostics page: resolved with a note and opened again, or repaired with a receipt.
import { DEMO, HERE, control, follow, signIn, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

test('an error of the browser is listed, resolved and opened again @js', async ({ page, consoleErrors }) => {
  const words = unique('Kettle is empty');
  await page.goto('/posts', { waitUntil: 'networkidle' });
  await page.evaluate((message) => void setTimeout(() => { throw new Error(message); }, 0), words);
  await expect.poll(() => consoleErrors.length).toBeGreaterThan(0);
  consoleErrors.splice(0);
  await page.goto('/diagnostics');
  const error = page.getByRole('link', { name: words });
  // It is written down every two seconds; the page looks again by itself.
  await expect(error).toBeVisible();
  await expectAccessible(page);
  await error.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: words })).toBeVisible();
  await expect(page.getByText('browser · /posts')).toBeVisible();
  await page.getByLabel('What was done about it').fill('Filled it');
  await page.getByRole('button', { name: 'Mark as resolved' }).press('Enter');
  await expect(page.getByText('Filled it')).toBeVisible();
  await page.getByRole('button', { name: 'Open it again' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Mark as resolved' })).toBeVisible();
});

test('what fails appears while one looks, and is repaired with receipts @js', async ({ page, consoleErrors }) => {
  // X answers twice with an error when its keys are tried: for the person, and for the first repair.
  await control('POST', 'faults', { platform: 'x', operation: 'token', kind: 'server_error', times: 2 });
  await page.goto('/settings/integrations#x');
  await page.locator('#x').getByRole('button', { name: /^Test/ }).click();
  await expect(page.locator('#x').getByText(/having problems/).first()).toBeVisible();
  await page.goto('/diagnostics', { waitUntil: 'networkidle' });
  const words = unique('Grinder jammed');
  await page.evaluate((message) => void setTimeout(() => { throw new Error(message); }, 0), words);
  await expect(page.getByRole('link', { name: words })).toBeVisible({ timeout: 30_000 });
  consoleErrors.splice(0);
  await page.getByRole('button', { name: 'Check and repair all' }).press('Enter');
  await page.getByRole('link', { name: 'X: the keys did not pass their test' }).press('Enter');
  const receipts = page.getByRole('list', { name: 'What was done' }).last();
  await expect(receipts).toContainText('Not mended by it');
  await page.getByRole('button', { name: 'Check and repair' }).press('Enter');
  await expect(page.getByText(/Resolved by the program/)).toBeVisible();
  await expect(receipts).toContainText('Tried the keys at X again.');
  await expect(receipts.getByText('Mended', { exact: true })).toBeVisible();
  await expectAccessible(page);
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  }
});

test('with plain forms and by keyboard: found, filtered in the address, resolved with a note, opened again', async ({ page, javaScriptEnabled }) => {
  const words = unique('Scales are off');
  const stack = 'at weigh (scales.js:7)';
  const sent = await page.request.post('/api/browser-errors', { data: { message: words, stack, page: '/posts' }, headers: { origin: HERE } });
  expect(sent.status()).toBe(204);
  const error = page.getByRole('link', { name: words });
  await page.goto('/diagnostics');
  // It is written down every two seconds; with JavaScript the page looks again by itself.
  await follow(page, javaScriptEnabled !== false, 30_000, (timeout) => expect(error).toBeVisible({ timeout }));
  // Parts of the server are for whoever owns it.
  await expect(page.getByRole('heading', { name: 'Parts of this server' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Critical' }).press('Enter');
  await expect(page).toHaveURL(/\?level=critical$/);
  await expect(error).toHaveCount(0);
  await page.getByRole('link', { name: 'Warning' }).press('Enter');
  await expect(page).toHaveURL(/\?level=warning$/);
  await error.press('Enter');
  // What it says inside is folded.
  await expect(page.getByText(stack)).toBeHidden();
  await page.getByText('Technical details').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText(stack)).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Noticed for the first time' })).toBeVisible();
  await page.getByRole('button', { name: 'Check and repair' }).press('Enter');
  await expect(page.getByText(/after 24 without it, it counts as gone/)).toBeVisible();
  await page.getByLabel('What was done about it').fill('Levelled them');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Levelled them')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'marked it as resolved' })).toBeVisible();
  await page.getByRole('button', { name: 'Open it again' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Mark as resolved' })).toBeVisible();
});

test('whoever owns the server sees its parts, its logs and the file for support', async ({ browser }) => {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await signIn(page, DEMO.email, DEMO.password);
  await page.goto('/diagnostics');
  const parts = page.getByRole('list', { name: 'Parts of this server' }).getByRole('listitem');
  await expect(parts).toHaveCount(5);
  await expect(parts.filter({ hasText: 'Database schema' })).toContainText(/Last worked \w+ \d+ \w+, \d\d:\d\d/);
  const file = await page.request.get((await page.getByRole('link', { name: 'Download for support' }).getAttribute('href')) ?? '');
  expect([file.status(), file.headers()['content-type']]).toEqual([200, 'application/zip']);
  await page.getByRole('link', { name: 'Logs' }).press('Enter');
  await page.getByRole('link', { name: 'Last hour' }).press('Enter');
  await expect(page).toHaveURL(/\/diagnostics\/logs\?hours=1$/);
  await expect(page.getByText('LUX_LOG_NGINX_ERROR=')).toBeVisible();
  await context.close();
});

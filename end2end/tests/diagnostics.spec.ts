// What goes wrong is found on the diagnostics page: resolved with a note and opened again, or repaired with a receipt.
import { control, unique, withCompany } from '../support/app';
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

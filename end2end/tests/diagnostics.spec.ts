// What goes wrong in a page is found on the diagnostics page, resolved with a note, and opened again.
import { unique, withCompany } from '../support/app';
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

// Two tabs of one browser: what was opened for one company is not done in another.
import { signUp } from '../support/app';
import { expect, test } from '../support/test';

test('a draft of one company is not saved into another', async ({ page, context, javaScriptEnabled, consoleErrors }) => {
  const person = await signUp(page);
  await page.goto('/studio');
  const text = page.getByLabel('Text for all accounts');
  await text.fill('Only for the first company');

  // In another tab: a second company, which is open from now on.
  const other = await context.newPage();
  await other.goto('/companies/new');
  await other.getByLabel('Name').fill('The second one');
  await other.getByLabel('Time zone').fill('Europe/Lisbon');
  await other.getByRole('button', { name: 'Create' }).click();
  await expect(other.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();

  await page.getByRole('button', { name: 'Save draft' }).filter({ visible: true }).first().click();
  await expect(page.getByText(`This tab was opened for ${person.company}, but you switched to The second one`).first()).toBeVisible();
  await other.goto('/posts');
  await expect(other.getByText('Only for the first company')).toHaveCount(0);

  // Switching back, the text is still there and is saved where it belongs.
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Switch back' }).first().click();
  const third = await opened;
  await expect(third.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  if (javaScriptEnabled) {
    await expect(text).toHaveValue('Only for the first company');
    await page.getByRole('button', { name: 'Save draft' }).filter({ visible: true }).first().click();
  } else {
    await expect(page.getByRole('link', { name: 'Start again from the page' })).toHaveAttribute('href', '/studio');
    await page.reload();
  }
  await expect(async () => {
    await other.goto('/posts');
    await expect(other.getByText('Only for the first company').first()).toBeVisible({ timeout: 1000 });
  }).toPass();
  // The browser reports the refusals by itself.
  expect(consoleErrors.filter((error) => !error.includes('409 (Conflict)'))).toEqual([]);
  consoleErrors.splice(0);
});

// Two tabs of one browser: what was opened for one company is not done in another.
import type { Page } from '@playwright/test';
import { openStudio, signUp } from '../support/app';
import { expect, expectAccessible, test } from '../support/test';

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

test('the same post in two tabs: whoever saves second chooses, and nothing is lost @js', async ({ page, context, consoleErrors }) => {
  await signUp(page);
  await openStudio(page, '/studio', true);
  const text = page.getByLabel('Text for all accounts');
  const save = (of: Page) => of.getByRole('button', { name: 'Save draft' }).click();
  await text.fill('As it was');
  await save(page);
  await expect(page.getByText('Saved · version 1')).toBeVisible();
  const other = await context.newPage();
  await openStudio(other, page.url(), true);
  await other.getByLabel('Text for all accounts').fill('Changed in the other tab');
  await save(other);
  await expect(other.getByText('Saved · version 2')).toBeVisible();

  await text.fill('Changed here');
  await save(page);
  const panel = page.getByRole('region', { name: 'When and how' });
  await expect(panel.getByRole('link', { name: 'See the other version' })).toBeVisible();
  await expect(text).toHaveValue('Changed here');
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'Keep mine as a new draft' }).press('Enter');
  await expect(page.getByText('Saved · version 1')).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await other.goto('/posts');
  for (const words of ['Changed here', 'Changed in the other tab']) await expect(other.getByRole('link', { name: words })).toHaveCount(1);
  await expect(other.getByText('As it was')).toHaveCount(0);
  // The browser reports the refusal by itself.
  expect(consoleErrors.filter((error) => !error.includes('409 (Conflict)'))).toEqual([]);
  consoleErrors.splice(0);
});

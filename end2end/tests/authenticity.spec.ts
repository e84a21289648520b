// How a text reads: the score follows the typing, and suggestions are applied with the keyboard alone.
import { openStudio, withCompany } from '../support/app';
import { expect } from '../support/test';

const test = withCompany([], 'Europe/Lisbon');

test('a worn text is marked, and two suggestions make it read better @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const text = page.getByLabel('Text for all accounts');
  const card = page.getByRole('region', { name: 'How it reads' });
  await expect(card).toContainText('Write a few words');
  await text.focus();
  await page.keyboard.type('Elevate your mornings with our truly seamless coffee. Don’t miss out!');
  await expect(card).toContainText('Reads like a machine');
  const score = async () => Number(await card.getAttribute('data-score'));
  const before = await score();
  await expect(page.locator('[data-mark]')).toHaveText(['Elevate', 'truly', 'seamless', 'Don’t miss out']);
  // A reason leads to its place.
  await card.getByRole('button', { name: /^1 empty intensifier/ }).press('Enter');
  await expect(text).toBeFocused();
  expect(await text.evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd))).toBe('truly');

  const suggestions = page.getByRole('list', { name: 'Suggestions' });
  await suggestions.getByRole('button', { name: 'Improve: suggestion for “Elevate”' }).press('Enter');
  await expect(text).toHaveValue('Improve your mornings with our truly seamless coffee. Don’t miss out!');
  // What was pressed is gone, so the keyboard finds a place within two frames.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await suggestions.getByRole('button', { name: 'Take it out: suggestion for “truly”' }).press('Enter');
  await expect(text).toHaveValue('Improve your mornings with our seamless coffee. Don’t miss out!');
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  expect(await score()).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(text).toHaveValue('Improve your mornings with our truly seamless coffee. Don’t miss out!');
  await expect(text).toBeFocused();

  // The company's own word: kept for everybody, and gone from the marks.
  const kept = page.waitForResponse(/change_house_words/);
  await suggestions.getByRole('button', { name: 'Never mark “seamless”' }).press('Enter');
  await kept;
  await expect(page.locator('[data-mark]')).toHaveText(['truly', 'Don’t miss out']);
  await expect(page.getByText("The company's words are changed.")).toBeVisible();
  await text.fill('');
  await openStudio(page, '/studio', true);
  await card.getByText("Your company's words").click();
  await expect(card.getByRole('list', { name: 'Words that are never marked' })).toHaveText('seamless');
});

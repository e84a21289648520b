// Asking the program: what fails is found, repaired, and its receipt read; the panel by keyboard; without JavaScript; on a phone.
import { LAB, control, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

test('what fails is asked about and repaired, and the receipt stands in the conversation', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  // X answers once with an error when its keys are tried; then it is well again.
  await control('POST', 'faults', { platform: 'x', operation: 'token', kind: 'server_error', times: 1 });
  await page.goto('/settings/integrations#x');
  await page.locator('#x').getByRole('button', { name: /^Test/ }).click();
  await expect(page.locator('#x').getByText(/having problems/).first()).toBeVisible();
  await control('DELETE', 'faults');

  await page.goto('/chat');
  await page.getByLabel('Ask about your work, or about an error').fill('Which connection fails?');
  await page.getByRole('button', { name: 'Send' }).click();
  const answers = page.getByRole('list', { name: 'Messages' });
  await expect(answers).toContainText(LAB.x.handle);
  await expect(page.getByRole('heading', { level: 2, name: 'Which connection fails?' })).toBeVisible();
  await page.getByLabel('Ask about your work, or about an error').fill('Please repair the errors');
  await page.getByRole('button', { name: 'Send' }).click();
  const report = page.getByRole('list', { name: 'Report of the repair' });
  await expect(report).toContainText('Works again');
  await expect(report).toContainText('Tried the keys at X again.');
  if (js) {
    await expect(page.getByLabel('Ask about your work, or about an error')).toBeFocused();
    await expectAccessible(page);
  }
  // Kept, found by what was said, deleted with the way back.
  await page.goto('/chat?q=repair+the');
  await page.getByRole('link', { name: /Which connection fails/ }).click();
  await expect(report).toContainText('Works again');
  await page.getByRole('button', { name: 'Delete: Which connection fails?' }).click();
  await expect(page.getByText('The conversation is deleted.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(report).toContainText('Works again');
  await report.getByRole('link', { name: /Open the error/ }).first().click();
  await expect(page.getByRole('list', { name: 'What was done' }).first()).toContainText('Tried the keys at X again.');
});

test('the panel is opened, asked and closed with the keyboard @js', async ({ page }) => {
  await page.goto('/posts', { waitUntil: 'networkidle' });
  const ask = page.getByRole('link', { name: 'Ask', exact: true });
  await ask.focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Ask' });
  const field = panel.getByLabel('Ask about your work, or about an error');
  await expect(field).toBeFocused();
  // The conversation of the last hour goes on, unless another one is begun.
  await panel.getByRole('button', { name: 'New conversation' }).click();
  await expect(panel.getByRole('listitem')).toHaveCount(0);
  await expect(field).toBeFocused();
  const question = unique('How do I schedule a post');
  await page.keyboard.type(question);
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('list', { name: 'Messages' })).toContainText('On the Calendar');
  await expect(panel.getByText('on Posts')).toBeVisible();
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(ask).toBeFocused();
  // It goes on where it was, and its whole page has it, too.
  await page.keyboard.press('Enter');
  await expect(panel.getByText(question)).toBeVisible();
  await panel.getByRole('link', { name: 'Whole page' }).click();
  await expect(page.getByRole('heading', { level: 2, name: question })).toBeVisible();
  await expect(panel).toBeHidden();
});

test('it fits on a phone, in the page and in the menu', async ({ page, javaScriptEnabled }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('/chat?from=/connections');
  await page.getByRole('button', { name: 'Find out what is wrong' }).click();
  await expect(page.getByRole('list', { name: 'Messages' })).toContainText(/Nothing is wrong|Open errors|Accounts/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  if (javaScriptEnabled !== false) await expectAccessible(page);
  await page.locator('nav[aria-label="Main, phone"] summary').click();
  await page.getByRole('link', { name: 'Ask', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ask' })).toBeVisible();
});

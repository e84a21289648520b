// How the company sounds: read out of a text, shown, kept. Works with and without JavaScript.
import { withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany([], 'Europe/Lisbon');

const OWN = 'We roast on Tuesdays, in small batches. You can watch us through the window. Our roastery smells of caramel on those days. We keep prices where they were. You pay for the beans and not for the bag, and we tell you which farm they come from.';

test('a text says how its company sounds, and nothing is kept before somebody says so', async ({ page, consoleErrors }) => {
  const tone = page.getByLabel('How you sound');
  await page.goto('/settings/voice');
  await page.getByLabel('A text of yours', { exact: true }).fill('Too short.');
  await page.getByRole('button', { name: 'Read it' }).click();
  await expect(page.getByText('There are too few words to learn from')).toBeVisible();
  // The browser reports that it was refused.
  consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((e) => !/status of 422/.test(e)));
  await page.getByLabel('A text of yours', { exact: true }).fill(OWN);
  await page.getByRole('button', { name: 'Read it' }).click();
  await expect(page.getByText('is not kept yet')).toBeVisible();
  await expect(tone).toHaveValue(/Speaks of itself as “we” and to its readers as “you”/);
  await tone.fill('Warm and a little dry.');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto('/settings/voice');
  await expect(tone).toHaveValue('Warm and a little dry.');
  await expect(page.getByText('is not kept yet')).toHaveCount(0);
  await expect(page.getByText(/^Changed by /)).toBeVisible();
});

test('the page is for everybody, at every width @js', async ({ page }) => {
  await page.goto('/settings/voice');
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  }
  await expectAccessible(page);
});

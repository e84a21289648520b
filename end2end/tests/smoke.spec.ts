import { expect, expectAccessible, test } from '../support/test';

test('the sign-in page opens', async ({ page }) => {
  const response = await page.goto('/login');
  expect(response?.status()).toBe(200);
  await expect(page.locator('h1')).toBeVisible();
});

// axe is a script, so it needs JavaScript.
test('the sign-in page is accessible @js', async ({ page }) => {
  await page.goto('/login');
  await expect(page.locator('h1')).toBeVisible();
  await expectAccessible(page);
});

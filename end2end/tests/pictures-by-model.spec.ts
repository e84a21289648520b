// A picture by the sandbox's stand-in model: described, made by a job, marked, used in a post, and held against its text.
import { withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

test('a picture is made, marked, used and held against the text @js', async ({ page, consoleErrors }) => {
  test.slow();
  // Without a key one quiet line says what it would add.
  await page.goto('/library');
  await expect(page.getByText('With a key of OpenAI, pictures can be made here')).toBeVisible();
  await expect(page.getByText('Make a picture with AI')).toHaveCount(0);
  await page.goto('/settings/integrations?q=openai');
  await page.locator('summary').filter({ hasText: 'OpenAI' }).first().click();
  await page.locator('#key-openai-api_key').fill('e2e-stand-in-key');
  await page.getByRole('button', { name: 'Save the keys of OpenAI' }).click();
  await expect(page.locator('#openai').getByText('Saved.', { exact: true })).toBeVisible();

  await page.goto('/library');
  await expect(page.getByText('Drop them here as well.')).toBeVisible();
  await page.locator('summary', { hasText: 'Make a picture with AI' }).click();
  await expect(page.getByText('A stand-in answers in the place of the model')).toBeVisible();
  await page.getByRole('button', { name: 'Make it' }).click();
  await expect(page.getByText('Say in a sentence or two what the picture is to show.').first()).toBeVisible();
  consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((e) => !/status of 422/.test(e)));
  await page.getByLabel('What is the picture to show?').fill('A cup of coffee, morning light');
  await page.getByLabel('Shape').selectOption('portrait');
  await page.getByLabel('How many').selectOption('2');
  await expect(page.getByText(/gpt-image-2 makes it\. Costs about \$0\.14;/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Make it' }).click();
  const request = page.getByRole('list', { name: 'Requests for pictures' }).getByRole('listitem').first();
  await expect(request.getByText('All 2 pictures are in the library.')).toBeVisible({ timeout: 60_000 });
  const files = page.getByRole('list', { name: 'Files', exact: true });
  await expect(files.getByText(/^Made by AI · JPEG/)).toHaveCount(2);
  await expectAccessible(page);
  for (const [width, height, size] of [[360, 740, 'phone'], [768, 1024, 'tablet'], [1440, 900, 'wide']] as const) {
    await page.setViewportSize({ width, height });
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/made-pictures-${size}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, size).toBeLessThanOrEqual(0);
  }

  // Where it comes from stands on its page.
  await files.getByRole('link', { name: /morning light 2/ }).click();
  await expect(page.getByRole('heading', { name: 'Made by AI' })).toBeVisible();
  await expect(page.getByText('A cup of coffee, morning light', { exact: true })).toBeVisible();
  await expectAccessible(page);

  // In a post it is marked too, and held against the text, which only says so.
  await page.getByRole('button', { name: 'Use in a post' }).click();
  await expect(page.getByText('Made by AI. Where readers could take it for a photo')).toBeVisible();
  const ask = page.getByRole('button', { name: /fit the text\?$/ });
  await expect(ask).toBeDisabled();
  await page.getByLabel('Text for all accounts').fill('Come by on Monday.');
  await ask.click();
  await expect(page.getByText(/^The picture fits the text in part\. The picture is/)).toBeVisible();
  if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/made-pictures-studio.png`, fullPage: true });
  await page.getByLabel('Text for all accounts').fill('Come by on Tuesday.');
  await expect(page.getByText(/^The picture fits the text in part\./)).toHaveCount(0);

  // Put away: the note goes, the pictures stay.
  await page.goto('/library');
  await page.getByRole('button', { name: 'Put away' }).click();
  await expect(page.getByRole('list', { name: 'Requests for pictures' })).toHaveCount(0);
  await expect(files.getByText(/^Made by AI · JPEG/)).toHaveCount(2);
});

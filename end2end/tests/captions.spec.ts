// A brief becomes a text for each account, written by the sandbox's stand-in model; one of them is changed, and put back.
import { LAB, choose, openStudio, withCompany } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(['x', 'linkedin'], 'Europe/Lisbon');

test('a brief becomes a text for each account, one is shortened and put back @js', async ({ page }) => {
  // Without a key one quiet line says what it would add.
  await openStudio(page, '/studio', true);
  await page.getByRole('link', { name: 'Add a key' }).click();
  await page.locator('summary').filter({ hasText: 'OpenAI' }).first().click();
  await page.locator('#key-openai-api_key').fill('e2e-stand-in-key');
  await page.getByRole('button', { name: 'Save the keys of OpenAI' }).click();
  await expect(page.locator('#openai').getByText('Saved.', { exact: true })).toBeVisible();

  await openStudio(page, '/studio', true);
  await choose(page, 'x');
  await choose(page, 'linkedin');
  await page.getByLabel('What is the post about?').fill('Winter blend is back. Cocoa first, then orange. Free mug over 40 €. Ships Monday.');
  await page.getByRole('radio', { name: 'Calm' }).check();
  await expect(page.getByText("The sandbox's stand-in writes here, not a real model.")).toBeVisible();
  await page.getByRole('button', { name: 'Write for 2 accounts' }).click();

  // They grow in the fields; the first account's is shown.
  const x = page.getByLabel(`Text for X ${LAB.x.handle}`, { exact: true });
  await expect(x).toHaveValue(/Winter blend is back\./);
  await expect(page.getByText('The texts are there.')).toBeAttached();
  await expect(x).toHaveValue(/40 €/);
  await page.getByRole('tab', { name: /LinkedIn/ }).click();
  await expect(page.getByLabel(`Text for LinkedIn ${LAB.linkedin.handle}`, { exact: true })).toHaveValue(/Winter blend is back\./);

  await page.getByRole('tab', { name: /^X / }).click();
  const before = await x.inputValue();
  await page.getByRole('button', { name: 'Shorter' }).click();
  await expect(x).not.toHaveValue(before);
  await expect(page.getByRole('button', { name: 'Stop writing' })).toBeHidden();
  expect((await x.inputValue()).length).toBeLessThan(before.length);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(x).toHaveValue(before);

  // Every text is kept with the post.
  await page.getByRole('button', { name: 'Versions', exact: true }).click();
  const versions = page.getByRole('region', { name: 'Versions of this text' });
  await expect(versions.getByRole('listitem').filter({ hasText: 'Shorter · gpt-4o' })).toHaveCount(1);
});

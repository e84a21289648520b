// Snapchat: no program publishes there. A post is handed over when its time comes, and a person says that it is out.
import { PICTURES, openStudio, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany([]);

test('a post for Snapchat is handed over, downloaded, marked as posted, and that is undone @js', async ({ page }) => {
  await page.goto('/connections');
  await page.locator('#connect-snapchat summary').click();
  await page.getByLabel('User name').fill('@Northwind.Coffee');
  await page.getByRole('button', { name: 'Connect this Snapchat account' }).click();
  await expect(page.getByText('@northwind.coffee is connected.')).toBeVisible();
  await expect(page.getByText('By hand: we remind you when a post is due')).toBeVisible();

  const words = unique('Beans for Snapchat');
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(`${words}\nSecond line`);
  await page.getByRole('group', { name: 'Publish to' }).getByRole('checkbox', { name: 'Snapchat' }).check();
  await expect(page.getByText('You post there yourself: we hand it to you at its time.')).toBeVisible();
  await page.getByLabel('Add pictures').setInputFiles([PICTURES.cup]);
  // A square is none of Snapchat's shapes.
  await page.getByRole('button', { name: 'Use a copy that fits' }).click();
  await page.getByRole('button', { name: 'Use this copy' }).click();
  await expect(page.getByText('The copy that fits is in the place of the picture.')).toBeVisible();
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const package_ = page.getByRole('region', { name: 'What to post on Snapchat' });
  await expect(package_).toBeVisible({ timeout: 40_000 });

  await page.goto('/needs');
  await expect(page.getByText('To post by hand', { exact: true })).toBeVisible();
  await expect(package_.getByText('Second line')).toBeVisible();
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await package_.getByRole('link', { name: 'Download all (ZIP)' }).click();
  expect((await download).suggestedFilename()).toMatch(/^snapchat-northwind\.coffee-\d{4}-\d\d-\d\d\.zip$/);

  await page.locator('summary', { hasText: 'Mark as posted' }).click();
  await page.getByRole('button', { name: 'It is posted' }).click();
  const told = page.getByRole('status').filter({ hasText: 'Marked as posted for @northwind.coffee.' });
  await expect(told).toBeVisible();
  await expect(package_).toHaveCount(0);
  await told.getByRole('button', { name: 'Undo' }).click();
  await expect(told).toHaveCount(0);
  await expect(package_).toBeVisible();
  await page.getByRole('button', { name: /^Not posted: Snapchat @northwind\.coffee/ }).click();
  await expect(package_).toHaveCount(0);
});

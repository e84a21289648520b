// The first hour of a company in the sandbox: from an empty Home to three connected accounts. It took 25 clicks: to
// Integrations, and for each platform opening its row, two fields, Save, then Connections, Connect and Allow, and back.
// Now it is nine: the first step, fill in, to Connections, and for each account Connect and Allow.
import type { Locator, Page } from '@playwright/test';
import { LAB, NETWORKS, SANDBOX, type Network, signUp } from '../support/app';
import { expect, test } from '../support/test';

/** At the stand-in's page. It has chosen the first account already; that one is the demo company's, so we take the other. */
async function pickLab(page: Page, network: Network) {
  await expect(page).toHaveURL(new RegExp(`^${SANDBOX}/`));
  await page.getByRole('radio', { name: LAB[network].consent as RegExp }).check();
}

test('nine clicks from an empty company to three accounts, and the first steps go', async ({ page }) => {
  let clicks = 0;
  const click = async (what: Locator) => {
    clicks += 1;
    await what.click();
  };
  await signUp(page);
  const step = (name: RegExp) => page.getByRole('main').getByRole('link', { name });
  await expect(step(/^Add the keys of a platform/)).toBeVisible();
  await expect(step(/^Connect an account/)).toBeVisible();
  await expect(step(/^Write a post Publish/)).toBeVisible();

  await click(step(/^Add the keys of a platform/));
  await click(page.getByRole('button', { name: 'Fill in sandbox keys' }));
  await expect(page.getByText('The sandbox keys of 9 platforms are filled in.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Fill in sandbox keys' })).toHaveCount(0);
  await click(page.getByRole('link', { name: 'Connect accounts' }));
  for (const network of NETWORKS) {
    await click(page.getByRole('link', { name: `Connect ${LAB[network].platform}` }));
    await pickLab(page, network);
    await click(page.getByRole('button', { name: 'Allow' }));
    await expect(page.getByText(`${LAB[network].handle} is connected.`)).toBeVisible();
  }
  expect(clicks).toBe(9);

  await page.goto('/');
  await expect(step(/^Done: Add the keys of a platform/)).toBeVisible();
  await expect(step(/^Done: Connect an account/)).toBeVisible();
  await page.goto('/studio');
  await page.getByLabel('Text for all accounts').fill('The first words');
  await page.getByRole('button', { name: 'Save draft', exact: true }).click();
  await expect(page).toHaveURL(/[0-9a-f-]{36}/);
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await expect(page.getByText('First steps')).toHaveCount(0);
});

test('the first steps can be put away', async ({ page }) => {
  await signUp(page);
  await expect(page.getByText('First steps')).toBeVisible();
  await page.getByRole('button', { name: 'Hide' }).click();
  await expect(page.getByText('First steps')).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await expect(page.getByText('First steps')).toHaveCount(0);
});

test('a missing key leads to the keys, to the platform and back', async ({ page, javaScriptEnabled }) => {
  await signUp(page);
  await page.goto('/connections');
  await page.getByRole('link', { name: 'Enter keys and connect LinkedIn' }).click();
  const row = page.locator('#linkedin');
  await expect(row.getByText('Enter the keys, then choose Save and connect.')).toBeVisible();
  await page.locator('#key-linkedin-client_id').fill('e2e-linkedin-app');
  const connect = row.getByRole('button', { name: 'Save and connect LinkedIn' });
  // Half of the keys lead nowhere: the answer of the test stands there.
  await connect.click();
  await expect(row.getByRole('status').locator('.text-bad')).toBeVisible();
  await page.locator('#key-linkedin-client_secret').fill('e2e-linkedin-stand-in');
  await connect.click();
  // A form's answer may not lead to another site; without JavaScript a link does.
  if (javaScriptEnabled === false) await row.getByRole('link', { name: 'The keys work. Continue to LinkedIn' }).click();
  await pickLab(page, 'linkedin');
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Connections' })).toBeVisible();
  await expect(page.getByText(`${LAB.linkedin.handle} is connected.`)).toBeVisible();
});

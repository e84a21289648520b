// Segments: a rule is built with the count beside it, its people say why they are in it, and a list is filled by hand, with Undo.
import { follow, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';
import type { Page } from '@playwright/test';

const test = withCompany([]);
const SIZES = [
  { width: 1440, height: 900 },
  { width: 768, height: 1024 },
  { width: 360, height: 740 },
];

async function addContact(page: Page, email: string, fields: Record<string, string>) {
  await page.goto('/contacts');
  await page.getByText('Add a contact').click();
  await page.getByLabel('E-mail', { exact: true }).fill(email);
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole('button', { name: 'Add the contact' }).click();
  await expect(page.getByRole('heading', { name: email })).toBeVisible();
}

test('a rule is built, counted while one types, and says why somebody is in it', async ({ page, javaScriptEnabled, consoleErrors }) => {
  const js = javaScriptEnabled !== false;
  const mark = unique('').trim();
  const [ada, grace] = [`ada.${mark}@acme.example`, `grace.${mark}@navy.example`];
  await addContact(page, ada, { Tags: `vip-${mark}`, Company: `Acme ${mark}` });
  await addContact(page, grace, { Company: `Navy ${mark}` });

  await page.goto('/contacts/segments');
  await page.getByRole('link', { name: 'New segment by a rule' }).click();
  await page.getByLabel('Name', { exact: true }).fill(`Acme ${mark}`);
  await page.getByLabel('The rule: what to look at next').selectOption({ label: 'Company' });
  await page.getByRole('button', { name: 'The rule: add the condition' }).click();
  const company = page.getByLabel('Company in row 1: compared with');
  await company.fill(mark);
  const count = page.getByRole('status').filter({ hasText: /fit/ });
  if (js) await expect(count).toHaveText('2 people fit.');
  // A group in the rule, and a condition in it.
  await page.getByRole('button', { name: 'The rule: add a group' }).click();
  await expect(company).toHaveValue(mark);
  await page.getByLabel('Group in row 2: what to look at next').selectOption({ label: 'Tag' });
  await page.getByRole('button', { name: 'Group in row 2: add the condition' }).click();
  await page.getByLabel('Tag in row 3: compared with').fill(`VIP-${mark}`);
  if (js) {
    await expect(count).toHaveText('1 person fits.');
    await expect(page.getByRole('list', { name: 'The newest of them' })).toContainText(ada);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }
  } else {
    await page.getByRole('button', { name: 'Count again' }).click();
    await expect(page.getByText('1 person fits.')).toBeVisible();
  }
  await page.getByRole('button', { name: 'Save the segment' }).click();
  await expect(page.getByText('The segment is saved.')).toBeVisible();
  const row = page.getByRole('list', { name: 'Segments' }).getByRole('listitem').filter({ hasText: `Acme ${mark}` });
  await expect(row).toContainText(`Company contains “${mark}” and Has the tag “VIP-${mark}”`);
  await follow(page, js, 20_000, (timeout) => expect(row.getByText('1 person', { exact: true })).toBeVisible({ timeout }));
  await row.getByRole('link', { name: `Acme ${mark}`, exact: true }).click();
  const people = page.getByRole('list', { name: 'Contacts' });
  await expect(people.getByRole('listitem')).toHaveCount(1);
  await people.getByRole('link', { name: ada }).click();
  const why = page.getByRole('list', { name: `Why in Acme ${mark}` });
  await expect(why.getByRole('listitem')).toHaveText([`Company contains “${mark}”`, `Has the tag “VIP-${mark}”`]);
  if (js) await expectAccessible(page);

  // Changed, refused with the reason at its place, and deleted with the way back.
  await page.goto('/contacts/segments');
  await row.getByRole('link', { name: /Change the rule/ }).click();
  await page.getByLabel('Company in row 1: compared with').fill('');
  await page.getByRole('button', { name: 'Save the segment' }).click();
  await expect(page.getByText('Write what to compare with.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove: Company in row 1' }).click();
  await expect(page.getByLabel('Company in row 1: compared with')).toHaveCount(0);
  await page.getByRole('link', { name: 'Cancel' }).click();
  // The browser reports what was refused.
  consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((e) => !/status of 422/.test(e)));
  await row.getByRole('button', { name: `Delete: Acme ${mark}` }).click();
  await expect(page.getByText('The segment is deleted.', { exact: false })).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
});

test('a list is filled by hand from the contacts, with Undo', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const mark = unique('').trim();
  const ada = `ada.${mark}@acme.example`;
  await addContact(page, ada, {});
  await page.goto('/contacts/segments');
  await page.getByRole('link', { name: 'New list by hand' }).click();
  await page.getByLabel('Name', { exact: true }).fill(`Breakfast ${mark}`);
  await page.getByRole('button', { name: 'Save the list' }).click();
  await expect(page.getByText('The segment is saved.')).toBeVisible();
  await page.goto(`/contacts?q=${mark}`);
  await page.getByRole('list', { name: 'Contacts' }).getByRole('checkbox').first().check();
  await page.getByLabel('List', { exact: true }).selectOption({ label: `Breakfast ${mark}` });
  await page.getByRole('button', { name: 'Put in' }).click();
  await expect(page.getByText(`1 contact put into “Breakfast ${mark}”.`)).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(`1 contact taken out of “Breakfast ${mark}”.`)).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(`1 contact put into “Breakfast ${mark}”.`)).toBeVisible();
  await page.getByRole('list', { name: 'Contacts' }).getByRole('link', { name: ada }).click();
  await page.getByRole('button', { name: `Take out of Breakfast ${mark}` }).click();
  await expect(page.getByText(`1 contact taken out of “Breakfast ${mark}”.`)).toBeVisible();
  if (js) await expectAccessible(page);
});

test('a rule is built with the keyboard alone @js', async ({ page }) => {
  const mark = unique('').trim();
  await page.goto('/contacts/segments?new=rule');
  await page.getByLabel('Name', { exact: true }).focus();
  await page.keyboard.type(`Keys ${mark}`);
  // Enter counts, and saves nothing.
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/draft=/);
  await page.getByRole('button', { name: 'The rule: add the condition' }).focus();
  await page.keyboard.press('Enter');
  // The keyboard is where one goes on: at the new condition.
  await expect(page.getByLabel('E-mail in row 1: comparison')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.type('nobody-has-this');
  await expect(page.getByRole('status').filter({ hasText: /fit/ })).toHaveText('0 people fit.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('E-mail in row 1: comparison')).toHaveCount(0);
  await expect(page.locator('body')).not.toBeFocused();
});

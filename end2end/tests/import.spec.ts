// A file of contacts: uploaded, its columns said, looked at, imported; the rows that were refused come back; all of it is undone. And
// two contacts who are one: merged, given back, told apart.
import { readFile } from 'node:fs/promises';
import { follow, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany([]);

test('a file is imported with its columns, refused rows are handed back, and it is undone', async ({ page, javaScriptEnabled, consoleErrors }) => {
  const js = javaScriptEnabled !== false;
  const mark = unique('').trim();
  const file = [
    'Kunde;Vorname;Nachname;Lieblingstee',
    `ada.${mark}@example.com;Ada;Lovelace;Earl Grey`,
    `grace.${mark}@example.com;Grace;"Hopper; Rear Admiral";`,
    `nobody.${mark};Kaputt;;`,
  ].join('\r\n');
  await page.goto('/contacts');
  await page.getByRole('link', { name: 'Import a file' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import contacts' })).toBeVisible();
  if (js) await expectAccessible(page);
  await page.getByLabel('File with your contacts').setInputFiles({ name: `people-${mark}.csv`, mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.getByRole('button', { name: 'Upload' }).click();

  // Nobody knows that “Kunde” has the addresses: it says so, and nothing begins.
  await expect(page.getByRole('heading', { name: `people-${mark}.csv` })).toBeVisible();
  await page.getByRole('button', { name: 'Import now' }).click();
  await expect(page.getByText('Say which column has the e-mail addresses.').first()).toBeVisible();
  // The browser reports the refusal, too.
  expect(consoleErrors.splice(0).filter((error) => !error.includes('status of 422'))).toEqual([]);
  await page.getByLabel('Kunde').selectOption('E-mail');
  await page.getByLabel('Tags for all of them').fill('fair');
  await page.getByRole('button', { name: 'Show what will happen' }).click();
  const rows = page.getByRole('region', { name: 'The first rows' }).getByRole('row');
  await expect(rows.filter({ hasText: `ada.${mark}` })).toContainText('New');
  await expect(rows.filter({ hasText: 'Kaputt' })).toContainText('is not an e-mail address');
  await expect(page.getByLabel('Kunde')).toHaveValue('email');
  await expect(page.getByLabel('Tags for all of them')).toHaveValue('fair');
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth).catch(() => 0);
    expect(wide, `${width} px`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  if (js) await expectAccessible(page);

  await page.getByRole('button', { name: 'Import now' }).click();
  const done = page.getByText('The file is imported: 2 new, 1 refused.');
  await follow(page, js, 20_000, (timeout) => expect(done).toBeVisible({ timeout }));
  if (js) await expectAccessible(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the row that was refused' }).click()]);
  const refused = await readFile(await download.path(), 'utf8');
  expect(refused).toContain(`4,“nobody.${mark}” is not an e-mail address.,nobody.${mark},Kaputt`);

  await page.getByRole('link', { name: 'See the contacts' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
  await page.goto(`/contacts?q=${mark}`);
  const people = page.getByRole('list', { name: 'Contacts' });
  await expect(people.getByRole('listitem')).toHaveCount(2);
  await people.getByRole('link', { name: /Grace/ }).click();
  await page.getByLabel('Note', { exact: true }).fill('Called on Monday');
  await page.getByRole('button', { name: 'Add the note' }).click();
  await expect(page.getByRole('list', { name: 'History' })).toContainText(`Came in with the file people-${mark}.csv`);

  await page.goto('/contacts/import');
  await page.getByRole('list', { name: 'Imports' }).getByRole('link').first().click();
  await page.getByRole('button', { name: 'Undo the import' }).click();
  const undone = page.getByText('The import is undone for 1 contact. 1 contact was changed afterwards: what was changed there is kept.');
  await follow(page, js, 20_000, (timeout) => expect(undone).toBeVisible({ timeout }));
  await page.goto(`/contacts?q=${mark}`);
  await expect(people.getByRole('listitem')).toHaveCount(1);
  await expect(people).toContainText('Grace');
});

test('two contacts who are one are merged, and given back', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const mark = unique('').trim();
  for (const [email, last] of [[`ada.${mark}@firm-${mark}.example`, 'Lovelace'], [`ada+shop.${mark}@firm-${mark}.example`, 'Lovelac']]) {
    await page.goto('/contacts');
    await page.getByText('Add a contact', { exact: true }).click();
    await page.getByLabel('E-mail', { exact: true }).fill(email);
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill(last);
    await page.getByLabel('Phone', { exact: true }).fill('+49 1512 3456789');
    await page.getByRole('button', { name: 'Add the contact' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Contact' })).toBeVisible();
  }
  await page.goto('/contacts/duplicates');
  await page.getByRole('button', { name: 'Look for duplicates now' }).click();
  const pair = page.getByRole('list', { name: 'People who may be one' }).getByRole('listitem');
  await follow(page, js, 20_000, (timeout) => expect(pair).toHaveCount(1, { timeout }));
  await expect(pair).toContainText('Same phone number');
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth).catch(() => 0);
    expect(wide, `${width} px`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  if (js) await expectAccessible(page);
  await pair.getByRole('group', { name: 'E-mail' }).getByLabel(`ada+shop.${mark}@firm-${mark}.example`).check();
  await pair.getByRole('button', { name: 'Merge into one' }).click();
  await expect(page.getByText('They are one contact now.')).toBeVisible();
  const merged = page.getByRole('list', { name: 'Merged lately' });
  await expect(merged).toContainText('Ada Lovelace');
  if (js) await expectAccessible(page);
  await merged.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Both contacts are back.')).toBeVisible();
  await pair.getByRole('button', { name: 'Not the same person' }).click();
  await expect(page.getByText('They stay two')).toBeVisible();
  await expect(page.getByText('No duplicates')).toBeVisible();
  await expect(page.getByText(/^Last compared .* contacts?, .* new pairs? w(as|ere) found\.$/)).toBeVisible();
  await page.goto(`/contacts?q=${mark}`);
  await expect(page.getByRole('list', { name: 'Contacts' }).getByRole('listitem')).toHaveCount(2);
});

// Contacts: another program sends them with credentials made here, one that is refused is mended, and the person is found, noted and erased.
import { HERE, follow, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany([]);

test('Zapier sends contacts, one is refused and mended, and both are found', async ({ page, playwright, javaScriptEnabled, consoleErrors }) => {
  const js = javaScriptEnabled !== false;
  const mark = unique('').trim();
  const [ada, grace] = [`ada.${mark}@example.com`, `grace.${mark}@example.com`];
  await page.goto('/settings/zapier');
  await page.getByLabel('User name for a new password').fill(`zap-${mark}`);
  await page.getByRole('button', { name: 'Make a password' }).click();
  const password = await page.getByLabel('Password', { exact: true }).inputValue();
  expect(password.length).toBeGreaterThan(40);
  if (js) await expectAccessible(page);

  // Another program: no browser, no cookies.
  const program = await playwright.request.newContext();
  const send = (data: object) =>
    program.post(`${HERE}/api/webhook/zapier-contact`, {
      data,
      headers: { authorization: `Basic ${Buffer.from(`zap-${mark}:${password}`).toString('base64')}` },
    });
  const taken = await send({ Email: ada, name: '<b>Ada</b> O’Brien', source: 'Newsletter', consent: 'yes' });
  expect(taken.status()).toBe(201);
  expect(await taken.json()).toMatchObject({ success: true, created: true, segment: 'Newsletter' });
  const refused = await send({ 'Email Address': `grace.${mark}`, name: 'Grace' });
  expect(refused.status()).toBe(422);
  await program.dispose();

  // Both are shown while one looks.
  const came = page.getByRole('list', { name: 'What came in' });
  await follow(page, js, 15_000, (timeout) => expect(came.getByRole('link', { name: ada })).toBeVisible({ timeout }));
  const item = came.getByRole('listitem').filter({ hasText: 'is not an e-mail address' });
  await item.getByText('Fix and take in').click();
  const body = item.getByLabel('What was sent');
  await body.fill((await body.inputValue()).replace(`grace.${mark}`, grace));
  await item.getByRole('button', { name: 'Take it in' }).click();
  await expect(page.getByText('The contact was taken in.')).toBeVisible();

  await page.goto(`/contacts?q=${mark}`);
  const people = page.getByRole('list', { name: 'Contacts' });
  await expect(people.getByRole('listitem')).toHaveCount(2);
  if (js) await expectAccessible(page);
  await people.getByRole('link', { name: /Ada/ }).click();
  await expect(page.getByRole('heading', { name: '<b>Ada</b> O’Brien' })).toBeVisible();
  await expect(page.getByText('Came from Newsletter', { exact: false }).first()).toBeVisible();
  await page.getByLabel('Note', { exact: true }).fill('Called on Monday');
  await page.getByRole('button', { name: 'Add the note' }).click();
  await expect(page.getByRole('list', { name: 'History' })).toContainText('Called on Monday');
  await page.getByRole('button', { name: 'Delete this contact' }).click();
  await expect(page.getByText('1 contact deleted.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('1 contact restored.')).toBeVisible();
  // The contact's page asks for it once more on its way out, and the browser reports that it is gone.
  consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((e) => !/status of 404/.test(e)));
});

test('a field of one’s own is made, filled, shown as a column by name, and deleted with a way back', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const mark = unique('').trim();
  const field = `Birthday ${mark}`;
  await page.goto('/contacts/fields');
  await page.getByLabel('Name', { exact: true }).fill(field);
  await page.getByLabel('Kind').selectOption('date');
  await page.getByRole('button', { name: 'Save the field' }).click();
  const fields = page.getByRole('list', { name: 'Fields' });
  await expect(fields.getByRole('listitem').filter({ hasText: field })).toContainText('Date');
  if (js) await expectAccessible(page);

  for (const name of ['Zoë', 'ada']) {
    await page.goto('/contacts');
    await page.getByText('Add a contact').click();
    await page.getByLabel('E-mail', { exact: true }).fill(`${name}.${mark}@example.com`);
    await page.getByLabel('First name').fill(name);
    await page.getByLabel('Last name').fill(mark);
    await page.getByRole('button', { name: 'Add the contact' }).click();
    await expect(page.getByRole('heading', { name: `${name} ${mark}` })).toBeVisible();
  }
  await page.getByText('Change', { exact: true }).click();
  await page.getByLabel(field).fill('1990-03-04');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Sun 4 Mar 1990')).toBeVisible();
  if (js) await expectAccessible(page);

  await page.goto(`/contacts?q=${mark}`);
  await page.getByLabel('Sort').selectOption('name');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('Columns', { exact: true }).click();
  await page.getByLabel(`Show ${field}`).check();
  await page.getByRole('button', { name: 'Show these columns' }).click();
  await expect(page).toHaveURL(/sort=name/);
  const people = page.getByRole('list', { name: 'Contacts' }).getByRole('listitem');
  await expect(people).toHaveCount(2);
  await expect(people.first()).toContainText(`ada ${mark}`);
  await expect(people.first()).toContainText('Sun 4 Mar 1990');
  if (js) await expectAccessible(page);

  await page.goto('/contacts/fields');
  await page.getByRole('button', { name: `Delete: ${field}` }).click();
  await expect(page.getByText('The field is deleted. Its values are still with the contacts.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: field })).toBeVisible();
});

test('the bars above the list stand in one line where there is room @js', async ({ page }) => {
  for (const width of [1440, 1366, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/contacts');
    const parts = [page.getByText('Add a contact', { exact: true }), page.getByRole('link', { name: 'Import a file' })];
    const [add, other] = await Promise.all(parts.map(async (part) => (await part.boundingBox())!));
    expect.soft(Math.abs(add.height - other.height), `as tall as its neighbour at ${width}`).toBeLessThanOrEqual(2);
    if (width > 1000) {
      const [search, show] = await Promise.all([page.getByLabel('Search contacts'), page.getByRole('button', { name: 'Show', exact: true })].map(async (part) => (await part.boundingBox())!));
      expect.soft(Math.abs(search.y + search.height / 2 - show.y - show.height / 2), `one line at ${width}`).toBeLessThanOrEqual(4);
    }
    await page.screenshot({ path: `screenshots/contacts-bars-${width}.png` });
  }
});

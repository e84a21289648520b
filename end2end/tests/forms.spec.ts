// What every form does, on two of them: while it is under way, when it is refused, when nobody answers.
import { DEMO, PASSWORD, signUp } from '../support/app';
import { expect, test } from '../support/test';

test('a form that nobody answers keeps what was typed, and can be sent again @js', async ({ page, consoleErrors }) => {
  await page.goto('/login', { waitUntil: 'networkidle' });
  const button = page.getByRole('button', { name: 'Sign in' });
  await page.getByLabel('E-mail').fill(DEMO.email);
  await page.getByLabel('Password').fill(DEMO.password);
  let breakOff = () => {};
  const held = new Promise<void>((resolve) => (breakOff = resolve));
  await page.route(/\/rpc\/.*sign_in/, async (route) => {
    await held;
    await route.abort();
  });
  await page.getByLabel('Password').press('Enter');
  await expect(button).toBeDisabled();
  // Sent by the program: the page, and where one is on it, stays.
  await expect(page.getByLabel('Password')).toBeFocused();
  breakOff();
  await expect(page.getByRole('alert')).toContainText('Your input is still here; try again.');
  await expect(button).toBeEnabled();
  await expect(page.getByLabel('E-mail')).toHaveValue(DEMO.email);
  await expect(page.getByLabel('Password')).toHaveValue(DEMO.password);
  await expect(page.getByLabel('Password')).toBeFocused();
  await expect(page).toHaveURL(/\/login$/);
  await page.unroute(/\/rpc\/.*sign_in/);
  await page.getByLabel('Password').press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  // The browser reports the request that was broken off.
  expect(consoleErrors.filter((error) => !error.includes('ERR_FAILED'))).toEqual([]);
  consoleErrors.splice(0);
});

test('an error stands at its field', async ({ page, consoleErrors }) => {
  await signUp(page);
  await page.goto('/settings/security');
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password').fill(`${PASSWORD} and more`);
  await page.getByRole('button', { name: 'Change password' }).click();
  const field = page.getByLabel('Current password');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription('This is not your current password.');
  // Once, and nowhere else.
  await expect(page.getByLabel('New password')).not.toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('This is not your current password.')).toHaveCount(1);
  await expect(page).toHaveURL(/\/settings\/security/);
  // The browser reports the refusal by itself.
  expect(consoleErrors.filter((error) => !error.includes('422 (Unprocessable'))).toEqual([]);
  consoleErrors.splice(0);
});

// Signing in as somebody of staff: address, password, a recovery code.
import { press, tabTo } from "./keyboard.mjs";

export async function signIn(page, origin, email, code) {
  await page.goto(`${origin}/sign-in`);
  await tabTo(page, "#email");
  await page.keyboard.type(email);
  await tabTo(page, "#password");
  await page.keyboard.type("quatre mots pour essayer");
  await press(page, "main form button");
  await tabTo(page, "main summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#recovery");
  await page.keyboard.type(code);
  await press(page, "main form button");
}

import { describe, expect, it } from 'vitest';
import { isSimplePassword } from './simple-password.ts';

describe('a password that anybody would try', () => {
	it.each([
		'0123456789',
		'1234567890',
		'9876543210',
		'12345678901234567890',
		'1111111111',
		'abababababab',
		'abcdefghij',
		'qwertyuiop',
		'QWERTYUIOP',
		'asdfghjklasdfghjkl',
		'1q2w3e4r5t6y',
		'1qaz2wsx3edc',
		'qwerty123456',
		'йцукенгшщз',
		'password123',
		'Password2026!',
		'P4ssw0rd2026',
		'passwordpassword',
		'12345password',
		'welcome2026',
		'iloveyou1234',
		'пароль12345',
		'20260616102938'
	])('is refused: %s', (password) => expect(isSimplePassword(password)).toBe(true));
});

describe('a password that somebody thought of', () => {
	it.each([
		'linden-and-saffron',
		'correct horse battery staple',
		'my password is not 1234',
		'Tr0ub4dor&3xyz',
		'kd83-mxpq-27',
		'чай с лимоном в пять',
		'春眠不觉晓处处闻啼鸟',
		'باران می‌بارد امروز'
	])('is taken: %s', (password) => expect(isSimplePassword(password)).toBe(false));
});

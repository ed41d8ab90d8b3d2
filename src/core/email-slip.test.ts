import { expect, it } from 'vitest';
import { emailSlip } from './email-slip.ts';

it.each([
	['ann@gmial.com', 'ann@gmail.com'],
	['ann@gmail.con', 'ann@gmail.com'],
	['ann@gmal.con', 'ann@gmail.com'],
	['ann@gmailcom', 'ann@gmail.com'],
	['ann@gmail', 'ann@gmail.com'],
	['ann@gmail,com', 'ann@gmail.com'],
	['ann@gmail..com', 'ann@gmail.com'],
	['ann@gmail.com.', 'ann@gmail.com'],
	[' Ann.Lee@Hotnail.com ', 'ann.lee@hotmail.com'],
	['ann@yandex.rru', 'ann@yandex.ru'],
	['ann@mial.ru', 'ann@mail.ru'],
	['ann@163.con', 'ann@163.com'],
	['ann@the-bakery.con', 'ann@the-bakery.com'],
	['ann@bakery..example', 'ann@bakery.example']
])('who types %s is asked whether they meant %s', (typed, meant) => {
	expect(emailSlip(typed)).toBe(meant);
});

it.each([
	'ann@gmail.com',
	'ann@mail.com',
	'ann@ymail.com',
	'ann@gmx.net',
	'ann@the-bakery.com',
	'ann@uni-hamburg.de',
	'ann@pareto.example',
	'иван@почта.рф',
	'ann@qq.com',
	// no address at all is for the form to say
	'',
	'@gmail.com',
	'ann',
	'ann@',
	'ann lee@gmial.com'
])('%s is left alone', (typed) => {
	expect(emailSlip(typed)).toBeNull();
});

import { createRawSnippet } from 'svelte';
import { render } from 'svelte/server';
import { afterAll, describe, expect, test } from 'vitest';
import { getLocale, overwriteGetLocale } from '#locale';
import type { Language } from '#core/languages';
import Amount from './Amount.svelte';
import BarChart from './charts/BarChart.svelte';
import LineChart from './charts/LineChart.svelte';
import Button from './Button.svelte';
import DataTable from './DataTable.svelte';
import DayField from './DayField.svelte';
import Field from './Field.svelte';
import FormEnd from './FormEnd.svelte';
import MoneyField from './MoneyField.svelte';
import PinPad from './PinPad.svelte';
import QrCode from './QrCode.svelte';

const ownLocale = getLocale;
const speak = (language: Language) => overwriteGetLocale(() => language);
afterAll(() => overwriteGetLocale(ownLocale));
const words = (html: string) =>
	html
		.replace(/<!--.*?-->/g, '')
		.replace(/<[^>]+>/g, ' ')
		.replace(/[\u00a0\u202f]/g, ' ')
		.replace(/\s+/g, ' ');
const snippet = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

describe('what the server draws before any script runs', () => {
	test('a line chart: its lines, its labels and the same figures as a table', () => {
		speak('en');
		const { body } = render(LineChart, {
			props: {
				title: 'Sales',
				xLabel: 'Day',
				series: [
					{
						label: 'This year',
						points: [
							{ x: 1, y: 10 },
							{ x: 2, y: 30 }
						]
					},
					{ label: 'Last year', points: [{ x: 1, y: 20 }], muted: true }
				],
				formatX: (x: Date | number) => `day ${Number(x)}`,
				formatY: (y: number) => `${y} sold`
			}
		});
		expect(body.match(/<path class="line/g)).toHaveLength(2);
		expect(words(body)).toContain('Day This year Last year');
		expect(words(body)).toContain('day 2 30 sold –');
	});

	test('a link to a file is left to the browser; the router would look for a page of that name', () => {
		const link = (href: string) => render(Button, { props: { href, children: snippet('Keep it') } }).body;
		expect(link('/admin/members/members.csv?q=rosa')).toContain('data-sveltekit-reload');
		expect(link('/admin/members')).not.toContain('data-sveltekit-reload');
	});

	test('a bar chart: a bar and a figure for each', () => {
		speak('en');
		const { body } = render(BarChart, {
			props: {
				title: 'By category',
				labelHead: 'Category',
				valueHead: 'Sold',
				data: [
					{ label: 'Coffee', value: 8 },
					{ label: 'Bread', value: 4 }
				],
				format: (value: number) => `${value} pieces`
			}
		});
		expect([...body.matchAll(/<rect width="(\d+)"/g)].map((match) => match[1])).toEqual(['100', '50']);
		expect(words(body)).toContain('Bread 4 pieces');
	});

	test('the member code: dark on white, named, with its quiet zone', () => {
		const { body } = render(QrCode, { props: { text: 'MABCDEFGHJK2', label: 'Member code ending in 4821' } });
		expect(body).toContain('role="img"');
		expect(body).toContain('aria-label="Member code ending in 4821"');
		expect(body).toMatch(/viewBox="0 0 29 29"/);
		expect(body).toContain('fill="#fff"');
		expect(body).toContain('fill="#000"');
	});

	test('a day: the browser’s own field, and in Persian one of the solar year, with its weekday below', () => {
		const props = { label: 'Day', value: '2026-11-22' };
		speak('en');
		expect(render(DayField, { props }).body).toMatch(/<input[^>]+type="date"/);
		speak('fa');
		const { body } = render(DayField, { props });
		expect(body).toMatch(/<input[^>]+value="۱۴۰۵\/۰۹\/۰۱"/);
		expect(body).not.toContain('type="date"');
		expect(words(body)).toContain('یکشنبه ۱ آذر ۱۴۰۵');
	});

	test('a sum in the digits of its reader, said once to a screen reader', () => {
		speak('fa');
		const { body } = render(Amount, { props: { cents: 123456, currency: 'EUR', size: 'xl' } });
		expect(body.match(/aria-hidden="true"/g)).toHaveLength(1);
		expect(words(body)).toContain('۱٬۲۳۴٫۵۶');
	});

	test('the keys of a PIN in the digits of its reader, and no PIN in the page', () => {
		speak('fa');
		const { body } = render(PinPad, { props: { label: 'پین', value: '12' } });
		for (const digit of '۰۱۲۳۴۵۶۷۸۹') expect(body).toContain(`>${digit}<`);
		expect(body).toContain('type="password"');
	});
});

describe('what is said beside a field', () => {
	test('an error belongs to its field for a screen reader too', () => {
		speak('en');
		const { body } = render(Field, { props: { id: 'mail', label: 'E-mail', error: 'No @', hint: 'Yours' } });
		expect(body).toContain('aria-invalid="true"');
		expect(body).toContain('aria-describedby="mail-error mail-hint"');
		expect(body).toContain('id="mail-error"');
	});

	test('a refused save is told at the button that was pressed, at once for a screen reader, with the way out of it', () => {
		speak('en');
		const told = (tone?: 'warn') =>
			render(FormEnd, {
				props: { label: 'Save', refused: { text: 'The price is not yours to change.', tone }, way: snippet('Load') }
			}).body;
		expect(told()).toMatch(/data-refused[^]*role="alert"[^]*not yours to change[^]*Load[^]*type="submit"/);
		expect(told('warn')).toContain('role="status"');
		expect(render(FormEnd, { props: { label: 'Save' } }).body).not.toContain('data-refused');
	});

	test('an amount stands in the language’s digits, with the currency where the language puts it', () => {
		const place = (language: Language) => {
			speak(language);
			const { body } = render(MoneyField, { props: { label: 'Sum', cents: 129900, currency: 'EUR' } });
			return { value: /value="([^"]*)"/.exec(body)?.[1], leads: body.indexOf('€') < body.indexOf('<input') };
		};
		expect(place('en')).toEqual({ value: '1,299.00', leads: true });
		expect(place('ru')).toEqual({ value: '1\u00a0299,00', leads: false });
		expect(place('fa').value).toBe('۱٬۲۹۹٫۰۰');
	});
});

describe('a table', () => {
	interface Row {
		id: string;
		name: string;
		visits: number;
	}
	const columns = [
		{ key: 'name', label: 'Name', text: (row: Row) => row.name, sortable: true },
		{ key: 'visits', label: 'Visits', text: (row: Row) => String(row.visits), figures: true, sortable: true }
	];
	const rows: Row[] = [{ id: 'a', name: 'Sara', visits: 3 }];
	const base = { caption: 'Members', columns, rowKey: (row: Row) => row.id };

	test('says how it is sorted, and its heads lead to the other orders', () => {
		speak('en');
		const { body } = render(DataTable<Row>, {
			props: {
				...base,
				rows,
				href: (row: Row) => `/members/${row.id}`,
				sort: { key: 'visits', descending: true },
				sortHref: ({ key, descending }: { key: string; descending: boolean }) => `?sort=${key}&down=${descending}`
			}
		});
		expect(body).toContain('aria-sort="descending"');
		expect(body).toContain('?sort=visits&amp;down=false');
		expect(body).toContain('?sort=name&amp;down=false');
		expect(body).toContain('href="/members/a"');
	});

	test('is never simply blank: it loads, it failed, or nothing is there', () => {
		speak('en');
		expect(words(render(DataTable<Row>, { props: { ...base, rows: [], loading: true } }).body)).toContain('Loading');
		expect(words(render(DataTable<Row>, { props: { ...base, rows: [], error: 'No answer.' } }).body)).toContain(
			'No answer.'
		);
		expect(words(render(DataTable<Row>, { props: { ...base, rows: [] } }).body)).toContain('Nothing here yet');
		expect(
			words(render(DataTable<Row>, { props: { ...base, rows: [], empty: snippet('No members') } }).body)
		).toContain('No members');
	});
});

test('a busy button says so, and keeps its words for its width', () => {
	const { body } = render(Button, { props: { loading: true, children: snippet('Commit sale') } });
	expect(body).toContain('aria-busy="true"');
	expect(body).not.toContain('disabled=""');
	expect(words(body)).toContain('Commit sale');
});

import type { Language } from '#core/languages';
import type { Chance } from './chance.ts';

/** Invented people: given and family names that occur in their languages, joined by chance. */
const names: Record<Language, { given: string[]; family: string[]; familyFirst?: boolean }> = {
	en: {
		given:
			'Amelia Ben Charlotte Daniel Ella Felix Grace Hannah Ivy Jonas Klara Leon Mia Noah Olivia Paul Ruby Samuel Thea Victor Wanda Emil Frieda Oskar Johanna Mats'.split(
				' '
			),
		family:
			'Adler Baker Carter Dietrich Evans Fischer Green Hoffmann Ingram Jensen Keller Lindqvist Meyer Novak Olsen Peters Quinn Richter Schubert Turner Ullrich Vogel Wagner Young Ziegler Brandt'.split(
				' '
			)
	},
	ru: {
		given:
			'Анна Борис Вера Григорий Дарья Егор Жанна Захар Ирина Кирилл Лариса Максим Нина Олег Полина Роман Светлана Тимур Ульяна Фёдор'.split(
				' '
			),
		family:
			'Коваленко Петренко Бондарь Мельник Шевчук Лысенко Руденко Савченко Ткачук Черненко Гончар Зорин Ким Литвин Мороз Новик Орлик Пак Седых Черных'.split(
				' '
			)
	},
	zh: {
		given: '伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 志强 晓东 雨桐 子涵 欣怡 浩然'.split(' '),
		family: '王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 郭 何 林 高 罗'.split(' '),
		familyFirst: true
	},
	fa: {
		given:
			'آرش بهار پارسا ترانه جواد دریا رضا زهرا سارا شیرین علی فاطمه کاوه گلناز لیلا مریم نیما نگار هادی یلدا'.split(
				' '
			),
		family:
			'احمدی بهرامی تهرانی جعفری حسینی رضایی سلطانی شریفی صادقی عباسی فرهادی قاسمی کریمی محمدی مرادی نوری هاشمی یزدانی'.split(
				' '
			)
	}
};

const shares: { language: Language; share: number }[] = [
	{ language: 'en', share: 60 },
	{ language: 'ru', share: 16 },
	{ language: 'zh', share: 10 },
	{ language: 'fa', share: 14 }
];

export interface Person {
	name: string;
	language: Language;
	email: string;
}

/** One invented person; e-mail addresses end in `.example`, which nobody can own (RFC 2606). */
export function personOf(number: number, chance: Chance): Person {
	const { language } = chance.weighted(shares, (one) => one.share);
	const { given, family, familyFirst } = names[language];
	const first = chance.pick(given);
	const last = chance.pick(family);
	return {
		name: familyFirst ? `${last}${first}` : `${first} ${last}`,
		language,
		email: `member${String(number).padStart(4, '0')}@pareto.example`
	};
}

/** The five of the house. Password and PINs are for the demo only and are printed at its first start. */
export const house = {
	password: 'linden-and-saffron',
	owner: { name: 'Mina Albrecht', email: 'owner@pareto.example' },
	manager: { name: 'Tomasz Wolf', email: 'manager@pareto.example' },
	cashiers: [
		{ name: 'Ada Lorenz', pin: '2580' },
		{ name: 'Dariush Nouri', pin: '1470', role: 'supervisor' },
		{ name: 'Лена Мороз', pin: '3690' }
	]
} as const;
